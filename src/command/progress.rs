//! The progress bar: on standard error, only on a terminal, only for work that takes a while.

use std::io::IsTerminal as _;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::survey::Watch;

/// Shorter work needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);
/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// A bar that is drawn until this is dropped.
pub(super) struct Bar {
    /// Closing it ends the thread.
    stop: Option<Sender<()>>,
    painter: Option<JoinHandle<()>>,
}

impl Bar {
    /// Watches a run, if there is a terminal to show it on.
    pub fn new(watch: &Arc<Watch>, ascii: bool) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self {
                stop: None,
                painter: None,
            };
        }
        let (stop, stopped) = mpsc::channel::<()>();
        let watch = Arc::clone(watch);
        let painter = std::thread::Builder::new()
            .name("progress".to_owned())
            .spawn(move || {
                if stopped.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                let bar = drawn(ascii);
                while stopped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    let progress = watch.progress();
                    let points = progress.points_made + progress.points_known;
                    let (done, all, message) = if progress.points > 0 {
                        (points, progress.points, "measuring commits")
                    } else if progress.done < progress.files {
                        (progress.done, progress.files, "reading files")
                    } else {
                        (progress.done, progress.files, "reading history, evaluating")
                    };
                    bar.set_length(all);
                    bar.set_position(done);
                    bar.set_message(message);
                    bar.tick();
                }
                bar.finish_and_clear();
            });
        Self {
            stop: Some(stop),
            painter: painter.ok(),
        }
    }
}

fn drawn(ascii: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    // A template that does not parse would be a mistake in the line below; the plain bar serves as well.
    if let Ok(style) =
        ProgressStyle::with_template("{bar:30} {human_pos}/{human_len} {msg} {elapsed}")
    {
        let marks = if ascii { "#>-" } else { "█▌·" };
        bar.set_style(style.progress_chars(marks));
    }
    bar
}

impl Drop for Bar {
    fn drop(&mut self) {
        drop(self.stop.take());
        // The line has to be clean before anything else is printed.
        if let Some(painter) = self.painter.take() {
            let _ = painter.join();
        }
    }
}
