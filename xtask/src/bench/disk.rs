//! What the disk can do: everything durable is measured against it.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use super::now;
use super::report::Report;
use crate::Result;

const PAGE: [u8; 4096] = [0; 4096];

pub(super) fn measure(folder: &Path, seconds: u64, report: &mut Report) -> Result {
    let append = fdatasyncs(folder, seconds, false)?;
    let overwrite = fdatasyncs(folder, seconds, true)?;
    report.rate("fdatasync, appending 4 KiB", append, None);
    report.rate("fdatasync, overwriting 4 KiB in place", overwrite, None);
    report.fdatasync = append;
    Ok(())
}

fn fdatasyncs(folder: &Path, seconds: u64, in_place: bool) -> Result<f64> {
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(folder.join("disk"))?;
    let begun = now();
    let mut count = 0_u32;
    while begun.elapsed() < Duration::from_secs(seconds) {
        if in_place {
            file.seek(SeekFrom::Start(0))?;
        }
        file.write_all(&PAGE)?;
        file.sync_data()?;
        count += 1;
    }
    Ok(f64::from(count) / begun.elapsed().as_secs_f64())
}
