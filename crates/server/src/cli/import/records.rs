//! Files as records: CSV with a header, or JSON Lines. Both become named cells of text.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::columns;
use crate::app::import::{MAX_PROBLEMS, MAX_ROWS, Table};
use crate::cli::failure::Failure;

/// One row, with its cells by column. Empty cells are absent.
pub(super) struct Record<'f> {
    pub file: &'f Path,
    pub line: u64,
    pub cells: BTreeMap<String, String>,
}

/// What is wrong, and exactly where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub file: PathBuf,
    pub line: u64,
    /// Empty where the line as a whole is wrong.
    pub column: String,
    /// Absent where the column itself is wrong.
    pub value: Option<String>,
    pub message: String,
}

impl Fault {
    pub(super) fn document(&self) -> Value {
        json!({
            "file": self.file.display().to_string(), "line": self.line, "column": self.column,
            "value": self.value, "message": self.message,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file.display(), self.line)?;
        if !self.column.is_empty() {
            write!(f, "{}: ", self.column)?;
        }
        if let Some(value) = &self.value {
            write!(f, "{value:?}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Gives every record of a file to `each`, until there are too many faults to tell.
pub(super) fn read(
    path: &Path,
    table: Table,
    faults: &mut Vec<Fault>,
    mut each: impl FnMut(&Record<'_>, &mut Vec<Fault>),
) -> Result<(), Failure> {
    let file = File::open(path).map_err(|error| Failure::Failed(format!("{}: {error}", path.display())))?;
    let mut rows = 0;
    let mut each = |record: &Record<'_>, faults: &mut Vec<Fault>| {
        rows += 1;
        if rows > MAX_ROWS {
            let message = format!("there must not be more than {MAX_ROWS} rows");
            faults.push(whole(path, record.line, message));
            return false;
        }
        each(record, faults);
        faults.len() < MAX_PROBLEMS
    };
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => csv(path, file, table, faults, &mut each),
        Some("jsonl" | "ndjson") => json_lines(path, file, table, faults, &mut each),
        _ => {
            let text = "must end in .csv, .jsonl or .ndjson, for that says what it holds";
            return Err(Failure::Usage(format!("{}: {text}", path.display())));
        }
    }
    Ok(())
}

type Each<'e> = dyn FnMut(&Record<'_>, &mut Vec<Fault>) -> bool + 'e;

fn csv(path: &Path, file: File, table: Table, faults: &mut Vec<Fault>, each: &mut Each<'_>) {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_owned).collect(),
        Err(error) => return faults.push(whole(path, 1, error.to_string())),
    };
    let before = faults.len();
    check_header(path, table, &header, faults);
    if faults.len() > before {
        return;
    }
    for row in reader.records() {
        let row = match row {
            Ok(row) => row,
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                faults.push(whole(path, line, "is not UTF-8 or not CSV"));
                return;
            }
        };
        let line = row.position().map_or(0, csv::Position::line);
        if row.len() == header.len() {
            let cells = header.iter().cloned().zip(row.iter().map(str::to_owned));
            let cells = cells.filter(|(_, value)| !value.is_empty()).collect();
            if !each(&Record { file: path, line, cells }, faults) {
                return;
            }
        } else {
            let message = format!("has {} cells, the header has {}", row.len(), header.len());
            faults.push(whole(path, line, message));
        }
        if faults.len() >= MAX_PROBLEMS {
            return;
        }
    }
}

fn check_header(path: &Path, table: Table, header: &[String], faults: &mut Vec<Fault>) {
    for (index, column) in header.iter().enumerate() {
        if !columns::known(table).contains(&column.as_str()) {
            faults.push(unknown(path, 1, table, column));
        } else if header[..index].contains(column) {
            faults.push(of_column(path, 1, column, "the column stands here twice"));
        }
    }
    for column in columns::required(table) {
        if !header.iter().any(|name| name == column) {
            faults.push(of_column(path, 1, column, "the column is missing"));
        }
    }
}

fn json_lines(path: &Path, file: File, table: Table, faults: &mut Vec<Fault>, each: &mut Each<'_>) {
    for (line, text) in (1..).zip(BufReader::new(file).lines()) {
        let text = match text {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => text,
            Err(error) => return faults.push(whole(path, line, error.to_string())),
        };
        match serde_json::from_str::<Map<String, Value>>(&text) {
            Err(error) => faults.push(whole(path, line, format!("is not a JSON object: {error}"))),
            Ok(fields) => {
                let before = faults.len();
                let cells = cells(path, line, table, fields, faults);
                if faults.len() == before && !each(&Record { file: path, line, cells }, faults) {
                    return;
                }
            }
        }
        if faults.len() >= MAX_PROBLEMS {
            return;
        }
    }
}

/// Fields as cells: lists of texts are joined as they stand in CSV.
fn cells(
    path: &Path,
    line: u64,
    table: Table,
    fields: Map<String, Value>,
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, String> {
    let mut cells = BTreeMap::new();
    for (column, value) in fields {
        if !columns::known(table).contains(&column.as_str()) {
            faults.push(unknown(path, line, table, &column));
            continue;
        }
        let text = match &value {
            Value::Null => continue,
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(truth) => Some(truth.to_string()),
            Value::Array(list) => {
                list.iter().map(Value::as_str).collect::<Option<Vec<_>>>().map(|list| list.join(";"))
            }
            Value::Object(_) => None,
        };
        match text {
            Some(text) if text.is_empty() => {}
            Some(text) => {
                cells.insert(column, text);
            }
            None => {
                let message = "must be a text, a number, true, false, or a list of texts".to_owned();
                faults.push(Fault {
                    file: path.to_owned(),
                    line,
                    column,
                    value: Some(value.to_string()),
                    message,
                });
            }
        }
    }
    cells
}

fn whole(path: &Path, line: u64, message: impl Into<String>) -> Fault {
    of_column(path, line, "", message)
}

fn of_column(path: &Path, line: u64, column: &str, message: impl Into<String>) -> Fault {
    let (column, message) = (column.to_owned(), message.into());
    Fault { file: path.to_owned(), line, column, value: None, message }
}

fn unknown(path: &Path, line: u64, table: Table, column: &str) -> Fault {
    let known = columns::known(table).join(", ");
    of_column(path, line, column, format!("unknown column; there are {known}"))
}
