//! The newest generation, `V4/…`: JSON only, and the status says how it went.

use super::Endpoint;

pub(super) const ENDPOINTS: &[Endpoint] = &[];
