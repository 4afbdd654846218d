//! What is counted of every face, and the one recorder of this process.
//!
//! Labels come from closed sets only: no path, user or tenant ever becomes one.

use std::sync::OnceLock;

use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::clock;

/// Upper bounds in seconds: from a read in place to a synchronous call that waits for platforms.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 15.0, 30.0];
/// The face of a request that nobody named.
const REST: &str = "rest";

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// The face that gave an answer.
#[derive(Clone, Copy)]
struct Face(&'static str);

/// Installs the recorder of this process, the first time. A process that brings its own keeps it.
pub(super) fn install() {
    RECORDER.get_or_init(|| {
        let built = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .inspect_err(|error| tracing::warn!(%error, "metrics are not recorded here"))
            .ok()?;
        metrics::describe_counter!("exeunt_requests_total", "Requests answered, by face, method and status.");
        metrics::describe_histogram!("exeunt_request_seconds", "Time to the head of the answer.");
        metrics::describe_gauge!("exeunt_offboardings_open", "Offboardings that are not over, by state.");
        metrics::describe_counter!("exeunt_steps_total", "Attempts at steps, by action and verdict.");
        metrics::describe_histogram!("exeunt_attempt_seconds", "Time one attempt at a step took.");
        Some(built)
    });
}

/// Everything recorded, in the text format of Prometheus.
pub(super) fn render() -> Option<String> {
    let recorder = RECORDER.get()?.as_ref()?;
    // Drains what histograms gathered since; nobody else calls it.
    recorder.run_upkeep();
    Some(recorder.render())
}

pub(super) fn named(face: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(Face(face));
    response
}

/// Counts a request and its time, whatever face it is for.
pub(super) async fn measure(request: Request, next: Next) -> Response {
    let (method, begun) = (word(request.method()), clock::instant());
    let response = next.run(request).await;
    let face = response.extensions().get::<Face>().map_or(REST, |face| face.0);
    let status = response.status().as_str().to_owned();
    metrics::counter!("exeunt_requests_total", "face" => face, "method" => method, "status" => status)
        .increment(1);
    metrics::histogram!("exeunt_request_seconds", "face" => face, "method" => method)
        .record(begun.elapsed().as_secs_f64());
    response
}

fn word(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
