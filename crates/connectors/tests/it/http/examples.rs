//! The descriptions of `examples/platforms`, against answers of the shapes that their vendors document.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use connectors::conformance::{Backend, Message, identity, opened, order};
use connectors::{Connector, Failure, Owned, check_rules, perform, rules};
use domain::platform::sought;
use domain::{Action, Capabilities, Outcome, PlatformKind, Support, Terms};
use serde_json::{Value, json};

/// The first platform of an example, with its base URL at `url`.
fn example(text: &str, url: &str) -> (Value, Terms) {
    let file: Value = toml::from_str(text).expect("TOML");
    let platform = &file["platform"][0];
    let terms: Terms =
        serde_json::from_value(platform.get("terms").cloned().unwrap_or(json!({}))).expect("terms");
    terms.check().expect("terms");
    let mut settings = platform["settings"].clone();
    check_rules(PlatformKind::Http, &settings.to_string(), &terms.match_by)
        .expect("rules that can be asked for");
    let base: url::Url = settings["base_url"].as_str().and_then(|url| url.parse().ok()).expect("a base URL");
    settings["base_url"] = json!(format!("{url}{}", base.path().trim_end_matches('/')));
    settings["connection"] = json!({ "proxy": false });
    (settings, terms)
}

fn open(settings: &Value) -> Arc<dyn Connector> {
    let folder = tempfile::tempdir().expect("a folder");
    for secret in ["gitlab", "grafana", "github"] {
        std::fs::write(folder.path().join(secret), "example-secret").expect("a file");
    }
    opened(PlatformKind::Http, &settings.to_string(), Some(folder.path())).expect("a connector")
}

/// A platform that answers by method and path; a change is made by the first of `changes` that is asked for.
async fn recorded(
    changes: &'static [(&'static str, u16, &'static str)],
    answer: impl Fn(&str, bool) -> (u16, String) + Send + Sync + 'static,
) -> Backend {
    let is_changed = AtomicBool::new(false);
    Backend::answering(move |request| {
        let asked = format!("{} {}", request.word(0), request.word(1));
        let json = [("content-type", "application/json")];
        if let Some((_, status, body)) = changes.iter().find(|(change, _, _)| *change == asked) {
            is_changed.store(true, Ordering::SeqCst);
            return Message::status(*status, &json, *body);
        }
        let (status, body) = answer(&asked, is_changed.load(Ordering::SeqCst));
        Message::status(status, &json, body)
    })
    .await
}

async fn evidence(connector: &Arc<dyn Connector>, action: Action, account: &str) -> String {
    let outcome = perform(&**connector, &[], &order(action, account)).await.outcome;
    assert!(matches!(outcome, Outcome::Done { .. }), "{action}: {outcome:?}");
    outcome.text().to_owned()
}

mod gitlab {
    use super::*;

    const TEXT: &str = include_str!("../../../../../examples/platforms/gitlab.toml");

    /// After docs.gitlab.com/api/users (single user, for administrators; shortened) and …/user_moderation, whose
    /// 404 is `{"message": "404 User Not Found"}`.
    fn answer(asked: &str, changed: bool, gone: bool) -> (u16, String) {
        let state = if changed { "blocked" } else { "active" };
        let user = json!({
            "id": 42, "username": "john_smith", "email": "john@example.com", "name": "John Smith", "state": state,
            "web_url": "http://localhost:3000/john_smith", "is_admin": false, "identities": [],
        });
        let answer = match asked {
            "GET /api/v4/users/42" if !(gone && changed) => user,
            "GET /api/v4/users?username=john_smith"
            | "GET /api/v4/users?per_page=100&search=john%40example.com" => json!([user]),
            "GET /api/v4/users/42/projects?per_page=100" => {
                json!([{ "id": 4, "path_with_namespace": "john_smith/dotfiles" }])
            }
            "GET /api/v4/users/42/memberships?per_page=100" => json!([]),
            "GET /api/v4/user" => json!({ "id": 1, "username": "root", "is_admin": true }),
            _ if asked.starts_with("GET /api/v4/users/") => {
                return (404, json!({ "message": "404 User Not Found" }).to_string());
            }
            _ => return (404, json!({ "error": "404 Not Found" }).to_string()),
        };
        (200, answer.to_string())
    }

