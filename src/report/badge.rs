//! The score as a badge: one SVG without scripts, fonts or anything else from elsewhere.
//!
//! Widths are those of Verdana, which nobody has to have: the text is stretched to them wherever it is drawn. The number
//! stands in words, too, for who cannot see the badge or its colours.

use unicode_width::UnicodeWidthChar;

use super::Report;
use super::escape::{self, markup};
use super::text::page::{points, shorten, whole_percent};

/// Columns that the name of a directory may take.
const LABEL: usize = 40;

/// What a badge says.
pub struct Badge {
    /// Of what.
    pub label: String,
    /// The score, with the share of weight that is known where something is missing.
    pub message: String,
    /// How it looks.
    pub tone: Tone,
}

/// A colour for a score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tone {
    /// What shields.io calls it.
    pub name: &'static str,
    /// Dark enough to be read behind white text.
    pub color: &'static str,
}

/// From so many points on.
const TONES: [(u64, Tone); 6] = [
    (90, tone("brightgreen", "#1f7a1f")),
    (75, tone("green", "#44761a")),
    (60, tone("yellowgreen", "#66700f")),
    (40, tone("yellow", "#856404")),
    (20, tone("orange", "#a34a00")),
    (0, RED),
];
const RED: Tone = tone("red", "#b3261e");
const UNKNOWN: Tone = tone("lightgrey", "#5b6470");
/// Behind the label.
const DARK: &str = "#3d444d";

const fn tone(name: &'static str, color: &'static str) -> Tone {
    Tone { name, color }
}

impl Badge {
    /// The badge of a report. Below a bar that is set it is red, whatever the score.
    pub fn new(report: &Report) -> Self {
        let label = match report.matter.prefix.as_slice() {
            [] => "quality".to_owned(),
            prefix => format!(
                "quality of {}",
                shorten(&escape::name(prefix), LABEL, false)
            ),
        };
        let Some(score) = &report.root.scope.score else {
            return Self {
                label,
                message: "unknown".to_owned(),
                tone: UNKNOWN,
            };
        };
        let known = report.root.known_share_millionths();
        let message = match known {
            1_000_000.. => points(score),
            known => format!("{} ({} known)", points(score), whole_percent(known)),
        };
        let whole = score.floor_hundred(1);
        let reached = TONES.iter().find(|(from, _)| whole >= *from);
        let tone = match report.passed() {
            Some(false) => RED,
            _ => reached.map_or(RED, |(_, tone)| *tone),
        };
        Self {
            label,
            message,
            tone,
        }
    }
}

/// The badge as a document.
pub fn render(report: &Report) -> String {
    let badge = Badge::new(report);
    let (left, right) = (width(&badge.label), width(&badge.message));
    let (label, message) = (
        markup(badge.label.as_bytes()),
        markup(badge.message.as_bytes()),
    );
    // Five pixels on each side of a text.
    let (middle, end) = (left + 10, left + right + 20);
    let color = badge.tone.color;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{end}\" height=\"20\" viewBox=\"0 0 {end} 20\" \
         role=\"img\" aria-label=\"{label}: {message}\">\n<title>{label}: {message}</title>\n\
         <path fill=\"{DARK}\" d=\"M3 0H{middle}V20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z\"/>\n\
         <path fill=\"{color}\" d=\"M{middle} 0H{}a3 3 0 0 1 3 3V17a3 3 0 0 1-3 3H{middle}z\"/>\n\
         <g fill=\"#fff\" font-family=\"Verdana,Geneva,DejaVu Sans,sans-serif\" font-size=\"11\">\n\
         <text x=\"5\" y=\"14\" textLength=\"{left}\">{label}</text>\n\
         <text x=\"{}\" y=\"14\" textLength=\"{right}\">{message}</text>\n</g>\n</svg>\n",
        end - 3,
        middle + 5,
    )
}

/// Pixels that a text takes in Verdana of 11 pixels, rounded up.
fn width(text: &str) -> u32 {
    let units: u32 = text.chars().map(units).sum();
    (units * 11).div_ceil(2_048).max(1)
}

/// The advance of a character in units of which 2048 make an em.
fn units(character: char) -> u32 {
    let at = u32::from(character).wrapping_sub(u32::from(' ')) as usize;
    match ADVANCES.get(at) {
        Some(units) => u32::from(*units),
        None => match character.width().unwrap_or(0) {
            0 => 0,
            1 => 1_400,
            _ => 2_048,
        },
    }
}

/// Advances of ` ` to `~`.
#[rustfmt::skip]
const ADVANCES: [u16; 95] = [
    720, 806, 940, 1676, 1302, 2204, 1489, 550, 930, 930, 1302, 1676, 745, 930, 745, 930,
    1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 1302, 930, 930, 1676, 1676, 1676, 1117,
    2048, 1400, 1404, 1430, 1578, 1295, 1177, 1588, 1539, 862, 931, 1419, 1140, 1726, 1532, 1612,
    1235, 1612, 1424, 1400, 1262, 1499, 1400, 2025, 1403, 1260, 1403, 930, 930, 930, 1676, 1302,
    1302, 1230, 1276, 1067, 1276, 1220, 720, 1276, 1296, 562, 705, 1212, 562, 1992, 1296, 1243,
    1276, 1276, 874, 1067, 807, 1296, 1212, 1676, 1212, 1212, 1076, 1300, 930, 1300, 1676,
];

#[cfg(test)]
mod tests {
    use super::{DARK, TONES, UNKNOWN, width};

    /// Relative luminance as WCAG 2 defines it.
    fn luminance(color: &str) -> f64 {
        let channel = |at: usize| {
            let value = u8::from_str_radix(&color[at..at + 2], 16).unwrap();
            let value = f64::from(value) / 255.0;
            match value <= 0.04045 {
                true => value / 12.92,
                false => ((value + 0.055) / 1.055).powf(2.4),
            }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn white_text_can_be_read_on_every_tone() {
        let tones = TONES.iter().map(|(_, tone)| tone.color);
        for color in tones.chain([UNKNOWN.color, DARK]) {
            let contrast = 1.05 / (luminance(color) + 0.05);
            assert!(contrast >= 4.5, "{color}: {contrast:.2}");
        }
    }

    #[test]
    fn a_text_has_the_width_it_has_in_verdana() {
        // 6,945 and 4,651 units of 2,048 to the em of 11 pixels.
        assert_eq!(width("quality"), 38);
        assert_eq!(width("67.8"), 25);
        assert!(width("文") == 11 && width("\u{301}") == 1);
    }
}
