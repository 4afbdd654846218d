//! The OpenAPI document, made from the operations themselves.

use std::sync::{Arc, OnceLock};

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::ToSchema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, InfoBuilder, OpenApi, Ref, RefOr, ResponseBuilder, Schema, SecurityRequirement,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::problem::Details;
use super::reference::{GroupText, UserText};
use super::time::Time;
use crate::app::App;

const BEARER: &str = "bearer";
const DESCRIPTION: &str = "When a person leaves: one call cuts access everywhere, hands over, releases, deletes and \
                           proves it. Conventions: docs/rest.md.";

static TEXT: OnceLock<String> = OnceLock::new();

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(openapi_document))
}

/// This document.
#[utoipa::path(
    get, path = "/v1/openapi.json", tag = "Document", security(()),
    responses((status = 200, body = Object))
)]
async fn openapi_document() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], TEXT.get_or_init(document).as_str())
}

/// The document as JSON text.
pub fn document() -> String {
    let (_, mut api) = super::operations().split_for_parts();
    describe(&mut api);
    let mut text = api.to_pretty_json().unwrap_or_default();
    text.push('\n');
    text
}

/// What holds for every operation: who may call it, and how it says no.
fn describe(api: &mut OpenApi) {
    api.info = InfoBuilder::new()
        .title("Exeunt")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(DESCRIPTION))
        .build();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A session's token (POST /v1/sessions) or an API token (POST /v1/tokens)"))
        .build();
    let components = api.components.get_or_insert_default();
    components.security_schemes.insert(BEARER.to_owned(), SecurityScheme::Http(bearer).into());
    // Referred to in places where the derived descriptions do not collect them.
    let mut schemas = vec![named::<Details>(), named::<Time>(), named::<UserText>(), named::<GroupText>()];
    Details::schemas(&mut schemas);
    components.schemas.extend(schemas);
    for item in api.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in all.into_iter().flatten() {
            complete(operation);
        }
    }
}

fn named<T: ToSchema>() -> (String, RefOr<Schema>) {
    (T::name().into_owned(), T::schema())
}

fn complete(operation: &mut Operation) {
    let needed = || vec![SecurityRequirement::new(BEARER, Vec::<String>::new())];
    operation.security.get_or_insert_with(needed);
    let problem = ContentBuilder::new().schema(Some(Ref::from_schema_name(Details::name()))).build();
    let problem =
        ResponseBuilder::new().description("What is wrong").content("application/problem+json", problem);
    operation.responses.responses.insert("default".to_owned(), problem.build().into());
}
