//! One entry as the platform shows it: a user or a group.

use domain::RemoteAccount;
use serde_json::{Map, Value};

use super::attribute::{get, text, values};
use super::settings::Attributes;

/// Marks what answers to SCIM's rules as such.
pub(super) const ERROR_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub id: String,
    /// The entity tag of what is shown here.
    pub version: Option<String>,
    pub fields: Map<String, Value>,
}

/// Whether an account may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Active {
    Yes,
    No,
    /// RFC 7643 leaves the attribute out where the platform has no such thing, and many do where it is true.
    Untold,
}

impl Entry {
    /// `None` where it has no id, and so is no entry.
    pub(super) fn read(shown: Value, etag: Option<&str>) -> Option<Self> {
        let Value::Object(fields) = shown else { return None };
        let id = get(&fields, "id").and_then(text)?;
        let version = match etag {
            Some(etag) => Some(etag.to_owned()),
            None => values(&fields, "meta.version").pop().map(quoted),
        };
        Some(Self { id, version, fields })
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        get(&self.fields, name)
    }

    pub(super) fn text(&self, path: &str) -> Option<String> {
        values(&self.fields, path).into_iter().next()
    }

    /// What a person knows a group by.
    pub(super) fn name(&self) -> String {
        self.text("displayName").unwrap_or_else(|| self.id.clone())
    }

    pub(super) fn active(&self) -> Active {
        match self.get("active") {
            Some(Value::Bool(active)) => active_if(*active),
            Some(Value::String(word)) if word.eq_ignore_ascii_case("true") => Active::Yes,
            Some(Value::String(word)) if word.eq_ignore_ascii_case("false") => Active::No,
            _ => Active::Untold,
        }
    }

    /// `active` in the form in which the platform itself shows it: a few speak of `"True"` and `"False"`.
    pub(super) fn active_value(&self, active: bool) -> Value {
        match self.get("active") {
            Some(Value::String(word)) if word.starts_with(char::is_uppercase) => {
                Value::from(if active { "True" } else { "False" })
            }
            Some(Value::String(_)) => Value::from(active.to_string()),
            _ => Value::from(active),
        }
    }

    /// `None` where the group does not show its members.
    pub(super) fn members(&self) -> Option<Vec<String>> {
        self.get("members")?;
        Some(values(&self.fields, "members.value"))
    }

    /// Of several addresses the one that was asked for, else the primary one.
    pub(super) fn account(&self, paths: &Attributes, sought: Option<&str>) -> RemoteAccount {
        let emails = values(&self.fields, &paths.email);
        let asked =
            |email: &&String| sought.is_some_and(|sought| email.to_lowercase() == sought.to_lowercase());
        let email = emails.iter().find(asked).cloned().or_else(|| self.primary_email(paths));
        RemoteAccount {
            id: self.id.clone(),
            user_name: self.text(&paths.user_name).unwrap_or_default(),
            email: email.or_else(|| emails.first().cloned()),
            external_id: self.text(&paths.external_id),
            active: match self.active() {
                Active::Yes => Some(true),
                Active::No => Some(false),
                Active::Untold => None,
            },
        }
    }

    fn primary_email(&self, paths: &Attributes) -> Option<String> {
        let (list, part) = paths.email.split_once('.')?;
        let is_primary = |entry: &&Map<String, Value>| entry.get("primary") == Some(&Value::Bool(true));
        let primary = self.get(list)?.as_array()?.iter().filter_map(Value::as_object).find(is_primary)?;
        get(primary, part).and_then(text)
    }
}

fn active_if(active: bool) -> Active {
    if active { Active::Yes } else { Active::No }
}

/// `meta.version` is an entity tag, which has quotation marks; not everybody writes them there.
fn quoted(version: String) -> String {
    if version.ends_with('"') { version } else { format!("\"{version}\"") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(shown: Value) -> Entry {
        Entry::read(shown, None).expect("an entry")
    }

    #[test]
    fn active_is_read_and_answered_in_the_platforms_form() {
        let cases = [
            (json!(true), Active::Yes, json!(false)),
            (json!(false), Active::No, json!(false)),
            (json!("False"), Active::No, json!("False")),
            (json!("true"), Active::Yes, json!("false")),
            (json!(null), Active::Untold, json!(false)),
            (json!("perhaps"), Active::Untold, json!("false")),
        ];
        for (shown, expected, answered) in cases {
            let entry = entry(json!({ "id": 7, "active": shown }));
            assert_eq!((entry.active(), entry.active_value(false)), (expected, answered), "{shown}");
        }
    }

    #[test]
    fn versions_are_entity_tags() {
        for (shown, expected) in [("W/\"a\"", "W/\"a\""), ("\"a\"", "\"a\""), ("a", "\"a\"")] {
            let version = entry(json!({ "id": "7", "meta": { "version": shown } })).version;
            assert_eq!(version.as_deref(), Some(expected));
        }
        let both = Entry::read(json!({ "id": "7", "meta": { "version": "a" } }), Some("W/\"b\""));
        assert_eq!(
            both.expect("an entry").version.as_deref(),
            Some("W/\"b\""),
            "the header is about this answer"
        );
        assert!(Entry::read(json!({ "userName": "bjensen" }), None).is_none());
    }

    #[test]
    fn the_address_that_was_asked_for_is_shown() {
        let shown = json!({ "id": "7", "userName": "bjensen", "emails": [
            { "value": "home@example.com" },
            { "value": "work@example.com", "primary": true },
        ] });
        let entry = entry(shown);
        let email = |sought| entry.account(&Attributes::default(), sought).email.expect("an address");
        assert_eq!(email(Some("HOME@example.com")), "home@example.com");
        assert_eq!(email(Some("other@example.com")), "work@example.com");
        assert_eq!(email(None), "work@example.com");
    }
}
