//! From bytes to facts: one parse, one query, one fold.

use super::finds::Finds;
use super::role::{Role, SUBJECTS};
use super::{CodePatterns, Facts, Lost, fold, guard, pattern};
use crate::languages::Language;

/// A file whose unparsed share is above this many percent has no facts.
pub const MOST_UNPARSED_PERCENT: u64 = 20;

/// Facts of decoded text (see [`super::decode`]), or why there are none.
///
/// Depends on nothing but its arguments and the versions of grammar, runtime and this crate.
pub fn extract(language: Language, text: &[u8]) -> Result<Facts, Lost> {
    extract_asked(language, text, &CodePatterns::default())
}

/// Facts of decoded text, with what these code patterns find in it. All other facts are those of [`extract`].
pub fn extract_asked(
    language: Language,
    text: &[u8],
    patterns: &CodePatterns,
) -> Result<Facts, Lost> {
    let asked = patterns.of(language);
    let tree = guard::flat_tree(language, text, asked)?;
    let unparsed = u64::from(tree.faults.bytes);
    if unparsed * 100 > MOST_UNPARSED_PERCENT * text.len() as u64 {
        let percent = (unparsed * 100 / (text.len() as u64).max(1)).min(100);
        return Err(Lost::ParseErrors(percent as u8));
    }
    let finds = Finds::new(language, &tree, text)?;
    let (mut facts, functions) = fold::fold(language, text, &finds, &tree.faults);
    if let Some(asked) = asked {
        facts.matches = asked.matches(&tree, text, finds.line_starts(), &functions);
    }
    Ok(facts)
}

/// The capture names of the subjects a language's query uses, sorted.
pub fn subjects_of(language: Language) -> Vec<&'static str> {
    let mut names: Vec<&str> = match pattern::of(language) {
        Ok(patterns) => patterns.roles.iter().filter_map(subject_name).collect(),
        Err(_) => Vec::new(),
    };
    names.sort_unstable();
    names
}

/// The capture names of the subjects found in a text, sorted; none if the text has no facts.
pub fn subjects_found(language: Language, text: &[u8]) -> Vec<&'static str> {
    let finds =
        guard::flat_tree(language, text, None).and_then(|tree| Finds::new(language, &tree, text));
    let mut names: Vec<&str> = finds
        .iter()
        .flat_map(Finds::subjects)
        .filter_map(|subject| subject_name(&Role::Subject(subject)))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The capture name of a subject; none for parts and private captures.
fn subject_name(role: &Role) -> Option<&'static str> {
    match role {
        Role::Subject(subject) => SUBJECTS
            .iter()
            .find(|(known, _)| known == subject)
            .map(|(_, name)| *name),
        Role::Part(_) | Role::Private => None,
    }
}

/// Whether the queries of all languages compile and use legal captures only; the first fault otherwise.
pub fn check_queries() -> Result<(), String> {
    for language in Language::all() {
        let patterns = pattern::of(language).as_ref().map_err(Clone::clone)?;
        patterns
            .check()
            .map_err(|what| format!("{}: {what}", language.dialect()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{check_queries, extract};
    use crate::languages::Language;

    #[test]
    fn every_query_compiles_and_uses_legal_captures() {
        assert_eq!(check_queries(), Ok(()));
    }

    #[test]
    fn statements_are_counted_by_the_lines_on_which_they_begin() {
        let count = |dialect: &str, text: &str| {
            let language = Language::named(dialect).unwrap();
            extract(language, text.as_bytes()).unwrap().lines.statements
        };
        let python = "'''Doc.'''\nimport a; import b\n\n@a.wrap\ndef f(x,\n      y):\n    '''Doc.'''\n    # Why.\n    \
                      if x:\n        return a.call(\n            x)\n    else:\n        pass\n";
        assert_eq!(count("python", python), 6);
        let script = "import a from 'a';\nconst b = {\n  c: 1,\n};\nfunction f() {\n  // Why.\n  for (;;) {\n    a(); b();\n  }\n}\n";
        assert_eq!(count("javascript", script), 3);
        let typed = "interface A {\n  b: number;\n}\ntype C = A;\nexport const d: A = {b: 1};\nif (d) {\n  throw d;\n}\n";
        assert_eq!(count("typescript", typed), 3);
        let rust = "use a::b;\nstruct C {\n    d: u8,\n}\nfn f() -> u8 {\n    let x = 1;\n    match x {\n        1 => 2,\n        \
                    _ => 3,\n    }\n}\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn g() {\n        super::f();\n    }\n}\n";
        assert_eq!(count("rust", rust), 5);
    }
}
