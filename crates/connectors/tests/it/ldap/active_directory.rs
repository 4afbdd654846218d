//! The profile `active_directory`, on answers in the form of a domain controller's.
//!
//! Written after Microsoft's descriptions of the protocol ([MS-ADTS]) and texts that administrators have published:
//! none runs here.

use std::sync::{Arc, Mutex};

use connectors::{Connector, Failure};
use domain::correlation::Theirs;
use domain::outcome::Fault;
use domain::{Action, Outcome, PlatformKind};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::messages::{DELETE, MODIFY, MODIFY_DN, Message};
use super::scripted::{
    Answers, BIND, EXTENDED, SEARCH, Scripted, end_of_page, entry, extended, reference, referral,
};
use super::{attempt_order, done, refused};
use connectors::conformance::{opened, order};

/// Half of its bytes are text, as it may happen.
const GUID: [u8; 16] =
    [0x4a, 0x6f, 0x68, 0x6e, 0x5c, 0x2a, 0x28, 0x29, 0x9f, 0x00, 0x41, 0x42, 0xe7, 0x31, 0x32, 0x33];
const ID: &str = "4a6f686e5c2a28299f004142e7313233";
const DN: &str = "CN=Smith\\, John,OU=Sales,DC=corp,DC=example,DC=com";
const LEFT: &str = "CN=Smith\\, John,OU=Leavers,DC=corp,DC=example,DC=com";

