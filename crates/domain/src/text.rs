//! Free text: what people write about users, groups and departures.

use crate::Error;

/// Longest e-mail address, full name, description or role on an asset, in characters.
pub const MAX_TEXT_CHARS: usize = 1_000;

/// Accepts `text` of at most `max_chars`, with lines and tabs but no other control characters; `field` is named
/// in the error.
pub fn check(field: &'static str, text: &str, max_chars: usize) -> Result<(), Error> {
    // Bytes first: counting the characters of every value would be the slowest part of a large import.
    if text.len() > max_chars && text.chars().count() > max_chars {
        return Err(Error::invalid(field, format!("must not exceed {max_chars} characters")));
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Error::invalid(field, "must be plain text"));
    }
    Ok(())
}

/// The form in which texts are compared without regard to case, in every alphabet.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The first text, in the order of bytes, behind all that begin with `prefix`; none, if nothing is.
pub fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_and_controls_are_refused() {
        for fine in ["", "two\r\nlines\tand a tab", "éé"] {
            assert!(check("description", fine, 22).is_ok(), "{fine:?}");
        }
        for bad in ["é".repeat(23).as_str(), "nul\0", "bell\u{7}", "escape\u{1b}[2J"] {
            assert!(check("description", bad, 22).is_err(), "{bad:?}");
        }
    }
}
