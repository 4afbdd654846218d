//! How names are compared: case is ignored, and `\` and `/` are one separator.

use std::fmt;
use std::ops::Range;

use crate::{Error, text};

/// Longest user, group, platform or asset name, in characters.
pub const MAX_NAME_CHARS: usize = 255;

/// A name as it is compared and indexed. Two names are the same name when their keys are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameKey(String);

impl NameKey {
    pub fn new(name: &str) -> Self {
        Self(name.trim().replace('\\', "/").to_lowercase())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The keys of all names that begin with `prefix`, in the order of their bytes.
    pub fn beginning_with(prefix: &str) -> Range<String> {
        // Spaces at its end are a part of it: a name may go on behind them.
        let start = prefix.trim_start().replace('\\', "/").to_lowercase();
        // Nothing comes behind names of the last character only; none of them is as long as this.
        let behind_all = || char::MAX.to_string().repeat(MAX_NAME_CHARS + 1);
        let end = text::end_of_prefix(&start).unwrap_or_else(behind_all);
        start..end
    }
}

impl fmt::Display for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Accepts `name` for a new user, group, platform or asset; `field` is named in the error.
pub fn check(field: &'static str, name: &str) -> Result<(), Error> {
    if name.trim().is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    if name.trim() != name {
        return Err(Error::invalid(field, "must not begin or end with a space"));
    }
    if name.chars().count() > MAX_NAME_CHARS {
        return Err(Error::invalid(field, format!("must not exceed {MAX_NAME_CHARS} characters")));
    }
    if name.chars().any(char::is_control) {
        return Err(Error::invalid(field, "must not hold control characters"));
    }
    Ok(())
}

/// Who writes in the log without being a user; a user of such a name could be taken for it.
const RESERVED: [&str; 3] = ["console", "engine", "anonymous"];

/// As [`check`], for a new user's name.
pub fn check_user(field: &'static str, name: &str) -> Result<(), Error> {
    check(field, name)?;
    let key = NameKey::new(name);
    if RESERVED.contains(&key.as_str()) || key.as_str().contains(" (token ") {
        return Err(Error::invalid(field, "is reserved: the log would take it for something else"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(a: &str, b: &str, expected: bool) {
        assert_eq!(NameKey::new(a) == NameKey::new(b), expected, "{a} and {b}");
    }

    #[test]
    fn separators_and_case_are_one() {
        same("company\\jsmith", "company/jsmith", true);
        same("COMPANY/JSmith", "company\\jsmith", true);
        same("Zoë", "ZOË", true);
        same("restuser.netex", "restuser_netex", false);
        same("company/jsmith", "jsmith", false);
    }

    #[test]
    fn a_prefix_is_a_range_of_keys() {
        for (prefix, start, end) in [
            ("Ab", "ab", "ac"),
            ("Company\\J", "company/j", "company/k"),
            (" a ", "a ", "a!"),
            ("a\u{d7ff}", "a\u{d7ff}", "a\u{e000}"),
            ("a\u{10ffff}", "a\u{10ffff}", "b"),
        ] {
            assert_eq!(NameKey::beginning_with(prefix), start.to_owned()..end.to_owned(), "{prefix:?}");
        }
        for prefix in ["", "\u{10ffff}"] {
            let range = NameKey::beginning_with(prefix);
            let longest = "\u{10ffff}".repeat(MAX_NAME_CHARS);
            assert!(range.contains(&longest) && range.contains(&format!("{prefix}a")), "{prefix:?}");
        }
    }

    #[test]
    fn unusable_names_are_refused() {
        for name in ["", "  ", " a", "a ", "a\nb", &"x".repeat(256)] {
            assert!(check("userName", name).is_err(), "{name:?}");
        }
        for name in ["Engine", "console", "anonymous", "jsmith (token ci)"] {
            assert!(check("name", name).is_ok() && check_user("userName", name).is_err(), "{name:?}");
        }
        for name in ["a", "o'brien", "a b", "日本", &"é".repeat(255)] {
            assert!(check("userName", name).is_ok(), "{name:?}");
        }
    }
}
