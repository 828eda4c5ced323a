//! Findings as a report of Checkstyle: XML that Jenkins, SonarQube, reviewdog and most build servers read.

use std::fmt::Write as _;

use super::limit::cut;
use super::{Findings, Severity};
use crate::report::escape::markup;

/// Of the format, not of this program: what is written has been the same since.
const VERSION: &str = "4.3";

/// A document with an element for each file that has open findings.
pub fn render(findings: &Findings) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    text.push_str(&format!("<checkstyle version=\"{VERSION}\">\n"));
    for (path, found) in findings.by_file() {
        text.push_str(&format!("  <file name=\"{}\">\n", markup(path.as_bytes())));
        for finding in found {
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "    <error line=\"{}\" severity=\"{}\" message=\"{}\" source=\"quality.{}\"/>",
                finding.line_or_first(),
                severity(finding.severity),
                markup(cut(&finding.message).as_bytes()),
                // Ids have no signs that mean anything to XML.
                findings.id(finding),
            );
        }
        text.push_str("  </file>\n");
    }
    text.push_str("</checkstyle>\n");
    text
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{finding, findings};
    use super::render;

    #[test]
    fn findings_stand_in_their_files() {
        let mut one = finding(0, "src/a<b>.py", 3);
        one.line = Some(7);
        one.message = "no \"type\" & more".to_owned();
        let found = findings(vec![
            one,
            finding(1, "src/a<b>.py", 1),
            finding(1, "z.py", 2),
        ]);
        assert_eq!(
            render(&found),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<checkstyle version="4.3">
  <file name="src/a&lt;b&gt;.py">
    <error line="1" severity="info" message="1 missing" source="quality.one"/>
    <error line="7" severity="warning" message="no &quot;type&quot; &amp; more" source="quality.zero"/>
  </file>
  <file name="z.py">
    <error line="1" severity="info" message="2 missing" source="quality.one"/>
  </file>
</checkstyle>
"#
        );
    }
}
