//! `quality init`: propose a definition that fits what a repository already does, and write it if somebody says so.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::Path;
use std::sync::Arc;

use super::progress::Bar;
use super::{asked, caching, output};
use crate::adoption::{self, Proposal, Surroundings, goals};
use crate::cli;
use crate::definition::{self, Definition, FILE_NAME};
use crate::error::{Error, Exit, shown};
use crate::evaluation::{Evaluation, evaluate};
use crate::evidence::coverage;
use crate::path::RepoPath;
use crate::report::adoption::{Adopted, Fate, ci, next, summary};
use crate::report::escape;
use crate::report::text::Style;
use crate::source;
use crate::survey::{self, Ground, Snapshot, Survey, Watch};

/// Most goals that are named.
const GOALS: usize = 3;
/// Largest definition that is added to.
const LARGEST: u64 = 1 << 20;

/// Runs the command.
pub fn run(arguments: &cli::Init) -> Result<Exit, Error> {
    let ground = survey::ground(&arguments.path)?;
    if ground
        .repository()
        .is_ok_and(|repository| repository.is_bare())
    {
        return Err(Error::Usage {
            message: "a bare repository has no work tree for a definition to lie in".to_owned(),
            hint: "run it in a clone".to_owned(),
        });
    }
    let file = ground.root.join(FILE_NAME);
    let existing = existing(&file)?;
    let surveyor = Surveyor {
        ground: &ground,
        arguments,
    };
    let bar_watch = Arc::new(Watch::default());
    let bar = Bar::new(&bar_watch, arguments.ascii);
    let builtin = Definition::builtin();
    let survey = surveyor.survey(&builtin, &bar_watch)?;
    let threads = surveyor.threads();
    let evaluation = evaluate(&builtin, &survey.codebase, threads);
    let around = surroundings(&ground, &survey);
    let mut proposal = adoption::propose(&around, &survey.codebase, &evaluation);
    let is_new = existing.is_none() || arguments.force;
    let (text, kept) = match existing.as_deref().filter(|_| !is_new) {
        None => (
            adoption::definition(&proposal, &arguments.schema),
            Vec::new(),
        ),
        Some(existing) => {
            let addition = adoption::addition(&proposal, existing);
            (format!("{existing}{}", addition.text), addition.kept)
        }
    };
    let proposed = read(&text)?;
    let (survey, evaluation) = if adoption::sees_the_same(&proposed) {
        let evaluation = evaluate(&proposed, &survey.codebase, threads);
        (survey, evaluation)
    } else {
        let survey = surveyor.survey(&proposed, &bar_watch)?;
        let evaluation = evaluate(&proposed, &survey.codebase, threads);
        (survey, evaluation)
    };
    drop(bar);
    // What only the score can suggest is asked once there is one; comments change no number.
    if let (true, Some(score)) = (
        proposed.gate.fail_under.is_none(),
        &evaluation.repository.score,
    ) {
        proposal
            .questions
            .push(adoption::bar(score.floor_hundred(1)));
    }
    let text = if is_new {
        adoption::definition(&proposal, &arguments.schema)
    } else {
        text
    };
    let spoken = Spoken {
        arguments,
        proposal: &proposal,
        evaluation: &evaluation,
        kept: &kept,
    };
    let exit = match existing.as_deref().filter(|_| !is_new) {
        None => spoken.settle(&file, &text),
        Some(existing) => spoken.settle_addition(&file, existing, &text),
    };
    // The program is about to end: giving back millions of small pieces would only take time.
    std::mem::forget((survey, evaluation));
    exit
}

/// The text of a definition that is there. An empty file says nothing: a shell makes one for `quality init > quality.toml`.
fn existing(file: &Path) -> Result<Option<String>, Error> {
    if file.symlink_metadata().is_err() {
        return Ok(None);
    }
    let failed = |reason: &str| Error::Read {
        path: shown(file),
        reason: reason.to_owned(),
    };
    let bytes = source::safe_read(file, LARGEST)
        .map_err(|_| failed("it is no ordinary file of at most 1 MiB"))?;
    let text = String::from_utf8(bytes).map_err(|_| failed("it is not UTF-8"))?;
    Ok(Some(text).filter(|text| !text.trim().is_empty()))
}

/// What is proposed has to be read as it was meant.
fn read(text: &str) -> Result<Definition, Error> {
    Ok(definition::parse(text.as_bytes(), FILE_NAME)?)
}

struct Surveyor<'a> {
    ground: &'a Ground,
    arguments: &'a cli::Init,
}

impl Surveyor<'_> {
    fn threads(&self) -> usize {
        asked::processors(self.arguments.threads)
    }

    fn survey(&self, definition: &Definition, watch: &Arc<Watch>) -> Result<Survey, Error> {
        let ground = self.ground;
        let cache = caching::open(&self.arguments.caching);
        let inventory = survey::inventory(
            ground,
            Snapshot::WorkTree,
            definition,
            self.threads(),
            cache.is_some(),
            watch,
        )?;
        if inventory.is_empty() {
            return Err(ground.nothing_scanned(&self.arguments.path));
        }
        let memory = cache.and_then(|cache| caching::memory(cache, ground, &inventory));
        let options = survey::Options {
            watch,
            with_history: true,
            threads: self.threads(),
            memory: memory.as_ref(),
            carried: None,
        };
        let survey = survey::survey(ground, definition, inventory, options)?;
        caching::finish(memory.as_ref());
        Ok(survey)
    }
}

