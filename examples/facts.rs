//! Prints slot counts (scratch).
use quality::facts::{Checking, SlotState, extract::extract};
use quality::languages::Language;
fn main() {
    let holes = std::env::args().any(|a| a == "--holes");
    let json = std::env::args().any(|a| a == "--rows");
    let (mut s, mut t, mut i, mut a, mut u, mut c, mut f) = (0, 0, 0, 0, 0, 0, 0);
    for path in std::env::args().skip(1).filter(|a| !a.starts_with("--")) {
        let ext = path.rsplit('.').next().unwrap();
        let Some(l) = Language::of_extension(ext.as_bytes()) else {
            continue;
        };
        let text = std::fs::read(&path).unwrap();
        match extract(l, &text) {
            Ok(facts) => {
                let mut row = (0, 0, 0, 0, 0);
                f += facts
                    .functions
                    .iter()
                    .filter(|f| !f.slots.is_empty())
                    .count();
                for slot in facts
                    .functions
                    .iter()
                    .flat_map(|f| &f.slots)
                    .chain(&facts.fields)
                {
                    row.0 += 1;
                    match slot.state {
                        SlotState::Typed => row.1 += 1,
                        SlotState::Inferred => row.2 += 1,
                        SlotState::Any => row.3 += 1,
                        SlotState::Untyped => row.4 += 1,
                        SlotState::Contextual => {
                            c += 1;
                            row.0 -= 1;
                        }
                    }
                    if holes
                        && !matches!(
                            slot.state,
                            SlotState::Typed | SlotState::Inferred | SlotState::Contextual
                        )
                    {
                        println!("{path}:{} {} {:?}", slot.line, slot.name, slot.state);
                    }
                }
                if json {
                    println!(
                        "{path} code={} slots={} typed={} any={} untyped={} unchecked={}",
                        facts.lines.code,
                        row.0,
                        row.1 + row.2,
                        row.3,
                        row.4,
                        facts.checking == Checking::Off
                    );
                }
                s += row.0;
                t += row.1;
                i += row.2;
                a += row.3;
                u += row.4;
                if std::env::args().any(|a| a == "--dump") {
                    println!("{facts:#?}");
                }
                if std::env::args().any(|a| a == "--cog") {
                    for f in &facts.functions {
                        if f.absorbed_by.is_none() && f.has_body {
                            println!(
                                "{path}:{} {} cog={} cyc={} nest={} lines={}",
                                f.line,
                                f.name.as_deref().unwrap_or("-"),
                                f.cognitive,
                                f.cyclomatic,
                                f.nesting,
                                f.code_lines
                            );
                        }
                    }
                }
            }
            Err(lost) => println!("{path} LOST {lost:?}"),
        }
    }
    println!("slots={s} typed={t} inferred={i} any={a} untyped={u} contextual={c} functions={f}");
}
