//! The query of a request: separators as sloppy as the vendor's samples, `gwsource` mandatory.

use axum::http::StatusCode;
use domain::Error;

use super::failure::{Failure, MANDATORY_FIELD_MISSING};
use crate::faces::percent;

const SOURCE: &str = "gwsource";

/// Any source will do, but one must be named (contract section 1). Everything else is ignored.
pub(super) fn check(query: &str) -> Result<(), Failure> {
    if value(query, SOURCE).is_none() {
        return Err(Failure::missing_field(StatusCode::BAD_REQUEST, MANDATORY_FIELD_MISSING, SOURCE));
    }
    Ok(())
}

/// The text of `name` as forms are encoded, without spaces around it; the vendor's sample has one.
pub(super) fn text(query: &str, name: &'static str) -> Result<Option<String>, Error> {
    let Some(raw) = value(query, name) else { return Ok(None) };
    let text = percent::decode(name, &raw.replace('+', " "))?;
    Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
}

/// The first value of `name`, in any case, that is not empty; undecoded.
fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let pairs = query.split(['&', ';', '?']).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    values.find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_decoded_once() {
        for (query, expected) in [
            ("userGroupName=%20group_1;gwsource=external", Some("group_1")),
            ("gwsource=web&USERGROUPNAME=R%2BD+Zo%C3%AB%2541", Some("R+D Zoë%41")),
            ("userGroupName=+", None),
            ("userGroupName=", None),
            ("gwsource=web", None),
        ] {
            assert_eq!(text(query, "userGroupName"), Ok(expected.map(str::to_owned)), "{query}");
        }
        for query in ["userGroupName=%zz", "userGroupName=%FF", "userGroupName=a%"] {
            let error = text(query, "userGroupName").unwrap_err().to_string();
            assert!(error.starts_with("userGroupName: "), "{query}: {error}");
        }
    }

    #[test]
    fn any_order_case_and_separator() {
        for query in [
            "gwsource=external",
            "GWSource=WEB",
            "&gwsource=API",
            "gwkey=f000ca01&gwsource=web",
            "userGroupName=group_1;gwsource=external",
            "gwsource=;gwsource=x",
        ] {
            assert!(check(query).is_ok(), "{query}");
        }
        for query in ["", "gwsource", "gwsource=", "source=web", "gwsource=&a=b", "a=gwsource"] {
            assert!(check(query).is_err(), "{query}");
        }
    }
    proptest! {
        #[test]
        fn any_encoded_name_comes_back(name in "\\PC{1,40}", before in "[a-z=;&]{0,10}") {
            prop_assume!(name.trim() == name);
            let sent = utf8_percent_encode(&name, NON_ALPHANUMERIC);
            let query = format!("{before};userGroupName={sent};gwsource=web");
            prop_assert_eq!(text(&query, "userGroupName"), Ok(Some(name)));
        }

        #[test]
        fn never_panics(query in any::<String>(), likely in "[gwsource=;&?%0-9é]{0,40}") {
            for query in [query, likely] {
                let _ = check(&query);
                let _ = text(&query, "gwsource");
            }
        }
    }
}
