//! The extension for users of an enterprise (RFC 7643 section 4.3).

use crate::{Attribute, Schema};

pub static ENTERPRISE_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    name: "EnterpriseUser",
    description: "What an enterprise knows of a user",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 6] = [
    Attribute::text("employeeNumber", "The number that the organization gave to the person."),
    Attribute::text("costCenter", "The name of a cost center."),
    Attribute::text("organization", "The name of an organization."),
    Attribute::text("division", "The name of a division."),
    Attribute::text("department", "The name of a department."),
    Attribute::complex("manager", &MANAGER, "The user's manager."),
];

static MANAGER: [Attribute; 3] = [
    Attribute::text("value", "The id of the manager's User.").case_exact(),
    Attribute::reference("$ref", &["User"], "Where the manager's User is found."),
    Attribute::text("displayName", "The manager's displayName.").read_only(),
];
