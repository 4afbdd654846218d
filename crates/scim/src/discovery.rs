//! The documents by which a client finds out what is supported (RFC 7644 section 4).
//!
//! Owns: /Schemas, /ResourceTypes and /ServiceProviderConfig. Never: what is supported, which the schemas and
//! [`Features`] say.

use serde_json::{Value, json};

use crate::schema::{
    CONFIG_SCHEMA, ENTERPRISE_SCHEMA, GROUP, GROUP_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA, USER,
    USER_SCHEMA,
};
use crate::{Attribute, Document, Kind, ResourceType, Schema};

pub static RESOURCE_TYPES: [&ResourceType; 2] = [&USER, &GROUP];

pub static SCHEMAS: [&Schema; 6] =
    [&USER_SCHEMA, &ENTERPRISE_SCHEMA, &GROUP_SCHEMA, &RESOURCE_TYPE_SCHEMA, &SCHEMA_SCHEMA, &CONFIG_SCHEMA];

/// What a service provider supports besides PATCH, filters, sorting, entity tags, and pages by index and by cursor.
#[derive(Clone, Debug)]
pub struct Features {
    pub documentation_uri: String,
    pub bulk_max_operations: usize,
    pub bulk_max_bytes: usize,
    pub filter_max_results: usize,
    pub change_password: bool,
    pub default_page_size: usize,
    pub max_page_size: usize,
    /// None if cursors do not expire.
    pub cursor_timeout_seconds: Option<u64>,
}

/// The schema as a resource of /Schemas below the base URL.
pub fn schema(base: &str, schema: &Schema) -> Document {
    let mut document = resource(base, &SCHEMA_SCHEMA, Some(schema.id));
    document.insert("name".to_owned(), schema.name.into());
    document.insert("description".to_owned(), schema.description.into());
    let attributes = schema.attributes.iter().map(attribute).collect();
    document.insert("attributes".to_owned(), Value::Array(attributes));
    document
}

/// The type as a resource of /ResourceTypes below the base URL.
pub fn resource_type(base: &str, resource_type: &ResourceType) -> Document {
    let mut document = resource(base, &RESOURCE_TYPE_SCHEMA, Some(resource_type.name));
    document.insert("name".to_owned(), resource_type.name.into());
    document.insert("description".to_owned(), resource_type.description.into());
    document.insert("endpoint".to_owned(), resource_type.endpoint.into());
    document.insert("schema".to_owned(), resource_type.schema.id.into());
    let extensions = resource_type.extensions.iter();
    let extensions = extensions.map(|extension| json!({"schema": extension.id, "required": false})).collect();
    document.insert("schemaExtensions".to_owned(), Value::Array(extensions));
    document
}

pub fn service_provider_config(base: &str, features: &Features) -> Document {
    let mut document = resource(base, &CONFIG_SCHEMA, None);
    let supported = json!({"supported": true});
    let mut pagination = json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": features.default_page_size,
        "maxPageSize": features.max_page_size,
    });
    if let Some(seconds) = features.cursor_timeout_seconds {
        pagination["cursorTimeout"] = seconds.into();
    }
    document.extend([
        ("documentationUri".to_owned(), features.documentation_uri.as_str().into()),
        ("patch".to_owned(), supported.clone()),
        (
            "bulk".to_owned(),
            json!({
                "supported": true,
                "maxOperations": features.bulk_max_operations,
                "maxPayloadSize": features.bulk_max_bytes,
            }),
        ),
        ("filter".to_owned(), json!({"supported": true, "maxResults": features.filter_max_results})),
        ("changePassword".to_owned(), json!({"supported": features.change_password})),
        ("sort".to_owned(), supported.clone()),
        ("etag".to_owned(), supported),
        (
            "authenticationSchemes".to_owned(),
            json!([{
                "type": "oauthbearertoken",
                "name": "OAuth Bearer Token",
                "description": "A token in the Authorization header",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": true,
            }]),
        ),
        ("pagination".to_owned(), pagination),
    ]);
    document
}

/// What every discovery document begins with.
fn resource(base: &str, schema: &Schema, id: Option<&str>) -> Document {
    // Lists have a plural for a name; there is one configuration.
    let location = match id {
        Some(id) => format!("{base}/{}s/{id}", schema.name),
        None => format!("{base}/{}", schema.name),
    };
    let mut document = Document::new();
    document.insert("schemas".to_owned(), json!([schema.id]));
    if let Some(id) = id {
        document.insert("id".to_owned(), id.into());
    }
    document.insert("meta".to_owned(), json!({"resourceType": schema.name, "location": location}));
    document
}

fn attribute(attribute: &Attribute) -> Value {
    let mut described = json!({
        "name": attribute.name,
        "type": attribute.kind.as_str(),
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability.as_str(),
        "returned": attribute.returned.as_str(),
    });
    // Case and uniqueness mean nothing for these (RFC 7643 section 2.3).
    if !matches!(attribute.kind, Kind::Complex | Kind::Boolean) {
        described["caseExact"] = attribute.case_exact.into();
        described["uniqueness"] = attribute.uniqueness.as_str().into();
    }
    if !attribute.canonical_values.is_empty() {
        described["canonicalValues"] = attribute.canonical_values.into();
    }
    if !attribute.reference_types.is_empty() {
        described["referenceTypes"] = attribute.reference_types.into();
    }
    if !attribute.sub_attributes.is_empty() {
        described["subAttributes"] = attribute.sub_attributes.iter().map(self::attribute).collect();
    }
    described
}
