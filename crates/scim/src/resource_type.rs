//! Resource types, their schemas, and how a name is found in them.

use crate::Attribute;

#[derive(Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its URN.
    pub id: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    pub attributes: &'static [Attribute],
}

impl Schema {
    pub fn attribute(&self, name: &str) -> Option<&'static Attribute> {
        self.attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct ResourceType {
    /// `User`
    pub name: &'static str,
    /// `/Users`
    pub endpoint: &'static str,
    pub description: &'static str,
    pub schema: &'static Schema,
    /// None of them is required.
    pub extensions: &'static [&'static Schema],
    /// `schemas`, `id`, `externalId`, `meta`: every resource has them, and no schema names them.
    pub common: &'static [Attribute],
}

/// Where an attribute was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// The extension whose URN the attribute stands below in a document.
    pub extension: Option<&'static Schema>,
    pub attribute: &'static Attribute,
    pub sub: Option<&'static Attribute>,
}

impl ResourceType {
    /// The attribute of that name: of the core schema or common to all without `urn`, else of the schema that it names.
    pub fn find(&self, urn: Option<&str>, name: &str, sub: Option<&str>) -> Option<Found> {
        let (extension, attribute) = match urn {
            None => (None, self.core(name)?),
            Some(urn) if urn.eq_ignore_ascii_case(self.schema.id) => (None, self.core(name)?),
            Some(urn) => {
                let extension = self.extension(urn)?;
                (Some(extension), extension.attribute(name)?)
            }
        };
        let sub = match sub {
            None => None,
            Some(sub) => Some(attribute.sub(sub)?),
        };
        Some(Found { extension, attribute, sub })
    }

    /// As [`Self::find`], for paths and filters: an extension's attribute may do without its URN where the core schema
    /// has no such name. Clients should give it (RFC 7644 section 3.10); Entra ID's `manager` comes without.
    pub(crate) fn find_by_path(&self, urn: Option<&str>, name: &str, sub: Option<&str>) -> Option<Found> {
        self.find(urn, name, sub).or_else(|| {
            if urn.is_some() || self.core(name).is_some() {
                return None;
            }
            self.extensions.iter().find_map(|extension| self.find(Some(extension.id), name, sub))
        })
    }

    pub fn extension(&self, urn: &str) -> Option<&'static Schema> {
        self.extensions.iter().copied().find(|extension| extension.id.eq_ignore_ascii_case(urn))
    }

    fn core(&self, name: &str) -> Option<&'static Attribute> {
        let common = self.common.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name));
        common.or_else(|| self.schema.attribute(name))
    }
}
