//! `exeunt import`: files of rows into `App::import`, and its problems back to files and lines.

mod columns;
mod records;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::{Output, is_watched};
use super::place::{Desk, Place};
use crate::app::import::{Import as Rows, ImportError, Imported, MAX_PROBLEMS, Table};
use crate::clock;
use records::{Fault, Record};

/// How often the progress bar is redrawn.
const REDRAW_MS: u64 = 100;

#[derive(Clone, Debug, Default, clap::Args)]
pub struct Import {
    /// Files named users, groups, assets or accounts, ending in .csv, .jsonl or .ndjson
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,

    /// File with users, whatever its name
    #[arg(long, value_name = "FILE")]
    pub users: Vec<PathBuf>,

    /// File with groups
    #[arg(long, value_name = "FILE")]
    pub groups: Vec<PathBuf>,

    /// File with assets
    #[arg(long, value_name = "FILE")]
    pub assets: Vec<PathBuf>,

    /// File with accounts on platforms
    #[arg(long, value_name = "FILE")]
    pub accounts: Vec<PathBuf>,
}

impl Import {
    /// Every file with its table, in the order in which they are read.
    fn tables(&self) -> Result<Vec<(Table, PathBuf)>, Failure> {
        let named = [
            (Table::Groups, &self.groups),
            (Table::Users, &self.users),
            (Table::Assets, &self.assets),
            (Table::Accounts, &self.accounts),
        ];
        let of = |(table, paths): (Table, &Vec<PathBuf>)| {
            paths.iter().map(move |path| (table, path.clone())).collect::<Vec<_>>()
        };
        let mut tables: Vec<(Table, PathBuf)> = named.into_iter().flat_map(of).collect();
        for path in &self.files {
            let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let table = columns::table_named(stem).ok_or_else(|| {
                let text =
                    "which table is in it? Name it users, groups, assets or accounts, or use --users FILE";
                Failure::Usage(format!("{}: {text}", path.display()))
            })?;
            tables.push((table, path.clone()));
        }
        if tables.is_empty() {
            return Err(Failure::Usage("no file was named".to_owned()));
        }
        Ok(tables)
    }

    /// Every row of every file, or every fault.
    fn read(&self, output: Output) -> Result<Read, Failure> {
        let read = Read::all(&self.tables()?)?;
        if read.faults.is_empty() { Ok(read) } else { Err(refuse(output, read.faults)) }
    }
}

pub(super) fn run(place: &Place, import: &Import) -> Result<(), Failure> {
    let read = import.read(place.output())?;
    place.at_desk(async |desk: &Desk| add(desk, read).await)
}

/// Imports files that are named after their tables.
pub(crate) async fn files(desk: &Desk, files: Vec<PathBuf>) -> Result<(), Failure> {
    let import = Import { files, ..Import::default() };
    add(desk, import.read(desk.output)?).await
}

/// Where a row came from.
struct Origin {
    table: Table,
    file: usize,
    line: u64,
}

/// Rows of all files, with the place of each.
#[derive(Default)]
struct Read {
    rows: Rows,
    files: Vec<PathBuf>,
    origins: Vec<Origin>,
    faults: Vec<Fault>,
}

impl Read {
    fn all(tables: &[(Table, PathBuf)]) -> Result<Self, Failure> {
        let mut read = Self::default();
        for (table, path) in tables {
            read.file(*table, path)?;
        }
        Ok(read)
    }

    fn file(&mut self, table: Table, path: &Path) -> Result<(), Failure> {
        let file = self.files.len();
        self.files.push(path.to_owned());
        let mut faults = Vec::new();
        records::read(path, table, &mut faults, |record: &Record<'_>, faults| {
            if columns::take(table, record, &mut self.rows, faults) {
                self.origins.push(Origin { table, file, line: record.line });
            }
        })?;
        faults.truncate(MAX_PROBLEMS);
        self.faults.append(&mut faults);
        Ok(())
    }

    /// The file and line of the `row`-th row of a table.
    fn origin(&self, table: Table, row: usize) -> (PathBuf, u64) {
        let origin = self.origins.iter().filter(|origin| origin.table == table).nth(row);
        origin.map_or_else(Default::default, |origin| (self.files[origin.file].clone(), origin.line))
    }
}

async fn add(desk: &Desk, mut read: Read) -> Result<(), Failure> {
    let begun = clock::instant();
    let rows = std::mem::take(&mut read.rows);
    let written = Arc::new(AtomicUsize::new(0));
    let bar = Bar::start(rows.rows(), &written);
    let added = desk.app.import(&desk.caller, rows, written).await;
    bar.finish();
    match added {
        Ok(imported) => tell(desk.output, imported, begun.elapsed()),
        Err(ImportError::Other(error)) => Err(error.into()),
        Err(ImportError::Problems(problems)) => {
            let fault = |problem: crate::app::import::Problem| {
                let (file, line) = read.origin(problem.table, problem.row);
                Fault {
                    file,
                    line,
                    column: problem.column.to_owned(),
                    value: Some(problem.value),
                    message: problem.message,
                }
            };
            let mut faults: Vec<Fault> = problems.into_iter().map(fault).collect();
            faults.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
            Err(refuse(desk.output, faults))
        }
    }
}

fn tell(output: Output, imported: Imported, took: Duration) -> Result<(), Failure> {
    let Imported { groups, users, assets, accounts } = imported;
    let document = json!({ "groups": groups, "users": users, "assets": assets, "accounts": accounts });
    output.answer(&document, || {
        let count = |noun: &str, count: usize| {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            domain::action::Count { noun: noun.to_owned(), count }.to_string()
        };
        let added = [
            count("group", groups),
            count("user", users),
            count("asset", assets),
            count("account", accounts),
        ];
        format!("added {} in {:.1} s\n", added.join(", "), took.as_secs_f64())
    })
}

/// The failure that names every fault; for programs, they are the answer.
fn refuse(output: Output, faults: Vec<Fault>) -> Failure {
    if output.json {
        let documents: Vec<Value> = faults.iter().map(Fault::document).collect();
        if let Err(failure) = output.line(&json!({ "problems": documents }).to_string()) {
            return failure;
        }
    }
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Failure::Failed(format!("nothing was added\n{}", lines.join("\n")))
}

/// A progress bar on a terminal, nothing elsewhere.
struct Bar {
    drawing: Option<(tokio::task::JoinHandle<()>, ProgressBar)>,
}

impl Bar {
    fn start(rows: usize, written: &Arc<AtomicUsize>) -> Self {
        if !is_watched() {
            return Self { drawing: None };
        }
        let bar = ProgressBar::new(u64::try_from(rows).unwrap_or(u64::MAX));
        // A template that cannot be read leaves indicatif's own.
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} rows, {elapsed}") {
            bar.set_style(style);
        }
        let (drawn, written) = (bar.clone(), Arc::clone(written));
        let task = tokio::spawn(async move {
            loop {
                drawn.set_position(u64::try_from(written.load(Ordering::Relaxed)).unwrap_or(u64::MAX));
                tokio::time::sleep(Duration::from_millis(REDRAW_MS)).await;
            }
        });
        Self { drawing: Some((task, bar)) }
    }

    fn finish(self) {
        if let Some((task, bar)) = self.drawing {
            task.abort();
            bar.finish_and_clear();
        }
    }
}
