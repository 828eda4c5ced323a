//! The score card in Markdown: the summary of a job, or a comment.
//!
//! As many entries of each list are written as fit the limit; what is left out is counted.

use std::cmp::Reverse;

use super::gate::markdown::MOST_BYTES;
use super::gate::markdown::inline::{code, line, place, sentence};
use super::text::page::{counted, decimal_percent, grouped, percent, points, whole_percent};
use super::{Report, Row, millionths};
use crate::codebase::maps::Map;
use crate::evaluation::State;
use crate::path::RepoPath;

/// The first line: by it the comment is found that is to be replaced.
pub const MARKER: &str = "<!-- quality:scan -->";
/// How many entries of a list are tried, until the page fits.
const ENTRIES: [usize; 5] = [10, 5, 3, 1, 0];
/// Rows of a table where even that is too much.
const FEWEST_ROWS: usize = 50;
/// First letters of a commit's id.
const SHORT: usize = 10;

/// The page, below 65,536 bytes.
pub fn render(report: &Report) -> String {
    let worst = worst(report);
    let mut text = String::new();
    for (entries, rows) in ENTRIES
        .map(|entries| (entries, usize::MAX))
        .into_iter()
        .chain([(0, FEWEST_ROWS)])
    {
        text = draw(report, &worst, entries, rows);
        if text.len() < MOST_BYTES {
            break;
        }
    }
    text
}

fn draw(report: &Report, worst: &[Vec<(u64, &RepoPath)>], entries: usize, rows: usize) -> String {
    let mut text = format!("{MARKER}\n");
    head(report, &mut text);
    table(report, rows, &mut text);
    first(report, &mut text);
    largest(report, worst, entries, &mut text);
    missing(report, rows, &mut text);
    foot(report, &mut text);
    text
}

fn head(report: &Report, text: &mut String) {
    let known = report.known();
    let score = match (&report.root.scope.score, report.reason_without_score()) {
        (Some(score), _) => format!("Quality {}", points(score)),
        (None, reason) => format!(
            "Quality unknown: {}",
            reason.unwrap_or("nothing to measure")
        ),
    };
    line(text, &format!("### {score}\n"));
    let mut of = code(&report.matter.repository);
    if !report.matter.prefix.is_empty() {
        of = format!("{} in {of}", place(&report.matter.prefix, None));
    }
    line(
        text,
        &format!(
            "{of}: {} of {} components, {} of weight, {}, {}.",
            known.known,
            known.applicable,
            whole_percent(known.weight_millionths),
            counted(report.root.files, "files"),
            counted(report.root.lines, "code lines"),
        ),
    );
    if let (Some(bar), Some(_)) = (report.matter.fail_under, &report.root.scope.score) {
        let verdict = match report.passed() {
            Some(true) => format!("The score reaches the bar of {bar}."),
            Some(false) => format!("The score **is below** the bar of {bar}."),
            None => format!("What could not be read decides about the bar of {bar}."),
        };
        line(text, &format!("\n{verdict}"));
    }
}

fn table(report: &Report, rows: usize, text: &mut String) {
    let known = report.components.iter();
    let known: Vec<&Row> = known.filter(|row| row.outcome.state.is_known()).collect();
    if known.is_empty() {
        return;
    }
    line(
        text,
        "\n| Component | Now | Target | Score | Weight | Gap |\n|---|--:|--:|--:|--:|---|",
    );
    for row in known.iter().take(rows) {
        let share = millionths(row.outcome.good, row.outcome.of).unwrap_or(0);
        let is_thin = row.outcome.state == State::LowConfidence;
        let gap = match row.outcome.gap() {
            0 => String::new(),
            gap => counted(gap, row.about.gap),
        };
        line(
            text,
            &format!(
                "| {} | {}{} | {} | {} | {} | {gap} |",
                sentence(&row.component.title),
                if is_thin { "≈ " } else { "" },
                percent(share),
                decimal_percent(row.component.target),
                row.outcome.score.as_ref().map(points).unwrap_or_default(),
                row.component.weight,
            ),
        );
    }
    more(known.len(), rows, text);
    if known
        .iter()
        .any(|row| row.outcome.state == State::LowConfidence)
    {
        line(text, "\n≈ low confidence: too few to rely on.");
    }
}

/// What is worth most.
fn first(report: &Report, text: &mut String) {
    let Some(first) = &report.first else { return };
    let Some(row) = report.components.get(first.position) else {
        return;
    };
    let now = report.root.scope.score.as_ref();
    line(
        text,
        &format!(
            "\n**Fix first:** {} would lift {} to {} at its target.",
            sentence(&row.component.title),
            now.map(points).unwrap_or_default(),
            points(&first.score),
        ),
    );
}

/// The files with the largest gaps of each component, the largest first.
fn worst<'r>(report: &'r Report) -> Vec<Vec<(u64, &'r RepoPath)>> {
    let mut gaps: Map<(usize, &RepoPath), u64> = Map::default();
    for finding in report.findings().open() {
        *gaps.entry((finding.rule, &*finding.path)).or_default() += finding.gap;
    }
    let mut files: Vec<Vec<(u64, &RepoPath)>> = vec![Vec::new(); report.components.len()];
    for ((rule, path), gap) in gaps {
        if let Some(files) = files.get_mut(rule) {
            files.push((gap, path));
        }
    }
    for files in &mut files {
        files.sort_by_key(|(gap, path)| (Reverse(*gap), *path));
    }
    files
}

