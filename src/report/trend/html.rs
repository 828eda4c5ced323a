//! The trend as one page: the chart and the tables, without scripts or anything from elsewhere.

use std::fmt::Write as _;

use super::series::{self, Series};
use super::{TrendReport, chart};
use crate::report::escape::markup;
use crate::report::text::page::grouped;

const STYLE: &str = "\
body{font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",sans-serif;color:#1f2933;background:#fff;max-width:1008px;\
margin:0 auto;padding:24px}svg{max-width:100%;height:auto}h2{font-size:16px;margin:32px 0 8px}\
table{border-collapse:collapse;width:100%}th,td{padding:4px 8px;border-bottom:1px solid #e1e5ea;text-align:right;\
font-variant-numeric:tabular-nums}th:first-child,td:first-child{text-align:left}th{font-weight:600;color:#66727f}\
footer{margin-top:32px;color:#66727f}\
@media (prefers-color-scheme:dark){body{color:#e6e9ed;background:#14181d}th,td{border-color:#2c343d}}";

/// The page.
pub fn render(report: &TrendReport) -> String {
    let components = series::components(report);
    let mut body = chart::svg(report);
    table(
        &mut body,
        report,
        "Components",
        "share, in per cent",
        &components,
    );
    table(
        &mut body,
        report,
        "Directories",
        "score",
        &series::directories(report),
    );
    steps(&mut body, report, &components);
    let notes = report.notes();
    if !notes.is_empty() {
        body.push_str("<h2>Notes</h2>\n<ul>\n");
        for note in notes {
            let _ = writeln!(body, "<li>{}</li>", markup(note.as_bytes()));
        }
        body.push_str("</ul>\n");
    }
    let title = chart::heading(report);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>{STYLE}</style>\n\
         </head>\n<body>\n{body}<footer>{}, made by quality {}</footer>\n</body>\n</html>\n",
        chart::about(report),
        markup(report.matter.tool_version.as_bytes())
    )
}

fn table(body: &mut String, report: &TrendReport, title: &str, about: &str, group: &[Series]) {
    if group.is_empty() {
        return;
    }
    let is_directories = group.iter().any(|series| series.lines.is_some());
    let more = if is_directories {
        "<th scope=\"col\">Code lines</th>"
    } else {
        "<th scope=\"col\">Target</th><th scope=\"col\">Gap</th>"
    };
    let _ = writeln!(
        body,
        "<h2>{title}</h2>\n<table>\n<thead><tr><th scope=\"col\">{about}</th><th scope=\"col\">First</th>\
         <th scope=\"col\">Last</th><th scope=\"col\">Low</th><th scope=\"col\">High</th>\
         <th scope=\"col\">Change</th>{more}</tr></thead>\n<tbody>"
    );
    for series in group {
        let _ = write!(body, "<tr><td>{}</td>", markup(series.name().as_bytes()));
        match series.course {
            Some(course) => {
                let (first, last) = (course.first, course.last);
                let _ = write!(
                    body,
                    "<td title=\"{}\">{}</td><td title=\"{}\">{}</td><td>{}</td><td>{}</td><td>{}</td>",
                    chart::day_of(report, first.0),
                    series::tenths(first.1),
                    chart::day_of(report, last.0),
                    series::tenths(last.1),
                    series::tenths(course.low),
                    series::tenths(course.high),
                    series::change(first.1, last.1, false),
                );
            }
            None => body.push_str("<td colspan=\"5\">no number</td>"),
        }
        match (series.lines, series.gaps) {
            (Some(lines), _) => {
                let _ = write!(body, "<td>{}</td>", grouped(lines));
            }
            (None, Some((first, last))) => {
                let gap = series::difference(first, last, false);
                let _ = write!(
                    body,
                    "<td>{}</td><td>{gap} {}</td>",
                    series.target_words, series.gap_unit
                );
            }
            (None, None) => {
                let _ = write!(body, "<td>{}</td><td></td>", series.target_words);
            }
        }
        body.push_str("</tr>\n");
    }
    body.push_str("</tbody>\n</table>\n");
}

fn steps(body: &mut String, report: &TrendReport, components: &[Series]) {
    let steps = series::steps(components);
    if steps.is_empty() {
        return;
    }
    body.push_str("<h2>Largest steps</h2>\n<ul>\n");
    for (series, step) in steps {
        let _ = writeln!(
            body,
            "<li>{}: {} → {} between {} and {}</li>",
            markup(&series.title),
            series::tenths(step.levels.0),
            series::tenths(step.levels.1),
            chart::day_of(report, step.from),
            chart::day_of(report, step.to),
        );
    }
    body.push_str("</ul>\n");
}
