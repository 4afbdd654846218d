//! What is owned, and by whom.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::{Asset, AssetId, Holdings, Owner};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::page::{self, Items, List, PageQuery};
use super::problem::Problem;
use super::request::Query;
use crate::app::App;

const ASSETS: List = List("assets");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_assets))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Asset)]
#[serde(rename_all = "camelCase")]
pub(super) struct AssetView {
    id: i64,
    #[schema(example = "schedule_policy")]
    kind: String,
    name: String,
    /// `null` once released: nobody's.
    owner: Option<OwnerView>,
    /// The role that the owner holds on it.
    owner_role: Option<String>,
    /// Its owner was removed, and nobody was to inherit.
    orphaned: bool,
    /// What the platform itself calls it: the guid of a VM client, the path of a subclient.
    external_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Owner)]
#[serde(rename_all = "camelCase", tag = "kind")]
pub(super) enum OwnerView {
    User { id: i64 },
    Group { id: i64 },
}

impl From<Owner> for OwnerView {
    fn from(owner: Owner) -> Self {
        match owner {
            Owner::User(id) => Self::User { id: id.0 },
            Owner::Group(id) => Self::Group { id: id.0 },
        }
    }
}

impl From<Asset> for AssetView {
    fn from(asset: Asset) -> Self {
        Self {
            id: asset.id.0,
            kind: asset.kind.to_string(),
            name: asset.name,
            owner: asset.owner.map(OwnerView::from),
            owner_role: asset.owner_role,
            orphaned: asset.orphaned,
            external_id: asset.external_id,
        }
    }
}

/// How many assets of one kind somebody owns.
#[derive(Serialize, ToSchema)]
#[schema(as = Holding)]
#[serde(rename_all = "camelCase")]
pub(super) struct HoldingView {
    #[schema(example = "alert")]
    kind: String,
    count: u64,
}

pub(super) fn holdings(holdings: Holdings) -> Vec<HoldingView> {
    holdings.0.into_iter().map(|(kind, count)| HoldingView { kind: kind.to_string(), count }).collect()
}

/// Assets in the order of their ids.
#[utoipa::path(
    get, path = "/v1/assets", tag = "Directory", params(PageQuery),
    responses((status = 200, body = Items<AssetView>))
)]
async fn list_assets(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<Json<Items<AssetView>>, Problem> {
    let after = AssetId(ASSETS.number(query.after.as_deref())?);
    let page = app.assets(&caller, after, page::limit(query.limit.as_deref())?).await?;
    Ok(Json(Items::of(ASSETS, page, |asset| asset.id.to_string(), AssetView::from)))
}
