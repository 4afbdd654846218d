use axum::body::Body;
use axum::http::Request;
use exeunt::faces::{Exchange, appviewx, commvault, netex, scim};
use futures_util::FutureExt;
use proptest::prelude::*;

use crate::authorization::FACES;

/// Which of the vendors' faces take a request for their own.
fn owners(target: &str) -> Option<Vec<&'static str>> {
    let request = Request::builder().uri(target).body(Body::empty()).ok()?;
    let exchange = Exchange::read(request).now_or_never()??;
    let owns = [
        ("commvault", commvault::owns(&exchange)),
        ("netex", netex::owns(&exchange)),
        ("appviewx", appviewx::owns(&exchange)),
        ("scim", scim::owns(&exchange)),
    ];
    Some(owns.into_iter().filter(|(_, owns)| *owns).map(|(name, _)| name).collect())
}

#[test]
fn every_route_is_its_own_faces() {
    for face in FACES {
        let expected: &[&str] = match face.root {
            "/avxapi/" => &["appviewx"],
            "/webconsole/api/" => &["commvault"],
            "/integration/ws/management/rest/" => &["netex"],
            "/scim/v2/" => &["scim"],
            _ => &[],
        };
        for row in face.rows {
            let target = format!("{}{}", face.root, row.path.replace(['{', '}'], "x"));
            assert_eq!(owners(&target).as_deref(), Some(expected), "{target}");
        }
    }
}

proptest! {
    #[test]
    fn no_request_has_two_owners(
        text in "[/a-zA-Z.%?=&;'(){}0-9é-]{0,60}",
        root in prop::sample::select(vec![
            "/", "//", "/webconsole/api", "/SearchSvc//CVWebService.svc/", "/WebServerCore", "/integration/", "/INTEGRATION/ws/",
            "/avxapi", "/AvxApi/", "/login", "/user", "/usergroup", "/v1/", "/commandcenter/api/avxapi/login", "/scim/v2/",
        ]),
    ) {
        for target in [format!("/{text}"), format!("{root}{text}")] {
            if let Some(owners) = owners(&target) {
                prop_assert!(owners.len() <= 1, "{target}: {owners:?}");
            }
        }
    }
}
