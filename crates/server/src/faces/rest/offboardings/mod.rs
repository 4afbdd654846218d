//! Offboardings: planned, started, looked at, decided on.

mod decide;
mod plan;
mod read;
mod start;
pub(super) mod view;

use std::sync::Arc;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(plan::plan_offboarding))
        .routes(routes!(read::list_offboardings, start::start_offboarding))
        .routes(routes!(read::get_offboarding))
        .routes(routes!(decide::retry_step))
        .routes(routes!(decide::confirm_step))
        .routes(routes!(decide::skip_step))
        .routes(routes!(decide::cancel_offboarding))
}
