//! The places that got worse, by component, each with what to do, since when, and who does it well.

use unicode_width::UnicodeWidthStr;

use super::{WIDEST_PLACE, line, name};
use crate::gate::{Change, Delta, Since};
use crate::report::escape;
use crate::report::gate::select::Worst;
use crate::report::gate::{GateReport, words};
use crate::report::text::page::{Ink, Page, counted, pad, shorten, shorten_end, sign};

/// Where the second line of a place begins.
const INDENT: &str = "      ";
/// Widest example with a name.
const WIDEST_EXAMPLE: usize = 48;
/// Narrowest piece of a commit's subject that says anything.
const NARROWEST_SUBJECT: usize = 8;

/// By component, how to pass, and the places that got worse.
pub(super) fn write(report: &GateReport, failing: &Worst, most: usize, page: &mut Page) {
    let mut said = Said::default();
    for (position, changes) in failing.by_component(most) {
        let Some(delta) = report.comparison.components.get(position) else {
            continue;
        };
        let title = escape::name(delta.component.title.as_bytes());
        let way = format!(": to pass, {}", words::to_pass(delta));
        let way = shorten_end(&way, page.width.saturating_sub(title.width()), page.ascii);
        page.line(&[(Ink::Bad, title), (Ink::Plain, way)]);
        let named = changes.iter().map(|change| place(change));
        let width = named.map(|name| name.width()).max().unwrap_or(0);
        for change in changes {
            let change = Entry { change, delta };
            change.write(width.min(WIDEST_PLACE), &mut said, page);
        }
    }
    let (subjects, components) = failing.beyond(most);
    if subjects > 0 {
        let subjects = match most {
            0 => counted(subjects, "subjects"),
            _ => format!("and {}", counted(subjects, "more subjects")),
        };
        let more = format!(
            "  {} {subjects} in {} (--format json shows all)",
            sign(page.ascii),
            counted(components, "components")
        );
        line(page, Ink::Faint, &more);
    }
}

/// What was said of the place before: it need not be said again.
#[derive(Default)]
struct Said {
    since: String,
    example: String,
}

/// A change of a component.
struct Entry<'a> {
    change: &'a Change,
    delta: &'a Delta,
}

impl Entry<'_> {
    /// One line for the place and what to do, and one for who and how, unless it was said.
    fn write(&self, width: usize, said: &mut Said, page: &mut Page) {
        let place = shorten(&place(self.change), width, page.ascii);
        let told = words::told(self.change, self.delta.about);
        let told = escape::terminal(told.as_bytes());
        let room = page.width.saturating_sub(width + 4);
        let told = shorten_end(&told, room, page.ascii);
        let mut spans = vec![
            (Ink::Strong, format!("  {}  ", pad(&place, width))),
            (Ink::Plain, told.clone()),
        ];
        let example = self.example(page);
        let beside = Some(&example).filter(|example| **example != said.example);
        let (commit, subject) = self.since();
        let mut clauses: Vec<String> = Vec::new();
        if commit == said.since && told.width() + 2 + commit.width() <= room {
            spans.push((Ink::Faint, format!("  {commit}")));
        } else {
            // The subject gives way: the commit says it too, and an example cut short is none.
            let taken = beside.map_or(0, |example| example.width() + "; ".len());
            let left = (page.width - INDENT.width()).saturating_sub(taken + commit.width() + 1);
            let mut since = commit.clone();
            if left >= NARROWEST_SUBJECT && !subject.is_empty() {
                since.push_str(&format!(" {}", shorten_end(&subject, left, page.ascii)));
            }
            clauses.push(since);
        }
        clauses.extend(beside.cloned());
        clauses.retain(|clause| !clause.is_empty());
        page.line(&spans);
        if !clauses.is_empty() {
            line(page, Ink::Faint, &format!("{INDENT}{}", clauses.join("; ")));
        }
        (said.since, said.example) = (commit, example);
    }

    /// The commit, and what it says of itself.
    fn since(&self) -> (String, String) {
        match &self.change.since {
            Some(Since {
                commit: Some(commit),
                subject,
            }) => {
                let commit = escape::terminal(words::short(commit).as_bytes());
                let subject = escape::terminal(subject.as_bytes());
                (format!("since {commit}"), subject.trim().to_owned())
            }
            Some(_) => ("not committed yet".to_owned(), String::new()),
            None => (String::new(), String::new()),
        }
    }

    /// Who does it well, with the name if there is room.
    fn example(&self, page: &Page) -> String {
        let Some(example) = &self.change.example else {
            return String::new();
        };
        let place = name(example.path.as_bytes(), example.line);
        let text = format!("example: {}", shorten(&place, WIDEST_PLACE, page.ascii));
        let named = example.name.as_ref().map(|name| {
            let name = escape::name(name.as_bytes());
            format!("{text} ({name})")
        });
        named
            .filter(|named| named.width() <= WIDEST_EXAMPLE)
            .unwrap_or(text)
    }
}

fn place(change: &Change) -> String {
    name(change.path.as_bytes(), change.line)
}
