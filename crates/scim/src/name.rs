//! What a key of a body or a name in a list means to a resource type.

use crate::{AttributePath, Found, ResourceType, Schema};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// All of an extension, by its URN alone.
    Extension(&'static Schema),
    Attribute(Found),
}

impl ResourceType {
    /// What the text names, without regard to case; nothing if no schema of this type knows it.
    pub(crate) fn named(&self, text: &str) -> Option<Named> {
        let path = AttributePath::parse(text).ok()?;
        let extension = path.schema(self).and_then(|schema| self.extension(schema.id)).map(Named::Extension);
        let attribute = || self.find(path.urn.as_deref(), &path.name, path.sub.as_deref());
        extension.or_else(|| attribute().map(Named::Attribute))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE_SCHEMA, USER};

    #[test]
    fn names_are_found_without_regard_to_case() {
        let urn = ENTERPRISE_SCHEMA.id;
        for (text, path) in [
            ("USERNAME", "userName"),
            ("urn:ietf:params:scim:schemas:core:2.0:user:name.GivenName", "name.givenName"),
            ("Emails.Value", "emails.value"),
            ("meta.LOCATION", "meta.location"),
            (&format!("{}:manager.$REF", urn.to_uppercase()), "manager.$ref"),
        ] {
            let Some(Named::Attribute(found)) = USER.named(text) else { panic!("{text}") };
            let sub = found.sub.map(|sub| format!(".{}", sub.name)).unwrap_or_default();
            assert_eq!(format!("{}{sub}", found.attribute.name), path, "{text}");
            assert_eq!(found.extension.is_some(), path.starts_with("manager"), "{text}");
        }
        assert_eq!(USER.named(urn), Some(Named::Extension(&ENTERPRISE_SCHEMA)));
    }

    #[test]
    fn what_no_schema_knows_is_nothing() {
        for text in [
            "",
            ".",
            "name.",
            "name.x",
            "userName.value",
            "department",
            "é",
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:core:2.0:Users:userName",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:userName",
        ] {
            assert_eq!(USER.named(text), None, "{text}");
        }
    }
}
