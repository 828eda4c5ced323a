//! The trend as a chart: one SVG without scripts, fonts or anything else from elsewhere.
//!
//! The score is large; each component and each directory has a small chart of its own on the same scale of 0 to 100, so
//! that slopes can be compared. Where nothing was committed for a period a curve stays level.

use std::fmt::Write as _;

use super::axis::Axis;
use super::series::{self, Series};
use super::{TrendReport, abbreviated};
use crate::day;
use crate::report::escape::markup;
use crate::report::text::page::shorten;
use crate::trend::Level;

const WIDTH: f64 = 960.0;
const MARGIN: f64 = 24.0;
/// Small charts in a row.
const ACROSS: usize = 3;
/// Room between small charts.
const GUTTER: f64 = 28.0;
/// Height of a small chart with its title.
const SMALL: f64 = 132.0;
/// Height of the large one.
const LARGE: f64 = 240.0;
/// Left of a chart, for its scale.
const SCALE: f64 = 30.0;
/// Characters of a title that have room above a small chart.
const TITLE: usize = 28;
/// With more points than this they would be a second line.
const MOST_DOTS: usize = 120;

const STYLE: &str = "\
svg{background:#fff}\
text{font:12px system-ui,-apple-system,\"Segoe UI\",sans-serif;fill:#1f2933}\
.t{font-size:20px;font-weight:600}.h{font-size:14px;font-weight:600}.h .f{font-weight:400}.f{fill:#66727f}.e{text-anchor:end}\
.m{text-anchor:middle}.g{stroke:#e1e5ea;stroke-width:1}.b{stroke:#8a6d1a;stroke-width:1;stroke-dasharray:4 3}\
.l{fill:none;stroke:#1763b6;stroke-width:2;stroke-linejoin:round}.d{fill:#1763b6}\
@media (prefers-color-scheme:dark){svg{background:#14181d}text{fill:#e6e9ed}.f{fill:#9aa5b1}\
.g{stroke:#2c343d}.b{stroke:#c9a227}.l{stroke:#6cb1ff}.d{fill:#6cb1ff}}";

/// Where a curve is drawn.
#[derive(Clone, Copy)]
struct Frame {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Frame {
    fn x(&self, place: f64) -> f64 {
        self.left + place * self.width
    }

    fn y(&self, level: u32) -> f64 {
        self.top + self.height * (1.0 - f64::from(level) / 1_000_000.0)
    }
}

/// The chart as a document.
pub fn render(report: &TrendReport) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        svg(report)
    )
}

/// The chart as an element, with a line feed at its end.
pub fn svg(report: &TrendReport) -> String {
    let axis = Axis::new(report);
    let score = series::score(report);
    let components: Vec<Series> = series::components(report)
        .into_iter()
        .filter(|series| series.course.is_some())
        .collect();
    let directories = series::directories(report);
    let mut body = String::new();
    let mut top = 84.0;
    large(&mut body, report, &axis, &score, top);
    top += LARGE + 40.0;
    for (title, about, group) in [
        (
            "Components",
            "share in per cent; dashed: the target",
            &components,
        ),
        ("Directories", "score", &directories),
    ] {
        if group.is_empty() {
            continue;
        }
        let _ = writeln!(
            body,
            "<text class=\"h\" x=\"{MARGIN}\" y=\"{:.1}\">{title} <tspan class=\"f\">{about}</tspan></text>",
            top + 14.0
        );
        top += 28.0;
        top = small(&mut body, report, &axis, group, top);
    }
    let height = top + 8.0;
    let name = heading(report);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height:.0}\" width=\"{WIDTH}\" \
         height=\"{height:.0}\" role=\"img\" aria-labelledby=\"trend-title trend-about\">\n\
         <title id=\"trend-title\">{name}</title>\n<desc id=\"trend-about\">{}</desc>\n<style>{STYLE}</style>\n\
         <text class=\"t\" x=\"{MARGIN}\" y=\"34\">{name}</text>\n\
         <text class=\"f\" x=\"{MARGIN}\" y=\"56\">{}</text>\n{}{body}</svg>\n",
        description(report, &score, &components),
        about(report),
        latest(report, &score),
    )
}

/// The score in the corner where a curve ends, and what became of it.
fn latest(report: &TrendReport, score: &Series) -> String {
    let Some(course) = score.course else {
        return String::new();
    };
    let right = WIDTH - MARGIN;
    format!(
        "<text class=\"t e\" x=\"{right}\" y=\"34\">{}</text>\n\
         <text class=\"f e\" x=\"{right}\" y=\"56\">{} since {}</text>\n",
        series::tenths(course.last.1),
        series::change(course.first.1, course.last.1, false),
        day_of(report, course.first.0),
    )
}

/// What the chart is of.
pub fn heading(report: &TrendReport) -> String {
    let name = markup(report.matter.repository.as_bytes());
    if report.prefix().is_empty() {
        format!("Quality of {name}")
    } else {
        format!("Quality of {name}: {}", markup(report.prefix()))
    }
}

/// How its points were chosen, and under which definition.
pub fn about(report: &TrendReport) -> String {
    let last = report.trend.moments.len().saturating_sub(1);
    let days = match last {
        0 => day_of(report, 0),
        last => format!("{} to {}", day_of(report, 0), day_of(report, last)),
    };
    format!(
        "{days}, {}, definition {}",
        report.sampling_words(),
        markup(report.matter.definition_id.as_bytes())
    )
}