/// What is known beside the code.
fn surroundings(ground: &Ground, survey: &Survey) -> Surroundings {
    let branch = ground.repository().ok().and_then(|repository| {
        let (name, _) = repository.default_branch()?;
        // `origin/main` is `main` on the server.
        let local = name.split_once('/').map(|(_, branch)| branch.to_owned());
        Some(local.unwrap_or(name))
    });
    let stray_reports = if survey.codebase.coverage.reports.is_empty() {
        let wanted = |path: &RepoPath| coverage::is_named_like_a_report(path);
        source::find_beside(&ground.root, b"", wanted).0
    } else {
        Vec::new()
    };
    Surroundings {
        repository: ground.name(),
        default_branch: branch,
        stray_reports,
    }
}

/// A proposal and how it is talked about.
struct Spoken<'a> {
    arguments: &'a cli::Init,
    proposal: &'a Proposal,
    evaluation: &'a Evaluation,
    kept: &'a [String],
}

impl Spoken<'_> {
    /// A definition where there is none, or where the one there is to be replaced.
    fn settle(&self, file: &Path, text: &str) -> Result<Exit, Error> {
        if self.arguments.yes {
            output::to_file(file, text)?;
            return self.close(true, Fate::Written);
        }
        output::to_stdout(text)?;
        if !can_ask() {
            return self.close(false, Fate::Printed);
        }
        self.say(true, &format!("\n{}", self.body(true)))?;
        if ask(&format!("\nWrite {}?", shown(file)))? {
            output::to_file(file, text)?;
            self.say(
                true,
                &next(&self.adopted(), Fate::Written, &self.style(true)),
            )?;
        }
        Ok(Exit::Success)
    }

    /// What is to be added to one that is there.
    fn settle_addition(&self, file: &Path, existing: &str, text: &str) -> Result<Exit, Error> {
        let added = text.strip_prefix(existing).unwrap_or_default();
        if added.is_empty() {
            return self.close(true, Fate::Complete);
        }
        if self.arguments.add && self.arguments.yes {
            output::to_file(file, text)?;
            return self.close(true, Fate::Added);
        }
        output::to_stdout(added.trim_start_matches('\n'))?;
        if !self.arguments.add || !can_ask() {
            return self.close(can_ask(), Fate::Addable);
        }
        self.say(true, &format!("\n{}", self.body(true)))?;
        if ask(&format!("\nAdd this to {}?", shown(file)))? {
            output::to_file(file, text)?;
            self.say(true, &next(&self.adopted(), Fate::Added, &self.style(true)))?;
        }
        Ok(Exit::Success)
    }

    /// Ends with all there is to say: on standard output, or beside it where that holds the definition.
    fn close(&self, to_stdout: bool, fate: Fate) -> Result<Exit, Error> {
        let last = next(&self.adopted(), fate, &self.style(to_stdout));
        self.say(to_stdout, &format!("{}{last}", self.body(to_stdout)))?;
        Ok(Exit::Success)
    }

    fn say(&self, to_stdout: bool, text: &str) -> Result<(), Error> {
        if to_stdout {
            return output::to_stdout(text);
        }
        output::tell(text);
        Ok(())
    }

    fn body(&self, to_stdout: bool) -> String {
        let style = self.style(to_stdout);
        let adopted = self.adopted();
        let goals = goals(self.evaluation, GOALS);
        let adopted = Adopted {
            goals: &goals,
            ..adopted
        };
        format!("{}{}", summary(&adopted, &style), ci(self.proposal, &style))
    }

    fn adopted(&self) -> Adopted<'_> {
        Adopted {
            proposal: self.proposal,
            evaluation: self.evaluation,
            goals: &[],
            kept: self.kept,
            place: self.place(),
        }
    }

    /// The path as it can be typed again.
    fn place(&self) -> &str {
        let path = self.arguments.path.to_str().unwrap_or_default();
        let is_plain = escape::shell(path.as_bytes()).is_some_and(|typed| typed == path);
        if path == "." || !is_plain { "" } else { path }
    }

    fn style(&self, to_stdout: bool) -> Style {
        asked::style_of(to_stdout, self.arguments.color, self.arguments.ascii)
    }
}

/// Whether somebody is there to answer.
fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
}

/// Asks; an empty answer is a yes, the end of input a no.
fn ask(question: &str) -> Result<bool, Error> {
    output::to_stdout(&format!("{question} [Y/n] "))?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer);
    if matches!(read, Ok(0) | Err(_)) {
        let _ = writeln!(std::io::stdout());
        return Ok(false);
    }
    let answer = answer.trim().to_lowercase();
    Ok(matches!(answer.as_str(), "" | "y" | "yes"))
}