    #[tokio::test]
    async fn users_are_found_blocked_and_deleted() {
        const BLOCK: &[(&str, u16, &str)] = &[("POST /api/v4/users/42/block", 201, "true")];
        let backend = recorded(BLOCK, |asked, changed| answer(asked, changed, false)).await;
        let (settings, terms) = example(TEXT, &backend.url());
        let connector = open(&settings);
        let rules = rules(PlatformKind::Http, &settings.to_string(), &terms.match_by);
        let mut disable = order(Action::Disable, &sought("guid"));
        disable.user = domain::Identity { email: "john@example.com".to_owned(), ..identity("john_smith") };
        let outcome = perform(&*connector, &rules, &disable).await.outcome;
        let expected = r#"account 42 (john_smith): /state is "blocked""#;
        assert_eq!(outcome, Outcome::Done { evidence: expected.to_owned() });
        let enable = perform(&*connector, &[], &order(Action::Enable, "42")).await.outcome;
        assert!(matches!(enable, Outcome::Refused { .. }), "the recorded one cannot: {enable:?}");
        let owned = connector.inventory("42").await.expect("an inventory");
        let project =
            Owned { kind: "project".to_owned(), count: 1, names: vec!["john_smith/dotfiles".to_owned()] };
        assert_eq!(owned, Some(vec![project]));
        assert_eq!(connector.check().await.expect("well").signed_in_as, "root");
    }

    #[tokio::test]
    async fn a_deletion_is_seen_in_the_end() {
        const DELETE: &[(&str, u16, &str)] = &[("DELETE /api/v4/users/42?hard_delete=false", 204, "")];
        let backend = recorded(DELETE, |asked, changed| answer(asked, changed, true)).await;
        let connector = open(&example(TEXT, &backend.url()).0);
        let expected = "no such account: GET /api/v4/users/42 was answered 404";
        assert_eq!(evidence(&connector, Action::Delete, "42").await, expected);
    }

    #[tokio::test]
    async fn a_wrong_url_deletes_nobody() {
        let backend = recorded(&[], |_, _| (404, json!({ "error": "404 Not Found" }).to_string())).await;
        let connector = open(&example(TEXT, &backend.url()).0);
        let outcome = perform(&*connector, &[], &order(Action::Delete, "42")).await.outcome;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
}

mod grafana {
    use super::*;

    const TEXT: &str = include_str!("../../../../../examples/platforms/grafana.toml");

    /// After grafana.com/docs/grafana/latest/developers/http_api/user (user by id, by login; shortened) and …/admin
    /// (auth tokens of a user). An id comes as a text here and as a number there.
    fn answer(asked: &str, changed: bool) -> (u16, String) {
        let user = |id: Value| json!({ "id": id, "email": "user@mygraf.com", "login": "user", "isDisabled": changed });
        let answer = match asked {
            "GET /api/users/2" => user(json!("2")),
            "GET /api/users/lookup?loginOrEmail=user"
            | "GET /api/users/lookup?loginOrEmail=user%40mygraf.com" => user(json!(2)),
            "GET /api/users/search?perpage=500&page=1" => {
                json!({ "totalCount": 1, "users": [user(json!(2))] })
            }
            "GET /api/users/search?perpage=500&page=2" => json!({ "totalCount": 1, "users": [] }),
            "GET /api/admin/users/2/auth-tokens" if changed => json!([]),
            "GET /api/admin/users/2/auth-tokens" => {
                json!([{ "id": 361, "isActive": false, "browser": "Chrome" }])
            }
            "GET /api/users/2/orgs" => json!([{ "orgId": 1, "name": "Main Org.", "role": "Admin" }]),
            "GET /api/users/2/teams" => json!([]),
            "GET /api/user" => json!({ "id": 1, "login": "exeunt", "isGrafanaAdmin": true }),
            _ => return (404, json!({ "message": "user not found" }).to_string()),
        };
        (200, answer.to_string())
    }

