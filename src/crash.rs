//! A crash in a grammar costs the file that was read, not the run.
//!
//! Grammars are C: a defect in one of them ends the process, and nothing can be caught. Signals of that kind are raised on
//! the thread that is at fault, which has noted what it reads. So the handler knows the file, puts the name of its content
//! into the environment and has the kernel begin the program again in the same process: same number, same arguments, same
//! open streams, nothing left of the damage. What is named there is lost, everything else is read anew, and output was not
//! written yet, because it is written last. After [`MOST`] such beginnings there is no verdict.
//!
//! Nobody has to watch, no process is started, a signal from outside ends what it always ended, and a run without a crash
//! pays for a hash of each text that is parsed. What this does not cover: being killed, as by a system without memory. That
//! says nothing about a file, and losing one for it would let the score depend on the machine.
#![allow(unsafe_code)]

#[cfg(unix)]
mod handler;

use std::ffi::OsString;
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_128_with_seed;

/// How often a run is begun again.
pub const MOST: usize = 3;

/// Keeps the program from beginning again, so that a debugger or a core dump shows the crash.
pub const SWITCH: &str = "QUALITY_NO_RESTART";

/// Where an attempt tells the next one how it ended: the signal, the contents that are not to be read, and the path of
/// the last of them.
const VARIABLE: &str = "QUALITY_CRASHED";

/// How the attempt before this one ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crashed {
    /// What the signal is called.
    pub signal: String,
    /// The file that was read, below the root; cut if it is very long.
    pub path: Vec<u8>,
    /// Contents that have ended an attempt.
    pub contents: usize,
}

/// What earlier attempts have left.
#[derive(Debug, Default, PartialEq, Eq)]
struct Earlier {
    signal: i32,
    contents: Vec<u128>,
    path: Vec<u8>,
}

static EARLIER: OnceLock<Earlier> = OnceLock::new();

/// Prepares for crashes, and tells how the attempt before this one ended, if there was one. Needed once, before any thread
/// is started.
pub fn install() -> Option<Crashed> {
    let earlier = std::env::var_os(VARIABLE).and_then(Earlier::read);
    let earlier = EARLIER.get_or_init(|| earlier.unwrap_or_default());
    #[cfg(unix)]
    if std::env::var_os(SWITCH).is_none() && earlier.contents.len() <= MOST {
        handler::install(&earlier.contents);
    }
    let contents = earlier.contents.len();
    (contents > 0).then(|| Crashed {
        signal: name_of(earlier.signal),
        path: earlier.path.clone(),
        contents,
    })
}

/// Does work that may crash on a text of a file; none if that has ended an earlier attempt. `kind` tells readings of one
/// text apart.
pub fn guarded<T>(path: &[u8], kind: u8, text: &[u8], work: impl FnOnce() -> T) -> Option<T> {
    let content = xxh3_128_with_seed(text, u64::from(kind));
    if EARLIER
        .get()
        .is_some_and(|earlier| earlier.contents.contains(&content))
    {
        return None;
    }
    #[cfg(unix)]
    let _note = handler::Note::new(path, content);
    #[cfg(debug_assertions)]
    on_purpose(path);
    Some(work())
}

impl Earlier {
    /// Reads what [`handler`] writes: `11 0f…,3c… src/a.rs`.
    fn read(text: OsString) -> Option<Self> {
        let bytes = text.into_encoded_bytes();
        let mut parts = bytes.splitn(3, |byte| *byte == b' ');
        let mut part = || parts.next();
        let signal = std::str::from_utf8(part()?).ok()?.parse().ok()?;
        let contents = std::str::from_utf8(part()?).ok()?.split(',');
        let contents = contents.map(|hex| u128::from_str_radix(hex, 16).ok());
        Some(Self {
            signal,
            contents: contents.collect::<Option<_>>()?,
            path: part()?.to_vec(),
        })
    }
}

#[cfg(unix)]
fn name_of(signal: i32) -> String {
    let name = match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGILL => "SIGILL",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGTRAP => "SIGTRAP",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
}

#[cfg(not(unix))]
fn name_of(signal: i32) -> String {
    format!("signal {signal}")
}

/// Crashes on files whose path contains a text the environment names, so that tests can see what becomes of it. Files with
/// `deep` in their path exhaust the stack, others abort.
#[cfg(debug_assertions)]
fn on_purpose(path: &[u8]) {
    static WANTED: OnceLock<Option<Vec<u8>>> = OnceLock::new();

    fn descend(depth: u64) -> u64 {
        let below = std::hint::black_box([depth; 128]);
        match below {
            [u64::MAX, ..] => 0,
            [above, ..] => above.wrapping_add(descend(depth + 1)),
        }
    }

    let wanted = WANTED.get_or_init(|| {
        let wanted = std::env::var_os("QUALITY_TEST_CRASH");
        wanted.map(OsString::into_encoded_bytes)
    });
    let Some(wanted) = wanted else {
        return;
    };
    let names = |text: &[u8]| memchr::memmem::find(path, text).is_some();
    if names(wanted) {
        if names(b"deep") {
            std::hint::black_box(descend(0));
        }
        std::process::abort();
    }
}
