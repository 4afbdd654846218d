//! What the discovery documents themselves consist of (RFC 7643 sections 5 to 7, RFC 9865 section 4).

use crate::{Attribute, Kind, Schema};

pub static RESOURCE_TYPE_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
    name: "ResourceType",
    description: "Describes a type of resource",
    attributes: &[
        text("id", "The type's identifier: its name."),
        text("name", "The type's name.").required().case_exact().unique(),
        text("description", "The type, for people to read."),
        uri("endpoint", "Where its resources are found, below the base URL.").required().unique(),
        uri("schema", "The URN of its core schema.").required(),
        complex("schemaExtensions", &EXTENSION, "Its extensions.").multi_valued().required(),
    ],
};

static EXTENSION: [Attribute; 2] = [
    uri("schema", "The URN of the extension.").required(),
    boolean("required", "Whether each resource must have it.").required(),
];

pub static SCHEMA_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Schema",
    name: "Schema",
    description: "Describes a schema",
    attributes: &[
        text("id", "The schema's URN.").required(),
        text("name", "The schema's name.").required(),
        text("description", "The schema, for people to read."),
        complex("attributes", &ATTRIBUTE, "Its attributes.").multi_valued().required(),
    ],
};

static ATTRIBUTE: [Attribute; 12] = [
    NAME,
    TYPE,
    MULTI_VALUED,
    DESCRIPTION,
    REQUIRED,
    CANONICAL_VALUES,
    CASE_EXACT,
    MUTABILITY,
    RETURNED,
    UNIQUENESS,
    REFERENCE_TYPES,
    complex("subAttributes", &SUB_ATTRIBUTE, "The parts of a complex value.").multi_valued(),
];

static SUB_ATTRIBUTE: [Attribute; 11] = [
    NAME,
    TYPE,
    MULTI_VALUED,
    DESCRIPTION,
    REQUIRED,
    CANONICAL_VALUES,
    CASE_EXACT,
    MUTABILITY,
    RETURNED,
    UNIQUENESS,
    REFERENCE_TYPES,
];

const NAME: Attribute = text("name", "The attribute's name.").required().case_exact();
const TYPE: Attribute = text("type", "What its values are.").required().canonical_values(&[
    "string",
    "complex",
    "boolean",
    "decimal",
    "integer",
    "dateTime",
    "reference",
    "binary",
]);
const MULTI_VALUED: Attribute = boolean("multiValued", "Whether it is a list.").required();
const DESCRIPTION: Attribute = text("description", "The attribute, for people to read.").case_exact();
const REQUIRED: Attribute = boolean("required", "Whether it must have a value.");
const CANONICAL_VALUES: Attribute =
    text("canonicalValues", "The values that it usually has.").multi_valued().case_exact();
const CASE_EXACT: Attribute = boolean("caseExact", "Whether case matters where values are compared.");
const MUTABILITY: Attribute = text("mutability", "Whether it may be changed.")
    .case_exact()
    .canonical_values(&["readOnly", "readWrite", "immutable", "writeOnly"]);
const RETURNED: Attribute = text("returned", "When it is shown.")
    .case_exact()
    .canonical_values(&["always", "never", "default", "request"]);
const UNIQUENESS: Attribute = text("uniqueness", "Whether two resources may have the same value.")
    .case_exact()
    .canonical_values(&["none", "server", "global"]);
const REFERENCE_TYPES: Attribute =
    text("referenceTypes", "What a reference may refer to.").multi_valued().case_exact();

pub static CONFIG_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
    name: "ServiceProviderConfig",
    description: "Describes what the service provider supports",
    attributes: &[
        page("documentationUri", "Where its documentation is found."),
        complex("patch", &[SUPPORTED], "PATCH.").required(),
        complex("bulk", &BULK, "Bulk requests.").required(),
        complex("filter", &FILTER, "Filters.").required(),
        complex("changePassword", &[SUPPORTED], "Changes of passwords.").required(),
        complex("sort", &[SUPPORTED], "Sorted results.").required(),
        complex("etag", &[SUPPORTED], "Entity tags.").required(),
        complex("authenticationSchemes", &SCHEME, "How clients authenticate.").multi_valued().required(),
        complex("pagination", &PAGINATION, "Results in pages."),
    ],
};

const SUPPORTED: Attribute = boolean("supported", "Whether it is supported.").required();

static BULK: [Attribute; 3] = [
    SUPPORTED,
    integer("maxOperations", "How many operations a request may have.").required(),
    integer("maxPayloadSize", "How many bytes a request may have.").required(),
];

static FILTER: [Attribute; 2] =
    [SUPPORTED, integer("maxResults", "How many resources an answer has at most.").required()];

static SCHEME: [Attribute; 6] = [
    text("type", "The scheme.").required().canonical_values(&[
        "oauth",
        "oauth2",
        "oauthbearertoken",
        "httpbasic",
        "httpdigest",
    ]),
    text("name", "The scheme's usual name.").required(),
    text("description", "The scheme, for people to read.").required(),
    page("specUri", "Where it is specified."),
    page("documentationUri", "Where its use is documented."),
    boolean("primary", "Whether it is the preferred scheme."),
];

static PAGINATION: [Attribute; 6] = [
    boolean("cursor", "Whether pages are found by cursor.").required(),
    boolean("index", "Whether pages are found by index.").required(),
    text("defaultPaginationMethod", "How pages are found if the client does not say.")
        .canonical_values(&["cursor", "index"]),
    integer("defaultPageSize", "How many resources a page has if the client does not say."),
    integer("maxPageSize", "How many resources a page has at most."),
    integer("cursorTimeout", "How many seconds a cursor is valid at least."),
];

const fn text(name: &'static str, description: &'static str) -> Attribute {
    Attribute::text(name, description).read_only()
}

const fn boolean(name: &'static str, description: &'static str) -> Attribute {
    Attribute::boolean(name, description).read_only()
}

const fn integer(name: &'static str, description: &'static str) -> Attribute {
    text(name, description).kind(Kind::Integer)
}

const fn uri(name: &'static str, description: &'static str) -> Attribute {
    Attribute::reference(name, &["uri"], description).read_only()
}

const fn page(name: &'static str, description: &'static str) -> Attribute {
    Attribute::reference(name, &["external"], description).read_only()
}

const fn complex(
    name: &'static str,
    sub_attributes: &'static [Attribute],
    description: &'static str,
) -> Attribute {
    Attribute::complex(name, sub_attributes, description).read_only()
}
