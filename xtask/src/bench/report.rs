//! What was measured, and the ratios that may be written down.

use std::fmt;
use std::time::Duration;

#[derive(Default)]
pub(super) struct Report {
    /// Appending fdatasyncs per second of this disk, in this run.
    pub(super) fdatasync: f64,
    lines: Vec<Line>,
    ratios: Vec<(String, f64)>,
}

struct Line {
    name: String,
    figure: String,
    note: String,
}

impl Report {
    pub(super) fn rate(&mut self, name: &str, per_second: f64, latencies: Option<(Duration, Duration)>) {
        let note = latencies.map_or(String::new(), |(p50, p99)| {
            format!("p50 {:.2} ms, p99 {:.2} ms", p50.as_secs_f64() * 1e3, p99.as_secs_f64() * 1e3)
        });
        self.add(name, format!("{per_second:.0}/s"), note);
    }

    pub(super) fn time(&mut self, name: &str, time: Duration, note: impl Into<String>) {
        self.add(name, format!("{:.1} ms", time.as_secs_f64() * 1e3), note.into());
    }

    pub(super) fn add(&mut self, name: &str, figure: impl Into<String>, note: impl Into<String>) {
        let line = Line { name: name.to_owned(), figure: figure.into(), note: note.into() };
        eprintln!("{line}");
        self.lines.push(line);
    }

    pub(super) fn ratio(&mut self, name: &str, ratio: f64) {
        self.ratios.push((name.to_owned(), ratio));
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<58} {:>12}  {}", self.name, self.figure, self.note)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nfigures of this run")?;
        for line in &self.lines {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "\nratios of this run")?;
        for (name, ratio) in &self.ratios {
            writeln!(f, "  {name:<58} {ratio:>12.2}")?;
        }
        Ok(())
    }
}
