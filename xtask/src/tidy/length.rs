//! How much one must read at once.

use super::{Finding, Tree};

const SOURCE_LINES: usize = 600;
const TEST_LINES: usize = 900;
const FUNCTION_LINES: usize = 70;
const MEDIAN_LINES: usize = 150;

pub(super) fn files_and_functions(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust() {
        let (lines, limit) = (file.lines(), if file.is_test() { TEST_LINES } else { SOURCE_LINES });
        if lines > limit {
            let why = format!("{lines} lines, and {limit} is what a file may have: split it");
            findings.push(Finding::new(file, limit + 1, why));
        }
        for function in rust.functions().into_iter().filter(|function| function.lines > FUNCTION_LINES) {
            let (name, lines) = (function.name, function.lines);
            let why = format!("`{name}` has {lines} lines, and {FUNCTION_LINES} is what a function may have");
            findings.push(Finding::new(file, function.line, why));
        }
    }
    findings.extend(median(tree));
    findings
}

fn median(tree: &Tree) -> Option<Finding> {
    let mut sources: Vec<_> = tree.rust().map(|(file, _)| file).filter(|file| !file.is_test()).collect();
    sources.sort_by_key(|file| file.lines());
    let median = sources.get(sources.len() / 2)?;
    let why = format!("this is the median file, and half of all should have at most {MEDIAN_LINES} lines");
    (median.lines() > MEDIAN_LINES).then(|| Finding::new(median, MEDIAN_LINES + 1, why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn limits_differ_for_tests() {
        let text = "\n".repeat(601);
        let files = [("a.rs", &*text), ("b/tests/c.rs", &*text), ("d.rs", ""), ("e.rs", "")];
        assert_eq!(found(files_and_functions, &files), ["a.rs:601"]);
        assert_eq!(found(files_and_functions, &[("tests/a.rs", &"\n".repeat(901))]), ["tests/a.rs:901"]);
    }

    #[test]
    fn a_function_may_fill_seventy_lines() {
        let longest = format!("\nfn a() {{\n{}}}\n", "\n".repeat(68));
        assert!(found(files_and_functions, &[("a.rs", &longest)]).is_empty());
        let longer = longest.replace("fn a", "// why\n\nfn a").replace('}', "\n}");
        assert_eq!(found(files_and_functions, &[("a.rs", &longer)]), ["a.rs:4"]);
    }

    #[test]
    fn half_of_the_files_are_short() {
        let (long, longer) = ("\n".repeat(200), "\n".repeat(300));
        assert_eq!(
            found(files_and_functions, &[("a.rs", &long), ("b.rs", ""), ("c.rs", &longer)]),
            ["a.rs:151"]
        );
        assert!(found(files_and_functions, &[("a.rs", &long), ("b.rs", ""), ("c.rs", "")]).is_empty());
    }
}