/// One account, and what the controller makes of changes.
#[derive(Default)]
struct Controller {
    control: i64,
    place: Spot,
    admin: bool,
    has_children: bool,
    /// The answer to the next change, in place of making it.
    says: Option<(u8, &'static str)>,
}

#[derive(Default, PartialEq)]
enum Spot {
    #[default]
    Sales,
    Leavers,
    Nowhere,
}

type Shared = Arc<Mutex<Controller>>;

fn answer(controller: &Shared, request: &Message) -> Answers {
    let mut controller = controller.lock().expect("a lock");
    if request.is_change()
        && let Some((code, text)) = controller.says.take()
    {
        return vec![request.result(code, text)];
    }
    match request.kind {
        SEARCH => search(&controller, request),
        MODIFY => modify(&mut controller, request),
        MODIFY_DN => {
            controller.place = Spot::Leavers;
            vec![request.result(0, "")]
        }
        DELETE if controller.has_children && !request.holds("1.2.840.113556.1.4.805") => {
            let text = "00002015: UpdErr: DSID-031A11F4, problem 6003 (CANT_ON_NON_LEAF), data 0\n\0";
            vec![request.result(66, text)]
        }
        DELETE => {
            controller.place = Spot::Nowhere;
            vec![request.result(0, "")]
        }
        EXTENDED => vec![extended(request, "u:CORP\\exeunt")],
        _ => Vec::new(),
    }
}

fn search(controller: &Controller, request: &Message) -> Answers {
    let mut answers = found(controller, request);
    for zone in ["ForestDnsZones", "DomainDnsZones"] {
        let url = format!("ldap://{zone}.corp.example.com/DC={zone},DC=corp,DC=example,DC=com");
        answers.push(reference(request, &url));
    }
    answers.push(end_of_page(request, b""));
    answers
}

/// The entries that fit, by what the request holds.
fn found(controller: &Controller, request: &Message) -> Answers {
    let asked = |text: &str| request.holds(text);
    let dn = if controller.place == Spot::Leavers { LEFT } else { DN };
    if asked("supportedControl") {
        let root: &[(&str, &[&[u8]])] = &[
            ("dnsHostName", &[b"dc1.corp.example.com"]),
            ("domainControllerFunctionality", &[b"7"]),
            ("currentTime", &[b"20001231235959.0Z"]),
            ("supportedControl", &[b"1.2.840.113556.1.4.319", b"1.2.840.113556.1.4.805"]),
        ];
        return vec![entry(request, "", root)];
    }
    if asked("allowedAttributesEffective") {
        let writable: &[&[u8]] = &[b"userAccountControl", b"manager"];
        return vec![entry(request, dn, &[("allowedAttributesEffective", writable)])];
    }
    if asked("adminCount") {
        return controller.admin.then(|| entry(request, dn, &[])).into_iter().collect();
    }
    let elsewhere = asked("OU=Leavers") && controller.place != Spot::Leavers;
    let names_us = ["manager", "managedBy", "secretary", "assistant"].into_iter().any(asked);
    let by_guid = request.bytes.windows(GUID.len()).any(|bytes| bytes == GUID);
    if elsewhere || names_us || by_guid && controller.place == Spot::Nowhere {
        return Vec::new();
    }
    if asked("member") {
        // A group of thousands: its members are given in ranges, to whoever asks for them.
        let name = "CN=Everybody,OU=Groups,DC=corp,DC=example,DC=com";
        return vec![entry(request, name, &[("member", &[]), ("member;range=0-1499", &[b"CN=somebody"])])];
    }
    account(controller, request, dn)
}

fn account(controller: &Controller, request: &Message, dn: &str) -> Answers {
    let control = controller.control.to_string();
    let attributes: &[(&str, &[&[u8]])] = &[
        ("objectGUID", &[&GUID]),
        ("sAMAccountName", &[b"jsmith"]),
        ("mail", &[b"john.smith@corp.example.com"]),
        ("userAccountControl", &[control.as_bytes()]),
    ];
    let mut answers = vec![entry(request, dn, attributes)];
    if controller.has_children && request.holds("1.1") {
        answers.push(entry(request, &format!("CN=ExchangeActiveSyncDevices,{dn}"), &[]));
    }
    answers
}

/// The old value goes, the new one comes, in one change.
fn modify(controller: &mut Controller, request: &Message) -> Answers {
    let (old, new) = (controller.control, controller.control ^ 2);
    if request.holds(&old.to_string()) && request.holds(&new.to_string()) {
        controller.control = new;
        return vec![request.result(0, "")];
    }
    vec![
        request.result(
            16,
            "00000057: LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation\0",
        ),
    ]
}

/// A controller with an account, and a connector to it.
struct Corp {
    controller: Shared,
    server: Scripted,
    connector: Arc<dyn Connector>,
    _folder: TempDir,
}

async fn corp(controller: Controller, more: Value) -> Corp {
    let controller = Arc::new(Mutex::new(controller));
    let told = Arc::clone(&controller);
    let server = Scripted::start(move |request| answer(&told, request)).await;
    let (connector, folder) = connector(&server, more);
    Corp { controller, server, connector, _folder: folder }
}

fn connector(server: &Scripted, more: Value) -> (Arc<dyn Connector>, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("password"), "correct-horse").expect("a file");
    let mut settings = json!({
        "url": format!("ldap://127.0.0.1:{}", server.port),
        "plaintext": true,
        "profile": "active_directory",
        "bind": { "dn": "exeunt@corp.example.com", "password": "file:password" },
        "base": "DC=corp,DC=example,DC=com",
    });
    for (field, value) in more.as_object().expect("an object") {
        settings[field] = value.clone();
    }
    (opened(PlatformKind::Ldap, &settings.to_string(), Some(folder.path())).expect("settings"), folder)
}

impl Corp {
    async fn attempt(&self, action: Action) -> Outcome {
        attempt_order(&*self.connector, &order(action, ID)).await
    }

    fn control(&self) -> i64 {
        self.controller.lock().expect("a lock").control
    }
}

#[tokio::test]
async fn one_bit_is_set_and_the_others_stay() {
    for (active, disabled) in [(512, 514), (66_048, 66_050), (262_656, 262_658)] {
        let corp = corp(Controller { control: active, ..Controller::default() }, json!({})).await;
        let evidence = done(corp.attempt(Action::Disable).await);
        assert_eq!(evidence, format!("{DN} ({ID}): userAccountControl is {disabled}"));
        assert_eq!(corp.control(), disabled);
        done(corp.attempt(Action::Enable).await);
        assert_eq!(corp.control(), active);
        let again = corp.attempt(Action::Enable).await;
        assert!(matches!(again, Outcome::AlreadyDone { .. }), "{again:?}");
        assert_eq!(corp.server.asked(MODIFY).len(), 2);
    }
}

