//! The query of a request, as tolerantly as the vendor's clients need it.
//!
//! Nothing is decoded until it is asked for by name, so junk in a parameter that nobody reads does no harm.

use domain::Error;

use super::by_name::{ByName, CLOSING};
use super::percent;

/// Names and raw values in the order sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Query<'a> {
    /// Reads what follows the first `?`.
    pub fn parse(raw: &'a str) -> Self {
        let mut parameters = Vec::new();
        let mut rest = raw;
        while !rest.is_empty() {
            let (name, after) = rest.split_at(rest.find(['=', '&', '?']).unwrap_or(rest.len()));
            let value_from = after.strip_prefix('=').unwrap_or_default();
            let (value, next) = if after.starts_with('=') {
                value_from.split_at(end_of_value(value_from))
            } else {
                ("", after)
            };
            if !name.is_empty() {
                parameters.push((name, value));
            }
            // Clients append `?start=0` to a target that already has a query.
            rest = next.trim_start_matches(['&', '?']);
        }
        Self(parameters)
    }

    /// The raw value of `name`, in any case. Given twice with different values it is an error: which of two
    /// successors a client meant must not be guessed.
    pub fn raw(&self, name: &'static str) -> Result<Option<&'a str>, Error> {
        let mut values =
            self.0.iter().filter(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|&(_, value)| value);
        let first = values.next();
        if values.any(|value| Some(value) != first) {
            return Err(Error::invalid(name, "is given twice"));
        }
        Ok(first)
    }

    /// Whether `name` is set. A value that says neither yes nor no is an error.
    pub fn flag(&self, name: &'static str) -> Result<bool, Error> {
        flag(name, self.raw(name)?.unwrap_or_default())
    }

    /// The user or group name of `fq=name:eq:…`. Another filter is an error: a client that takes the first
    /// of all users for the one it asked for would act on the wrong person.
    pub fn name_filter(&self) -> Result<Option<String>, Error> {
        const FIELD: &str = "fq";
        let Some(raw) = self.raw(FIELD)? else { return Ok(None) };
        let filter = percent::decode(FIELD, raw)?;
        if filter.is_empty() {
            return Ok(None);
        }
        let name = match filter.splitn(3, ':').collect::<Vec<_>>().as_slice() {
            [field, operator, name]
                if field.eq_ignore_ascii_case("name") && operator.eq_ignore_ascii_case("eq") =>
            {
                Some((*name).to_owned())
            }
            _ => None,
        };
        name.map(Some).ok_or_else(|| Error::invalid(FIELD, "must have the form name:eq:NAME"))
    }
}

/// Yes or no, as a parameter or a header says it.
pub fn flag(name: &'static str, said: &str) -> Result<bool, Error> {
    match said {
        "" | "0" => Ok(false),
        "1" => Ok(true),
        word if word.eq_ignore_ascii_case("true") => Ok(true),
        word if word.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Error::invalid(name, "must be true or false")),
    }
}

/// A name in `byName('…')` may hold `&`, `?` and `=`, so its value ends at the first closing before a separator.
fn end_of_value(rest: &str) -> usize {
    let plain = rest.find(['&', '?']).unwrap_or(rest.len());
    if !ByName::opens(rest) {
        return plain;
    }
    let ends = rest.match_indices(CLOSING).map(|(at, closing)| at + closing.len());
    let at_separator =
        |&end: &usize| rest.get(end..).is_some_and(|after| after.is_empty() || after.starts_with(['&', '?']));
    ends.into_iter().find(at_separator).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn read(raw: &str, expected: &[(&str, &str)]) {
        assert_eq!(Query::parse(raw), Query(expected.to_vec()), "{raw}");
    }

    #[test]
    fn malformed_queries_of_real_clients_are_read() {
        read(
            "additionalProperties=true?start=0&limit=50&sort=..&fl=..&search=..",
            &[
                ("additionalProperties", "true"),
                ("start", "0"),
                ("limit", "50"),
                ("sort", ".."),
                ("fl", ".."),
                ("search", ".."),
            ],
        );
        read("includeSystemCreated=%25s?&fl=..", &[("includeSystemCreated", "%25s"), ("fl", "..")]);
        read("&level=10", &[("level", "10")]);
        read("", &[]);
        read("?&&a&=b&c=", &[("a", ""), ("c", "")]);
    }

    #[test]
    fn by_name_values_may_hold_separators() {
        read(
            "newUserId=byName(userName='R&D=x?'y')&newUserGroupId=byName(userGroupName='')",
            &[("newUserId", "byName(userName='R&D=x?'y')"), ("newUserGroupId", "byName(userGroupName='')")],
        );
        read(
            "newUserId=byName(userName='a')b')?x=1",
            &[("newUserId", "byName(userName='a')b')"), ("x", "1")],
        );
        read("newUserId=byName(userName='a&x=1", &[("newUserId", "byName(userName='a"), ("x", "1")]);
        read(
            "newUserId=byName%28userName=%27a%27%29&x=1",
            &[("newUserId", "byName%28userName=%27a%27%29"), ("x", "1")],
        );
    }

    #[test]
    fn names_are_read_in_any_case_and_contradictions_refused() {
        assert_eq!(Query::parse("LEVEL=50").raw("level"), Ok(Some("50")));
        assert_eq!(Query::parse("a=1&A=1").raw("a"), Ok(Some("1")));
        assert_eq!(Query::parse("a=1&A=2").raw("a"), Err(Error::invalid("a", "is given twice")));
        assert_eq!(Query::parse("b=1").raw("a"), Ok(None));
    }

    #[test]
    fn a_flag_says_yes_or_no() {
        let flag = |raw| Query::parse(raw).flag("skip");
        for (raw, expected) in [
            ("skip=true", true),
            ("SKIP=True", true),
            ("skip=1", true),
            ("skip=false", false),
            ("skip=0", false),
        ] {
            assert_eq!(flag(raw), Ok(expected), "{raw}");
        }
        assert_eq!((flag(""), flag("skip="), flag("skip")), (Ok(false), Ok(false), Ok(false)));
        for raw in ["skip=yes", "skip=%zz", "skip=true&skip=false"] {
            assert!(flag(raw).is_err(), "{raw}");
        }
    }

    #[test]
    fn only_the_name_filter_is_known() {
        let filter = |raw| Query::parse(raw).name_filter();
        assert_eq!(filter("fq=name:eq:company%5Cjsmith"), Ok(Some("company\\jsmith".to_owned())));
        assert_eq!(filter("FQ=Name:EQ:a:b"), Ok(Some("a:b".to_owned())));
        assert_eq!(filter("level=10"), Ok(None));
        assert_eq!(filter("fq="), Ok(None));
        for raw in ["fq=name:ne:x", "fq=email:eq:x", "fq=x", "fq=%zz"] {
            assert!(filter(raw).is_err(), "{raw}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), likely in "[a-z'()=%?&é]{0,40}") {
            let _ = Query::parse(&text).name_filter();
            let _ = Query::parse(&format!("fq=byName({likely}")).name_filter();
        }
    }
}
