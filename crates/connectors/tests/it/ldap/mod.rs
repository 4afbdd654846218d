//! The `ldap` kind against real OpenLDAP servers, and against answers of other vendors' servers.

mod authority;
mod conforms;
mod front;
mod messages;
mod slapd;
