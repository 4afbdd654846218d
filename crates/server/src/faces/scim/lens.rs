//! Where the directory's own fields stand in a user's document.
//!
//! The document that a client told is kept whole. A lens reads one field of the directory out of it, and puts that
//! field back in where another face has changed it since.

use scim::Document;
use scim::schema::ENTERPRISE_SCHEMA;
use scim::value::is_primary;
use serde_json::{Map, Value, json};

use crate::app::{Person, PersonTold};

/// One field. What was put is read again, except that an empty full name falls back on the names it was made of.
pub(super) struct Lens {
    /// As the document has it; empty where it has none.
    pub get: fn(&Document) -> String,
    /// Empty takes it away.
    pub put: fn(&mut Document, &str),
    /// As the directory has it.
    pub of: fn(&Person) -> String,
    /// What the directory is told.
    pub tell: fn(&mut PersonTold, String),
}

pub(super) static LENSES: [Lens; 11] = [
    Lens {
        get: |document| text(document, "userName"),
        put: |document, new| set(document, "userName", new),
        of: |person| person.user.user_name.clone(),
        tell: |told, new| told.user_name = new,
    },
    Lens {
        get: |document| text(document, "externalId"),
        put: |document, new| set(document, "externalId", new),
        of: |person| person.user.external_id.clone().unwrap_or_default(),
        tell: |told, new| told.external_id = Some(new).filter(|id| !id.is_empty()),
    },
    Lens {
        get: |document| emails(document).next().unwrap_or_default(),
        put: put_email,
        of: |person| person.user.email.clone(),
        tell: |told, new| told.email = new,
    },
    Lens {
        get: |document| part(document, "name", "givenName"),
        put: |document, new| set_part(document, "name", "givenName", new),
        of: |person| person.profile.given_name.clone().unwrap_or_default(),
        tell: |told, new| told.profile.given_name = Some(new),
    },
    Lens {
        get: |document| part(document, "name", "familyName"),
        put: |document, new| set_part(document, "name", "familyName", new),
        of: |person| person.profile.family_name.clone().unwrap_or_default(),
        tell: |told, new| told.profile.family_name = Some(new),
    },
    // Behind the names that it may be made of.
    Lens {
        get: full_name,
        put: put_full_name,
        of: |person| person.user.full_name.clone(),
        tell: |told, new| told.full_name = new,
    },
    Lens {
        get: |document| text(document, "preferredLanguage"),
        put: |document, new| set(document, "preferredLanguage", new),
        of: |person| person.profile.language.clone().unwrap_or_default(),
        tell: |told, new| told.profile.language = Some(new),
    },
    Lens {
        get: |document| text(document, "timezone"),
        put: |document, new| set(document, "timezone", new),
        of: |person| person.profile.time_zone.clone().unwrap_or_default(),
        tell: |told, new| told.profile.time_zone = Some(new),
    },
    Lens {
        get: |document| phone(document, "work"),
        put: |document, new| put_phone(document, "work", new),
        of: |person| person.profile.office_phone.clone().unwrap_or_default(),
        tell: |told, new| told.profile.office_phone = Some(new),
    },
    Lens {
        get: |document| phone(document, "mobile"),
        put: |document, new| put_phone(document, "mobile", new),
        of: |person| person.profile.mobile_phone.clone().unwrap_or_default(),
        tell: |told, new| told.profile.mobile_phone = Some(new),
    },
    Lens {
        get: manager,
        put: put_manager,
        of: |person| person.manager.as_ref().map(|manager| manager.guid.clone()).unwrap_or_default(),
        tell: |told, new| told.manager = Some(new).filter(|guid| !guid.is_empty()),
    },
];

/// Every address, the one that counts first: the primary one, else the first.
pub(super) fn emails(document: &Document) -> impl Iterator<Item = String> {
    let items = items(document, "emails");
    let first = counting_email(items);
    let order = first.into_iter().chain((0..items.len()).filter(move |at| Some(*at) != first));
    order.filter_map(|at| items.get(at)?.get("value")?.as_str()).map(str::to_owned)
}

/// Where the address that counts is; an item may have only a type.
fn counting_email(items: &[Value]) -> Option<usize> {
    let has_address = |item: &Value| item.get("value").is_some();
    let primary = items.iter().position(|item| has_address(item) && is_primary(item));
    primary.or_else(|| items.iter().position(has_address))
}

