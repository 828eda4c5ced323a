//! What has to be said of waivers in words: how many hold, and each that does not.

use super::Declared;
use super::escape;
use crate::evaluation::WaiverState;

/// Waivers with trouble that are named; the others are counted.
const MOST_NAMED: usize = 5;

/// Sentences for the notes of a report.
pub(super) fn notes(declared: &[Declared]) -> Vec<String> {
    let mut notes = Vec::new();
    let in_force = declared
        .iter()
        .filter(|one| one.waived.state == WaiverState::InForce);
    let (mut waivers, mut subjects) = (0_u64, 0);
    for one in in_force {
        waivers += 1;
        subjects += one.waived.subjects;
    }
    if waivers > 0 {
        let (waivers, verb) = match waivers {
            1 => ("1 waiver".to_owned(), "excuses"),
            waivers => (format!("{waivers} waivers"), "excuse"),
        };
        let subjects = match subjects {
            1 => "1 subject".to_owned(),
            subjects => format!("{subjects} subjects"),
        };
        notes.push(format!(
            "{waivers} {verb} {subjects}; strict numbers count them as bad"
        ));
    }
    let mut troubled: Vec<&Declared> = declared
        .iter()
        .filter(|one| one.waived.state != WaiverState::InForce)
        .collect();
    // What was believed to hold and does not comes before what is merely left over.
    troubled.sort_by_key(|one| one.waived.state == WaiverState::Unused);
    notes.extend(troubled.iter().take(MOST_NAMED).map(|one| trouble(one)));
    let more = troubled.len().saturating_sub(MOST_NAMED);
    if more > 0 {
        notes.push(format!("and {more} more waivers that excuse nothing"));
    }
    notes
}

/// What is wrong with a waiver, and where it stands.
fn trouble(declared: &Declared) -> String {
    let waived = declared.waived;
    let place = match declared.path {
        Some(path) => format!("{}:{}", escape::name(path.as_bytes()), waived.line),
        None => format!("line {} of the definition", waived.line),
    };
    let component = &waived.component;
    let what = match waived.state {
        WaiverState::InForce => "is in force".to_owned(),
        WaiverState::Expired => {
            let until = waived.until.as_deref().unwrap_or_default();
            format!("expired on {until}: repair what it excuses, or renew it")
        }
        WaiverState::Unused => "excuses nothing any more: remove it".to_owned(),
        WaiverState::NoReason => {
            "gives no reason and does not hold: write `-- why` behind it".to_owned()
        }
        WaiverState::NotUnderstood => {
            return format!(
                "{place}: not understood as a waiver: write `quality: allow(component) -- reason`"
            );
        }
        WaiverState::UnknownComponent => {
            return format!("{place}: the waiver names `{component}`, which is no component here");
        }
    };
    format!("{place}: the waiver of `{component}` {what}")
}