    #[tokio::test]
    async fn users_are_disabled_and_signed_out() {
        const CHANGES: &[(&str, u16, &str)] = &[
            ("POST /api/admin/users/2/disable", 200, r#"{"message": "User disabled"}"#),
            ("POST /api/admin/users/2/logout", 200, r#"{"message": "User auth token revoked"}"#),
        ];
        let expected = [
            (Action::Disable, "account 2 (user): /isDisabled is true"),
            (
                Action::EndSessions,
                "account 2 (user): GET /api/admin/users/2/auth-tokens: the answer is empty",
            ),
        ];
        for (action, expected) in expected {
            let backend = recorded(CHANGES, answer).await;
            let connector = open(&example(TEXT, &backend.url()).0);
            assert_eq!(evidence(&connector, action, "2").await, expected);
            let listed = connector.accounts(None).await.expect("a page");
            assert_eq!((listed.accounts.len(), &*listed.accounts[0].id), (1, "2"));
            let last = connector.accounts(listed.next.as_deref()).await.expect("a page");
            assert_eq!((last.accounts.len(), last.next), (0, None));
            assert!(connector.inventory("2").await.expect("an inventory").is_some());
            assert_eq!(connector.check().await.expect("well").permissions, ["/isGrafanaAdmin is true"]);
        }
    }

    #[tokio::test]
    async fn whom_an_identity_provider_disables_is_refused() {
        const EXTERNAL: &[(&str, u16, &str)] =
            &[("POST /api/admin/users/2/disable", 500, r#"{"message": "Could not disable external user"}"#)];
        let backend = recorded(EXTERNAL, |asked, _| answer(asked, false)).await;
        let connector = open(&example(TEXT, &backend.url()).0);
        let outcome = perform(&*connector, &[], &order(Action::Disable, "2")).await.outcome;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
}

mod github {
    use super::*;

    const TEXT: &str = include_str!("../../../../../examples/platforms/github.toml");

    /// After docs.github.com/rest/orgs/members (get, remove and list memberships; shortened). Our own membership is
    /// `ours`; a token that may see nothing has none.
    fn answer(asked: &str, changed: bool, ours: Option<&str>) -> (u16, String) {
        let not_found = (404, json!({ "message": "Not Found", "status": "404" }).to_string());
        let membership = |login: &str, role: &str| json!({ "state": "active", "role": role, "user": { "login": login, "id": 1, "type": "User" } });
        let answer = match asked {
            "GET /orgs/ACME/memberships/octocat" if !changed => membership("octocat", "member"),
            "GET /orgs/ACME/members?per_page=100" => {
                json!([{ "login": "octocat", "id": 1, "site_admin": false }])
            }
            "GET /user/memberships/orgs/ACME" => match ours {
                Some(role) => membership("exeunt-bot", role),
                None => return not_found,
            },
            _ => return not_found,
        };
        (200, answer.to_string())
    }

    #[tokio::test]
    async fn a_membership_ends() {
        const REMOVE: &[(&str, u16, &str)] = &[("DELETE /orgs/ACME/memberships/octocat", 204, "")];
        let expected = "no such account: GET /orgs/ACME/memberships/octocat was answered 404";
        for action in [Action::Disable, Action::Delete] {
            let backend = recorded(REMOVE, |asked, changed| answer(asked, changed, Some("admin"))).await;
            let (settings, terms) = example(TEXT, &backend.url());
            let connector = open(&settings);
            let mut order = order(action, &sought("guid"));
            order.user.external_id = Some("octocat".to_owned());
            let outcome = perform(&*connector, &terms.match_by, &order).await.outcome;
            assert_eq!(outcome, Outcome::Done { evidence: expected.to_owned() });
            assert_eq!(connector.accounts(None).await.expect("a page").accounts[0].id, "octocat");
            let able = Capabilities {
                disable: Support::Able,
                delete: Support::Able,
                end_sessions: Support::Nothing,
                release: Support::Nothing,
                ..Capabilities::all(Support::ByHand)
            };
            assert_eq!(connector.capabilities(), able);
        }
    }

    #[tokio::test]
    async fn a_token_that_sees_nothing_proves_nothing() {
        for ours in [None, Some("member")] {
            let backend = recorded(&[], move |asked, _| answer(asked, true, ours)).await;
            let connector = open(&example(TEXT, &backend.url()).0);
            let outcome = perform(&*connector, &[], &order(Action::Delete, "octocat")).await.outcome;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
            assert!(matches!(connector.check().await, Err(Failure::Refused(_))));
        }
    }
}
