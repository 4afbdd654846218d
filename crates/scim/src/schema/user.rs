//! Users (RFC 7643 section 4.1).

use crate::schema::base::{DISPLAY, PRIMARY, label};
use crate::schema::{COMMON, ENTERPRISE_SCHEMA};
use crate::{Attribute, Kind, Mutability, ResourceType, Returned, Schema};

pub static USER: ResourceType = ResourceType {
    name: "User",
    endpoint: "/Users",
    description: "User Account",
    schema: &USER_SCHEMA,
    extensions: &[&ENTERPRISE_SCHEMA],
    common: &COMMON,
};

pub static USER_SCHEMA: Schema = Schema {
    id: "urn:ietf:params:scim:schemas:core:2.0:User",
    name: "User",
    description: "User Account",
    attributes: &ATTRIBUTES,
};

static ATTRIBUTES: [Attribute; 21] = [
    Attribute::text("userName", "The name that the user signs in with.").required().unique(),
    Attribute::complex("name", &NAME, "The parts of the user's name."),
    Attribute::text("displayName", "The user's name, as shown to others."),
    Attribute::text("nickName", "What the user is called in everyday life."),
    Attribute::reference("profileUrl", &["external"], "A page about the user."),
    Attribute::text("title", "The user's title, such as \"Vice President\"."),
    Attribute::text("userType", "What the user is to the organization, such as \"Contractor\"."),
    Attribute::text("preferredLanguage", "The language that the user prefers, as in Accept-Language."),
    Attribute::text("locale", "Where the user is, for dates, numbers and currencies, such as \"en-US\"."),
    Attribute::text("timezone", "The user's time zone in the IANA database, such as \"America/New_York\"."),
    Attribute::boolean("active", "Whether the user may sign in; false begins an offboarding."),
    Attribute::text("password", "The user's password in clear text, to be set and never shown.")
        .case_exact()
        .mutability(Mutability::WriteOnly)
        .returned(Returned::Never),
    Attribute::complex("emails", &EMAILS, "The user's e-mail addresses.").multi_valued(),
    Attribute::complex("phoneNumbers", &PHONE_NUMBERS, "The user's phone numbers.").multi_valued(),
    Attribute::complex("ims", &IMS, "The user's addresses for instant messages.").multi_valued(),
    Attribute::complex("photos", &PHOTOS, "Pictures of the user.").multi_valued(),
    Attribute::complex("addresses", &ADDRESSES, "The user's postal addresses.").multi_valued(),
    Attribute::complex("groups", &GROUPS, "The groups that the user is in; changed at the groups.")
        .multi_valued()
        .read_only(),
    Attribute::complex("entitlements", &LABELED, "Things that the user has.").multi_valued(),
    Attribute::complex("roles", &LABELED, "What the user is, such as \"Student\".").multi_valued(),
    Attribute::complex("x509Certificates", &CERTIFICATES, "The user's certificates.").multi_valued(),
];

static NAME: [Attribute; 6] = [
    Attribute::text("formatted", "The whole name, such as \"Ms. Barbara J Jensen, III\"."),
    Attribute::text("familyName", "The last name in most Western languages."),
    Attribute::text("givenName", "The first name in most Western languages."),
    Attribute::text("middleName", "The middle names."),
    Attribute::text("honorificPrefix", "What goes before the name, such as \"Ms.\"."),
    Attribute::text("honorificSuffix", "What goes after the name, such as \"III\"."),
];

static EMAILS: [Attribute; 4] =
    [Attribute::text("value", "An e-mail address."), DISPLAY, label(&["work", "home", "other"]), PRIMARY];

static PHONE_NUMBERS: [Attribute; 4] = [
    Attribute::text("value", "A phone number."),
    DISPLAY,
    label(&["work", "home", "mobile", "fax", "pager", "other"]),
    PRIMARY,
];

static IMS: [Attribute; 4] = [
    Attribute::text("value", "An address for instant messages."),
    DISPLAY,
    label(&["aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo"]),
    PRIMARY,
];

static PHOTOS: [Attribute; 4] = [
    Attribute::reference("value", &["external"], "Where the picture is found."),
    DISPLAY,
    label(&["photo", "thumbnail"]),
    PRIMARY,
];

static ADDRESSES: [Attribute; 8] = [
    Attribute::text("formatted", "The whole address, as on a letter."),
    Attribute::text("streetAddress", "Street, house number, post office box."),
    Attribute::text("locality", "The city."),
    Attribute::text("region", "The state or region."),
    Attribute::text("postalCode", "The postal code."),
    Attribute::text("country", "The country, by its two letters in ISO 3166-1."),
    label(&["work", "home", "other"]),
    PRIMARY,
];

static GROUPS: [Attribute; 4] = [
    Attribute::text("value", "The id of the Group.").case_exact().read_only(),
    Attribute::reference("$ref", &["Group"], "Where the Group is found.").read_only(),
    DISPLAY.read_only(),
    label(&["direct"]).read_only(),
];

/// Of what the RFC gives no canonical types.
static LABELED: [Attribute; 4] = [Attribute::text("value", "The value."), DISPLAY, label(&[]), PRIMARY];

static CERTIFICATES: [Attribute; 4] = [
    Attribute::text("value", "A certificate as DER, in Base64.").kind(Kind::Binary).case_exact(),
    DISPLAY,
    label(&[]),
    PRIMARY,
];
