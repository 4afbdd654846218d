//! Owns: how an attribute is named in filters, PATCH paths and projections (RFC 7644 sections 3.4.2.2, 3.5.2 and 3.10).
//!
//! Never: what is done to the attribute.

use std::fmt;

use crate::filter::{Filter, Parser};
use crate::{Error, Found, ResourceType, Schema, ScimType};

/// `userName`, `name.givenName`, `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePath {
    /// The schema, as written. Its own colons and dots are why the name begins only after the last colon.
    pub urn: Option<String>,
    pub name: String,
    pub sub: Option<String>,
}

impl AttributePath {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let malformed =
            || Error::new(ScimType::InvalidPath, format!("{text:?} is not the name of an attribute"));
        let (urn, local) = match text.rsplit_once(':') {
            Some((urn, local)) => (Some(urn), local),
            None => (None, text),
        };
        let (name, sub) = match local.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (local, None),
        };
        if !is_name(name) || sub.is_some_and(|sub| !is_name(sub)) || urn.is_some_and(|urn| !is_urn(urn)) {
            return Err(malformed());
        }
        Ok(Self { urn: urn.map(str::to_owned), name: name.to_owned(), sub: sub.map(str::to_owned) })
    }

    pub fn find(&self, resource_type: &ResourceType) -> Option<Found> {
        resource_type.find_by_path(self.urn.as_deref(), &self.name, self.sub.as_deref())
    }

    /// The schema, if the path is the URN of a core schema or an extension alone. It looks like an attribute `User`.
    pub fn schema(&self, resource_type: &ResourceType) -> Option<&'static Schema> {
        let urn = self.to_string();
        let core = urn.eq_ignore_ascii_case(resource_type.schema.id).then_some(resource_type.schema);
        core.or_else(|| resource_type.extension(&urn))
    }
}

/// Also `$ref`, which the RFC's own grammar forgets.
pub(crate) fn is_name(text: &str) -> bool {
    let name = text.strip_prefix('$').unwrap_or(text);
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '-' || next == '_')
}

fn is_urn(text: &str) -> bool {
    text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("urn:"))
        && text.chars().all(is_path_character)
}

/// What names and URNs are made of; brackets, parentheses, quotes and spaces end them.
pub(crate) fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._:$%+~/@".contains(character)
}

impl fmt::Display for AttributePath {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        if let Some(urn) = &self.urn {
            write!(out, "{urn}:")?;
        }
        out.write_str(&self.name)?;
        match &self.sub {
            Some(sub) => write!(out, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// What one operation of a PATCH is about: `emails[type eq "work"].value`.
#[derive(Clone, Debug, PartialEq)]
pub struct Path {
    /// Has no sub-attribute of its own if there is a filter.
    pub attribute: AttributePath,
    /// Which of the attribute's values.
    pub filter: Option<Filter>,
    /// Of the values that the filter chooses.
    pub sub: Option<String>,
}

impl Path {
    pub fn parse(text: &str) -> Result<Self, Error> {
        Parser::new(text, ScimType::InvalidPath)?.path()
    }

    /// The name of the sub-attribute, wherever it is written.
    pub fn sub(&self) -> Option<&str> {
        self.sub.as_deref().or(self.attribute.sub.as_deref())
    }

    pub fn find(&self, resource_type: &ResourceType) -> Option<Found> {
        resource_type.find_by_path(self.attribute.urn.as_deref(), &self.attribute.name, self.sub())
    }
}

impl From<AttributePath> for Path {
    fn from(attribute: AttributePath) -> Self {
        Self { attribute, filter: None, sub: None }
    }
}

impl fmt::Display for Path {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "{}", self.attribute)?;
        if let Some(filter) = &self.filter {
            write!(out, "[{filter}]")?;
        }
        match &self.sub {
            Some(sub) => write!(out, ".{sub}"),
            None => Ok(()),
        }
    }
}
