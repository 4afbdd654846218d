//! The SCIM face: `/scim/v2`, for identity providers (RFC 7643, RFC 7644, RFC 9865).
//!
//! Owns: HTTP, and the mapping between SCIM's documents and the directory's people and groups. The protocol itself is
//! the crate `scim`. Never: decides who may do what, or what a departure is; `app` does, once, for all faces.

mod answer;
mod bulk;
mod columns;
mod cursor;
mod discovery;
mod failure;
mod groups;
mod headers;
mod lens;
mod list;
mod listed;
mod me;
mod password;
mod person;
mod rate;
mod route;
mod seats;
mod team;
mod users;

use std::sync::Arc;

use axum::body::Body;
use axum::http::header::ALLOW;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use scim::message::SearchRequest;
use scim::schema::{GROUP, USER};
use scim::{Projection, ResourceType};

use super::Exchange;
use crate::app::{App, Caller};
use answer::Resource;
use failure::Failure;
use headers::Conditions;
pub use rate::Rates;
pub use route::endpoints;
use route::{Call, Found, Kind};

/// Whether a request is meant for this face: whether it lies under its root.
pub fn owns(exchange: &Exchange) -> bool {
    route::is_ours(exchange.path())
}

pub async fn serve(app: &Arc<App>, rates: &Rates, exchange: Exchange) -> Response {
    if exchange.method == Method::OPTIONS
        && let Some(allow) = route::allowed(exchange.path())
    {
        return (StatusCode::NO_CONTENT, [(ALLOW, allow)]).into_response();
    }
    let answer = answer(app, rates, &exchange).await.unwrap_or_else(IntoResponse::into_response);
    if exchange.method == Method::HEAD { answer.map(|_| Body::empty()) } else { answer }
}

async fn answer(app: &Arc<App>, rates: &Rates, exchange: &Exchange) -> Result<Response, Failure> {
    let Found { call, id } = route::find(&exchange.method, exchange.path())?;
    let base = headers::base(exchange);
    // Clients find out here how to say who they are (RFC 7643 section 5).
    if call == Call::ServiceProviderConfig {
        return Ok(discovery::service_provider_config(&base));
    }
    let caller = headers::caller(app, exchange).await?;
    rates.check(&caller)?;
    let request = Request { desk: Desk { app, caller, base }, exchange, id };
    match call {
        Call::List(kind) => list::get(&request, kind).await,
        Call::Search(kind) => list::search(&request, kind).await,
        Call::Create(kind) => request.create(kind).await,
        Call::Get(kind) => request.get(kind, &request.id).await,
        Call::Replace(kind) => request.replace(kind, &request.id).await,
        Call::Patch(kind) => request.patch(kind, &request.id).await,
        Call::Delete(kind) => request.delete(kind, &request.id).await,
        Call::CreateMe => me::create(&request).await,
        Call::GetMe => request.get(Kind::User, &me::id(&request).await?).await,
        Call::ReplaceMe => request.replace(Kind::User, &me::id(&request).await?).await,
        Call::PatchMe => request.patch(Kind::User, &me::id(&request).await?).await,
        Call::DeleteMe => request.delete(Kind::User, &me::id(&request).await?).await,
        Call::Bulk => bulk::all(&request).await,
        Call::ServiceProviderConfig => Ok(discovery::service_provider_config(&request.desk.base)),
        Call::ResourceTypes => discovery::resource_types(&request),
        Call::ResourceType => discovery::resource_type(&request),
        Call::Schemas => discovery::schemas(&request),
        Call::Schema => discovery::schema(&request),
    }
}

/// Where operations are done for somebody, alone or in bulk.
struct Desk<'a> {
    app: &'a Arc<App>,
    caller: Caller,
    /// What stands before every place that an answer names.
    base: String,
}

/// A call by somebody who is known.
struct Request<'a> {
    desk: Desk<'a>,
    exchange: &'a Exchange,
    /// In the path; empty where there is none.
    id: String,
}

impl Kind {
    fn resource_type(self) -> &'static ResourceType {
        match self {
            Self::User => &USER,
            Self::Group => &GROUP,
        }
    }
}

impl Request<'_> {
    async fn create(&self, kind: Kind) -> Result<Response, Failure> {
        let (body, projection) = (headers::body(self.exchange)?, self.projection()?);
        let made = match kind {
            Kind::User => users::create(&self.desk, &body).await?,
            Kind::Group => groups::create(&self.desk, &body, shows_members(&projection)).await?,
        };
        Ok(shown(StatusCode::CREATED, kind, made, &projection))
    }

    async fn get(&self, kind: Kind, id: &str) -> Result<Response, Failure> {
        let projection = self.projection()?;
        let found = match kind {
            Kind::User => users::get(&self.desk, id).await?,
            Kind::Group => groups::get(&self.desk, id, shows_members(&projection)).await?,
        };
        let known = Conditions::of(self.exchange).is_known(&found.version);
        if known {
            return Ok(answer::not_modified(&found.version));
        }
        Ok(shown(StatusCode::OK, kind, found, &projection))
    }

    async fn replace(&self, kind: Kind, id: &str) -> Result<Response, Failure> {
        let (body, projection) = (headers::body(self.exchange)?, self.projection()?);
        let conditions = Conditions::of(self.exchange);
        let changed = match kind {
            Kind::User => users::replace(&self.desk, id, &body, conditions).await?,
            Kind::Group => {
                groups::replace(&self.desk, id, &body, conditions, shows_members(&projection)).await?
            }
        };
        Ok(shown(StatusCode::OK, kind, changed, &projection))
    }

    async fn patch(&self, kind: Kind, id: &str) -> Result<Response, Failure> {
        let (body, projection) = (headers::body(self.exchange)?, self.projection()?);
        let conditions = Conditions::of(self.exchange);
        let changed = match kind {
            Kind::User => users::patch(&self.desk, id, &body, conditions).await?,
            Kind::Group => {
                groups::patch(&self.desk, id, &body, conditions, shows_members(&projection)).await?
            }
        };
        Ok(shown(StatusCode::OK, kind, changed, &projection))
    }

    async fn delete(&self, kind: Kind, id: &str) -> Result<Response, Failure> {
        let conditions = Conditions::of(self.exchange);
        match kind {
            Kind::User => users::delete(&self.desk, id, conditions).await?,
            Kind::Group => groups::delete(&self.desk, id, conditions).await?,
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    }

    /// What the client wants to see of a resource.
    fn projection(&self) -> Result<Projection, Failure> {
        Ok(self.query()?.projection)
    }

    fn query(&self) -> Result<SearchRequest, Failure> {
        let pairs = list::parameters(self.exchange.query())?;
        let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        Ok(SearchRequest::from_query(pairs)?)
    }
}

fn shows_members(projection: &Projection) -> bool {
    projection.wants(&GROUP, "members")
}

fn shown(status: StatusCode, kind: Kind, mut resource: Resource, projection: &Projection) -> Response {
    let document = projection.apply(kind.resource_type(), std::mem::take(&mut resource.document));
    answer::resource(status, &resource, &document)
}
