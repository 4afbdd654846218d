//! What the command line writes: answers on standard output, remarks on standard error.
//!
//! Owns: the only lines of this program that reach a terminal. Never: decides what to say.

use std::io::{self, IsTerminal, Write};

use comfy_table::{ContentArrangement, Table, presets};
use serde_json::Value;

use super::failure::Failure;

/// Writes answers for people, or JSON for programs.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    pub json: bool,
}

impl Output {
    /// A line of the answer. A reader that went away ends the command without noise.
    pub fn line(self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(Failure::from_write)
    }

    /// Text that brings its own line ends.
    pub fn text(self, text: &str) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::from_write)
    }

    /// A line of a story that a person reads along with; beside an answer in JSON it is a remark.
    pub fn story(self, text: &str) -> Result<(), Failure> {
        if self.json {
            self.remark(text);
            return Ok(());
        }
        self.line(text)
    }

    /// The whole answer: one JSON document, or whatever `human` says.
    pub fn answer(self, document: &Value, human: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.json {
            return self.line(&document.to_string());
        }
        self.text(&human())
    }

    /// Something a person should know; programs find it on standard error.
    pub fn remark(self, text: &str) {
        // There is nobody left to tell if this fails.
        let _ = writeln!(io::stderr().lock(), "{text}");
    }
}

/// Whether remarks reach a person who watches.
pub fn is_watched() -> bool {
    io::stderr().is_terminal()
}

/// A short table, one line per row, ending in a line end.
pub fn table<const N: usize>(header: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for row in rows {
        table.add_row(row);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}
