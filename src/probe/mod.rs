//! The probe: a program is started for each question, asked once, and ended. The only place that starts anything.
//!
//! Times are those of a process that has just been started, not of a machine that has: its caches, databases and other
//! services stay warm. The clock runs from before the connection to the last byte of the answer. Source:
//! DEFINITIONS.md section 6.

mod http;
mod process;
mod results;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::definition::probe::PORT;
use crate::definition::{Probe, Ready, Request};

use process::{PAUSE, Running};
use results::median;

pub use results::{FORMAT, LABEL, Measured, Results, VERSION};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(60);
/// How long one look whether a program is ready may take.
const LOOK: Duration = Duration::from_secs(1);

/// Why nothing was measured.
#[derive(Debug)]
pub enum Trouble {
    /// Somebody sent this signal.
    Interrupted(i32),
    /// The program did not become ready.
    Start {
        /// A clause.
        reason: String,
        /// The end of what it said.
        said: Vec<u8>,
    },
}

/// Whether somebody wants to stop: the number of the signal, 0 for none.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<AtomicUsize>);

impl Stop {
    /// From now on, signals that would end this program are noted here, so that what it started is ended before it.
    ///
    /// # Errors
    /// The system does not let us.
    pub fn of_signals() -> std::io::Result<Self> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

        let stop = Self::default();
        for signal in [SIGHUP, SIGINT, SIGTERM] {
            let number = usize::try_from(signal).unwrap_or(1);
            signal_hook::flag::register_usize(signal, Arc::clone(&stop.0), number)?;
        }
        Ok(stop)
    }

    fn signal(&self) -> Option<i32> {
        let number = i32::try_from(self.0.load(Ordering::Relaxed)).ok();
        number.filter(|number| *number != 0)
    }

    fn is_wanted(&self) -> bool {
        self.signal().is_some()
    }

    fn check(&self) -> Result<(), Trouble> {
        self.signal()
            .map_or(Ok(()), |signal| Err(Trouble::Interrupted(signal)))
    }
}

/// Ends this program as the signal would have.
pub fn end_by(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

/// Asks an endpoint as often as there are runs, each time a program that was started for it. The first answer that is
/// not as it should be is the last.
///
/// # Errors
/// The program does not start, or somebody wants to stop. Whatever happens, nothing that was started is left.
pub fn measure(
    probe: &Probe,
    root: &Path,
    request: &Request,
    runs: u32,
    stop: &Stop,
) -> Result<Measured, Trouble> {
    let mut times = Vec::new();
    let mut starts = Vec::new();
    let mut failure = None;
    while failure.is_none() && times.len() < runs as usize {
        let (running, port, start) = started(probe, root, stop)?;
        starts.push(micros(start));
        let answer = http::ask(port, request, ANSWER, stop);
        drop(running);
        stop.check()?;
        match answer {
            Ok((time, status)) if request.expects(status) => times.push(micros(time)),
            Ok((_, status)) => {
                let expected = match request.expect_status {
                    Some(status) => status.to_string(),
                    None => "200 to 299".to_owned(),
                };
                failure = Some(format!("status {status}, {expected} is expected"));
            }
            Err(reason) => failure = Some(reason),
        }
    }
    let runs = starts.len();
    if failure.is_some() {
        times.clear();
    }
    Ok(Measured {
        endpoint: request.endpoint(),
        name: request.name.clone(),
        runs,
        min_us: times.iter().min().copied(),
        max_us: times.iter().max().copied(),
        median_us: median(times),
        ready_median_us: median(starts),
        failure,
    })
}

/// A program that is ready, the port it listens on, and how long it took to be.
fn started(probe: &Probe, root: &Path, stop: &Stop) -> Result<(Running, u16, Duration), Trouble> {
    stop.check()?;
    let failed = |reason: String| Trouble::Start {
        reason,
        said: Vec::new(),
    };
    let port = free_port().map_err(|error| failed(format!("there is no free port: {error}")))?;
    let number = port.to_string();
    let fill = |text: &String| text.replace(PORT, &number);
    let command: Vec<String> = probe.command.iter().map(fill).collect();
    let env: Vec<(String, String)> = probe
        .env
        .iter()
        .map(|(name, value)| (name.clone(), fill(value)))
        .collect();
    let wanted = match &probe.ready {
        Ready::Log(text) => Some(text.as_str()),
        Ready::Tcp | Ready::Http { .. } => None,
    };
    let begun = Instant::now();
    let running = Running::start(&command, &root.join(&probe.cwd), &env, wanted)
        .map_err(|error| failed(format!("it cannot be started: {error}")))?;
    let limit = Duration::from_secs(u64::from(probe.ready_timeout_s));
    let refused = |running: &Running, reason: String| Trouble::Start {
        reason,
        said: running.last_words(),
    };
    loop {
        stop.check()?;
        let is_ready = match &probe.ready {
            Ready::Tcp => TcpStream::connect_timeout(&address(port), LOOK).is_ok(),
            Ready::Http { path, status } => {
                let answer = http::ask(port, &Request::get(path), LOOK, stop);
                answer.is_ok_and(|(_, found)| found == *status)
            }
            Ready::Log(_) => running.has_said(),
        };
        let took = begun.elapsed();
        // Somebody else may answer at that port.
        if running.has_ended() {
            return Err(refused(&running, "it ended before it was ready".to_owned()));
        }
        if is_ready {
            return Ok((running, port, took));
        }
        if took > limit {
            let reason = format!("it was not ready within {} s", probe.ready_timeout_s);
            return Err(refused(&running, reason));
        }
        thread::sleep(PAUSE);
    }
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

/// A port nobody listens on right now.
fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(address(0))?.local_addr()?.port())
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
