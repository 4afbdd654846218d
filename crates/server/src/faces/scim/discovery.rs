//! What this server is, for clients that ask: `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`.

use axum::http::StatusCode;
use axum::response::Response;
use scim::discovery::{self, Features, RESOURCE_TYPES, SCHEMAS};
use scim::{Document, ScimType};

use super::bulk::MAX_OPERATIONS;
use super::failure::Failure;
use super::list::{DEFAULT_PAGE, MAX_CANDIDATES, MAX_PAGE};
use super::{Request, answer, list};
use crate::faces::MAX_BODY_BYTES;

pub(super) fn service_provider_config(base: &str) -> Response {
    let features = Features {
        documentation_uri: String::new(),
        bulk_max_operations: MAX_OPERATIONS,
        bulk_max_bytes: MAX_BODY_BYTES,
        filter_max_results: MAX_CANDIDATES,
        change_password: true,
        default_page_size: DEFAULT_PAGE,
        max_page_size: MAX_PAGE,
        cursor_timeout_seconds: None,
    };
    let mut config = discovery::service_provider_config(base, &features);
    // The documentation lies beside the program, at no address.
    config.shift_remove("documentationUri");
    answer::json(StatusCode::OK, &config)
}

pub(super) fn resource_types(request: &Request<'_>) -> Result<Response, Failure> {
    whole(request)?;
    let all = RESOURCE_TYPES
        .iter()
        .map(|resource_type| discovery::resource_type(&request.desk.base, resource_type));
    Ok(answer::json(StatusCode::OK, &list::complete(all.collect())))
}

pub(super) fn resource_type(request: &Request<'_>) -> Result<Response, Failure> {
    whole(request)?;
    let found = RESOURCE_TYPES.iter().find(|resource_type| resource_type.name == request.id);
    one(request, found.map(|resource_type| discovery::resource_type(&request.desk.base, resource_type)))
}

pub(super) fn schemas(request: &Request<'_>) -> Result<Response, Failure> {
    whole(request)?;
    let all = SCHEMAS.iter().map(|schema| discovery::schema(&request.desk.base, schema));
    Ok(answer::json(StatusCode::OK, &list::complete(all.collect())))
}

pub(super) fn schema(request: &Request<'_>) -> Result<Response, Failure> {
    whole(request)?;
    let found = SCHEMAS.iter().find(|schema| schema.id.eq_ignore_ascii_case(&request.id));
    one(request, found.map(|schema| discovery::schema(&request.desk.base, schema)))
}

fn one(request: &Request<'_>, found: Option<Document>) -> Result<Response, Failure> {
    let missing = || Failure::new(StatusCode::NOT_FOUND, format!("{} not found", request.id));
    Ok(answer::json(StatusCode::OK, &found.ok_or_else(missing)?))
}

/// These are given whole: what a filter left out could be taken for not supported (RFC 7644 section 4).
fn whole(request: &Request<'_>) -> Result<(), Failure> {
    if list::parameters(request.exchange.query())?.iter().any(|(name, _)| name.eq_ignore_ascii_case("filter"))
    {
        let detail = "filter: is not allowed here";
        return Err(Failure::typed(StatusCode::FORBIDDEN, ScimType::Sensitive, detail));
    }
    Ok(())
}
