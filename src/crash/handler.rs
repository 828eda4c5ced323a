//! From the signal to the next beginning. In between only what POSIX allows a handler: no allocation and no lock.

use std::cell::Cell;
use std::ffi::{CString, c_char, c_int, c_void};
use std::marker::PhantomData;
use std::os::unix::ffi::OsStringExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering, compiler_fence};
use std::{mem, ptr};

use super::VARIABLE;

/// What a crash of the thread at fault raises.
const SIGNALS: [c_int; 6] = [
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGSEGV,
    libc::SIGTRAP,
];

/// Bytes of the variable, its name and the final zero included. A path may have 4,096.
const LINE_BYTES: usize = 5_120;

/// The variable, written when it is needed. Bytes that are not written yet are zero.
static LINE: [AtomicU8; LINE_BYTES] = [const { AtomicU8::new(0) }; LINE_BYTES];

static PREPARED: OnceLock<Prepared> = OnceLock::new();

thread_local! {
    /// Without a destructor, so that looking at it is no more than a load.
    static IN_HAND: Cell<Option<InHand>> = const { Cell::new(None) };
}

/// What a thread is reading.
#[derive(Clone, Copy)]
struct InHand {
    content: u128,
    path: *const u8,
    path_bytes: usize,
}

/// While it lives, a crash of this thread is the fault of a content.
pub(super) struct Note<'path>(PhantomData<(&'path [u8], *const u8)>);

impl<'path> Note<'path> {
    pub(super) fn new(path: &'path [u8], content: u128) -> Self {
        IN_HAND.set(Some(InHand {
            content,
            path: path.as_ptr(),
            path_bytes: path.len(),
        }));
        compiler_fence(Ordering::SeqCst);
        Self(PhantomData)
    }
}

impl Drop for Note<'_> {
    fn drop(&mut self) {
        compiler_fence(Ordering::SeqCst);
        IN_HAND.set(None);
    }
}

/// All that beginning again takes.
struct Prepared {
    program: CString,
    /// Each ends with a null; what they point to lives as long as the process.
    arguments: Vec<*const c_char>,
    environment: Vec<*const c_char>,
    /// What the variable says before the content that is added: `0f…,3c…,`.
    earlier: Vec<u8>,
    /// Signals that were blocked at the start: the kernel would hand on those of the handler.
    mask: libc::sigset_t,
    /// What was to be done about each signal before.
    before: Vec<(c_int, libc::sigaction)>,
}

// SAFETY: the pointers are to bytes that are never written again and never freed, and to `LINE`, which is atomic.
unsafe impl Send for Prepared {}
// SAFETY: as above.
unsafe impl Sync for Prepared {}

/// Takes the signals. Where anything that beginning again needs is missing, they are left as they are.
pub(super) fn install(contents: &[u128]) {
    let Some(program) = program() else {
        return;
    };
    let arguments = std::env::args_os().map(OsStringExt::into_vec);
    let variables = std::env::vars_os().filter(|(name, _)| name != VARIABLE);
    let variables = variables.map(|(mut name, value)| {
        name.push("=");
        name.push(value);
        name.into_vec()
    });
    let mut environment = lasting(variables);
    environment.push(LINE.as_ptr().cast());
    let mut arguments = lasting(arguments);
    for list in [&mut arguments, &mut environment] {
        list.push(ptr::null());
    }
    let earlier = contents.iter().map(|content| format!("{content:032x},"));
    let prepared = Prepared {
        program,
        arguments,
        environment,
        earlier: earlier.collect::<String>().into_bytes(),
        mask: mask(),
        before: SIGNALS.iter().map(|signal| action(*signal)).collect(),
    };
    if PREPARED.set(prepared).is_err() {
        return;
    }
    // SAFETY: all zero is a valid action; the handler fits SA_SIGINFO, and does only what a handler may.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = on_crash as extern "C" fn(_, _, _) as *const () as usize;
        // Rust gives each of its threads a second stack: the first may be what is exhausted.
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        for signal in SIGNALS {
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }
}

/// This program, even if its file was replaced meanwhile where that can be said.
fn program() -> Option<CString> {
    if cfg!(target_os = "linux") {
        return Some(c"/proc/self/exe".to_owned());
    }
    let path = std::env::current_exe().ok()?;
    CString::new(path.into_os_string().into_vec()).ok()
}

/// Pointers to texts that are never freed. There is no zero in what the system has given as texts.
fn lasting(texts: impl Iterator<Item = Vec<u8>>) -> Vec<*const c_char> {
    let texts = texts.filter_map(|text| CString::new(text).ok());
    texts.map(|text| text.into_raw().cast_const()).collect()
}

fn mask() -> libc::sigset_t {
    // SAFETY: all zero is a valid set; without a new one the call only tells the present one.
    unsafe {
        let mut mask = mem::zeroed();
        libc::pthread_sigmask(libc::SIG_SETMASK, ptr::null(), &raw mut mask);
        mask
    }
}

fn action(signal: c_int) -> (c_int, libc::sigaction) {
    // SAFETY: all zero is a valid action; without a new one the call only tells the present one.
    unsafe {
        let mut action = mem::zeroed();
        libc::sigaction(signal, ptr::null(), &raw mut action);
        (signal, action)
    }
}

