//! Passwords: taken out of documents and patches before anything else sees them, for none is ever kept or shown.

use scim::patch::Op;
use scim::schema::USER;
use scim::{Document, Error, Patch, ScimType};
use secrecy::SecretString;
use serde_json::Value;

const PASSWORD: &str = "password";

/// Of a document that was read, where it can only be a text.
pub(super) fn of_document(document: &mut Document) -> Option<SecretString> {
    match document.shift_remove(PASSWORD) {
        Some(Value::String(password)) => Some(password.into()),
        _ => None,
    }
}

/// Of the last operation that sets one.
pub(super) fn of_patch(patch: &mut Patch) -> Result<Option<SecretString>, Error> {
    let mut found = None;
    let mut others = Vec::new();
    for mut operation in std::mem::take(&mut patch.operations) {
        let attribute = &operation.path.attribute;
        if operation.path.find(&USER).is_some_and(|found| found.attribute.name == PASSWORD) {
            let value = operation.value.take().filter(|_| operation.op != Op::Remove);
            found = Some(text(value.as_ref())?);
            continue;
        }
        if attribute.schema(&USER).is_some()
            && let Some(Value::Object(fields)) = &mut operation.value
        {
            let name = fields.keys().find(|name| name.eq_ignore_ascii_case(PASSWORD)).cloned();
            if let Some(value) = name.and_then(|name| fields.shift_remove(&name)) {
                found = Some(text(Some(&value))?);
            }
        }
        others.push(operation);
    }
    patch.operations = others;
    Ok(found)
}

fn text(value: Option<&Value>) -> Result<SecretString, Error> {
    match value {
        Some(Value::String(password)) if !password.is_empty() => Ok(password.as_str().into()),
        _ => Err(Error::new(ScimType::InvalidValue, "password takes a text, and cannot be removed")),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_is_found_wherever_it_stands() {
        let urn = "urn:ietf:params:scim:schemas:core:2.0:User";
        for operation in [
            json!({"op": "replace", "path": "password", "value": "correct horse"}),
            json!({"op": "Add", "value": {"PASSWORD": "correct horse"}}),
            json!({"op": "replace", "path": format!("{urn}:password"), "value": "correct horse"}),
            json!({"op": "replace", "path": urn, "value": {"Password": "correct horse"}}),
        ] {
            let mut patch = Patch::parse(&json!({"Operations": [operation]})).expect("a patch");
            let found = of_patch(&mut patch).expect("a text").expect("a password");
            assert_eq!(found.expose_secret(), "correct horse", "{operation}");
            assert!(!format!("{patch:?}").contains("correct horse"), "{operation}");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for operation in [
            json!({"op": "remove", "path": "password"}),
            json!({"op": "replace", "path": "password", "value": 7}),
            json!({"op": "replace", "path": "password", "value": ""}),
        ] {
            let mut patch = Patch::parse(&json!({"Operations": [operation]})).expect("a patch");
            assert!(of_patch(&mut patch).is_err(), "{operation}");
        }
    }
}