#[tokio::test]
async fn accounts_are_found_by_guid_and_by_name() {
    let corp = corp(Controller { control: 514, ..Controller::default() }, json!({})).await;
    for (field, value) in [(Theirs::UserName, "JSmith"), (Theirs::Id, ID)] {
        let found = corp.connector.find(field, value).await.expect("an answer");
        assert_eq!((found[0].id.as_str(), found[0].active), (ID, Some(false)));
        assert_eq!(found[0].user_name, "jsmith");
    }
    let by_guid = corp.server.asked(SEARCH).pop().expect("a search");
    assert!(by_guid.bytes.windows(16).any(|bytes| bytes == GUID), "the bytes themselves are sent");
    let none = corp.connector.find(Theirs::Id, "no-guid").await;
    assert_eq!(none, Ok(Vec::new()));
    let outcome = attempt_order(&*corp.connector, &order(Action::Disable, "jsmith")).await;
    assert!(refused(outcome).contains("has not the form of an objectGUID"));
}

#[tokio::test]
async fn what_the_controller_says_is_passed_on() {
    for (code, text, shown) in [
        (
            53,
            "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0\n\0",
            "(WILL_NOT_PERFORM), data 0",
        ),
        (
            50,
            "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0\n\0",
            "INSUFF_ACCESS_RIGHTS",
        ),
    ] {
        let controller = Controller { control: 512, says: Some((code, text)), ..Controller::default() };
        let corp = corp(controller, json!({})).await;
        let reason = refused(corp.attempt(Action::Disable).await);
        assert!(reason.contains(shown) && !reason.contains(['\n', '\0']), "{reason:?}");
        assert_eq!(corp.control(), 512);
    }
}

#[tokio::test]
async fn a_value_that_somebody_else_changed_is_looked_at_again() {
    let says =
        Some((16, "00000057: LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation\0"));
    let corp = corp(Controller { control: 512, says, ..Controller::default() }, json!({})).await;
    let outcome = corp.attempt(Action::Disable).await;
    assert!(matches!(outcome, Outcome::Retry { fault: Fault::Busy, .. }), "{outcome:?}");
    done(corp.attempt(Action::Disable).await);
}

#[tokio::test]
async fn a_connection_that_lost_its_login_is_given_up() {
    let says = Some((
        1,
        "000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be \
         completed on the connection., data 0, v4563\0",
    ));
    let corp = corp(Controller { control: 512, says, ..Controller::default() }, json!({})).await;
    let outcome = corp.attempt(Action::Disable).await;
    assert!(matches!(outcome, Outcome::Retry { fault: Fault::Platform, .. }), "{outcome:?}");
    done(corp.attempt(Action::Disable).await);
    assert_eq!(corp.server.asked(BIND).len(), 2);
}

#[tokio::test]
async fn administrators_are_left_to_people() {
    let corp = corp(Controller { control: 512, admin: true, ..Controller::default() }, json!({})).await;
    for action in [Action::Disable, Action::Delete] {
        let reason = refused(corp.attempt(action).await);
        assert!(reason.contains("is protected: it fits (adminCount=1)"), "{reason}");
    }
    assert_eq!(corp.control(), 512);
}

#[tokio::test]
async fn our_own_account_is_known_by_any_of_its_names() {
    for name in ["jsmith@corp.example.com", "CORP\\JSmith", DN] {
        let more = json!({ "bind": { "dn": name, "password": "file:password" } });
        let corp = corp(Controller { control: 512, ..Controller::default() }, more).await;
        let reason = refused(corp.attempt(Action::Disable).await);
        assert!(reason.contains("it is the account that we work with"), "{reason}");
    }
}

