//! "200 is not proof": what `perform` makes of a platform whose word and state differ.

use std::sync::Mutex;

use async_trait::async_trait;
use connectors::conformance::{again, identity, order};
use connectors::{
    AccountPage, Attempt, Checked, Connector, Failure, Heir, Order, Owned, Presence, Sight, perform,
};
use domain::correlation::{DEFAULT_RULES, Theirs};
use domain::outcome::Fault;
use domain::platform::sought;
use domain::{Action, Capabilities, Outcome, RemoteAccount};

/// Reports success, whatever a look then shows: its looks one after the other, from the last.
struct Boaster {
    looks: Mutex<Vec<Look>>,
    found: Vec<RemoteAccount>,
}

#[async_trait]
impl Connector for Boaster {
    fn capabilities(&self) -> Capabilities {
        Capabilities::FULL
    }

    async fn find(&self, _field: Theirs, _value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        Ok(self.found.clone())
    }

    async fn observe(&self, _order: &Order) -> Result<Sight, Failure> {
        self.looks.lock().expect("no panic").pop().expect("no more looks than expected")
    }

    async fn apply(&self, _order: &Order) -> Result<(), Failure> {
        Ok(())
    }

    async fn accounts(&self, _cursor: Option<&str>) -> Result<AccountPage, Failure> {
        Ok(AccountPage::default())
    }

    async fn inventory(&self, _account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        Ok(None)
    }

    async fn check(&self) -> Result<Checked, Failure> {
        Ok(Checked::default())
    }
}

async fn attempt(looks: &[Look], found: &[&str], order: &Order) -> Attempt {
    let looks = Mutex::new(looks.iter().rev().cloned().collect());
    let boaster = Boaster { looks, found: found.iter().map(|name| account_of(name)).collect() };
    perform(&boaster, &DEFAULT_RULES, order).await
}

fn account_of(name: &str) -> RemoteAccount {
    RemoteAccount { id: format!("id-{name}"), user_name: "JSmith".to_owned(), ..RemoteAccount::default() }
}

async fn outcome(looks: &[Look], order: &Order) -> Outcome {
    attempt(looks, &[], order).await.outcome
}

type Look = Result<Sight, Failure>;

fn so() -> Sight {
    Sight::So { evidence: "jsmith is disabled".to_owned() }
}

fn not_so() -> Sight {
    Sight::NotSo { evidence: "jsmith is active".to_owned() }
}

fn absent() -> Failure {
    Failure::Absent("no jsmith".to_owned())
}

#[tokio::test]
async fn evidence_is_what_was_seen_and_when() {
    let first = order(Action::Disable, "jsmith");
    let done = Outcome::Done { evidence: "jsmith is disabled".to_owned() };
    assert_eq!(outcome(&[Ok(not_so()), Ok(so())], &first).await, done);
    let before = Outcome::AlreadyDone { evidence: "jsmith is disabled (so before we asked)".to_owned() };
    assert_eq!(outcome(&[Ok(so())], &first).await, before);
    let evidence = "jsmith is disabled (seen before attempt 2 did anything)".to_owned();
    assert_eq!(outcome(&[Ok(so())], &again(&first)).await, Outcome::AlreadyDone { evidence });
}

#[tokio::test]
async fn success_that_cannot_be_seen_is_unknown() {
    let first = order(Action::Disable, "jsmith");
    let reason = "the platform reported success, but jsmith is active".to_owned();
    assert_eq!(outcome(&[Ok(not_so()), Ok(not_so())], &first).await, Outcome::Unknown { reason });

    let lost = Err(Failure::Unheard("no answer in time".to_owned()));
    let reason = "done, but not yet seen to be so: no answer in time".to_owned();
    assert_eq!(outcome(&[Ok(not_so()), lost.clone()], &first).await, Outcome::Unknown { reason });

    let reason = "no answer in time".to_owned();
    let expected = Outcome::Retry { reason, after_ms: None, fault: Fault::Platform };
    assert_eq!(outcome(&[lost], &first).await, expected, "a look changes nothing");
}

#[tokio::test]
async fn whoever_is_gone_can_do_nothing_but_cannot_be_let_in_either() {
    let deleted = Outcome::Done { evidence: "no jsmith".to_owned() };
    assert_eq!(outcome(&[Ok(not_so()), Err(absent())], &order(Action::Delete, "jsmith")).await, deleted);
    let disable = attempt(&[Err(absent())], &[], &order(Action::Disable, "jsmith")).await;
    assert!(matches!(disable.outcome, Outcome::AlreadyDone { .. }), "{disable:?}");
    assert_eq!(disable.account, Presence::Nobody);
    let enable = outcome(&[Err(absent())], &order(Action::Enable, "jsmith")).await;
    assert!(matches!(enable, Outcome::Refused { .. }), "{enable:?}");
}

#[tokio::test]
async fn one_account_is_found_two_are_refused_none_is_nothing_to_do() {
    let seeking = Order {
        account: sought("0123456789abcdef0123456789abcdef"),
        user: identity("jsmith"),
        ..order(Action::Disable, "jsmith")
    };
    let found = attempt(&[Ok(not_so()), Ok(so())], &["a"], &seeking).await;
    assert!(matches!(found.outcome, Outcome::Done { .. }), "{found:?}");
    assert_eq!(found.account, Presence::Found("id-a".to_owned()));

    let several = attempt(&[], &["a", "b"], &seeking).await;
    let reason = "2 accounts fit, nothing was touched: id-a (JSmith), id-b (JSmith)".to_owned();
    assert_eq!(several.outcome, Outcome::Refused { reason });

    let nobody = attempt(&[], &[], &seeking).await;
    let evidence =
        "no account there has user_name \"jsmith\" or email \"jsmith@example.com\" (so before we asked)";
    assert_eq!(nobody.outcome, Outcome::AlreadyDone { evidence: evidence.to_owned() });
    assert_eq!(nobody.account, Presence::Nobody);
}

#[tokio::test]
async fn nobody_hands_over_to_oneself() {
    let heir = Some(Heir::User { user: identity("jsmith"), account: None });
    let transfer = Order { heir, ..order(Action::Transfer, "id-a") };
    let same = attempt(&[], &["a"], &transfer).await;
    let reason = "the successor is not clear: account id-a is the leaver's and fits jsmith".to_owned();
    assert_eq!(same.outcome, Outcome::Refused { reason });
    assert_eq!(same.account, Presence::AsKnown);
}

#[tokio::test]
async fn an_account_without_an_id_is_not_called() {
    let account = sought("0123456789abcdef0123456789abcdef");
    let seeking = Order { account, user: identity("jsmith"), ..order(Action::Disable, "jsmith") };
    for id in ["", " ", "?7", "7\0"] {
        let found = vec![RemoteAccount { id: id.to_owned(), ..account_of("a") }];
        let attempt = perform(&Boaster { looks: Mutex::default(), found }, &DEFAULT_RULES, &seeking).await;
        assert!(matches!(attempt.outcome, Outcome::Refused { .. }), "{id:?}: {attempt:?}");
    }
}
