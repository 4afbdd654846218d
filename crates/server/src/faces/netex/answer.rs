//! The envelope of every write call: its keys, and their order, are the vendor's.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Serialize, Serializer};

use super::platforms::MANAGEMENT;

/// The outer status where nothing failed. The HTTP status beside it is 200 (contract section 3.1).
const SUCCESS: u16 = 204;

#[derive(Serialize)]
pub(super) struct Answer {
    location: Option<String>,
    message: String,
    #[serde(rename = "responsePlatforms", serialize_with = "as_object")]
    platforms: Vec<(String, Entry)>,
    status: u16,
}

#[derive(Serialize)]
pub(super) struct Entry {
    location: Option<String>,
    message: Option<String>,
    status: u16,
}

impl Entry {
    pub(super) fn new(status: u16, message: Option<String>) -> Self {
        Self { location: None, message, status }
    }

    pub(super) fn failed(&self) -> bool {
        self.status >= 400
    }
}

impl Answer {
    /// The outer status is the worst of the platforms'.
    pub(super) fn of_platforms(platforms: Vec<(String, Entry)>) -> Self {
        let failed = platforms.iter().filter(|(_, entry)| entry.failed()).map(|(_, entry)| entry.status);
        let status = failed.max().unwrap_or(SUCCESS);
        Self { location: None, message: String::new(), platforms, status }
    }

    pub(super) fn saying(self, message: &str) -> Self {
        Self { message: message.to_owned(), ..self }
    }

    /// Something was made, in our own directory: `location` is where it is read.
    pub(super) fn located(mut self, location: String) -> Self {
        if let Some((_, entry)) = self.platforms.iter_mut().find(|(name, _)| name == MANAGEMENT) {
            entry.location = Some(location.clone());
        }
        Self { location: Some(location), ..self }
    }

    /// A refused request: nothing was done on any platform.
    pub(super) fn refused(status: StatusCode, message: String) -> Self {
        Self { location: None, message, platforms: Vec::new(), status: status.as_u16() }
    }
}

/// A platform that failed is told in the body alone, unless it is our own directory.
impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let failed_here = |(name, entry): &(String, Entry)| name == MANAGEMENT && entry.failed();
        let status = if self.platforms.iter().any(failed_here) {
            StatusCode::INTERNAL_SERVER_ERROR
        } else {
            StatusCode::OK
        };
        match self.location.clone() {
            Some(location) => (status, [(header::LOCATION, location)], Json(self)).into_response(),
            None => (status, Json(self)).into_response(),
        }
    }
}

fn as_object<S: Serializer>(platforms: &[(String, Entry)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(platforms.iter().map(|(name, entry)| (name, entry)))
}