#[tokio::test]
async fn leavers_are_moved_and_found_there() {
    let unit = json!({ "leavers_ou": "OU=Leavers,DC=corp,DC=example,DC=com" });
    let corp = corp(Controller { control: 512, ..Controller::default() }, unit).await;
    let evidence = done(corp.attempt(Action::Disable).await);
    assert!(evidence.starts_with(LEFT) && evidence.contains("it is below"), "{evidence}");
    let moves = corp.server.asked(MODIFY_DN);
    assert!(moves[0].holds("CN=Smith\\, John") && moves[0].holds("OU=Leavers"), "{moves:?}");
    // Nothing is recorded there, unless an attribute is named for it.
    let evidence = done(corp.attempt(Action::Enable).await);
    assert!(evidence.contains("it stays with the leavers"), "{evidence}");
}

#[tokio::test]
async fn a_phone_that_hangs_on_an_account_goes_with_it_in_one_operation() {
    let with_children = || Controller { control: 514, has_children: true, ..Controller::default() };
    let kept = corp(with_children(), json!({})).await;
    let reason = refused(kept.attempt(Action::Delete).await);
    assert!(reason.contains("ExchangeActiveSyncDevices") && reason.contains("delete_children"), "{reason}");

    let gone = corp(with_children(), json!({ "delete_children": true })).await;
    done(gone.attempt(Action::Delete).await);
    assert_eq!(gone.server.asked(DELETE).len(), 2);
}

#[tokio::test]
async fn members_are_never_asked_for() {
    let more = json!({ "leave_groups": "on_disable" });
    let corp = corp(Controller { control: 514, ..Controller::default() }, more).await;
    let owned = corp.connector.inventory(ID).await.expect("an inventory").expect("it tells");
    assert_eq!(
        (owned[0].kind.as_str(), owned[0].names.as_slice()),
        ("member", &["Everybody".to_owned()][..])
    );
    for search in corp.server.asked(SEARCH).iter().filter(|search| search.holds("member")) {
        assert!(search.holds("1.1"), "only names are asked for: {search:?}");
    }
}

#[tokio::test]
async fn a_referral_is_told_of_and_not_followed() {
    let text = "0000202B: RefErr: DSID-0310078A, data 0, 1 access points\n\tref 1: 'other.example.com'\n\0";
    let server =
        Scripted::start(move |request| vec![referral(request, text, "ldap://other.example.com/DC=other")])
            .await;
    let (connector, _folder) = connector(&server, json!({}));
    let found = connector.find(Theirs::UserName, "jsmith").await;
    let Err(Failure::Refused(reason)) = found else { panic!("{found:?}") };
    assert!(reason.contains("ldap://other.example.com/DC=other"), "{reason}");
    assert!(reason.contains("referrals are not followed"), "{reason}");
}

#[tokio::test]
async fn why_a_login_was_refused_is_told() {
    let text = "80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data 532, v4563\0";
    let server = Scripted::start_with_login(move |request| vec![request.result(49, text)]).await;
    let (connector, _folder) = connector(&server, json!({}));
    for _ in 0..3 {
        let checked = connector.check().await;
        let Err(Failure::Credentials(reason)) = checked else { panic!("{checked:?}") };
        assert!(reason.contains("data 532") && !reason.contains("correct-horse"), "{reason}");
    }
    assert_eq!(server.asked(BIND).len(), 1, "no lock-out");
}

#[tokio::test]
async fn a_check_tells_what_may_be_written() {
    let corp = corp(Controller { control: 512, ..Controller::default() }, json!({})).await;
    let checked = corp.connector.check().await.expect("it is well");
    assert_eq!(checked.server, "Active Directory, functional level 7, dc1.corp.example.com");
    assert_eq!(checked.signed_in_as, "u:CORP\\exeunt");
    assert_eq!(checked.clock_ms, Some(978_307_199_000));
    let may = "may write userAccountControl of 1 of the first 1 accounts";
    assert!(checked.permissions.iter().any(|seen| seen == may), "{checked:?}");
}
