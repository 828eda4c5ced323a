//! XML as coverage tools write it: elements with attributes. No entity is expanded beyond the five that every XML
//! has, no document type is fetched, and one that declares anything is refused.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::{Refusal, Report, clover, cobertura, jacoco};

/// Deepest element; reports of the known formats have about ten levels.
const DEEPEST: usize = 64;

/// Reads a report in whichever of the XML formats its root names.
pub(super) fn parse(text: &str) -> Result<Report, Refusal> {
    let root = root(text)?;
    match root.name() {
        "report" => jacoco::parse(text),
        "coverage" if root.get("generated").is_some() || root.get("clover").is_some() => {
            clover::parse(text)
        }
        "coverage" => cobertura::parse(text),
        name => Err(Refusal::new(format!(
            "no known coverage report begins with the element `{}`",
            name.chars().take(40).collect::<String>()
        ))),
    }
}

/// An element with its attributes.
pub(super) struct Element<'a>(BytesStart<'a>);

impl Element<'_> {
    /// Its name without a prefix.
    pub fn name(&self) -> &str {
        let name = self.0.name().into_inner();
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    /// The value of an attribute; none if it is not there or means nothing.
    pub fn get(&self, name: &str) -> Option<String> {
        // Looking for duplicates would cost the square of their number.
        let mut attributes = self.0.attributes();
        let mut attributes = attributes.with_checks(false).flatten();
        let found = attributes.find(|attribute| attribute.key.into_inner() == name)?;
        let value = found.normalized_value(XmlVersion::default()).ok()?;
        Some(value.into_owned())
    }

    /// A whole number; negative and huge ones are clamped.
    pub fn count(&self, name: &str) -> Option<u64> {
        super::hits(&self.get(name)?)
    }

    /// A number without which nothing is known.
    pub fn needs(&self, name: &str) -> Result<u64, Refusal> {
        self.count(name).ok_or_else(|| {
            Refusal::new(format!(
                "an element `{}` has no number `{name}`",
                self.name()
            ))
        })
    }
}

/// What a walk meets.
pub(super) enum Step<'a> {
    /// An element begins.
    Open(Element<'a>),
    /// The innermost one ends; its name.
    Close(String),
    /// Text between elements.
    Text(String),
}

/// Calls `visit` with everything in a document, in its order.
pub(super) fn walk(
    text: &str,
    visit: &mut dyn FnMut(Step<'_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0usize;
    let mut has_root = false;
    loop {
        let event = reader.read_event().map_err(|error| {
            if depth > 0 && matches!(error, quick_xml::Error::Syntax(_)) {
                Refusal::truncated()
            } else {
                Refusal::new(format!("it is no XML: {error}"))
            }
        })?;
        match event {
            Event::Start(start) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Refusal::new(format!(
                        "its elements are nested deeper than {DEEPEST} levels"
                    )));
                }
                has_root = true;
                visit(Step::Open(Element(start)))?;
            }
            Event::Empty(start) => {
                has_root = true;
                let element = Element(start);
                let name = element.name().to_owned();
                visit(Step::Open(element))?;
                visit(Step::Close(name))?;
            }
            Event::End(end) => {
                depth = depth.saturating_sub(1);
                let name = end.name().into_inner();
                let name = name.rsplit_once(':').map_or(name, |(_, local)| local);
                visit(Step::Close(name.to_owned()))?;
            }
            Event::Text(words) => visit(Step::Text(words.to_string()))?,
            Event::CData(words) => visit(Step::Text(words.to_string()))?,
            // The document type of JaCoCo only names a file, which nobody opens.
            Event::DocType(declared) if declared.contains('[') || declared.contains("ENTITY") => {
                return Err(Refusal::new(
                    "its document type declares things of its own, which no coverage tool does",
                ));
            }
            Event::DocType(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::GeneralRef(_) => {}
            Event::Eof if depth > 0 || !has_root => return Err(Refusal::truncated()),
            Event::Eof => return Ok(()),
        }
    }
}

/// The outermost element.
fn root(text: &str) -> Result<Element<'static>, Refusal> {
    let mut reader = Reader::from_str(text);
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) => {
                return Ok(Element(start.into_owned()));
            }
            Ok(Event::Eof) => return Err(Refusal::truncated()),
            Ok(_) => {}
            Err(error) => return Err(Refusal::new(format!("it is no XML: {error}"))),
        }
    }
}
