//! Groups (RFC 7643 section 4.2): of users only.

use crate::schema::COMMON;
use crate::schema::base::DISPLAY;
use crate::{Attribute, Mutability, ResourceType, Schema};

pub static GROUP: ResourceType = ResourceType {
    name: "Group",
    endpoint: "/Groups",
    description: "Group",
    schema: &GROUP_SCHEMA,
    extensions: &[],
    common: &COMMON,
};

pub static GROUP_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:Group",
    name: "Group",
    description: "Group",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 2] = [
    Attribute::text("displayName", "The group's name, for people to read.").required().unique(),
    Attribute::complex("members", &MEMBERS, "The users in the group.").multi_valued(),
];

static MEMBERS: [Attribute; 4] = [
    Attribute::text("value", "The id of the member.")
        .required()
        .case_exact()
        .mutability(Mutability::Immutable),
    Attribute::reference("$ref", &["User"], "Where the member is found.").mutability(Mutability::Immutable),
    Attribute::text("type", "The type of the member.")
        .canonical_values(&["User"])
        .mutability(Mutability::Immutable),
    DISPLAY.read_only(),
];