extern "C" fn on_crash(signal: c_int, info: *mut libc::siginfo_t, _: *mut c_void) {
    let Some(prepared) = PREPARED.get() else {
        return;
    };
    // SAFETY: the kernel passes a description of the signal that is valid while the handler runs.
    let is_ours = unsafe { is_ours(info) };
    if let Some(in_hand) = IN_HAND.get()
        && is_ours
    {
        prepared.begin_again(signal, in_hand);
    }
    prepared.stand_back(signal, info);
}

/// Whether this thread raised the signal, by a fault or by ending the process itself. What somebody sends with `kill`
/// says nothing about what is being read.
#[cfg(target_os = "linux")]
unsafe fn is_ours(info: *const libc::siginfo_t) -> bool {
    // SAFETY: the caller passes what the kernel gave; a process number is there if a process sent it.
    unsafe {
        (*info).si_code > 0
            || ((*info).si_code == libc::SI_TKILL && (*info).si_pid() == libc::getpid())
    }
}

#[cfg(not(target_os = "linux"))]
unsafe fn is_ours(_: *const libc::siginfo_t) -> bool {
    true
}

impl Prepared {
    /// Replaces this process by another attempt. Returns if the system does not allow it.
    fn begin_again(&self, signal: c_int, in_hand: InHand) {
        static IS_BEGUN: AtomicBool = AtomicBool::new(false);
        while IS_BEGUN.swap(true, Ordering::SeqCst) {
            // Another thread has crashed too and is about to end this one; its file will be met again.
            // SAFETY: pause only waits.
            unsafe { libc::pause() };
        }
        // SAFETY: the path is borrowed by the note of this thread, which is stopped in between.
        let path = unsafe { std::slice::from_raw_parts(in_hand.path, in_hand.path_bytes) };
        write_line(&self.earlier, signal, in_hand.content, path);
        // SAFETY: both calls are allowed in a handler; the lists end with a null and their texts with a zero.
        unsafe {
            libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.mask, ptr::null_mut());
            libc::execve(
                self.program.as_ptr(),
                self.arguments.as_ptr(),
                self.environment.as_ptr(),
            );
        }
    }

    /// Lets happen what would have happened without us.
    fn stand_back(&self, signal: c_int, info: *const libc::siginfo_t) {
        let before = self.before.iter().find(|(known, _)| *known == signal);
        // SAFETY: the action is one the system gave, and the description of the signal is the kernel's. A fault
        // occurs again when the handler returns; what was sent has to be sent again, and what Rust does about faults
        // would swallow it.
        unsafe {
            if (*info).si_code <= 0 {
                libc::signal(signal, libc::SIG_DFL);
                libc::raise(signal);
            } else if let Some((_, action)) = before {
                libc::sigaction(signal, action, ptr::null_mut());
            }
        }
    }
}

/// Writes the variable: `QUALITY_CRASHED=11 0f…,3c… src/a.rs`.
fn write_line(earlier: &[u8], signal: c_int, content: u128, path: &[u8]) {
    let signal = signal.unsigned_abs();
    let digit = |value: u32| b'0' + (value % 10) as u8;
    let hex = |at: u32| {
        let value = (content >> (4 * at)) as u8 & 15;
        if value < 10 {
            b'0' + value
        } else {
            b'a' + value - 10
        }
    };
    let name = VARIABLE.bytes().chain([b'=']);
    let signal = [digit(signal / 10), digit(signal), b' '];
    let contents = earlier.iter().copied().chain((0..32).rev().map(hex));
    let path = path.iter().copied().take_while(|byte| *byte != 0);
    let text = name.chain(signal).chain(contents).chain([b' ']).chain(path);
    // The last byte stays zero.
    for (cell, byte) in LINE.iter().zip(text).take(LINE_BYTES - 1) {
        cell.store(byte, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Earlier;
    use super::{LINE, LINE_BYTES, VARIABLE, write_line};
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;
    use std::sync::atomic::Ordering;

    #[test]
    fn the_next_attempt_reads_what_the_last_one_wrote() {
        let path = [b"src/a b\xff\n.rs ".as_slice(), &[b'x'; LINE_BYTES]].concat();
        write_line(format!("{:032x},", 7).as_bytes(), 6, u128::MAX - 9, &path);
        let line: Vec<u8> = LINE
            .iter()
            .map(|byte| byte.load(Ordering::Relaxed))
            .take_while(|byte| *byte != 0)
            .collect();
        assert_eq!(line.len(), LINE_BYTES - 1);
        let value = line.strip_prefix(format!("{VARIABLE}=").as_bytes());
        let earlier = Earlier::read(OsString::from_vec(value.unwrap().to_vec())).unwrap();
        assert_eq!(earlier.signal, 6);
        assert_eq!(earlier.contents, [7, u128::MAX - 9]);
        assert!(earlier.path.len() > 4_096 && path.starts_with(&earlier.path));
        for broken in ["", "6", "6 7", "x 7 a", "6 x a", "6 7,, a"] {
            assert_eq!(Earlier::read(broken.into()), None, "{broken}");
        }
    }
}
