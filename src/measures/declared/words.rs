//! Which condition does not hold, in words a person can act on.

use crate::definition::declared::{Condition, Conditions, Quantity, Wildcard};
use crate::facts::Lost;
use crate::measures::{Note, declared::look::Happening};

use super::conditions::{Judge, name, parameters};
use super::look::{Look, Thing, within};

/// Most places that are listed.
const MOST_LISTED: usize = 3;
/// Longest pattern that is shown, in characters.
const LONGEST_PATTERN: usize = 60;

/// What to say of a subject of which these conditions do not all hold.
pub(super) fn note<'a>(
    judge: &Judge<'_, 'a>,
    look: &Look<'a>,
    thing: &Thing<'a>,
    conditions: &Conditions,
) -> Result<Note, Lost> {
    let mut clauses = Vec::new();
    let mut count = 0;
    for condition in conditions.iter() {
        // What is not known is nothing to say.
        if let Ok(false) = judge.holds(look, thing, condition) {
            let (clause, times) = clause(judge, look, thing, condition)?;
            clauses.push(clause);
            count += times;
        }
    }
    let clauses = clauses.join("; ");
    let words = match (thing, name(look, thing)) {
        (Thing::Endpoint(_, endpoint), _) => {
            format!("{}: {clauses}", judge.handlers().name(endpoint))
        }
        (Thing::Function(..), None) => format!("closure: {clauses}"),
        (Thing::Function(..) | Thing::Item(..), Some(name)) => format!("{name}: {clauses}"),
        _ => clauses,
    };
    Ok(if count > 1 {
        Note::Counted(words.into(), count)
    } else {
        Note::Words(words.into())
    })
}

