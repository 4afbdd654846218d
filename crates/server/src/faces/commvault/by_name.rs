//! The `byName(argument='value',…)` form, which stands where an id could stand.
//!
//! Owns its quoting: structure is read from the raw text and only then percent-decoded, so an encoded quote
//! or comma is always part of a name. Never looks a name up.

use domain::Error;

use super::percent;

/// The longest documented form, for a subclient, has five arguments.
const MAX_ARGUMENTS: usize = 8;

const OPENING: &str = "byName(";

/// What ends a value, and with it the form.
pub const CLOSING: &str = "')";

/// Argument names and values in the order sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByName(Vec<(String, String)>);

impl ByName {
    /// Whether `text` begins like this form, in any case.
    pub fn opens(text: &str) -> bool {
        text.get(..OPENING.len()).is_some_and(|head| head.eq_ignore_ascii_case(OPENING))
    }

    /// Reads a whole `byName(…)`, not yet percent-decoded; `field` is named in the error.
    pub fn parse(field: &'static str, raw: &str) -> Result<Self, Error> {
        if let Some(arguments) = split(raw) {
            let arguments = arguments.into_iter().map(|(name, value)| {
                let value = percent::decode(field, &single_quotes(value))?;
                Ok((name.to_owned(), value))
            });
            return Self::checked(field, arguments.collect::<Result<_, Error>>()?);
        }
        // Some clients encode the parentheses and quotes themselves.
        let decoded = percent::decode(field, raw)?;
        let arguments = split(&decoded)
            .ok_or_else(|| Error::invalid(field, "must have the form byName(argument='value')"))?;
        let arguments = arguments.into_iter().map(|(name, value)| (name.to_owned(), single_quotes(value)));
        Self::checked(field, arguments.collect())
    }

    fn checked(field: &'static str, arguments: Vec<(String, String)>) -> Result<Self, Error> {
        if arguments.len() > MAX_ARGUMENTS {
            return Err(Error::TooMany { what: "byName arguments", limit: MAX_ARGUMENTS });
        }
        for (at, (name, _)) in arguments.iter().enumerate() {
            if arguments.iter().take(at).any(|(earlier, _)| earlier.eq_ignore_ascii_case(name)) {
                return Err(Error::invalid(field, format!("names {name} twice")));
            }
        }
        Ok(Self(arguments))
    }

    /// The value of `argument`, compared without case, if it is the only one.
    pub fn only(&self, argument: &str) -> Option<&str> {
        match self.0.as_slice() {
            [(name, value)] if name.eq_ignore_ascii_case(argument) => Some(value),
            _ => None,
        }
    }

    /// The value of `argument`, compared without case.
    pub fn get(&self, argument: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(argument)).map(|(_, value)| value.as_str())
    }

    pub fn arguments(&self) -> &[(String, String)] {
        &self.0
    }
}

/// A quote inside a name may be sent doubled.
fn single_quotes(value: &str) -> String {
    value.replace("''", "'")
}

/// The arguments as they stand in `text`, or nothing if it is not of this form.
fn split(text: &str) -> Option<Vec<(&str, &str)>> {
    if !ByName::opens(text) {
        return None;
    }
    let inner = text.get(OPENING.len()..)?.strip_suffix(CLOSING)?;
    let (mut name, mut rest) = argument(inner)?;
    let mut arguments = Vec::new();
    // A value ends at `',` only where another argument begins: names may hold quotes and commas.
    let mut from = 0;
    while let Some(quote) = rest.get(from..)?.find("',").map(|at| from + at) {
        if let Some((next_name, next_rest)) = argument(rest.get(quote + 2..)?) {
            arguments.push((name, rest.get(..quote)?));
            (name, rest, from) = (next_name, next_rest, 0);
        } else {
            from = quote + 2;
        }
    }
    arguments.push((name, rest));
    Some(arguments)
}

/// The argument name that `text` begins with, and what follows its opening quote.
fn argument(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, rest) = text.split_at_checked(end)?;
    let rest = rest.strip_prefix("='")?;
    (!name.is_empty()).then_some((name, rest))
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn user(raw: &str, expected: &str) {
        let by_name = ByName::parse("path", raw).unwrap();
        assert_eq!(by_name.only("userName"), Some(expected), "{raw}");
    }

    #[test]
    fn reads_every_spelling_seen_on_the_wire() {
        user("byName(userName='jsmith')", "jsmith");
        user("BYNAME(USERNAME='jsmith')", "jsmith");
        user("byName(userName='')", "");
        user("byName(userName='company%5Cjsmith')", "company\\jsmith");
        user("byName(userName='company\\jsmith')", "company\\jsmith");
        user("byName(userName='company/jsmith')", "company/jsmith");
        user("byName(userName='a%20b+c&d')", "a b+c&d");
        user("byName(userName='Zo%C3%AB@x')", "Zoë@x");
        user("byName(userName='o'brien')", "o'brien");
        user("byName(userName='o''brien')", "o'brien");
        user("byName(userName='o%27brien')", "o'brien");
        user("byName(userName='''')", "'");
        user("byName(userName='(a')(b)')", "(a')(b)");
        user("byName%28userName%3D%27jsmith%27%29", "jsmith");
        user("byName(userName=%27o''brien%27)", "o'brien");
    }

    #[test]
    fn reads_several_arguments() {
        let raw = "byName(clientName='c,d',appName='it's',instanceName='',backupsetName='x%27,y=%27z',subclientName='s',t')";
        let expected = [
            ("clientName", "c,d"),
            ("appName", "it's"),
            ("instanceName", ""),
            ("backupsetName", "x',y='z"),
            ("subclientName", "s',t"),
        ];
        let by_name = ByName::parse("path", raw).unwrap();
        let read: Vec<_> = by_name.arguments().iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, expected);
        assert_eq!(by_name.only("clientName"), None);
    }

    #[test]
    fn an_injected_argument_is_not_the_only_one() {
        let by_name = ByName::parse("path", "byName(userName='a',userGroupName='b')").unwrap();
        assert_eq!(by_name.only("userName"), None);
        assert!(ByName::parse("path", "byName(userName='a',username='b')").is_err());
    }

    #[test]
    fn other_forms_are_refused() {
        for raw in [
            "byName(",
            "byName()",
            "byName('x')",
            "byName(='x')",
            "byName(userName=x)",
            "byName(userName='x'",
            "byName(userName='x)",
            "byName(userName=')",
            "byName(userName 'x')",
            "byName(userName='%zz')",
            "byName(userName='%FF')",
            "x",
            "",
            "é",
        ] {
            assert!(ByName::parse("path", raw).is_err(), "{raw}");
        }
        let many: Vec<_> = (0..9).map(|n| format!("a{n}='x'")).collect();
        assert!(ByName::parse("path", &format!("byName({})", many.join(","))).is_err());
    }

    proptest! {
        #[test]
        fn any_encoded_name_comes_back(name in any::<String>()) {
            let raw = format!("byName(userName='{}')", utf8_percent_encode(&name, NON_ALPHANUMERIC));
            user(&raw, &name);
        }

        #[test]
        fn never_panics(text in any::<String>(), inner in "[a-z'=,)(%é]{0,40}") {
            let _ = ByName::parse("path", &text);
            let _ = ByName::parse("path", &format!("byName({inner}"));
            let _ = ByName::parse("path", &format!("byName(a='{inner}')"));
        }
    }
}
