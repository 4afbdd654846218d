//! `welcomeMail`: the one call whose message is not empty and whose `management` is queued (contract section 3.1).

use axum::http::StatusCode;

use super::Request;
use super::answer::{Answer, Entry};
use super::failure::Failure;
use super::platforms::{MANAGEMENT, QUEUED};
use crate::app::{Delivery, UserRef};

const SENT: &str = "Welcome mail sent to user";

/// The synchronization header does not apply (contract section 2), a body is ignored.
pub(super) async fn mail(request: &Request<'_>) -> Result<Answer, Failure> {
    let not_sent = |status, why: &str| Err(Failure::new(status, format!("Welcome mail not sent: {why}")));
    let user = UserRef::AnyId(request.name.clone());
    match request.app.send_welcome_mail(&request.caller, &user).await? {
        Delivery::Sent => {
            let management = (MANAGEMENT.to_owned(), Entry::new(QUEUED, None));
            Ok(Answer::of_platforms(vec![management]).saying(SENT))
        }
        Delivery::NoTransport => {
            not_sent(StatusCode::SERVICE_UNAVAILABLE, "this server has no mail server configured")
        }
        Delivery::Failed(reason) => not_sent(StatusCode::INTERNAL_SERVER_ERROR, &reason),
    }
}
