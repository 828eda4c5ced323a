//! `quality explain`: what a number is made of.

use std::sync::Arc;
use std::time::Instant;

use super::measured::Measured;
use super::{asked, output, timings};
use crate::cli;
use crate::definition::resolved::resolved;
use crate::error::{Error, Exit};
use crate::path::join;
use crate::report::escape;
use crate::report::explain::{Asked, ExplainReport, Question, format};
use crate::survey::Watch;

/// Runs the command.
pub fn run(arguments: &cli::Explain) -> Result<Exit, Error> {
    let begun = Instant::now();
    let watch = Arc::new(Watch::default());
    let (reporting, measuring) = (&arguments.reporting, &arguments.measuring);
    let outputs = asked::outputs(&arguments.format, reporting, format::parse)?;
    let rev = arguments.rev.as_deref();
    let measured = Measured::new(&arguments.path, rev, measuring, reporting.ascii, &watch)?;
    let subject = arguments.subject.as_deref().unwrap_or("score");
    let path = below(&measured, subject)?;
    let question = match subject {
        _ if arguments.list => Question::List,
        "score" => Question::Score,
        text => Question::Named { text, path: &path },
    };
    let owners = measured.owners();
    let values = resolved(&measured.definition, &measured.text);
    let asked = Asked {
        question,
        most: arguments.number,
        all: arguments.all,
        owners: owners.as_ref(),
        values: &values,
        file: measured.file.as_deref(),
    };
    let explained = watch.time("explain", || {
        ExplainReport::new(measured.inputs(), measured.matter(), &asked)
    });
    let report = explained.map_err(|not_found| Error::Usage {
        message: format!(
            "there is no component, file, directory, class or capture `{}`",
            escape::terminal(subject.as_bytes())
        ),
        hint: match not_found.meant {
            Some(meant) => format!("did you mean `{}`?", escape::terminal(meant.as_bytes())),
            None => "`quality explain --list` names what can be explained".to_owned(),
        },
    })?;
    for output in &outputs {
        let text = output.format.render(&report, &output.style(reporting));
        watch.time("write", || output.write(&text))?;
    }
    if measuring.timings {
        output::tell(&timings::table(&watch, None, begun.elapsed()));
    }
    Ok(Exit::Success)
}

/// What a path means that was typed in the directory the repository was named by, below the root. One that leads out of
/// the repository means nothing in it.
fn below(measured: &Measured, typed: &str) -> Result<Vec<u8>, Error> {
    let outside = || Error::Usage {
        message: format!(
            "{} lies outside the repository",
            escape::terminal(typed.as_bytes())
        ),
        hint: "name a path in it".to_owned(),
    };
    let typed_path = std::path::Path::new(typed);
    if typed_path.is_absolute() {
        let below = typed_path.strip_prefix(&measured.ground.root);
        return Ok(below
            .map_err(|_| outside())?
            .as_os_str()
            .as_encoded_bytes()
            .to_vec());
    }
    let directory = measured.ground.prefix.as_bytes();
    // `file.py:12` is how editors and this program write a place: the file is meant.
    let typed = match typed.rsplit_once(':') {
        Some((file, line))
            if !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            file
        }
        _ => typed,
    };
    let mut path = join(directory, typed.as_bytes()).ok_or_else(outside)?;
    while path.last() == Some(&b'/') {
        path.pop();
    }
    Ok(path)
}
