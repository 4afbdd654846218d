//! Where a CommCell's API begins. A host alone is not enough: it has one root or the other, by its release.

use reqwest::{Method, StatusCode, Url};

use crate::Failure;
use crate::outbound::HttpClient;

/// Newer releases, then older ones.
const USUAL: [&str; 2] = ["/commandcenter/api/", "/webconsole/api/"];

/// The given root, or the first usual one that is there. Asked without credentials.
pub(super) async fn find(client: &HttpClient, address: &Url) -> Result<Url, Failure> {
    if address.path() != "/" {
        return Ok(at(address, &format!("{}/", address.path().trim_end_matches('/'))));
    }
    for path in USUAL {
        let root = at(address, path);
        let answer = client.ask(client.request(Method::GET, root.clone())).await?;
        if answer.status == StatusCode::OK {
            return Ok(root);
        }
    }
    Err(Failure::Broken(format!("neither {} nor {} is there: give the whole address", USUAL[0], USUAL[1])))
}

fn at(address: &Url, path: &str) -> Url {
    let mut root = address.clone();
    root.set_path(path);
    root
}
