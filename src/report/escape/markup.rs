//! Text of a repository in HTML and SVG, as content or between double quotes.

/// Text that is nothing but text to a reader of HTML or XML. What has no place in XML is spelled out.
pub fn markup(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for character in super::terminal(bytes).chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\'' => text.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => text.push_str(&format!("\\u{{{:x}}}", u32::from(character))),
            character => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::markup;

    #[test]
    fn nothing_is_markup() {
        assert_eq!(
            markup(b"<script>\"&'</script>"),
            "&lt;script&gt;&quot;&amp;&#39;&lt;/script&gt;"
        );
        assert_eq!(markup("größer".as_bytes()), "größer");
    }

    #[test]
    fn what_xml_forbids_is_spelled_out() {
        assert_eq!(markup(b"a\0b\x1bc\xff"), r"a\x00b\x1bc\xff");
        assert_eq!(markup("\u{ffff}".as_bytes()), r"\u{ffff}");
        assert_eq!(markup("\u{202e}".as_bytes()), r"\u{202e}");
    }
}
