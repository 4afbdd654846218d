//! cvpysdk as it comes from PyPI, in two generations. What the client believes is held against what is so.

mod departures; // disable, enable, delete
mod editing; // add, rename, change, unlock
mod reading; // users and groups
mod requests; // which requests each step takes
mod sdk; // the client in a process of its own, told what to do line by line
mod sessions; // signing in and out, expiry and renewal
mod tokens; // access tokens, which only the newer one knows

use store::StoreUrl;

use self::sdk::Sdk;
use crate::home::both;
use crate::served::Served;

/// JSON with ids, on `/commandcenter/api/`.
const V4: &str = "cvpysdk-11.44";
/// The older one, on `/webconsole/api/`.
const V2: &str = "cvpysdk-11.32.6";

/// One generation on each database: what differs between two databases is seen by tests that start no Python.
fn each_generation<F, Fut>(test: F)
where
    F: Fn(&'static str, Served) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()>,
{
    both(move |company| async move {
        let generation = if matches!(company.home.url, StoreUrl::Sqlite(_)) { V2 } else { V4 };
        test(generation, Served::company(company).await).await;
    });
}

/// The same for most tests, where the client has signed in as the administrator and nothing else has happened.
fn each_generation_as_admin<F, Fut>(test: F)
where
    F: Fn(Sdk, Served) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()>,
{
    each_generation(move |generation, served| async move {
        let sdk = Sdk::of_admin(generation, &served).await;
        test(sdk, served).await;
    });
}
