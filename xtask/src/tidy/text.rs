//! Any text file: nothing invisible, and nothing of the machine it was written on.

use super::{File, Finding, Tree};

/// Folders that exist on one machine only.
const MACHINE_FOLDERS: [&str; 2] = ["root", "work"];
const CRATES_IO: &str = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";

pub(super) fn clean(tree: &Tree) -> Vec<Finding> {
    let places = MACHINE_FOLDERS.map(|folder| format!("/{folder}/"));
    let mut findings = Vec::new();
    for file in &tree.files {
        for (index, line) in file.text.lines().enumerate() {
            let faults = [
                (line.ends_with([' ', '\t']) && !is_snapshot(file), "trailing white space"),
                (places.iter().any(|place| line.contains(place)), "a folder of somebody's machine"),
                (
                    is_elsewhere(file, line),
                    "crates come from crates.io: others may not reach another registry",
                ),
            ];
            let faults = faults.into_iter().filter(|(is_fault, _)| *is_fault);
            findings.extend(faults.map(|(_, why)| Finding::new(file, index + 1, why)));
        }
    }
    findings
}

/// Snapshots keep what was printed, to the letter.
fn is_snapshot(file: &File) -> bool {
    file.has_extension("snap")
}

fn is_elsewhere(file: &File, line: &str) -> bool {
    match &*file.path {
        "Cargo.lock" => line.starts_with("source = ") && line != CRATES_IO,
        ".cargo/config.toml" => line.starts_with("[source") || line.starts_with("[registr"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn white_space_and_machines_are_found() {
        let path = format!("see /{}/notes\n", MACHINE_FOLDERS[1]);
        let files = [("a.md", "a\nb \n"), ("b.md", &path), ("c.snap", "a \n"), ("d.md", "homework/root\n")];
        assert_eq!(found(clean, &files), ["a.md:2", "b.md:1"]);
    }

    #[test]
    fn crates_come_from_one_place() {
        let lock = format!("{CRATES_IO}\nsource = \"registry+https://mirror.example/index\"\n");
        let files = [("Cargo.lock", &*lock), (".cargo/config.toml", "[alias]\n[source.crates-io]\n")];
        assert_eq!(found(clean, &files), ["Cargo.lock:2", ".cargo/config.toml:2"]);
    }
}
