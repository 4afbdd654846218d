//! The `scim` kind against two servers that we did not write, and against answers in the shapes of known vendors.

mod conforms;
mod groups;
mod lists;
mod servers;
mod settings;
mod sign_in;
mod standing;
mod vendors;
