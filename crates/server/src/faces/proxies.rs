//! Whom a request comes from when proxies of ours stand before the server.
//!
//! Without this, all the world would sign in from the proxy's address, and be locked out together.

use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::middleware::map_request;

use super::Peer;

/// Each proxy adds to it whom it got the request from. What a client wrote there itself stands before that.
const FORWARDED: &str = "x-forwarded-for";

/// Proxies whose word is taken, by address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proxies(Arc<[IpAddr]>);

impl FromStr for Proxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = |word: &str| word.trim().parse().map_err(|_| format!("{word:?} is not an address"));
        text.split(',').map(address).collect::<Result<Arc<[IpAddr]>, _>>().map(Self)
    }
}

impl Proxies {
    /// The router, with every request from where its client is.
    pub fn before(self, router: Router) -> Router {
        router.layer(map_request(move |mut request: Request| {
            if let Some(Peer(peer)) = request.extensions().get().copied() {
                let client = self.client(peer, request.headers());
                request.extensions_mut().insert(Peer(client));
            }
            std::future::ready(request)
        }))
    }

    /// Back from proxy to proxy, to the first that is none of ours.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok());
        let path: Vec<&str> = values.flat_map(|value| value.split(',')).map(str::trim).collect();
        let mut client = peer;
        for address in path.into_iter().rev() {
            match address.parse() {
                Ok(before) if self.0.contains(&client.to_canonical()) => client = before,
                _ => break,
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[track_caller]
    fn comes_from(peer: &str, forwarded: &[&'static str], expected: &str) {
        let proxies: Proxies = "10.0.0.1, 10.0.0.2".parse().unwrap_or_default();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(FORWARDED, HeaderValue::from_static(value));
        }
        let client = peer.parse().map(|peer| proxies.client(peer, &headers));
        assert_eq!(client, expected.parse());
    }

    #[test]
    fn only_proxies_of_ours_are_believed() {
        comes_from("192.0.2.7", &["10.9.9.9"], "192.0.2.7");
        comes_from("10.0.0.1", &[], "10.0.0.1");
        comes_from("10.0.0.1", &["192.0.2.7"], "192.0.2.7");
        comes_from("::ffff:10.0.0.1", &["192.0.2.7"], "192.0.2.7");
        comes_from("10.0.0.1", &["10.9.9.9, 192.0.2.7,10.0.0.2"], "192.0.2.7");
        comes_from("10.0.0.1", &["10.9.9.9", "192.0.2.7"], "192.0.2.7");
        comes_from("10.0.0.1", &["10.9.9.9, unknown"], "10.0.0.1");
        assert!("10.0.0.1,proxy".parse::<Proxies>().is_err());
    }
}
