//! Departures that wait for an administrator, because an identity provider asked for too many at once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::UserId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::offboardings::view::LeaverView;
use super::page::{self, Items, List};
use super::problem::Problem;
use super::reference::UserText;
use super::request::{Body, Query};
use super::time::Time;
use crate::app::{App, Decided, Decision, Held, Which};

const HELD: List = List("held-departures");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_held_departures)).routes(routes!(decide_held_departures))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct HeldQuery {
    /// Only those that this token asked for, by its number.
    #[param(value_type = Option<i64>)]
    token: Option<String>,
    /// Rows of the page: 1 to 500, 100 if absent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = HeldDeparture)]
#[serde(rename_all = "camelCase")]
struct HeldView {
    user: LeaverView,
    /// The number of the token that asked for it.
    token: i64,
    /// The user is to be deleted, as the policy says; else it is to be deactivated.
    deletes: bool,
    requester: String,
    asked_at: Time,
}

impl From<Held> for HeldView {
    fn from(held: Held) -> Self {
        Self {
            user: LeaverView { id: held.user.0, user_name: held.user_name },
            token: held.token,
            deletes: held.removes,
            requester: held.requester,
            asked_at: Time(held.asked_ms),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DecisionOnHeld {
    decision: DecisionWord,
    /// These users, 1,000 at most; else `token` or `all`.
    users: Option<Vec<UserText>>,
    /// Every user that this token asked for.
    token: Option<i64>,
    /// `true`: everybody who is held.
    #[serde(default)]
    all: bool,
}

#[derive(Clone, Copy, Deserialize, ToSchema)]
#[schema(as = HeldDecision)]
#[serde(rename_all = "lowercase")]
enum DecisionWord {
    /// They begin now, on the caller's word.
    Approve,
    /// They do not begin, unless they are asked for once more.
    Reject,
}

#[derive(Serialize, ToSchema)]
#[schema(as = DecidedDepartures)]
#[serde(rename_all = "camelCase")]
struct DecidedView {
    /// How many were decided.
    departures: usize,
    /// The first 500 that cannot begin now; they are held still.
    refused: Vec<StillHeld>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct StillHeld {
    user: LeaverView,
    /// Why it cannot begin.
    detail: String,
}

/// Departures that an identity provider asked for beyond what its token may, in the order of users.
#[utoipa::path(
    get, path = "/v1/held-departures", tag = "Offboardings", params(HeldQuery),
    responses((status = 200, body = Items<HeldView>))
)]
async fn list_held_departures(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<HeldQuery>,
) -> Result<Json<Items<HeldView>>, Problem> {
    let token = query.token.as_deref().map(|token| page::number("token", token)).transpose()?;
    let after = UserId(HELD.number(query.after.as_deref())?);
    let limit = page::limit(query.limit.as_deref())?;
    let page = app.held_departures(&caller, token, after, limit).await?;
    Ok(Json(Items::of(HELD, page, |held| held.user.to_string(), HeldView::from)))
}

/// Let departures that are held begin, or not. Each stands for itself: one that is refused holds no other up.
#[utoipa::path(
    post, path = "/v1/held-departures/decision", tag = "Offboardings", request_body = DecisionOnHeld,
    responses((status = 200, body = DecidedView))
)]
async fn decide_held_departures(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Body(asked): Body<DecisionOnHeld>,
) -> Result<Json<DecidedView>, Problem> {
    let which = match (asked.users, asked.token, asked.all) {
        (Some(users), None, false) => Which::Users(users.iter().map(UserText::parse).collect()),
        (None, Some(token), false) => Which::Token(token),
        (None, None, true) => Which::All,
        _ => return Err(Problem::invalid("users", "give either users, or a token, or all")),
    };
    let decision = match asked.decision {
        DecisionWord::Approve => Decision::Approve,
        DecisionWord::Reject => Decision::Reject,
    };
    let Decided { departures, refused } = app.decide_held(&caller, which, decision).await?;
    let refused = refused.into_iter().map(|(held, detail)| StillHeld {
        user: LeaverView { id: held.user.0, user_name: held.user_name },
        detail,
    });
    Ok(Json(DecidedView { departures, refused: refused.collect() }))
}
