//! Migrations are one series: `0001_….sql`, `0002_….sql`, … in a folder `migrations`.

use super::{File, Finding, Tree};

pub(super) fn numbered_without_gap(tree: &Tree) -> Vec<Finding> {
    let mut series: Vec<(&File, &str)> =
        tree.files.iter().filter_map(|file| Some((file, migration(file)?))).collect();
    series.sort_by_key(|(_, name)| *name);
    let mut findings = Vec::new();
    for (index, (file, name)) in series.iter().enumerate() {
        let expected = format!("{:04}_", index + 1);
        if !name.starts_with(&expected) {
            findings.push(Finding::new(
                file,
                1,
                format!("in the series of migrations this should be `{expected}…`"),
            ));
        }
    }
    findings
}

fn migration(file: &File) -> Option<&str> {
    let (folder, name) = file.path.rsplit_once('/')?;
    let is_migration = folder.split('/').next_back() == Some("migrations") && file.has_extension("sql");
    is_migration.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn gaps_and_twins_are_found() {
        let series = |names: &[&str]| {
            let paths: Vec<String> = names.iter().map(|name| format!("migrations/{name}.sql")).collect();
            found(numbered_without_gap, &paths.iter().map(|path| (&**path, "")).collect::<Vec<_>>())
        };
        assert!(series(&["0002_b", "0001_a"]).is_empty());
        assert_eq!(series(&["0001_a", "0003_b"]), ["migrations/0003_b.sql:1"]);
        assert_eq!(series(&["0001_a", "0001_b"]), ["migrations/0001_b.sql:1"]);
        assert_eq!(series(&["1_a"]), ["migrations/1_a.sql:1"]);
    }
}
