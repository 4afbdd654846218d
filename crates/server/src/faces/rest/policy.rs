//! The tenant's policy.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::policy::{Guard, Heir, OnDelete, Provisioning};
use domain::{GroupId, Policy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::problem::Problem;
use super::request::Body;
use crate::app::App;

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(get_policy, set_policy))
}

/// What a leaver gets. Absent fields take the defaults, which are the vendors' own behavior.
#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = Policy)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct PolicyView {
    /// In a `leave`: how long after the cut the accounts are deleted; one year at most.
    #[schema(minimum = 0, maximum = 31_622_400_000_i64)]
    grace_ms: i64,
    /// Who inherits when the request names nobody.
    heir: HeirView,
    /// Only a deactivated user may be removed.
    require_deactivated_before_remove: bool,
    /// What identity providers may do over SCIM.
    scim: ProvisioningView,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = ProvisioningPolicy)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct ProvisioningView {
    /// What a deletion means.
    on_delete: OnDeleteView,
    /// From when on departures wait for an administrator.
    guard: GuardView,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = OnDelete)]
#[serde(rename_all = "camelCase")]
enum OnDeleteView {
    /// The user is cut, hands over, and is removed.
    Remove,
    /// The user is cut and kept.
    #[serde(rename_all = "camelCase")]
    Deactivate {
        /// Removed after that many days, 1 to 3,660; never without.
        #[schema(minimum = 1, maximum = 3_660)]
        keep_days: Option<u16>,
    },
}

#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = RemovalGuard)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
struct GuardView {
    /// Most departures that one token may ask for in a window; 0 asks about each.
    #[schema(maximum = 1_000_000)]
    users: u32,
    /// Most of the present users, in percent, from 20 departures on; 100 for no such limit.
    #[schema(maximum = 100)]
    percent: u8,
    /// How long a window lasts.
    #[schema(minimum = 1, maximum = 2_592_000)]
    window_s: u32,
}

#[derive(Serialize, Deserialize, ToSchema)]
#[schema(as = PolicyHeir)]
#[serde(rename_all = "camelCase")]
enum HeirView {
    /// The request must name the successor.
    Nobody,
    /// The leaver's manager.
    Manager,
    /// A group, by id.
    Group(i64),
}

impl Default for PolicyView {
    fn default() -> Self {
        Policy::default().into()
    }
}

impl From<Policy> for PolicyView {
    fn from(policy: Policy) -> Self {
        Self {
            grace_ms: policy.grace_ms,
            heir: match policy.heir {
                Heir::Nobody => HeirView::Nobody,
                Heir::Manager => HeirView::Manager,
                Heir::Group(id) => HeirView::Group(id.0),
            },
            require_deactivated_before_remove: policy.require_deactivated_before_remove,
            scim: policy.scim.into(),
        }
    }
}

impl Default for ProvisioningView {
    fn default() -> Self {
        Provisioning::default().into()
    }
}

impl From<Provisioning> for ProvisioningView {
    fn from(provisioning: Provisioning) -> Self {
        Self {
            on_delete: match provisioning.on_delete {
                OnDelete::Remove => OnDeleteView::Remove,
                OnDelete::Deactivate { keep_days } => OnDeleteView::Deactivate { keep_days },
            },
            guard: provisioning.guard.into(),
        }
    }
}

impl From<ProvisioningView> for Provisioning {
    fn from(view: ProvisioningView) -> Self {
        let GuardView { users, percent, window_s } = view.guard;
        Self {
            on_delete: match view.on_delete {
                OnDeleteView::Remove => OnDelete::Remove,
                OnDeleteView::Deactivate { keep_days } => OnDelete::Deactivate { keep_days },
            },
            guard: Guard { users, percent, window_s },
        }
    }
}

impl Default for GuardView {
    fn default() -> Self {
        Guard::default().into()
    }
}

impl From<Guard> for GuardView {
    fn from(Guard { users, percent, window_s }: Guard) -> Self {
        Self { users, percent, window_s }
    }
}

impl From<PolicyView> for Policy {
    fn from(view: PolicyView) -> Self {
        Self {
            grace_ms: view.grace_ms,
            heir: match view.heir {
                HeirView::Nobody => Heir::Nobody,
                HeirView::Manager => Heir::Manager,
                HeirView::Group(id) => Heir::Group(GroupId(id)),
            },
            require_deactivated_before_remove: view.require_deactivated_before_remove,
            scim: view.scim.into(),
        }
    }
}

/// The policy.
#[utoipa::path(get, path = "/v1/policy", tag = "Policy", responses((status = 200, body = PolicyView)))]
async fn get_policy(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
) -> Result<Json<PolicyView>, Problem> {
    Ok(Json(app.policy(&caller).await?.into()))
}

/// Replace the policy. Plans that were accepted before stay as they are.
#[utoipa::path(
    put, path = "/v1/policy", tag = "Policy", request_body = PolicyView,
    responses((status = 200, body = PolicyView))
)]
async fn set_policy(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Body(view): Body<PolicyView>,
) -> Result<Json<PolicyView>, Problem> {
    app.set_policy(&caller, view.into()).await?;
    Ok(Json(app.policy(&caller).await?.into()))
}
