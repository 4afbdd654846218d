//! How many names a sentence of evidence bears.

const MAX_TOLD: usize = 10;

/// The first few, and how many more.
pub(super) fn first_of(names: &[String]) -> String {
    let first = names[..names.len().min(MAX_TOLD)].join(", ");
    match names.len().saturating_sub(MAX_TOLD) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}
