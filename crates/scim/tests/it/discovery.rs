//! The discovery documents are what their own schemas say.

use scim::discovery::{Features, RESOURCE_TYPES, SCHEMAS, resource_type, schema, service_provider_config};
use scim::schema::{CONFIG_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, USER_SCHEMA};
use scim::{Attribute, Kind, Schema};
use serde_json::{Map, Value, json};

const BASE: &str = "https://example.com/scim/v2";

fn config(cursor_timeout_seconds: Option<u64>) -> Map<String, Value> {
    let features = Features {
        documentation_uri: "https://example.com/help".to_owned(),
        bulk_max_operations: 1000,
        bulk_max_bytes: 1_048_576,
        filter_max_results: 200,
        change_password: true,
        default_page_size: 50,
        max_page_size: 200,
        cursor_timeout_seconds,
    };
    service_provider_config(BASE, &features)
}

/// Every name is known and has the right type, and nothing required is missing.
fn conforms(attributes: &[Attribute], fields: &Map<String, Value>) {
    for (name, value) in fields {
        let attribute = attributes.iter().find(|attribute| attribute.name == name);
        // The schema of schemas has one level more than it can say of itself, in the RFC as well.
        let attribute = attribute.or_else(|| match name.as_str() {
            "subAttributes" => SCHEMA_SCHEMA.attribute("attributes")?.sub(name),
            _ => None,
        });
        let attribute = attribute.unwrap_or_else(|| panic!("{name} is in no schema"));
        let values = if attribute.multi_valued {
            value.as_array().unwrap_or_else(|| panic!("{name} is no list")).as_slice()
        } else {
            std::slice::from_ref(value)
        };
        for value in values {
            match attribute.kind {
                Kind::Boolean => assert!(value.is_boolean(), "{name}"),
                Kind::Integer => assert!(value.is_u64(), "{name}"),
                Kind::Complex => conforms(attribute.sub_attributes, value.as_object().unwrap()),
                _ => assert!(value.is_string(), "{name}"),
            }
            let canonical = attribute.canonical_values;
            assert!(canonical.is_empty() || canonical.contains(&value.as_str().unwrap()), "{name} {value}");
        }
    }
    for attribute in attributes.iter().filter(|attribute| attribute.required) {
        assert!(fields.contains_key(attribute.name), "{} is missing", attribute.name);
    }
}

fn assert_described(mut document: Map<String, Value>, by: &Schema, location: &str) {
    assert_eq!(document.remove("schemas"), Some(json!([by.id])));
    let meta = json!({"resourceType": by.name, "location": format!("{BASE}/{location}")});
    assert_eq!(document.remove("meta"), Some(meta));
    conforms(by.attributes, &document);
}

#[test]
fn each_document_is_described_by_its_schema() {
    for each in SCHEMAS {
        assert_described(schema(BASE, each), &SCHEMA_SCHEMA, &format!("Schemas/{}", each.id));
    }
    for each in RESOURCE_TYPES {
        let location = format!("ResourceTypes/{}", each.name);
        assert_described(resource_type(BASE, each), &RESOURCE_TYPE_SCHEMA, &location);
    }
    for timeout in [None, Some(600)] {
        assert_described(config(timeout), &CONFIG_SCHEMA, "ServiceProviderConfig");
    }
}

#[test]
fn each_schema_that_a_type_names_is_listed() {
    let listed = |urn: &Value| SCHEMAS.iter().any(|schema| urn == schema.id);
    for each in RESOURCE_TYPES {
        let document = resource_type(BASE, each);
        assert!(listed(&document["schema"]));
        for extension in document["schemaExtensions"].as_array().unwrap() {
            assert!(listed(&extension["schema"]));
        }
    }
}

#[test]
fn an_attribute_is_described_as_in_the_rfc() {
    let document = schema(BASE, &USER_SCHEMA);
    let attributes = document["attributes"].as_array().unwrap();
    let named = |name: &str| attributes.iter().find(|attribute| attribute["name"] == name).unwrap();
    assert_eq!(
        named("password"),
        &json!({
            "name": "password",
            "type": "string",
            "multiValued": false,
            "description": "The user's password in clear text, to be set and never shown.",
            "required": false,
            "mutability": "writeOnly",
            "returned": "never",
            "caseExact": true,
            "uniqueness": "none"
        })
    );
    assert_eq!(
        named("emails")["subAttributes"][2],
        json!({
            "name": "type",
            "type": "string",
            "multiValued": false,
            "description": "What the value is for.",
            "required": false,
            "mutability": "readWrite",
            "returned": "default",
            "caseExact": false,
            "uniqueness": "none",
            "canonicalValues": ["work", "home", "other"]
        })
    );
    assert_eq!(named("profileUrl")["referenceTypes"], json!(["external"]));
}

#[test]
fn limits_are_told() {
    let document = Value::Object(config(Some(600)));
    for (pointer, value) in [
        ("/bulk/maxOperations", json!(1000)),
        ("/bulk/maxPayloadSize", json!(1_048_576)),
        ("/filter/maxResults", json!(200)),
        ("/pagination/defaultPaginationMethod", json!("index")),
        ("/pagination/maxPageSize", json!(200)),
        ("/pagination/cursorTimeout", json!(600)),
        ("/authenticationSchemes/0/type", json!("oauthbearertoken")),
        ("/authenticationSchemes/0/primary", json!(true)),
    ] {
        assert_eq!(document.pointer(pointer), Some(&value), "{pointer}");
    }
}
