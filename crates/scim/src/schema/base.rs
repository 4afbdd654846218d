//! What every resource has, though no schema names it (RFC 7643 sections 3 and 3.1), and what most lists have.

use crate::{Attribute, Kind, Returned};

pub static COMMON: [Attribute; 4] = [
    Attribute::reference("schemas", &["uri"], "The URNs of the schemas that the resource has attributes of.")
        .multi_valued()
        .required()
        .returned(Returned::Always),
    Attribute::text("id", "The service provider's identifier of the resource; it never changes.")
        .case_exact()
        .unique()
        .read_only()
        .returned(Returned::Always),
    Attribute::text("externalId", "The client's identifier of the resource.").case_exact(),
    Attribute::complex("meta", &META, "What the service provider knows of the resource itself.").read_only(),
];

static META: [Attribute; 5] = [
    Attribute::text("resourceType", "The name of the resource's type.").case_exact().read_only(),
    Attribute::text("created", "When the resource was added.").kind(Kind::DateTime).read_only(),
    Attribute::text("lastModified", "When the resource changed last.").kind(Kind::DateTime).read_only(),
    Attribute::reference("location", &["uri"], "Where the resource is found.").read_only(),
    Attribute::text("version", "The entity tag of the resource as it is.").case_exact().read_only(),
];

/// `display` of a value in a list.
pub(super) const DISPLAY: Attribute = Attribute::text("display", "The value, for people to read.");

/// `primary` of a value in a list.
pub(super) const PRIMARY: Attribute =
    Attribute::boolean("primary", "Whether this is the preferred value; true at most once in the list.");

/// `type` of a value in a list.
pub(super) const fn label(values: &'static [&'static str]) -> Attribute {
    Attribute::text("type", "What the value is for.").canonical_values(values)
}