/// The day of a point.
pub fn day_of(report: &TrendReport, point: usize) -> String {
    let moment = report.trend.moments.get(point);
    moment
        .and_then(|moment| day::of(moment.point.time))
        .unwrap_or_default()
}

/// The chart in words, for who cannot see it.
fn description(report: &TrendReport, score: &Series, components: &[Series]) -> String {
    let mut text = match score.course {
        Some(course) => format!(
            "Score {} on {}, {} since {}.",
            series::tenths(course.last.1),
            day_of(report, course.last.0),
            series::change(course.first.1, course.last.1, false),
            day_of(report, course.first.0),
        ),
        None => "No score: nothing could be measured.".to_owned(),
    };
    for series in components {
        if let Some(course) = series.course {
            let (from, to) = (
                series::tenths(course.first.1),
                series::tenths(course.last.1),
            );
            let _ = write!(text, " {}: {from} to {to} per cent.", markup(&series.title));
        }
    }
    text
}

fn large(body: &mut String, report: &TrendReport, axis: &Axis, score: &Series, top: f64) {
    let frame = Frame {
        left: MARGIN + SCALE,
        top,
        width: WIDTH - 2.0 * MARGIN - SCALE,
        height: LARGE - 20.0,
    };
    scale(body, &frame, &[0, 25, 50, 75, 100]);
    for (place, label) in &axis.ticks {
        let anchor = match place {
            place if *place < 0.01 => "f",
            place if *place > 0.99 => "f e",
            _ => "f m",
        };
        let _ = writeln!(
            body,
            "<text class=\"{anchor}\" x=\"{:.1}\" y=\"{:.1}\">{label}</text>",
            frame.x(*place),
            top + LARGE
        );
    }
    curve(body, report, axis, &score.levels, &frame, 3.0);
}

/// Small charts, row by row. Returns where they end.
fn small(body: &mut String, report: &TrendReport, axis: &Axis, group: &[Series], top: f64) -> f64 {
    let across = ACROSS as f64;
    let width = (WIDTH - 2.0 * MARGIN - GUTTER * (across - 1.0)) / across;
    for (position, series) in group.iter().enumerate() {
        let left = MARGIN + (position % ACROSS) as f64 * (width + GUTTER);
        let top = top + (position / ACROSS) as f64 * SMALL;
        let title = shorten(&series.name(), TITLE, false);
        let values = series.course.map_or_else(
            || "no number".to_owned(),
            |course| {
                format!(
                    "{} → {}",
                    series::tenths(course.first.1),
                    series::tenths(course.last.1)
                )
            },
        );
        let _ = writeln!(
            body,
            "<text x=\"{left:.1}\" y=\"{0:.1}\">{1}</text>\n<text class=\"f e\" x=\"{2:.1}\" y=\"{0:.1}\">{values}</text>",
            top + 12.0,
            markup(title.as_bytes()),
            left + width,
        );
        let frame = Frame {
            left: left + SCALE,
            top: top + 26.0,
            width: width - SCALE,
            height: SMALL - 48.0,
        };
        scale(body, &frame, &[0, 50, 100]);
        if let Some(target) = series.target {
            rule(body, "b", &frame, frame.y(target));
        }
        curve(body, report, axis, &series.levels, &frame, 2.0);
    }
    top + group.len().div_ceil(ACROSS) as f64 * SMALL
}

/// Lines across a frame with their numbers.
fn scale(body: &mut String, frame: &Frame, percents: &[u32]) {
    for percent in percents {
        let y = frame.y(percent * 10_000);
        rule(body, "g", frame, y);
        let _ = writeln!(
            body,
            "<text class=\"f e\" x=\"{:.1}\" y=\"{:.1}\">{percent}</text>",
            frame.left - 6.0,
            y + 4.0
        );
    }
}

fn rule(body: &mut String, class: &str, frame: &Frame, y: f64) {
    let _ = writeln!(
        body,
        "<line class=\"{class}\" x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>",
        frame.left,
        frame.left + frame.width
    );
}

/// A curve and its dots, each of which tells its commit. It ends where there is no number, and begins again behind.
fn curve(
    body: &mut String,
    report: &TrendReport,
    axis: &Axis,
    levels: &[Level],
    frame: &Frame,
    dot: f64,
) {
    let mut path = String::new();
    let mut dots = String::new();
    let mut last: Option<f64> = None;
    let has_dots = levels.len() <= MOST_DOTS;
    for (at, level) in levels.iter().enumerate() {
        let Some((level, place)) = level.zip(axis.places.get(at)) else {
            last = None;
            continue;
        };
        let (x, y) = (frame.x(*place), frame.y(level));
        match last {
            None => {
                let _ = write!(path, "M{x:.1} {y:.1}");
            }
            Some(before) => {
                if let Some(hold) = axis.holds.get(at).copied().flatten() {
                    let _ = write!(path, "L{:.1} {before:.1}", frame.x(hold));
                }
                let _ = write!(path, "L{x:.1} {y:.1}");
            }
        }
        last = Some(y);
        let commit = report
            .trend
            .moments
            .get(at)
            .map_or("", |moment| &moment.point.commit);
        let is_alone = levels.len() == 1;
        if has_dots || is_alone {
            let _ = writeln!(
                dots,
                "<circle class=\"d\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{dot}\"><title>{}: {}, {}</title></circle>",
                day_of(report, at),
                series::tenths(level),
                markup(abbreviated(commit).as_bytes()),
            );
        }
    }
    if !path.is_empty() {
        let _ = writeln!(body, "<path class=\"l\" d=\"{path}\"/>");
    }
    body.push_str(&dots);
}