/// Why a condition does not hold, and how often that is so.
fn clause<'a>(
    judge: &Judge<'_, 'a>,
    look: &Look<'a>,
    thing: &Thing<'a>,
    condition: &Condition,
) -> Result<(String, u64), Lost> {
    use Quantity::{All, Any, None as Nothing};
    if let Thing::Endpoint(_, endpoint) = thing
        && condition.is_of_handler()
    {
        let (look, handler) = judge.handlers().of(endpoint)?;
        return clause(judge, look, &handler, condition);
    }
    let words = match condition {
        Condition::Language(names) => {
            format!(
                "is written in {}, not in {}",
                look.language(),
                names.join(" or ")
            )
        }
        Condition::Paths(globs) | Condition::Except(globs) => {
            let globs: Vec<&str> = globs.patterns().iter().map(|glob| &*glob.text).collect();
            let lies = match condition {
                Condition::Paths(_) => "lies outside",
                _ => "lies in",
            };
            format!("{lies} {}", marked(&globs))
        }
        Condition::Name(names) => format!("is not called {}", wildcards(names)),
        Condition::Decorators(quantity, names) => {
            let Thing::Function(at, _) = thing else {
                return Ok((String::new(), 0));
            };
            let is_there = |name: &&Wildcard| look.decorators(*at).any(|one| name.matches(one));
            match quantity {
                Any => format!("has no decorator {}", wildcards(names)),
                All => {
                    let lacking = names.iter().filter(|name| !is_there(name));
                    let lacking: Vec<&str> = lacking.map(Wildcard::text).collect();
                    format!(
                        "has no decorator {}",
                        lacking
                            .iter()
                            .map(|name| format!("`{name}`"))
                            .collect::<Vec<_>>()
                            .join(" and no ")
                    )
                }
                Nothing => {
                    let found = look.decorators(*at);
                    let found: Vec<&str> = found
                        .filter(|one| names.iter().any(|name| name.matches(one)))
                        .take(MOST_LISTED)
                        .collect();
                    format!("has the decorator {}", marked(&found))
                }
            }
        }
        Condition::Imports(quantity, entries) => {
            let is_wanted = *quantity == Any;
            let found = judge.imported(look, condition, entries);
            let entries = entries.iter().enumerate();
            let entries = entries.filter(|(at, _)| is_wanted || found.contains(at));
            let names: Vec<&str> = entries.map(|(_, entry)| entry.text.as_str()).collect();
            let verb = if is_wanted {
                "does not import"
            } else {
                "imports"
            };
            format!("{verb} {}", marked(&names))
        }
        Condition::Calls(Nothing, names) => {
            let calls = look.calls(condition, names);
            let calls = within(look, &calls, thing);
            let clause = happens("calls", calls, |one| one.callee);
            return Ok((clause, calls.len() as u64));
        }
        Condition::Calls(_, names) => format!("does not call {}", wildcards(names)),
        Condition::Code(_, Nothing, patterns) => {
            let found = look.matches(condition, patterns)?;
            let text = |one: &Happening| patterns.get(one.pattern).map_or("", |own| &*own.text);
            let found = within(look, &found, thing);
            if let Thing::Match(..) = thing {
                let patterns: Vec<String> = found.iter().map(|one| clipped(text(one))).collect();
                let patterns: Vec<&str> = patterns.iter().map(String::as_str).collect();
                return Ok((format!("matches {}", marked(&patterns)), 1));
            }
            return Ok((happens("matches", found, text), found.len() as u64));
        }
        Condition::Code(_, _, patterns) => {
            let own = patterns
                .iter()
                .filter(|pattern| pattern.language == look.language());
            let own: Vec<String> = own.map(|pattern| clipped(&pattern.text)).collect();
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            if own.is_empty() {
                format!("no pattern is for {}", look.language())
            } else {
                format!("does not match {}", marked(&own))
            }
        }
        Condition::LinesAtMost(most) => {
            let lines = look.lines(thing);
            format!(
                "{lines} code lines, {} too many",
                lines.saturating_sub(*most)
            )
        }
        Condition::LinesAtLeast(least) => {
            format!("{} code lines, fewer than {least}", look.lines(thing))
        }
        Condition::ComplexityAtMost(most) => match thing {
            Thing::Function(_, function) => {
                format!(
                    "cognitive complexity {}, more than {most}",
                    function.cognitive
                )
            }
            _ => String::new(),
        },
        Condition::ParametersAtMost(most) => {
            format!("{} parameters, more than {most}", parameters(thing))
        }
        Condition::Typed(true) => "not every slot has a type".to_owned(),
        Condition::Typed(false) => "every slot has a type".to_owned(),
        Condition::Exposure(_) => match thing {
            Thing::Item(_, item) => {
                format!("is {}", format!("{:?}", item.exposure).to_lowercase())
            }
            _ => String::new(),
        },
        Condition::HasTests(true) => "no test belongs to it".to_owned(),
        Condition::HasTests(false) => "a test belongs to it".to_owned(),
        Condition::InTests(_) => "is outside tests".to_owned(),
        Condition::Module(quantity, entries) => match (quantity, thing) {
            (Nothing, Thing::Import(_, import)) => {
                let mut named = entries
                    .iter()
                    .filter(|entry| judge.names(look, import, entry));
                let entry = named.next().map_or("", |entry| &entry.text);
                format!("imports `{entry}`")
            }
            _ => {
                let names: Vec<&str> = entries.iter().map(|entry| entry.text.as_str()).collect();
                format!("is no import of {}", marked(&names))
            }
        },
        Condition::To(quantity, globs) => {
            let paths = judge.leads_to(look, thing);
            let is_bad = |path: &&crate::path::RepoPath| *quantity == Any || globs.matches(path);
            let paths: Vec<String> = paths
                .filter(is_bad)
                .take(MOST_LISTED)
                .map(|path| path.to_str().into_owned())
                .collect();
            let what = match thing {
                Thing::Import(_, import) => imported(import),
                _ => String::new(),
            };
            if paths.is_empty() {
                format!("`{what}` leads to no file of this repository")
            } else {
                format!("`{what}` leads to {}", paths.join(" and "))
            }
        }
        Condition::Callee(quantity, names) => match (quantity, thing) {
            (Nothing, Thing::Call(_, call)) => format!("calls `{}`", clipped(call.callee)),
            (_, Thing::Call(_, call)) => {
                format!("calls `{}`, not {}", clipped(call.callee), wildcards(names))
            }
            _ => String::new(),
        },
        Condition::Method(words) => format!("its method is not {}", marked(words)),
        Condition::Path(paths) => format!("its path is not like {}", wildcards(paths)),
        Condition::Framework(words) => format!("its framework is not {}", marked(words)),
        Condition::FilesAtMost(most) => format!("more than {most} files"),
        Condition::AnyOf(several) => {
            let mut alternatives = Vec::new();
            for conditions in several {
                let mut clauses = Vec::new();
                for condition in conditions.iter() {
                    if let Ok(false) = judge.holds(look, thing, condition) {
                        clauses.push(clause(judge, look, thing, condition)?.0);
                    }
                }
                alternatives.push(clauses.join(" and "));
            }
            alternatives.join(", and ")
        }
        Condition::Not(conditions) => {
            let keys: Vec<&str> = conditions.iter().map(Condition::key).collect();
            format!("is what `not` rules out by {}", marked(&keys))
        }
    };
    Ok((words, 1))
}

/// `calls `print` on line 12 and `pprint` on line 14, and 2 more`.
fn happens<'t, 'a>(
    verb: &str,
    happenings: &[Happening<'a>],
    text: impl Fn(&Happening<'a>) -> &'t str,
) -> String {
    let mut sorted: Vec<&Happening> = happenings.iter().collect();
    sorted.sort_by_key(|one| one.line);
    let listed: Vec<String> = sorted
        .iter()
        .take(MOST_LISTED)
        .map(|one| format!("`{}` on line {}", clipped(text(one)), one.line))
        .collect();
    let listed = listed.join(" and ");
    match sorted.len().saturating_sub(MOST_LISTED) {
        0 => format!("{verb} {listed}"),
        more => format!("{verb} {listed}, and {more} more"),
    }
}

fn imported(import: &crate::facts::Import) -> String {
    match &import.name {
        Some(name) => format!("{} {name}", import.module),
        None => import.module.to_string(),
    }
}

fn wildcards(names: &[Wildcard]) -> String {
    let names: Vec<&str> = names.iter().map(Wildcard::text).collect();
    marked(&names)
}

/// Words in code marks, the first few of them, with "or" between.
fn marked(words: &[&str]) -> String {
    let listed: Vec<String> = words
        .iter()
        .take(MOST_LISTED)
        .map(|word| format!("`{word}`"))
        .collect();
    let more = if words.len() > MOST_LISTED {
        " or others"
    } else {
        ""
    };
    format!("{}{more}", listed.join(" or "))
}

/// A text of one line that fits into a sentence.
fn clipped(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    match text.char_indices().nth(LONGEST_PATTERN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
