//! Editing users. Whether they are active is no field here: that is a departure or a return.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::Role;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::problem::Problem;
use super::reference::UserText;
use super::request::{Body, Path};
use super::users::UserView;
use super::words;
use crate::app::{App, NewName, UserChange, UserRef};

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(change_user))
}

/// What is absent stays as it is.
#[derive(Deserialize, ToSchema)]
#[schema(as = UserChange)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UserChangeBody {
    user_name: Option<String>,
    email: Option<String>,
    full_name: Option<String>,
    description: Option<String>,
    /// `null` takes it away.
    #[schema(value_type = Option<String>)]
    #[serde(default, deserialize_with = "said")]
    external_id: Option<String>,
    /// What the user may do here.
    #[schema(schema_with = words::user_role)]
    role: Option<Role>,
}

/// `null` was said, other than nothing; `app` takes an empty text for it.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| Some(text.unwrap_or_default()))
}

/// Change a user's names, texts or role. No name or external id may be another user's name, external id or guid.
#[utoipa::path(
    patch, path = "/v1/users/{user}", tag = "Directory", params(("user" = UserText, Path)),
    request_body = UserChangeBody,
    responses((status = 200, body = UserView))
)]
async fn change_user(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Body(body): Body<UserChangeBody>,
) -> Result<Json<UserView>, Problem> {
    let change = UserChange {
        user_name: body.user_name.map(NewName::Exactly),
        email: body.email,
        full_name: body.full_name,
        description: body.description,
        external_id: body.external_id,
        role: body.role,
        ..UserChange::default()
    };
    let changed = app.update_user(&caller, &UserText::new(user).parse(), change).await?;
    let detail = app.user(&caller, &UserRef::Id(changed.user.id)).await?;
    Ok(Json(UserView::from(detail)))
}
