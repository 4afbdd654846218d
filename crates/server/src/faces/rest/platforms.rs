//! Platforms: declared, looked at, checked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Capabilities, Error, Platform, PlatformKind, Terms};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::offboardings::view::CREDENTIALS;
use super::problem::Problem;
use super::request::{Body, Path};
use super::time::Time;
use super::words;
use crate::app::{self, App, NewPlatform, PlatformStatus};

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_platforms))
        .routes(routes!(get_platform, declare_platform))
        .routes(routes!(check_platform))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Declaration {
    #[schema(schema_with = words::platform_kind)]
    kind: PlatformKind,
    /// In the connector's terms; secrets by reference only (`env:NAME`, `file:PATH`).
    #[schema(value_type = Object)]
    #[serde(default)]
    settings: Map<String, Value>,
    /// Most steps under way at once: 1 to 256, 8 if absent.
    #[schema(minimum = 1, maximum = 256)]
    max_in_flight: Option<i64>,
    /// What is agreed whatever the kind: `max_per_second`, `match`, `leave_out`, `by_hand`, `assignee`, `due_hours`,
    /// `instructions`.
    #[schema(value_type = Object)]
    #[serde(default)]
    terms: Terms,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Platform)]
#[serde(rename_all = "camelCase")]
struct PlatformView {
    name: String,
    #[schema(schema_with = words::platform_kind)]
    kind: PlatformKind,
    #[schema(value_type = Object)]
    settings: Value,
    max_in_flight: i64,
    #[schema(value_type = Object)]
    terms: Terms,
    /// What becomes of each action there: `able`, `by_hand`, `with_delete` or `nothing`.
    #[schema(value_type = Object)]
    capabilities: Capabilities,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformStatus)]
#[serde(rename_all = "camelCase")]
struct StatusView {
    #[serde(flatten)]
    platform: PlatformView,
    health: HealthView,
    steps: Counts,
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformHealth)]
#[serde(rename_all = "camelCase")]
struct HealthView {
    /// Failures in a row.
    failures: i64,
    /// It is left alone until then; `null` if it never was.
    paused_until: Option<Time>,
    /// `credentials` while it does not take ours: nothing is tried until it is declared anew.
    held: Option<&'static str>,
}

/// Steps of open offboardings on it, by state.
#[derive(Serialize, ToSchema)]
#[schema(as = StepCounts)]
#[serde(rename_all = "camelCase")]
struct Counts {
    ready: i64,
    running: i64,
    failed: i64,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Declared {
    /// `created`, `changed` or `unchanged`.
    verdict: &'static str,
    platform: PlatformView,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct PlatformCheck {
    platform: String,
    #[schema(schema_with = words::platform_kind)]
    kind: PlatformKind,
    /// It answers and takes our credentials.
    well: bool,
    reachable: bool,
    /// Whether it takes our credentials; `null` where it did not come to that.
    credentials: Option<bool>,
    /// Why it is not well.
    failure: Option<String>,
    /// What answers there: product and version, as far as it tells.
    server: Option<String>,
    signed_in_as: Option<String>,
    /// What our account may do there, as far as it can be asked without changing anything.
    permissions: Vec<String>,
    /// What becomes of each action there: `able`, `by_hand`, `with_delete` or `nothing`.
    #[schema(value_type = Object)]
    capabilities: Capabilities,
    /// The platform's own clock, where it tells.
    clock: Option<Time>,
    /// By how much that clock is ahead of ours.
    clock_ahead_ms: Option<i64>,
    took_ms: i64,
}

impl From<app::PlatformCheck> for PlatformCheck {
    fn from(check: app::PlatformCheck) -> Self {
        Self {
            well: check.is_well(),
            platform: check.platform,
            kind: check.kind,
            reachable: check.reachable,
            credentials: check.credentials,
            failure: check.failure,
            server: check.server,
            signed_in_as: check.signed_in_as,
            permissions: check.permissions,
            capabilities: check.capabilities,
            clock: check.clock_ms.map(Time),
            clock_ahead_ms: check.clock_ahead_ms,
            took_ms: check.took_ms,
        }
    }
}

impl From<Platform> for PlatformView {
    fn from(platform: Platform) -> Self {
        let settings = serde_json::from_str(&platform.settings);
        Self {
            name: platform.name,
            kind: platform.kind,
            // What a connector's check has let in is an object.
            settings: settings.unwrap_or_default(),
            max_in_flight: platform.max_in_flight,
            terms: platform.terms,
            capabilities: platform.capabilities,
        }
    }
}

impl From<PlatformStatus> for StatusView {
    fn from(status: PlatformStatus) -> Self {
        let paused = Some(status.health.paused_until_ms).filter(|until| *until > 0);
        Self {
            platform: PlatformView::from(status.platform),
            health: HealthView {
                failures: status.health.failures,
                paused_until: paused.map(Time),
                held: status.health.held.then_some(CREDENTIALS),
            },
            steps: Counts { ready: status.ready, running: status.running, failed: status.failed },
        }
    }
}

#[derive(Serialize, ToSchema)]
struct Platforms {
    items: Vec<StatusView>,
}

/// Every platform, with its health and what is to do there.
#[utoipa::path(get, path = "/v1/platforms", tag = "Platforms", responses((status = 200, body = Platforms)))]
async fn list_platforms(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
) -> Result<Json<Platforms>, Problem> {
    let items = app.platforms(&caller).await?.into_iter().map(StatusView::from).collect();
    Ok(Json(Platforms { items }))
}

/// A platform, with its health and what is to do there.
#[utoipa::path(
    get, path = "/v1/platforms/{name}", tag = "Platforms", params(("name" = String, Path)),
    responses((status = 200, body = StatusView))
)]
async fn get_platform(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(name): Path<String>,
) -> Result<Json<StatusView>, Problem> {
    let mut all = app.platforms(&caller).await?.into_iter();
    let found = all.find(|status| status.platform.name == name);
    Ok(Json(found.ok_or_else(|| Error::not_found("platform", name))?.into()))
}

/// Declare a platform. Declaring it twice is declaring it once; its kind stays as it was.
#[utoipa::path(
    put, path = "/v1/platforms/{name}", tag = "Platforms", params(("name" = String, Path)),
    request_body = Declaration,
    responses((status = 200, body = Declared), (status = 201, description = "It is new", body = Declared))
)]
async fn declare_platform(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(name): Path<String>,
    Body(declaration): Body<Declaration>,
) -> Result<(StatusCode, Json<Declared>), Problem> {
    let new = NewPlatform {
        name,
        kind: declaration.kind,
        settings: Value::Object(declaration.settings).to_string(),
        max_in_flight: declaration.max_in_flight,
        terms: declaration.terms,
    };
    let applied = app.apply_platforms(&caller, vec![new]).await?.pop();
    let (platform, verdict) = applied.ok_or_else(|| Error::internal(&"nothing was applied"))?;
    let status = if verdict == "created" { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(Declared { verdict, platform: PlatformView::from(platform) })))
}

/// Ask a platform whether it is reachable with our credentials, and what we may do there.
#[utoipa::path(
    post, path = "/v1/platforms/{name}/check", tag = "Platforms", params(("name" = String, Path)),
    responses((status = 200, body = PlatformCheck))
)]
async fn check_platform(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(name): Path<String>,
) -> Result<Json<PlatformCheck>, Problem> {
    Ok(Json(app.check_platform(&caller, &name).await?.into()))
}
