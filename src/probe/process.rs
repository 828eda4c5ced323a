//! A program that was started for one question, and that is gone afterwards, whatever happens.

use std::io::{self, Read};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process_group, test_kill_process_group, waitid,
};

/// How long a program may take to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long the rest of its group may take to vanish when it is killed.
const VANISHING: Duration = Duration::from_secs(1);
/// Between two looks.
pub(super) const PAUSE: Duration = Duration::from_millis(10);
/// Bytes of an output that are kept: its end.
const KEPT: usize = 8 << 10;

/// A program with a process group of its own. Dropping it ends the whole group.
pub(super) struct Running {
    child: Child,
    /// The group has the number of its first process.
    group: Pid,
    outputs: [Arc<Mutex<Said>>; 2],
    is_over: bool,
}

/// The end of what a program has said.
#[derive(Default)]
struct Said {
    end: Vec<u8>,
    has_said: bool,
    is_closed: bool,
}

impl Said {
    /// Adds what came. The text that is waited for may lie across two pieces.
    fn add(&mut self, piece: &[u8], wanted: Option<&str>) {
        self.end.extend_from_slice(piece);
        let finds = |wanted: &str| memchr::memmem::find(&self.end, wanted.as_bytes()).is_some();
        self.has_said |= wanted.is_some_and(finds);
        let surplus = self.end.len().saturating_sub(KEPT);
        self.end.drain(..surplus);
    }
}

impl Running {
    /// Starts a program. `wanted` is a text to look for in its outputs.
    pub fn start(
        command: &[String],
        directory: &Path,
        env: &[(String, String)],
        wanted: Option<&str>,
    ) -> io::Result<Self> {
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| io::Error::other("there is no command"))?;
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(directory)
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let outputs = [Arc::default(), Arc::default()];
        let pipes: [Option<Box<dyn Read + Send>>; 2] = [
            child.stdout.take().map(|pipe| Box::new(pipe) as _),
            child.stderr.take().map(|pipe| Box::new(pipe) as _),
        ];
        let running = Self {
            group: Pid::from_child(&child),
            child,
            outputs,
            is_over: false,
        };
        for (pipe, said) in pipes.into_iter().zip(&running.outputs) {
            if let Some(pipe) = pipe {
                let said = Arc::clone(said);
                let wanted = wanted.map(str::to_owned);
                // Nobody waits for it: what left the group may hold the pipe open for ever.
                thread::Builder::new().spawn(move || listen(pipe, &said, wanted.as_deref()))?;
            }
        }
        Ok(running)
    }

    /// Whether the program itself has ended. It is left a zombie, so that its number is nobody else's yet.
    pub fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        !matches!(waitid(WaitId::Pid(self.group), options), Ok(None))
    }

    /// Whether it has said what was waited for.
    pub fn has_said(&self) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|said| said.lock().unwrap_or_else(PoisonError::into_inner).has_said)
    }

    /// The end of what a program that is over has said: that of its output, then that of its errors.
    pub fn last_words(&self) -> Vec<u8> {
        // What it wrote may still be on its way; what it started may hold the pipes open.
        wait_until(VANISHING, || {
            let mut outputs = self.outputs.iter();
            !self.has_ended()
                || outputs.all(|said| {
                    said.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .is_closed
                })
        });
        let ends = self.outputs.iter().map(|said| {
            let said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.end.clone()
        });
        ends.collect::<Vec<_>>().concat()
    }

    /// Asks the group to end, and kills what is left of it once its first process is gone or patience is.
    fn end(&mut self) {
        if std::mem::replace(&mut self.is_over, true) {
            return;
        }
        // An error says that there is no such group any more.
        let _ = kill_process_group(self.group, Signal::TERM);
        wait_until(PATIENCE, || self.has_ended());
        let _ = kill_process_group(self.group, Signal::KILL);
        // Killed, it ends; only now is its number given back.
        let _ = self.child.wait();
        wait_until(VANISHING, || test_kill_process_group(self.group).is_err());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
    }
}

fn wait_until(limit: Duration, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() && begun.elapsed() < limit {
        thread::sleep(PAUSE);
    }
}

fn listen(mut pipe: impl Read, said: &Mutex<Said>, wanted: Option<&str>) {
    let mut piece = [0; 4_096];
    loop {
        let read = pipe.read(&mut piece);
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(length) if length > 0 => said.add(&piece[..length], wanted),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(_) | Err(_) => {
                said.is_closed = true;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Said};

    #[test]
    fn a_text_is_found_across_pieces_and_only_the_end_is_kept() {
        let mut said = Said::default();
        said.add(&vec![b'x'; 3 * KEPT], Some("listening"));
        said.add(b"liste", Some("listening"));
        assert!(!said.has_said);
        said.add(b"ning", Some("listening"));
        assert!(said.has_said && said.end.len() == KEPT && said.end.ends_with(b"listening"));
    }
}
