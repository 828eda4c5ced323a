//! Parsing under a deterministic budget.
use super::Lost;
use crate::languages::Language;
/// Stub.
pub fn parse(language: Language, text: &[u8]) -> Result<tree_sitter::Tree, Lost> {
    let mut p = tree_sitter::Parser::new();
    p.set_language(&language.grammar())
        .map_err(|_| Lost::Internal)?;
    p.parse(text, None).ok_or(Lost::ParseBudget)
}
