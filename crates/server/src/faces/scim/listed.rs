//! What users and groups have in common for whoever lists them.

use std::future::Future;

use domain::{Error, Group, User};
use scim::value::{boolean, fold, instant, is_primary};
use scim::{Attribute, AttributePath, Document, Kind as Type, Projection, ResourceType};
use serde_json::Value;

use super::answer::Resource;
use super::route::Kind;
use super::{Desk, person, team};
use crate::app::{Found, Matches, Person, Query, Team, Term};

pub(super) trait Listed: Found {
    const KIND: Kind;

    fn resource(&self, base: &str) -> Resource;

    /// What filters are asked of.
    fn shown(&self) -> Document {
        self.resource("").document
    }

    fn row(&self) -> &<Self::Term as Term>::Row;

    /// Whether the groups of a user, or the members of a group, must be read.
    fn wants_seats(projection: &Projection) -> bool;

    fn find(
        desk: &Desk<'_>,
        query: &Query<'_, Self>,
    ) -> impl Future<Output = Result<Matches<Self>, Error>> + Send;
}

impl Listed for Person {
    const KIND: Kind = Kind::User;

    fn resource(&self, base: &str) -> Resource {
        person::resource(self, base)
    }

    fn row(&self) -> &User {
        &self.user
    }

    /// The version of a user tells of its groups too.
    fn wants_seats(projection: &Projection) -> bool {
        let user = Self::KIND.resource_type();
        projection.wants(user, "groups") || projection.wants(user, "meta")
    }

    async fn find(desk: &Desk<'_>, query: &Query<'_, Self>) -> Result<Matches<Self>, Error> {
        desk.app.people(&desk.caller, query).await
    }
}

impl Listed for Team {
    const KIND: Kind = Kind::Group;

    fn resource(&self, base: &str) -> Resource {
        team::resource(self, base)
    }

    fn row(&self) -> &Group {
        &self.group
    }

    fn wants_seats(projection: &Projection) -> bool {
        projection.wants(Self::KIND.resource_type(), "members")
    }

    async fn find(desk: &Desk<'_>, query: &Query<'_, Self>) -> Result<Matches<Self>, Error> {
        desk.app.teams(&desk.caller, query).await
    }
}

/// By what a document is ordered: of many values the primary one, else the first (RFC 7644 section 3.4.2.3).
pub(super) fn rank(
    resource_type: &ResourceType,
    path: &AttributePath,
    document: &Document,
) -> Option<String> {
    let found = path.find(resource_type)?;
    let below = match found.extension {
        Some(extension) => document.get(extension.id)?.as_object()?,
        None => document,
    };
    let value = preferred(below.get(found.attribute.name)?)?;
    match found.sub {
        Some(sub) => comparable(sub, preferred(value.get(sub.name)?)?),
        None if found.attribute.kind == Type::Complex => {
            comparable(found.attribute.sub("value")?, value.get("value")?)
        }
        None => comparable(found.attribute, value),
    }
}

fn preferred(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(items) => items.iter().find(|item| is_primary(item)).or(items.first()),
        single => Some(single),
    }
}

/// A text whose order of bytes is the attribute's order.
fn comparable(attribute: &Attribute, value: &Value) -> Option<String> {
    match attribute.kind {
        Type::Boolean => boolean(value).map(|truth| u8::from(truth).to_string()),
        // Times begin in the year -9999 at the earliest; from there on they are counted.
        Type::DateTime => {
            let since = jiff::Timestamp::MIN.as_nanosecond();
            Some(format!("{:040}", instant(value.as_str()?)?.as_nanosecond() - since))
        }
        _ if attribute.case_exact => value.as_str().map(str::to_owned),
        _ => value.as_str().map(fold),
    }
}

#[cfg(test)]
mod tests {
    use scim::schema::USER;
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_ordered_by_the_value_that_counts() {
        let Value::Object(document) = json!({
            "title": "Chief", "active": true,
            "emails": [{"value": "b@x"}, {"value": "A@x", "primary": true}],
            "name": {"familyName": "Étienne"},
            "meta": {"created": "2026-11-22T00:00:00Z"},
        }) else {
            panic!("an object")
        };
        let of = |path: &str| rank(&USER, &AttributePath::parse(path).expect("a path"), &document);
        assert_eq!(of("title").as_deref(), Some("chief"));
        assert_eq!(of("emails").as_deref(), Some("a@x"));
        assert_eq!(of("emails.value").as_deref(), Some("a@x"));
        assert_eq!(of("name.familyName").as_deref(), Some("étienne"));
        assert_eq!(of("active").as_deref(), Some("1"));
        assert_eq!(of("meta.created").map(|text| text.len()), Some(40));
        assert_eq!(of("nickName"), None);
        assert_eq!(of("members"), None);
    }
}