fn largest(report: &Report, worst: &[Vec<(u64, &RepoPath)>], entries: usize, text: &mut String) {
    let rows = report.components.iter().zip(worst);
    let rows: Vec<_> = rows
        .filter(|(row, files)| !files.is_empty() && row.component.weight.millionths() > 0)
        .collect();
    if rows.is_empty() || entries == 0 {
        return;
    }
    line(
        text,
        "\n<details><summary>Largest gaps, file by file</summary>",
    );
    for (row, files) in rows {
        let title = sentence(&row.component.title);
        line(text, &format!("\n**{title}**: {}\n", row.about.gap));
        for (gap, path) in files.iter().take(entries) {
            let place = place(path.as_bytes(), None);
            line(text, &format!("- {place} {}", grouped(*gap)));
        }
        more(files.len(), entries, text);
    }
    line(text, "\n</details>");
}

/// What has no number, and why.
fn missing(report: &Report, rows: usize, text: &mut String) {
    let is_missing = |row: &&Row| matches!(row.outcome.state, State::Unavailable | State::Stale);
    let missing: Vec<&Row> = report.components.iter().filter(is_missing).collect();
    if missing.is_empty() && report.lost.is_empty() {
        return;
    }
    let lost: usize = report.lost.iter().map(|lost| lost.paths.len()).sum();
    let mut parts = Vec::new();
    if !missing.is_empty() {
        parts.push(counted(missing.len() as u64, "components"));
    }
    if lost > 0 {
        parts.push(counted(lost as u64, "files"));
    }
    let parts = parts.join(", ");
    line(
        text,
        &format!("\n<details><summary>Not measured: {parts}</summary>\n"),
    );
    for row in missing.iter().take(rows) {
        let reason = sentence(row.reason.as_deref().unwrap_or("no reason is known"));
        let repair = match &row.repair {
            Some(repair) => format!("; {}", sentence(repair)),
            None => String::new(),
        };
        let title = sentence(&row.component.title);
        line(text, &format!("- {title}: {reason}{repair}"));
    }
    more(missing.len(), rows, text);
    for lost in &report.lost {
        let files = counted(lost.paths.len() as u64, "files");
        line(text, &format!("- {files}: {}", sentence(lost.reason)));
    }
    line(text, "\n</details>");
}

fn foot(report: &Report, text: &mut String) {
    let commit = match report.head {
        Some(head) => format!(
            ", commit {}",
            code(head.id.get(..SHORT).unwrap_or(&head.id))
        ),
        None => String::new(),
    };
    let definition = code(&report.definition_id);
    let version = code(&report.matter.tool_version);
    line(
        text,
        &format!(
            "\n<sub>quality {version}, definition {definition}{commit}. The score claims conformance to that definition, nothing else.</sub>"
        ),
    );
}

fn more(all: usize, shown: usize, text: &mut String) {
    if all > shown {
        let left = grouped((all - shown) as u64);
        line(text, &format!("\n… and {left} more"));
    }
}

#[cfg(test)]
mod tests {
    use super::{MARKER, MOST_BYTES, render};
    use crate::report::escape::testing::outside_code;
    use crate::report::tests::story::{Story, change, code, definition, history, shop};

    #[test]
    fn a_card_has_the_numbers_of_the_page() {
        let mut story = shop();
        story.matter.fail_under = crate::definition::Decimal::from_f64(90.0);
        let report = story.report();
        let text = render(&report);
        let score = crate::report::text::page::points(report.root.scope.score.as_ref().unwrap());
        assert!(
            text.starts_with(&format!("{MARKER}\n### Quality {score}\n")),
            "{text}"
        );
        assert!(text.contains("**is below** the bar of 90"), "{text}");
        let rows = text.lines().filter(|line| line.starts_with("| ")).count();
        let known = report
            .components
            .iter()
            .filter(|row| row.outcome.state.is_known());
        // And the one above them.
        assert_eq!(rows, known.count() + 1);
        assert!(text.contains("\n**Fix first:** "), "{text}");
        assert_eq!(
            text.matches("<details>").count(),
            text.matches("</details>").count()
        );
    }

    #[test]
    fn the_worst_files_come_first() {
        let typed = definition("version = 1\n[component.typed]\nmeasure.typed-slots = {}\n");
        let files = vec![
            code("a.py", &[(0, 2, 0, 5)], (0, 0)),
            code("b.py", &[(0, 7, 0, 5)], (0, 0)),
            code("c.py", &[(3, 0, 0, 5)], (0, 0)),
        ];
        let story = Story::under(&typed, files, history(vec![change(1, &["a.py"])]));
        let text = render(&story.report());
        assert!(
            text.contains("\n- `b.py` 7\n- `a.py` 2\n\n</details>"),
            "{text}"
        );
    }

    #[test]
    fn a_card_stays_below_the_limit_and_nothing_in_it_is_markup() {
        let mut text = "version = 1\n".to_owned();
        for at in 0..200 {
            text.push_str(&format!(
                "[component.c{at}]\ntitle = \"<img>|[a](b) `@x` {at}\"\nmeasure.typed-slots = {{}}\n"
            ));
        }
        let long = "`<b>|@".repeat(60);
        let files: Vec<_> = (0..40)
            .map(|at| code(&format!("{at}/{long}.py"), &[(0, 2 + at, 0, 5)], (0, 0)))
            .collect();
        let mut story = Story::under(&definition(&text), files, history(Vec::new()));
        story.matter.repository = "<img src=x>\n# x".to_owned();
        let text = render(&story.report());
        assert!(text.len() < MOST_BYTES, "{}", text.len());
        let ours = [
            "<details>",
            "</details>",
            "<summary>",
            "</summary>",
            "<sub>",
            "</sub>",
            MARKER,
        ];
        for line in text.lines() {
            let mut outside = outside_code(line);
            for tag in ours {
                outside = outside.replace(tag, "");
            }
            assert!(!outside.contains(['<', '@', '[']), "{line}");
        }
    }
}