fn text(document: &Document, name: &str) -> String {
    document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn set(document: &mut Document, name: &str, new: &str) {
    if new.is_empty() {
        document.shift_remove(name);
    } else {
        document.insert(name.to_owned(), new.into());
    }
}

fn part(document: &Document, name: &str, sub: &str) -> String {
    document.get(name).and_then(Value::as_object).map(|parts| text(parts, sub)).unwrap_or_default()
}

fn set_part(document: &mut Document, name: &str, sub: &str, new: &str) {
    let mut parts = match document.get(name) {
        Some(Value::Object(parts)) => parts.clone(),
        _ => Map::new(),
    };
    set(&mut parts, sub, new);
    if parts.is_empty() {
        document.shift_remove(name);
    } else {
        document.insert(name.to_owned(), parts.into());
    }
}

fn full_name(document: &Document) -> String {
    let shown = [text(document, "displayName"), part(document, "name", "formatted")];
    let (given, family) = (part(document, "name", "givenName"), part(document, "name", "familyName"));
    shown
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_else(|| domain::profile::full_name(&given, &family))
}

/// Also in `name.formatted`, which would be stale.
fn put_full_name(document: &mut Document, new: &str) {
    set(document, "displayName", new);
    if !part(document, "name", "formatted").is_empty() {
        set_part(document, "name", "formatted", new);
    }
}

fn items<'a>(document: &'a Document, name: &str) -> &'a [Value] {
    document.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whoever has no address in the directory has none.
fn put_email(document: &mut Document, new: &str) {
    let mut list = items(document, "emails").to_vec();
    let counting = counting_email(&list);
    match counting.and_then(|at| list.get_mut(at)) {
        _ if new.is_empty() => list.clear(),
        Some(Value::Object(email)) => drop(email.insert("value".to_owned(), new.into())),
        _ => {
            list.retain(|email| !is_primary(email));
            list.push(json!({"value": new, "type": "work", "primary": true}));
        }
    }
    set_items(document, "emails", list);
}

fn is_of(item: &Value, kind: &str) -> bool {
    item.get("type").and_then(Value::as_str).is_some_and(|own| own.eq_ignore_ascii_case(kind))
}

fn phone(document: &Document, kind: &str) -> String {
    let phones = items(document, "phoneNumbers").iter().filter(|phone| is_of(phone, kind));
    let mut numbers = phones.filter_map(|phone| phone.get("value")?.as_str());
    numbers.next().unwrap_or_default().to_owned()
}

fn put_phone(document: &mut Document, kind: &str, new: &str) {
    let mut list = items(document, "phoneNumbers").to_vec();
    let has_number = |phone: &Value| is_of(phone, kind) && phone.get("value").is_some();
    match list.iter_mut().find(|phone| has_number(phone)) {
        _ if new.is_empty() => list.retain(|phone| !is_of(phone, kind)),
        Some(Value::Object(phone)) => drop(phone.insert("value".to_owned(), new.into())),
        _ => list.push(json!({"value": new, "type": kind})),
    }
    set_items(document, "phoneNumbers", list);
}

fn set_items(document: &mut Document, name: &str, items: Vec<Value>) {
    if items.is_empty() {
        document.shift_remove(name);
    } else {
        document.insert(name.to_owned(), items.into());
    }
}

fn manager(document: &Document) -> String {
    let extension = document.get(ENTERPRISE_SCHEMA.id).and_then(Value::as_object);
    let manager = |sub| extension.map(|extension| part(extension, "manager", sub)).unwrap_or_default();
    let (id, place): (String, String) = (manager("value"), manager("$ref"));
    // A reference alone says who it is, too.
    if id.is_empty() { place.rsplit('/').next().unwrap_or_default().to_owned() } else { id }
}

/// As a whole: a `$ref` left behind would go on saying who it was.
fn put_manager(document: &mut Document, new: &str) {
    let mut extension = match document.get(ENTERPRISE_SCHEMA.id) {
        Some(Value::Object(fields)) => fields.clone(),
        _ => Map::new(),
    };
    extension.shift_remove("manager");
    set_part(&mut extension, "manager", "value", new);
    if extension.is_empty() {
        document.shift_remove(ENTERPRISE_SCHEMA.id);
    } else {
        document.insert(ENTERPRISE_SCHEMA.id.to_owned(), extension.into());
    }
}
