//! Changes of small codebases, compared, so that a verdict can be read beside what it is about.

use crate::codebase::maps::Map;
use crate::codebase::{Codebase, FileIndex};
use crate::definition::{Alteration, Decimal, Definition, Effect, GateSettings, parse};
use crate::evaluation::evaluate;
use crate::facts::Lost;
use crate::gate::{Changed, Comparison, Finding, Inputs, Side, Since, Texts, compare};
use crate::measures::testing::codebase;
use crate::path::RepoPath;
use crate::report::gate::{End, GateMatter, GateReport};

/// Two components that gate, one that is reported, one that is counted.
const DEFINITION: &str = r#"version = 1
[component.typed-code]
title = "Typed code"
measure.typed-slots = {}
target = 0.9
floor = 0
level = "ratchet"
[component.http-client]
title = "Preferred HTTP client"
measure.preferred-imports = { prefer = ["httpx"], over = ["requests"] }
target = 1
floor = 0.5
level = "block"
[component.narrow-interfaces]
title = "Narrow interfaces"
measure.hidden-items = {}
target = 0.7
floor = 0
level = "report"
[component.short-files]
title = "Short files"
measure.short-files = { max_lines = 6 }
target = 0.9
floor = 0
level = "track"
"#;

/// Where every change begins.
pub const BASE: &str = "
//- shop/cart.py
import httpx

def total(items: list) -> int:
    return sum(items)

def _tax(amount, rate):
    return amount * rate
//- shop/pay.py
import requests

def pay(card, amount: int) -> bool:
    return requests.post(card, amount)
";

/// A comparison with what it is about.
pub struct Story {
    pub comparison: Comparison,
    pub matter: GateMatter,
}

impl Story {
    /// Two fixtures, compared.
    pub fn new(base: &str, head: &str) -> Self {
        Self::under(base, head, &GateSettings::default(), &[], false)
    }

    /// The same with bars, and alterations of the definition.
    pub fn under(
        base: &str,
        head: &str,
        settings: &GateSettings,
        alterations: &[Alteration],
        may_alter: bool,
    ) -> Self {
        let definition = definition();
        let codebases = [codebase(base), codebase(head)];
        let evaluations = codebases
            .each_ref()
            .map(|codebase| evaluate(&definition, codebase, 1));
        let changed = Changed::between(&codebases[0], &codebases[1]);
        let texts = Texts {
            base: texts(base, &codebases[0], &changed.base),
            head: texts(head, &codebases[1], &changed.head),
        };
        let side = |at: usize| Side {
            codebase: &codebases[at],
            evaluation: &evaluations[at],
        };
        let comparison = compare(Inputs {
            base: side(0),
            head: side(1),
            under_head: None,
            texts: &texts,
            settings,
            alterations,
            may_alter,
        });
        Self {
            comparison,
            matter: matter(),
        }
    }

    pub fn report(&self) -> GateReport<'_> {
        GateReport {
            matter: self.matter.clone(),
            comparison: &self.comparison,
        }
    }
}

pub fn definition() -> Definition {
    parse(DEFINITION.as_bytes(), "quality.toml").unwrap_or_else(|problems| panic!("{problems}"))
}

pub fn matter() -> GateMatter {
    GateMatter {
        tool_version: "0.1.0".to_owned(),
        repository: "shop".to_owned(),
        definition_id: "0123456789abcdef".to_owned(),
        definition_file: Some("quality.toml".to_owned()),
        base: End {
            label: "origin/main".to_owned(),
            commit: Some("1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d".to_owned()),
        },
        head: End {
            label: "HEAD".to_owned(),
            commit: Some("5d6e7f8a9b0c1d2e3f4a5d6e7f8a9b0c1d2e3f4a".to_owned()),
        },
        commits: 3,
        notes: Vec::new(),
        command: "quality gate --base origin/main".to_owned(),
    }
}

/// The bytes of the files of a fixture.
fn texts(fixture: &str, codebase: &Codebase, files: &[FileIndex]) -> Map<FileIndex, Vec<u8>> {
    let parts = fixture.split("//- ").skip(1);
    let parts = parts.filter_map(|part| part.split_once('\n'));
    let parts: Vec<(&str, &str)> = parts.collect();
    let text = |index: &FileIndex| {
        let path = codebase.file(*index).path.to_str().into_owned();
        let (_, text) = parts.iter().find(|(name, _)| *name == path).unwrap();
        (*index, text.as_bytes().to_vec())
    };
    files.iter().map(text).collect()
}

/// Something of everything: two components fail, one is reported, a gap is fixed, one was inherited.
pub fn failed() -> Story {
    let head = "
//- shop/cart.py
import httpx

def total(items: list) -> int:
    return sum(items)

def _tax(amount: int, rate: int) -> int:
    return amount * rate
//- shop/pay.py
import requests

def pay(card, amount: int) -> bool:
    return requests.post(card, amount)
//- shop/refund.py
import requests

def refund(card, amount, reason) -> bool:
    return requests.post(card, amount, reason)

def deny(card, reason: str) -> bool:
    return False

def note(card: str, text: str):
    return None
";
    let settings = GateSettings {
        fail_under: Decimal::from_f64(70.0),
        max_drop: Decimal::from_f64(1.0),
        ..GateSettings::default()
    };
    let mut story = Story::under(BASE, head, &settings, &[], false);
    let commits = [
        (
            "77aa88bb99cc00dd77aa88bb99cc00dd77aa88bb",
            "Refund what was paid",
        ),
        ("88bb99cc00dd77aa88bb99cc00dd77aa88bb77aa", "Note why"),
    ];
    for suspect in story.comparison.suspects() {
        let (commit, subject) = commits[usize::from(suspect.at > 0 && suspect.position == 0)];
        let since = Since {
            commit: Some(commit.to_owned()),
            subject: subject.to_owned(),
        };
        story.comparison.blame(suspect, since);
    }
    story
}

/// A gap is closed, nothing else happens.
pub fn passed() -> Story {
    let head = BASE.replace("_tax(amount, rate)", "_tax(amount: int, rate) -> int");
    let settings = GateSettings {
        fail_under: Decimal::from_f64(20.0),
        max_drop: None,
        ..GateSettings::default()
    };
    Story::under(BASE, &head, &settings, &[], false)
}

/// Files can be measured no more.
pub fn inconclusive() -> Story {
    let mut story = Story::new(BASE, BASE);
    for (position, delta) in story.comparison.components.iter_mut().enumerate().take(2) {
        delta.unknown = vec![
            (RepoPath::from("shop/legacy.py"), Lost::ParseErrors(44)),
            (RepoPath::from("shop/model.py"), Lost::LfsPointer),
        ];
        story.comparison.findings.push(Finding::Unmeasured {
            position,
            tolerated: false,
        });
    }
    story
}

/// The definition is made weaker, and code with it.
pub fn weakened() -> Story {
    let alteration = |key: &str, before: &str, after: Option<&str>, effect| Alteration {
        key: key.to_owned(),
        before: Some(before.to_owned()),
        after: after.map(str::to_owned),
        effect,
    };
    let alterations = [
        alteration(
            "component.typed-code.target",
            "0.9",
            Some("0.5"),
            Effect::Weaker,
        ),
        alteration("gate.fail_under", "20", None, Effect::Weaker),
        alteration(
            "component.short-files.weight",
            "1",
            Some("2"),
            Effect::Neutral,
        ),
    ];
    let settings = GateSettings::default();
    Story::under(BASE, BASE, &settings, &alterations, false)
}
