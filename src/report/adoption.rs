//! What is said beside a proposed definition: its score, the first goals, open questions, the lines for CI.

use unicode_width::UnicodeWidthStr as _;

use crate::adoption::{Goal, Proposal};
use crate::definition::Decimal;
use crate::evaluation::{Evaluation, State};
use crate::report::escape;
use crate::report::text::Style;
use crate::report::text::page::{Ink, Page, counted, grouped, pad, points};

/// What became of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is yet to be decided.
    Open,
    /// It was written.
    Written,
    /// It was there and got an addition.
    Added,
    /// It was there, and nothing was to be added.
    Complete,
    /// It was there and would get an addition.
    Addable,
    /// Nobody was there to be asked.
    Printed,
}

/// What is said.
pub struct Adopted<'a> {
    /// What was proposed.
    pub proposal: &'a Proposal,
    /// What comes out under the proposed definition.
    pub evaluation: &'a Evaluation,
    /// What to do first.
    pub goals: &'a [Goal<'a>],
    /// Tables that were proposed and are somebody's decision already.
    pub kept: &'a [String],
    /// What the command was given as its path, as it can be typed; empty for the directory one stands in.
    pub place: &'a str,
}

/// The score, the goals and the questions.
pub fn summary(adopted: &Adopted, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    let arrow = if style.ascii { "->" } else { "→" };
    let repository = escape::name(adopted.proposal.repository.as_bytes());
    let whole = &adopted.evaluation.repository;
    let score = match &whole.score {
        Some(score) => format!(
            "{repository} scores {} by this definition, {}",
            points(score),
            known(adopted.evaluation)
        ),
        None => {
            format!("{repository} has no score by this definition: nothing of it could be measured")
        }
    };
    page.hanging(Vec::new(), 0, Ink::Strong, &score);
    if let Some(now) = &whole.score
        && !adopted.goals.is_empty()
    {
        page.heading("First goals", "what lifts the score most, alone");
        let rows: Vec<(String, String)> = adopted
            .goals
            .iter()
            .map(|goal| {
                let title = escape::name(goal.component.title.as_bytes());
                (title, counted(goal.needed, goal.unit))
            })
            .collect();
        let widest = |of: fn(&(String, String)) -> &String| {
            rows.iter().map(|row| of(row).width()).max().unwrap_or(0)
        };
        let (titles, needs) = (widest(|row| &row.0), widest(|row| &row.1));
        for (goal, (title, needed)) in adopted.goals.iter().zip(&rows) {
            let gain = format!("{} {arrow} {}", points(now), points(&goal.score));
            page.line(&[
                (Ink::Plain, format!("  {}  ", pad(title, titles))),
                (Ink::Strong, format!("{}  ", pad(needed, needs))),
                (Ink::Good, gain),
            ]);
            // Where every file lacks one, which comes first says little.
            let worst = goal.worst.iter().filter(|(_, gap)| *gap > 1);
            let worst: Vec<String> = worst
                .map(|(path, gap)| format!("{} in {}", grouped(*gap), escape::name(path)))
                .collect();
            if !worst.is_empty() {
                let indent = titles + 4;
                page.paragraph(indent, Ink::Faint, &format!("most: {}", worst.join(", ")));
            }
        }
    }
    if !adopted.proposal.questions.is_empty() {
        page.heading(
            "Open questions",
            "with an answer each in the file, as comments",
        );
        for question in &adopted.proposal.questions {
            let label = vec![(Ink::Middling, "  ? ".to_owned())];
            page.hanging(label, 4, Ink::Plain, &question.text);
        }
    }
    if !adopted.kept.is_empty() {
        page.heading("Left as they are", "written in quality.toml already");
        for table in adopted.kept {
            page.paragraph(
                2,
                Ink::Plain,
                &escape::terminal(format!("[{table}]").as_bytes()),
            );
        }
    }
    page.finish()
}

/// The lines for CI.
pub fn ci(proposal: &Proposal, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    let ci = proposal.ci;
    let beside = if proposal.has_ci {
        format!("this repository has {}", ci.name())
    } else {
        format!("none was found; this is {}", ci.name())
    };
    page.heading(&format!("For CI, in {}", ci.file()), &beside);
    let mut text = page.finish();
    for line in ci.snippet(&proposal.branch).lines() {
        text.push_str(format!("  {line}").trim_end());
        text.push('\n');
    }
    text
}

/// What became of the file, and what is worth typing next.
pub fn next(adopted: &Adopted, fate: Fate, style: &Style) -> String {
    let mut page = Page::new(style.width, style.color, style.ascii);
    let place = match adopted.place {
        "" => String::new(),
        place => format!(" {place}"),
    };
    let (said, next) = match fate {
        Fate::Open => return String::new(),
        Fate::Written => (
            "quality.toml is written.",
            format!(
                "Next: git add quality.toml, then the lines above; quality scan{place} shows the score, quality doctor{place} what is missing, \
                 and quality schema > quality.schema.json lets editors check the file"
            ),
        ),
        Fate::Added => (
            "quality.toml has the addition at its end; what was there is as it was.",
            format!("Next: quality config --changed{place}, quality scan{place}"),
        ),
        Fate::Complete => (
            "quality.toml is there already and lacks nothing of what would be proposed.",
            format!("Next: quality config --changed{place}, quality doctor{place}"),
        ),
        Fate::Addable => (
            "quality.toml is there already and was left as it is. Above stands what it lacks.",
            format!(
                "Next: quality init --add --yes{place} adds that at its end; quality init --force --yes{place} begins anew"
            ),
        ),
        Fate::Printed => (
            "Nothing was written, for nobody could be asked.",
            format!("Next: quality init --yes{place} writes quality.toml"),
        ),
    };
    page.gap();
    page.hanging(Vec::new(), 0, Ink::Strong, said);
    page.hanging(Vec::new(), 0, Ink::Plain, &next);
    page.finish()
}

/// `over 9 of 10 components, 92 % of weight`.
fn known(evaluation: &Evaluation) -> String {
    let whole = &evaluation.repository;
    let weighty = evaluation
        .components
        .iter()
        .zip(&whole.outcomes)
        .filter(|(row, _)| row.component.weight > Decimal::default());
    let states: Vec<State> = weighty.map(|(_, outcome)| outcome.state).collect();
    let known = states.iter().filter(|state| state.is_known()).count();
    let applicable = states
        .iter()
        .filter(|state| **state != State::NotApplicable)
        .count();
    let percent = match whole.applicable_weight.millionths() {
        0 => 0,
        all => whole.known_weight.millionths() * 100 / all,
    };
    format!("over {known} of {applicable} components, {percent} % of weight")
}
