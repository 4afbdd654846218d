//! The `ldap` kind on the conformance suite: a real OpenLDAP server behind a front that brings the troubles.

use std::fs;
use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Stage, Trouble, conforms, identity};
use connectors::{Connector, Order};
use domain::correlation::{DEFAULT_RULES, Rule};
use domain::{Action, Identity};
use serde_json::json;

use super::authority::Authority;
use super::front::Front;
use super::messages::{DELETE, MODIFY};
use super::slapd::{self, PASSWORD, SUFFIX, Shape, Slapd};

conforms!(openldap, Premises);

const PEOPLE: usize = 30;
/// Two people with one address.
const TWINS: [usize; 2] = [21, 22];
const GONE: usize = 23;

struct Premises {
    slapd: Slapd,
    front: Front,
    connector: Arc<dyn Connector>,
}

#[async_trait]
impl Stage for Premises {
    async fn set(trouble: Trouble) -> Option<Self> {
        let slapd = Slapd::start(&Shape { people: PEOPLE, entries: successor(), ..Shape::default() });
        slapd.modify(&everybody_has_somebody());
        slapd.delete(&slapd::person(GONE));
        let front = Front::before(slapd.port, trouble).await;
        let mut settings = slapd.settings(&json!({
            "url": format!("ldap://127.0.0.1:{}", front.port),
            "connection": { "timeout_ms": 1_000 },
        }));
        match trouble {
            Trouble::Unauthorized => {
                fs::write(slapd.folder().join("password"), "changed-meanwhile").expect("a file");
            }
            Trouble::WrongCertificate => {
                settings["url"] = json!(format!("ldaps://127.0.0.1:{}", slapd.tls_port));
                settings["connection"]["ca"] = json!(Authority::new("another authority").pem());
            }
            _ => {}
        }
        let connector = slapd.opened(&settings);
        Some(Self { slapd, front, connector })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        slapd::id(number)
    }

    async fn absent_account(&self) -> String {
        assert!(!self.slapd.exists(&slapd::person(GONE)));
        slapd::id(GONE)
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let number: usize = order.account.rsplit('-').next()?.parse().ok()?;
        let name = slapd::person(number);
        let of_order = |change: &&super::messages::Message| match order.action {
            Action::Disable => change.kind == MODIFY && change.holds(&name) && change.holds("000001010000Z"),
            Action::Enable => {
                let unlocks = change.holds("pwdAccountLockedTime") && !change.holds("000001010000Z");
                change.kind == MODIFY && change.holds(&name) && unlocks
            }
            Action::Transfer => change.kind == MODIFY && change.holds(&name) && change.holds("manager"),
            Action::Delete => change.kind == DELETE && change.holds(&name),
            _ => false,
        };
        Some(self.front.changes().iter().filter(of_order).count())
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned(), "changed-meanwhile".to_owned()]
    }

    fn rules(&self) -> Vec<Rule> {
        DEFAULT_RULES.to_vec()
    }

    fn person(&self, number: usize) -> Identity {
        identity(&format!("u{number:04}"))
    }

    async fn twins(&self) -> Option<Identity> {
        Some(Identity { email: "both@example.com".to_owned(), ..identity("somebody_else") })
    }
}

/// Whoever inherits, in the suite.
fn successor() -> String {
    format!(
        "dn: uid=kjones,ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: kjones\ncn: K. Jones\nsn: Jones\n\
         mail: kjones@example.com\n"
    )
}

/// Each of the first ten is the manager of one other, and two share an address.
fn everybody_has_somebody() -> String {
    let manager = |number: usize| {
        let (report, manager) = (slapd::person(number + 10), slapd::person(number));
        format!("dn: {report}\nchangetype: modify\nadd: manager\nmanager: {manager}\n\n")
    };
    let twin = |number: usize| {
        let dn = slapd::person(number);
        format!("dn: {dn}\nchangetype: modify\nreplace: mail\nmail: both@example.com\n\n")
    };
    (0..10).map(manager).chain(TWINS.map(twin)).collect()
}
