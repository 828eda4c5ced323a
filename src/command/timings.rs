//! `--timings`: where the time of a run went.

use std::time::Duration;

use crate::cache::Counts;
use crate::report::text::grouped;
use crate::survey::{Phase, Progress, Watch};

use super::caching::size;

/// The phases with what they did, one a line.
pub(super) fn table(watch: &Watch, facts: Option<Counts>, total: Duration) -> String {
    let progress = watch.progress();
    let mut text = String::from("timings\n");
    for phase in joined(watch.phases()) {
        let detail = match phase.name {
            "list" => format!("{} files", grouped(progress.files)),
            "files" => files(&phase, &progress, facts),
            "history" => "beside files".to_owned(),
            "points" => format!(
                "{} measured, {} from the cache",
                grouped(progress.points_made),
                grouped(progress.points_known)
            ),
            _ => String::new(),
        };
        text.push_str(row(phase.name, phase.wall, &detail).trim_end());
        text.push('\n');
    }
    let memory =
        peak_memory().map_or_else(String::new, |bytes| format!("peak memory {}", size(bytes)));
    text.push_str(row("total", total, &memory).trim_end());
    text.push('\n');
    text
}

/// Phases of one name as one, where the first of them ended.
fn joined(phases: Vec<Phase>) -> Vec<Phase> {
    let mut joined: Vec<Phase> = Vec::new();
    for phase in phases {
        match joined.iter_mut().find(|known| known.name == phase.name) {
            Some(known) => known.wall += phase.wall,
            None => joined.push(phase),
        }
    }
    joined
}

fn files(phase: &Phase, progress: &Progress, facts: Option<Counts>) -> String {
    let mut detail = format!(
        "{} read ({}), {} parsed ({}",
        grouped(progress.read_files),
        size(progress.read_bytes),
        grouped(progress.parsed_files),
        size(progress.parsed_bytes),
    );
    let seconds = phase.wall.as_secs_f64();
    if progress.parsed_bytes > 0 && seconds > 0.0 {
        let megabytes = progress.parsed_bytes as f64 / 1e6 / seconds;
        detail.push_str(&format!(", {megabytes:.1} MB/s"));
    }
    detail.push(')');
    match facts {
        Some(counts) => detail.push_str(&format!(
            ", {} of {} from the cache ({})",
            grouped(counts.hits),
            grouped(counts.hits + counts.misses),
            size(counts.hit_bytes)
        )),
        None => detail.push_str(", no cache"),
    }
    detail
}

fn row(name: &str, wall: Duration, detail: &str) -> String {
    let milliseconds = wall.as_secs_f64() * 1_000.0;
    format!("  {name:<12}{milliseconds:>9.1} ms  {detail}")
}

/// The most memory this process ever held, in bytes.
#[cfg(unix)]
fn peak_memory() -> Option<u64> {
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the pointer is valid for one rusage, which the call fills if it answers 0; zeros are valid besides.
    #[allow(unsafe_code)]
    let usage = unsafe {
        if libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr()) != 0 {
            return None;
        }
        usage.assume_init()
    };
    let peak = u64::try_from(usage.ru_maxrss).ok()?;
    // macOS counts bytes, all others kibibytes.
    Some(if cfg!(target_os = "macos") {
        peak
    } else {
        peak * 1_024
    })
}

#[cfg(not(unix))]
fn peak_memory() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::table;
    use crate::cache::Counts;
    use crate::survey::Watch;
    use std::time::Duration;

    #[test]
    fn every_phase_has_a_line_and_the_total_is_last() {
        let watch = Watch::default();
        watch.time("list", || ());
        watch.time("files", || ());
        let counts = Counts {
            hits: 1_234,
            misses: 1,
            hit_bytes: 2_048,
        };
        let text = table(&watch, Some(counts), Duration::from_millis(1_500));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "timings");
        assert!(lines[1].starts_with("  list "), "{text}");
        assert!(
            lines[2].contains("1,234 of 1,235 from the cache (2.0 KiB)"),
            "{text}"
        );
        assert!(
            lines[3].starts_with("  total          1500.0 ms  peak memory "),
            "{text}"
        );
        assert!(table(&watch, None, Duration::ZERO).contains(", no cache"));
    }
}
