//! The query of a request: separators as sloppy as the vendor's samples, `gwsource` mandatory.

use axum::http::StatusCode;

use super::failure::{Failure, MANDATORY_FIELD_MISSING};

const SOURCE: &str = "gwsource";

/// Any source will do, but one must be named (contract section 1). Everything else is ignored.
pub(super) fn check(query: &str) -> Result<(), Failure> {
    if value(query, SOURCE).is_none() {
        return Err(Failure::missing_field(StatusCode::BAD_REQUEST, MANDATORY_FIELD_MISSING, SOURCE));
    }
    Ok(())
}

/// The first value of `name`, in any case, that is not empty; undecoded.
fn value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    let pairs = query.split(['&', ';', '?']).filter_map(|pair| pair.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    values.find(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
