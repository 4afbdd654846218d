//! Who is in a group, and who administers it: `users.add`, `users.remove`, `admins.add`, `admins.remove`.

use domain::Error;

use super::Request;
use super::answer::Answer;
use super::body::Fields;
use super::failure::Failure;
use super::headers::Mode;
use super::platforms;
use crate::app::{GroupRef, MAX_PAGE, Seat, SeatChange, UserRef};

/// The synchronization is checked, and tells only in the answer about administrators (contract section 3.1).
pub(super) async fn change(request: &Request<'_>, seat: Seat, change: SeatChange) -> Result<Answer, Failure> {
    let mode = Mode::of(request.exchange)?;
    let mut fields = Fields::needed(request.exchange)?;
    let users = match seat {
        // The text of the vendor's page names the one, its sample the other: either will do, and both together.
        Seat::Member => {
            let ids = named(&mut fields, "userIds")?;
            ids.into_iter().chain(named(&mut fields, "usernames")?).collect()
        }
        Seat::Admin => named(&mut fields, "adminIds")?,
    };
    let users: Vec<UserRef> = limited(seat, users)?.into_iter().map(UserRef::AnyId).collect();
    let group = GroupRef::AnyId(request.name.clone());
    request.app.change_seats(&request.caller, &group, seat, change, users).await?;
    Ok(Answer::of_platforms(match seat {
        Seat::Member => platforms::management(),
        Seat::Admin => {
            let declared = request.app.declared_platforms(&request.caller).await?;
            platforms::training_and_management(mode, &declared)
        }
    }))
}

fn named(fields: &mut Fields, name: &'static str) -> Result<Vec<String>, Error> {
    Ok(fields.texts(name)?.unwrap_or_default())
}

fn limited(seat: Seat, users: Vec<String>) -> Result<Vec<String>, Error> {
    let field = match seat {
        Seat::Member => "userIds",
        Seat::Admin => "adminIds",
    };
    match users.len() {
        0 => Err(Error::invalid(field, "must name at least one user")),
        count if count > MAX_PAGE => Err(Error::TooMany { what: field, limit: MAX_PAGE }),
        _ => Ok(users),
    }
}
