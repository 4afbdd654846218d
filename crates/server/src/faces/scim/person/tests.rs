//! The laws of the lenses, and what a document becomes on its way into the directory and back.

use domain::{Profile, Role, User, UserId, UserState};
use proptest::prelude::*;
use proptest::sample::select;
use scim::schema::USER;
use scim::{Document, resource};
use serde_json::{Value, json};

use super::{told, written};
use crate::app::{Manager, Person, PersonTold};
use crate::faces::scim::lens::LENSES;

/// Where the full name stands among the lenses: without one it falls back on the names it is made of.
const FULL_NAME: usize = 5;

/// A user of whom no provider has told.
fn nobody() -> Person {
    let user = User {
        id: UserId(7),
        guid: "0123456789abcdef0123456789abcdef".to_owned(),
        user_name: "bjensen".to_owned(),
        email: String::new(),
        full_name: String::new(),
        description: String::new(),
        state: UserState::Active,
        role: Role::None,
        protected: false,
        manager: None,
        external_id: None,
        notice: None,
        created_ms: 0,
        modified_ms: 0,
        hidden: false,
        last_sign_in_ms: None,
    };
    Person { user, profile: Profile::default(), manager: None, groups: Vec::new() }
}

/// What the directory makes of what it is told.
fn kept(told: PersonTold) -> Person {
    let mut person = nobody();
    person.user.user_name = told.user_name;
    person.user.email = told.email;
    person.user.full_name = told.full_name;
    person.user.external_id = told.external_id;
    person.user.state = if told.active == Some(false) { UserState::Deactivated } else { UserState::Active };
    person.manager = told.manager.map(|guid| Manager { guid, full_name: "Manager".to_owned() });
    person.profile = Profile::default().changed_by(&told.profile);
    person
}

fn a_word() -> impl Strategy<Value = String> {
    select(vec!["", "a", "b", "Ann Lee", "x@example.com", "été"]).prop_map(str::to_owned)
}

fn an_item() -> impl Strategy<Value = Value> {
    let kind = select(vec!["work", "Work", "home", "mobile", ""]);
    (a_word(), kind, any::<bool>()).prop_map(|(value, kind, display)| {
        let mut item = json!({"value": value, "type": kind});
        if display {
            item["display"] = "shown".into();
        }
        item
    })
}

/// Documents as [`resource::read`] gives them.
pub(in crate::faces::scim) fn a_document() -> impl Strategy<Value = Document> {
    let items = || prop::collection::vec(an_item(), 0..4);
    let texts = prop::collection::vec(a_word(), 9);
    (texts, items(), items(), any::<Option<bool>>(), any::<Option<prop::sample::Index>>()).prop_map(
        |(texts, mut emails, phones, active, primary)| {
            if let Some(at) = primary.filter(|_| !emails.is_empty()).map(|at| at.index(emails.len())) {
                emails[at]["primary"] = true.into();
            }
            let [given, family, formatted, display, external, language, zone, title, manager] = &texts[..]
            else {
                unreachable!("nine");
            };
            let body = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": "bjensen", "externalId": external, "displayName": display, "title": title,
                "name": {"givenName": given, "familyName": family, "formatted": formatted},
                "preferredLanguage": language, "timezone": zone, "active": active,
                "emails": emails, "phoneNumbers": phones,
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"manager": {"value": manager}},
            });
            resource::read(&USER, &body).expect("valid")
        },
    )
}

proptest! {
    #[test]
    fn what_is_put_is_read(document in a_document(), new in a_word()) {
        for (at, lens) in LENSES.iter().enumerate() {
            if new.is_empty() && at == FULL_NAME {
                continue;
            }
            let mut changed = document.clone();
            (lens.put)(&mut changed, &new);
            prop_assert_eq!((lens.get)(&changed), new.clone(), "{}: {:?}", at, &changed);
            let once = changed.clone();
            (lens.put)(&mut changed, &new);
            prop_assert_eq!(changed, once, "{}", at);
        }
    }

    #[test]
    fn what_is_told_is_read_as_it_was(document in a_document()) {
        let person = kept(told(document.clone()));
        let mut expected = document;
        expected.entry("active").or_insert(Value::Bool(true));
        prop_assert_eq!(written(&person), expected);
    }

    #[test]
    fn what_another_face_changed_is_seen(document in a_document(), changed in a_document()) {
        let mut person = kept(told(document));
        let now = kept(told(changed));
        person.user = now.user.clone();
        person.manager.clone_from(&now.manager);
        person.profile = Profile { scim: person.profile.scim.clone(), ..now.profile.clone() };
        let seen = written(&person);
        for (at, lens) in LENSES.iter().enumerate() {
            let wanted = (lens.of)(&now);
            if !(at == FULL_NAME && wanted.is_empty()) {
                prop_assert_eq!((lens.get)(&seen), wanted, "{}: {:?}", at, &seen);
            }
        }
        prop_assert_eq!(resource::check(&USER, &seen), Ok(()));
    }
}

#[test]
fn whoever_no_provider_told_of_has_a_document_of_the_directory_s_fields() {
    let mut person = nobody();
    person.user.email = "b@example.com".to_owned();
    person.user.full_name = "Barbara Jensen".to_owned();
    person.profile.office_phone = Some("555".to_owned());
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "bjensen", "displayName": "Barbara Jensen",
        "emails": [{"value": "b@example.com", "type": "work", "primary": true}],
        "phoneNumbers": [{"value": "555", "type": "work"}], "active": true,
    });
    assert_eq!(Value::Object(written(&person)), expected);
}

#[test]
fn no_password_is_kept() {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "bjensen", "password": "correct horse", "active": false, "id": "x",
    });
    let told = told(resource::read(&USER, &body).expect("valid"));
    assert_eq!(told.active, Some(false));
    assert_eq!(Value::Object(told.profile.scim), json!({"userName": "bjensen"}));
}

/// An address that another face changed is changed where it stands: the old one must not stay as another of the user's.
#[test]
fn a_changed_address_replaces_the_one_that_counts() {
    for (emails, expected) in [
        (
            json!([{"type": "work"}, {"value": "old@x", "type": "home"}]),
            json!([{"type": "work"}, {"value": "new@x", "type": "home"}]),
        ),
        (
            json!([{"type": "work", "primary": true}, {"value": "old@x"}, {"value": "b@x"}]),
            json!([{"type": "work", "primary": true}, {"value": "new@x"}, {"value": "b@x"}]),
        ),
        (
            json!([{"type": "work", "primary": true}]),
            json!([{"value": "new@x", "type": "work", "primary": true}]),
        ),
    ] {
        let document = json!({"userName": "bjensen", "emails": emails});
        let mut person = kept(told(document.as_object().cloned().expect("an object")));
        person.user.email = "new@x".to_owned();
        assert_eq!(written(&person)["emails"], expected);
    }
}
