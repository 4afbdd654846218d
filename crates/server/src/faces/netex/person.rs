//! A user as a client tells it, bare or inside `user` (contract section 3.6).

use domain::text::{self, MAX_TEXT_CHARS};
use domain::{Error, Profile};
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::body::Fields;
use super::roles::Told;
use super::view::LOCAL;
use crate::faces::Exchange;

/// Where a profile keeps what only this vendor's clients know.
pub(super) const EXTENDED_FIELDS: &str = "extendedFields";
pub(super) const EXTRA: &str = "extra";
const IMAGE: &str = "image";

/// What was told; a field that was not stays as it is. Fields that nobody knows are ignored.
pub(super) struct Person {
    pub username: Option<String>,
    pub password: Option<SecretString>,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub enabled: Option<bool>,
    pub roles: Told,
    /// By the rules of [`Profile::changed_by`], without the roles.
    pub profile: Profile,
    ids: [Option<String>; 2],
}

impl Person {
    pub(super) fn read(exchange: &Exchange) -> Result<Self, Error> {
        let mut fields = unwrapped(Fields::needed(exchange)?)?;
        let source = fields.text("authSource")?.unwrap_or_default();
        if !source.is_empty() && source != LOCAL {
            return Err(Error::invalid(
                "authSource",
                format!("must be {LOCAL}: credentials are checked here"),
            ));
        }
        let roles = fields.object("roles")?.map(Told::read).transpose()?;
        let password = fields.text("password")?.filter(|password| !password.is_empty());
        Ok(Self {
            username: fields.text("username")?,
            password: password.map(SecretString::from),
            email: fields.text("email")?,
            external_id: fields.text("externalId")?,
            enabled: fields.truth("enabled")?,
            profile: profile(&mut fields)?,
            roles: roles.unwrap_or_default(),
            ids: [fields.text("id")?, fields.text("commonId")?],
        })
    }

    /// Refuses to give anybody another id than `guid`; none, or the same, says nothing.
    pub(super) fn keeps_id(&self, guid: Option<&str>) -> Result<(), Error> {
        for (field, id) in ["id", "commonId"].into_iter().zip(&self.ids) {
            if id.as_deref().is_some_and(|id| !id.is_empty() && Some(id) != guid) {
                return Err(Error::invalid(field, "is given by the server and never changes"));
            }
        }
        Ok(())
    }
}

/// Both forms at once could be read in two ways.
fn unwrapped(mut fields: Fields) -> Result<Fields, Error> {
    if !fields.has("user") {
        return Ok(fields);
    }
    let alone = fields.len() == 1;
    let user = fields.object("user")?.filter(|_| alone);
    user.ok_or_else(|| Error::invalid("user", "must be an object, and stand alone"))
}

fn profile(fields: &mut Fields) -> Result<Profile, Error> {
    let mut profile = Profile {
        given_name: fields.text("name")?,
        family_name: fields.text("surname")?,
        language: fields.text("language")?,
        time_zone: fields.text("timezone")?,
        office_phone: fields.text("officePhone")?,
        mobile_phone: fields.text("mobilePhone")?,
        interests: fields.text("interests")?,
        about_me: fields.text("aboutMe")?,
        location: fields.text("location")?,
        image: image(fields)?,
        ..Profile::default()
    };
    // Together they become the full name, whose own check would name neither.
    for (field, name) in [("name", &profile.given_name), ("surname", &profile.family_name)] {
        text::check(field, name.as_deref().unwrap_or_default(), MAX_TEXT_CHARS)?;
    }
    for name in [EXTENDED_FIELDS, EXTRA] {
        if let Some(kept) = kept(fields, name)? {
            profile.more.insert(name.to_owned(), kept);
        }
    }
    Ok(profile)
}

/// `null`, and an empty object, take away what was there.
fn kept(fields: &mut Fields, name: &'static str) -> Result<Option<Value>, Error> {
    if !fields.has(name) {
        return Ok(None);
    }
    let object: Map<String, Value> = fields.object(name)?.into_iter().flatten().collect();
    Ok(Some(if object.is_empty() { Value::Null } else { Value::Object(object) }))
}

/// `{"url"}`, or `{"base64Image","mimeType"}`. Kept and given back; nothing is fetched or decoded.
fn image(fields: &mut Fields) -> Result<Option<Value>, Error> {
    if !fields.has(IMAGE) {
        return Ok(None);
    }
    let Some(object) = fields.object(IMAGE)? else { return Ok(Some(Value::Null)) };
    let object: Map<String, Value> = object.into_iter().collect();
    let mut keys: Vec<&str> = object.keys().map(String::as_str).collect();
    keys.sort_unstable();
    let is_known = matches!(keys.as_slice(), ["url"] | ["base64Image", "mimeType"]);
    if !is_known || !object.values().all(Value::is_string) {
        return Err(Error::invalid(IMAGE, "must hold the text url, or the texts base64Image and mimeType"));
    }
    Ok(Some(Value::Object(object)))
}
