//! Names in statements. A role's name cannot be a parameter of DDL, so it is quoted here and nowhere else.

use crate::Failure;

/// PostgreSQL cuts longer names off, and what is left could be another role's.
const MAX_NAME_BYTES: usize = 63;

/// The name as an identifier, whatever is in it. Within quotes only a quote is special: no backslash, no keyword.
pub(super) fn quoted(name: &str) -> Result<String, Failure> {
    if !is_possible(name) {
        let text = format!("{name:?} cannot be a name there: it is empty, too long or holds a NUL");
        return Err(Failure::Refused(text));
    }
    Ok(format!("\"{}\"", name.replace('"', "\"\"")))
}

pub(super) fn is_possible(name: &str) -> bool {
    (1..=MAX_NAME_BYTES).contains(&name.len()) && !name.contains('\0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_is_in_a_name_stays_in_it() {
        for (name, expected) in [
            ("jsmith", r#""jsmith""#),
            ("JSmith", r#""JSmith""#),
            (r#"a"; DROP ROLE b; --"#, r#""a""; DROP ROLE b; --""#),
            (r#"""#, r#""""""#),
            (r"domain\user", r#""domain\user""#),
            ("o'brien", r#""o'brien""#),
            ("user", r#""user""#),
            ("zoë 日本", r#""zoë 日本""#),
            ("two\nlines", "\"two\nlines\""),
        ] {
            assert_eq!(quoted(name), Ok(expected.to_owned()));
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        assert!(quoted(&"x".repeat(63)).is_ok());
        for name in ["", "a\0b", &"x".repeat(64), &"é".repeat(32)] {
            assert!(matches!(quoted(name), Err(Failure::Refused(_))), "{name:?}");
        }
    }
}
