//! Who is present on a platform, as the platform itself tells.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use connectors::Owned;
use domain::{RemoteAccount, UserState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::page::{self, Items, List};
use super::problem::Problem;
use super::request::{Path, Query, flag};
use super::words;
use crate::app::{App, InventoryPlace, InventoryRow, Whose};

const INVENTORY: List = List("inventory");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_inventory))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct InventoryQuery {
    /// `true`: ask what each account owns there; a call for each.
    #[param(value_type = Option<bool>)]
    owned: Option<String>,
    /// Rows of the page: 1 to 500, 100 if absent. The platform may tell fewer at a time.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = InventoryRow)]
#[serde(rename_all = "camelCase")]
struct RowView {
    account: AccountView,
    /// `matched`, `ambiguous` or `unmatched`.
    #[serde(rename = "match")]
    matched: &'static str,
    /// It is noted as this user's; else the platform's rules say so.
    known: bool,
    user: Option<OwnerView>,
    /// Why it is ambiguous.
    reason: Option<String>,
    /// It may still sign in there, though its user may not here.
    left_behind: bool,
    /// What it owns there; `null` where that was not asked for, or the platform does not tell.
    owned: Option<Vec<OwnedView>>,
    /// Why it could not be told what it owns.
    failure: Option<String>,
}

/// An account as its platform shows it.
#[derive(Serialize, ToSchema)]
#[schema(as = RemoteAccount)]
#[serde(rename_all = "camelCase")]
pub(super) struct AccountView {
    id: String,
    user_name: String,
    email: Option<String>,
    external_id: Option<String>,
    /// May it sign in? `null` where the platform does not tell.
    active: Option<bool>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AccountUser)]
#[serde(rename_all = "camelCase")]
struct OwnerView {
    id: i64,
    user_name: String,
    #[schema(schema_with = words::user_state)]
    state: UserState,
}

/// What an account owns, of one kind.
#[derive(Serialize, ToSchema)]
#[schema(as = Owned)]
pub(super) struct OwnedView {
    /// In the platform's own word.
    kind: String,
    count: u64,
    /// The first few.
    names: Vec<String>,
}

impl From<RemoteAccount> for AccountView {
    fn from(account: RemoteAccount) -> Self {
        let RemoteAccount { id, user_name, email, external_id, active } = account;
        Self { id, user_name, email, external_id, active }
    }
}

impl From<Owned> for OwnedView {
    fn from(owned: Owned) -> Self {
        Self { kind: owned.kind, count: owned.count, names: owned.names }
    }
}

impl From<InventoryRow> for RowView {
    fn from(row: InventoryRow) -> Self {
        let left_behind = row.is_left_behind();
        let matched = row.whose.word();
        let (user, known, reason) = match row.whose {
            Whose::One { user, known } => (Some(user), known, None),
            Whose::Several { reason } => (None, false, Some(reason)),
            Whose::Nobody => (None, false, None),
        };
        let (owned, failure) = match row.owned {
            None => (None, None),
            Some(Ok(owned)) => (Some(owned.into_iter().map(OwnedView::from).collect()), None),
            Some(Err(reason)) => (None, Some(reason)),
        };
        let user = user.map(|user| OwnerView { id: user.id.0, user_name: user.user_name, state: user.state });
        Self { account: row.account.into(), matched, known, user, reason, left_behind, owned, failure }
    }
}

/// A page of a platform's accounts, each with its user as far as the platform's rules tell. The platform is asked
/// while you wait.
#[utoipa::path(
    get, path = "/v1/platforms/{name}/inventory", tag = "Platforms",
    params(("name" = String, Path), InventoryQuery), responses((status = 200, body = Items<RowView>))
)]
async fn list_inventory(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(name): Path<String>,
    Query(query): Query<InventoryQuery>,
) -> Result<Json<Items<RowView>>, Problem> {
    let from = place(query.after.as_deref())?;
    let limit = page::limit(query.limit.as_deref())?;
    let owned = flag("owned", query.owned.as_deref())?;
    let found = app.inventory(&caller, &name, from, limit, owned).await?;
    let next = found.next.map(|next| {
        let page = next.page.map_or_else(String::new, |page| format!(":{page}"));
        INVENTORY.cursor(&format!("{}{page}", next.skip))
    });
    Ok(Json(Items { items: found.rows.into_iter().map(RowView::from).collect(), next }))
}

fn place(after: Option<&str>) -> Result<InventoryPlace, Problem> {
    let Some(key) = INVENTORY.key(after)? else { return Ok(InventoryPlace::default()) };
    let (skip, page) = match key.split_once(':') {
        Some((skip, page)) => (skip, Some(page.to_owned())),
        None => (key.as_str(), None),
    };
    let skip =
        skip.parse().map_err(|_| Problem::invalid("after", "is not the `next` of a page of this list"))?;
    Ok(InventoryPlace { page, skip })
}
