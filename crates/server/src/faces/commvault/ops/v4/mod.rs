//! The V4 generation: JSON only, told by the HTTP status.

pub(super) mod delete;
pub(super) mod groups;
pub(super) mod users;
