//! The only room that builds HTTP clients, so that time-outs and limits are set once.

use std::time::Duration;

const CONNECT_TIMEOUT_MS: u64 = 5_000;

/// A client that follows no redirects, uses no proxy, and gives up after `timeout`.
#[expect(clippy::disallowed_methods, reason = "this is the room of HTTP clients")]
pub fn client(timeout: Duration) -> Result<reqwest::Client, String> {
    // Without it reqwest refuses to be built. Whoever came first has installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| error.to_string())
}
