//! Text of a repository in a table that a spreadsheet opens.

/// A field of a table as RFC 4180 has it. What a spreadsheet would take for a formula gets a `'` in front.
pub fn csv(text: &str) -> String {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let guard = if is_formula { "'" } else { "" };
    if text.contains(['"', ',', '\r', '\n', ';', '\t']) || text.trim() != text {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
}

#[cfg(test)]
mod tests {
    use super::csv;

    #[test]
    fn a_field_is_quoted_where_it_must_be() {
        assert_eq!(csv("src/app"), "src/app");
        assert_eq!(csv(""), "");
        assert_eq!(csv("a,b"), "\"a,b\"");
        assert_eq!(csv("say \"x\""), "\"say \"\"x\"\"\"");
        assert_eq!(csv("a\r\nb"), "\"a\r\nb\"");
        assert_eq!(csv(" a"), "\" a\"");
    }

    #[test]
    fn nothing_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "＝1"] {
            assert_eq!(csv(text), format!("'{text}"));
        }
        assert_eq!(csv("=HYPERLINK(\"x\",1)"), "\"'=HYPERLINK(\"\"x\"\",1)\"");
        assert_eq!(csv("\t=1"), "\"'\t=1\"");
    }
}
