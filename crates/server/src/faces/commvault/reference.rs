//! Ids as the vendor's clients write them. Never looks one up.

use domain::{Error, GroupId, UserId};

use super::body::Node;
use crate::app::{GroupRef, UserRef};

/// Reads an id. `0` is how clients say "not given"; `field` is named in the error.
pub fn id(field: &'static str, text: &str) -> Result<Option<i64>, Error> {
    let digits = text.trim();
    // `parse` alone would accept a sign.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Error::invalid(field, "must be a number"));
    }
    let number: i64 = digits.parse().map_err(|_| Error::invalid(field, "must be a number"))?;
    Ok((number != 0).then_some(number))
}

/// What a client calls somebody or something: its id, else its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    Id(i64),
    Name(String),
}

impl From<Named> for UserRef {
    fn from(named: Named) -> Self {
        match named {
            Named::Id(id) => Self::Id(UserId(id)),
            Named::Name(name) => Self::Name(name),
        }
    }
}

impl From<Named> for GroupRef {
    fn from(named: Named) -> Self {
        match named {
            Named::Id(id) => Self::Id(GroupId(id)),
            Named::Name(name) => Self::Name(name),
        }
    }
}

/// A pair of id and name, as v4 has them everywhere. An id that is not 0 goes before the name; with neither,
/// nothing is meant.
pub fn id_name(pair: &Node) -> Result<Option<Named>, Error> {
    const FIELD: &str = "id";
    let id = match pair.text(FIELD)? {
        Some(text) => id(FIELD, text)?,
        None => None,
    };
    Ok(match id {
        Some(id) => Some(Named::Id(id)),
        None => pair.text("name")?.map(|name| Named::Name(name.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_plain_numbers_and_zero_is_not_given() {
        assert_eq!(id("userId", "22"), Ok(Some(22)));
        assert_eq!(id("userId", " 0 "), Ok(None));
        for text in ["", "-1", "+1", "1.0", "0x1", "a", "99999999999999999999", "١"] {
            assert_eq!(id("userId", text), Err(Error::invalid("userId", "must be a number")), "{text}");
        }
    }
}
