use std::sync::Arc;

use domain::{Asset, AssetId, AssetKind, GroupId, Owner, UserId, UserState};
use exeunt::app::{AssetRef, HeirRef, Start, UserRef, WorkloadRef};

use super::client::{Client, JSON, ROOT, XML};
use crate::fixture::{Answer, Company};
use crate::home::both;

const GUID: &str = "50061AB9-0db4-3cff-8f3c-ddb4ad2f14b6";
const PATH: &str = r"cl1/SQL Server/CL1\PROD/defaultBackupSet/orders";
const BY_NAME: &str = "Subclient/byName(clientName='CL1',appName='SQL%20Server',instanceName='cl1\\prod',backupsetName='defaultBackupSet',subclientName='orders')/Offboard";

/// Of `jsmith`, subclient 7 with its path, VM 8 with its guid, alert 9; of the group `Ops`, VM 10.
async fn workloads(company: Company) -> Client {
    let client = Client::of(company).await.and_leaver().await;
    let asset = |id, kind: &str, external_id: Option<&str>, owner| Asset {
        id: AssetId(id),
        kind: AssetKind::new(kind).expect("a kind"),
        name: format!("asset{id}"),
        owner: Some(owner),
        owner_role: Some("Owner".to_owned()),
        orphaned: false,
        external_id: external_id.map(str::to_owned),
    };
    let (jsmith, ops) = (Owner::User(UserId(4)), Owner::Group(GroupId(4)));
    let assets = [
        asset(7, "subclient", Some(PATH), jsmith),
        asset(8, "vm_client", Some(GUID), jsmith),
        asset(9, "alert", None, jsmith),
        asset(10, "vm_client", Some("of-ops"), ops),
    ];
    let tenant = client.company.console.tenant;
    let insert = move |tx: &mut store::Tx<'_>| {
        assets.iter().try_for_each(|asset| store::assets::insert(tx, tenant, asset))
    };
    client.company.app.store.write(insert).await.expect("assets");
    client
}

async fn post(client: &Client, path: &str, body: &str) -> Answer {
    client.send("POST", path, JSON, body).await
}

impl Client {
    async fn asset(&self, id: i64) -> Asset {
        let page = self.company.app.assets(&self.company.console, AssetId(id - 1), 1).await;
        page.expect("assets").rows.remove(0)
    }
}

#[test]
fn each_workload_by_every_name_and_again() {
    both(|company| async move {
        let client = workloads(company).await;
        let before = client.company.log_head().await;
        let path = r"CL1/SQL Server/cl1\\prod/defaultBackupSet/orders";
        for (target, body, name) in [
            ("Subclient/7/Offboard", "", "subclient 7"),
            ("subclient/7/offboard", "{}", "subclient 7"),
            (BY_NAME, "", &format!("subclient {path}")),
            (&format!("VM/{GUID}/Offboard"), r#"{"vmName":""}"#, &format!("VM {GUID}")),
            (
                &format!("vm/{}/Offboard", GUID.to_lowercase()),
                r#"{"vmName":"ASSET8"}"#,
                &format!("VM {}", GUID.to_lowercase()),
            ),
            ("VM/of-ops/Offboard", "", "VM of-ops"),
        ] {
            let done = format!(r#"{{"errorMessage":"Successfully offboarded {name}","errorCode":0}}"#);
            post(&client, target, body).await.is_json(200, &done);
        }
        for id in [7, 8, 10] {
            let asset = client.asset(id).await;
            assert_eq!((asset.owner, asset.owner_role), (None, None), "{id}");
        }
        let jsmith = client.company.detail("jsmith").await;
        assert_eq!((jsmith.holdings.to_string().as_str(), jsmith.user.state), ("1 alert", UserState::Active));
        assert_eq!(client.company.log_kinds(before).await, ["asset.released"; 3], "each is told once");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_as_xml() {
    let client = workloads(Company::new().await).await;
    let answer = client.send("POST", "Subclient/7/Offboard", XML, "").await;
    answer.is_xml(
        r#"<Api_OffboardSubclientResp errorMessage="Successfully offboarded subclient 7" errorCode="0"/>"#,
    );
    let answer =
        client.send("POST", "VM/of-ops/Offboard", XML, "<Api_OffboardVMReq vmName=\"asset10\"/>").await;
    answer.is_xml(r#"<Api_OffboardVMResp errorMessage="Successfully offboarded VM of-ops" errorCode="0"/>"#);
    let answer =
        client.send("POST", "Tenant/Offboard", XML, r#"<Api_OffboardTenantReq tenantHostName="x"/>"#).await;
    answer.is_xml(r#"<Api_OffboardTenantResp errorMessage="Tenant x not found" errorCode="2"/>"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_meant_is_not_released() {
    let client = workloads(Company::new().await).await;
    let before = client.company.log_head().await;
    let other_path = BY_NAME.replace("orders", "order");
    let vm = format!("VM/{GUID}/Offboard");
    for (target, body, text) in [
        ("Subclient/8/Offboard", "", "Subclient 8 not found"),
        ("Subclient/9/Offboard", "", "Subclient 9 not found"),
        ("Subclient/99/Offboard", "", "Subclient 99 not found"),
        ("Subclient/0/Offboard", "", "subclientId: must not be 0"),
        ("Subclient/lap7/Offboard", "", "subclientId: must be a number"),
        (other_path.as_str(), "", r"Subclient CL1/SQL Server/cl1\\prod/defaultBackupSet/order not found"),
        (
            "Subclient/byName(subclientName='orders')/Offboard",
            "",
            "path: must name clientName, appName, instanceName, backupsetName, subclientName, and nothing else",
        ),
        ("VM/8/Offboard", "", "VM client 8 not found"),
        ("VM/asset8/Offboard", r#"{"vmName":"asset8"}"#, "VM client asset8 not found"),
        ("VM/%00/Offboard", "", "VM client \\u0000 not found"),
        (vm.as_str(), r#"{"vmName":"asset10"}"#, &format!("VM client {GUID} has another name")),
        (vm.as_str(), r#"{"vmName":["a","b"]}"#, "vmName: is given twice"),
        (vm.as_str(), "vmName", "body: is neither JSON nor XML"),
        ("VM/byName(vmName='asset8')/Offboard", "", "path: must hold the guid of the VM"),
    ] {
        let answer = post(&client, target, body).await;
        let code = answer.json()["errorCode"].clone();
        assert_eq!((answer.status.as_u16(), code), (200, 2.into()), "{target}: {}", answer.body);
        assert!(answer.body.contains(&format!(r#""errorMessage":"{text}""#)), "{target}: {}", answer.body);
    }
    assert_eq!(client.owned_by("jsmith").await, 3);
    assert_eq!(client.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_of_the_same_tenant() {
    let client = workloads(Company::new().await).await;
    let targets = [("Subclient/7/Offboard", ""), ("Tenant/Offboard", r#"{"tenantId":1}"#)];
    for caller in ["auditor", "kjones"] {
        let headers = [("Authtoken", &*client.company.token(caller).await), JSON];
        for (target, body) in targets {
            let answer = client.company.call("POST", &format!("{ROOT}/{target}"), &headers, body).await;
            answer.is_json(200, r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#);
        }
    }
    let stranger = client.stranger().await;
    for (target, body, text) in [
        ("Subclient/7/Offboard", "", "Subclient 7 not found".to_owned()),
        (BY_NAME, "", r"Subclient CL1/SQL Server/cl1\\prod/defaultBackupSet/orders not found".to_owned()),
        (&format!("VM/{GUID}/Offboard"), "", format!("VM client {GUID} not found")),
        ("Tenant/Offboard", r#"{"tenantId":1}"#, "Tenant 1 not found".to_owned()),
        ("Tenant/Offboard", r#"{"tenantHostName":"default"}"#, "Tenant default not found".to_owned()),
    ] {
        let answer = post(&stranger, target, body).await;
        answer.is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
    }
    assert_eq!(stranger.owned_by("jsmith").await, 3);
    let answer = stranger.json_as("operator", "POST", "Subclient/7/Offboard", "").await;
    assert_eq!(answer.json()["errorCode"], 0);
}

/// A transfer in chunks takes a chunk that is not full for its last: a workload that is released from under it must
/// neither end it early nor be handed over as well.
#[test]
fn a_departure_that_is_under_way_comes_to_its_end() {
    both(|company| async move {
        let client = Client::of(company).await.and_leaver().await;
        let company = &client.company;
        company.assets(UserId(4), "subclient", 5_000).await;
        let heir = HeirRef::User(UserRef::Id(UserId(5)));
        let start = Start { heir, ..Start::new(domain::Goal::Remove, vec![UserRef::Id(UserId(4))]) };
        company.app.start(&company.console, start).await.expect("an offboarding");
        let release = |from: i64| {
            let (app, console) = (Arc::clone(&company.app), company.console.clone());
            tokio::spawn(async move {
                for id in (from..5_000).step_by(50) {
                    let workload = WorkloadRef::Subclient(AssetRef::Id(AssetId(id)));
                    match app.release_workload(&console, &workload, None).await {
                        // It was handed over at this very moment: the caller asks again, or the heir does.
                        Ok(()) | Err(domain::Error::Unavailable { .. }) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        };
        let callers = [release(1), release(18), release(35)];
        company.engine.run_until_idle().await;
        for caller in callers {
            caller.await.expect("releases");
        }
        company.engine.run_until_idle().await;
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Removed);
        let mut released = 0;
        for from in (0..5_000).step_by(500) {
            let page = company.app.assets(&company.console, AssetId(from), 500).await.expect("assets");
            released += page.rows.iter().filter(|asset| asset.owner.is_none()).count();
        }
        let inherited = company.detail("kjones").await.holdings.total();
        assert_eq!(inherited + u64::try_from(released).expect("a count"), 5_000, "none is lost");
        assert!(released > 0 && inherited > 0);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_of_somebody_who_leaves_later_is_free_now() {
    let client = workloads(Company::new().await).await;
    let start_ms = Some(crate::fixture::NOW_MS + 1_000);
    let start = Start { start_ms, ..Start::new(domain::Goal::Leave, vec![UserRef::Id(UserId(4))]) };
    let heir = HeirRef::User(UserRef::Id(UserId(5)));
    let app = &client.company.app;
    app.start(&client.company.console, Start { heir, ..start }).await.expect("a scheduled leave");
    assert_eq!(post(&client, "Subclient/7/Offboard", "").await.json()["errorCode"], 0);
    client.company.clock.advance(2_000);
    client.company.engine.run_until_idle().await;
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Removed);
    assert_eq!((client.asset(7).await.owner, client.asset(8).await.owner), (None, None));
}

#[test]
fn a_tenant_is_offboarded_user_by_user() {
    both(|company| async move {
        let client = workloads(company).await;
        client.company.assets(UserId(5), "vm_client", 2).await;
        let before = client.company.log_head().await;
        for body in
            [r#"{"tenantHostName":"x"}"#, r#"{"tenantId":2}"#, r#"{"tenantId":1,"tenantHostName":"x"}"#]
        {
            assert!(post(&client, "Tenant/Offboard", body).await.body.contains("not found"), "{body}");
        }
        for body in ["", "{}", r#"{"tenantHostName":"","tenantId":0}"#] {
            let text = "tenantHostName: must be given, or tenantId";
            post(&client, "Tenant/Offboard", body)
                .await
                .is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
        }
        assert_eq!(client.company.log_head().await, before);
        for (body, told) in [
            ("{\n  \"tenantHostName\": \"Default\",\n}", "2 users, 4 workloads"),
            (r#"{"tenantId":1}"#, "0 users, 0 workloads"),
        ] {
            let text = format!("Successfully offboarded tenant default: {told} released");
            post(&client, "Tenant/Offboard", body)
                .await
                .is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":0}}"#));
        }
        assert_eq!(client.company.detail("jsmith").await.holdings.to_string(), "1 alert");
        assert_eq!(client.asset(10).await.owner, Some(Owner::Group(GroupId(4))), "a group does not leave");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_with_somebody_who_leaves_and_somebody_with_very_much() {
    let client = Client::with_leaver().await;
    client.company.asset(UserId(4), "subclient", "lap7").await;
    client.company.assets(UserId(5), "vm_client", 2_500).await;
    let start_ms = Some(crate::fixture::NOW_MS + 1_000);
    let heir = HeirRef::User(UserRef::Id(UserId(2)));
    let leave = Start { start_ms, heir, ..Start::new(domain::Goal::Leave, vec![UserRef::Id(UserId(4))]) };
    client.company.app.start(&client.company.console, leave).await.expect("a scheduled leave");
    let answer = post(&client, "Tenant/Offboard", r#"{"tenantId":1}"#).await.json();
    let text = answer["errorMessage"].as_str().expect("a text");
    let expected = "Offboarded only a part of tenant default: 1 user, 0 workloads released; the rest of 1 user follows by itself. Not offboarded: User jsmith is leaving; cancel offboarding ";
    assert!(text.starts_with(expected), "{text}");
    assert_eq!(answer["errorCode"], 2);
    client.company.engine.run_until_idle().await;
    assert_eq!((client.owned_by("kjones").await, client.owned_by("jsmith").await), (0, 1));
}

/// However many users a tenant has, a call ends; each repetition gets further.
#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_too_large_for_one_call_takes_several() {
    let client = Client::impatient().await;
    for user in [4, 5] {
        client.company.asset(UserId(user), "subclient", &format!("lap{user}")).await;
    }
    let body = r#"{"tenantId":1}"#;
    let text = "Offboarded only a part of tenant default: 1 user, 1 workload released. The time of a call was up: repeat it to go on.";
    let answer = post(&client, "Tenant/Offboard", body).await;
    answer.is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
    assert_eq!((client.owned_by("jsmith").await, client.owned_by("kjones").await), (0, 1));
    let text = "Successfully offboarded tenant default: 1 user, 1 workload released";
    let answer = post(&client, "Tenant/Offboard", body).await;
    answer.is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":0}}"#));
    assert_eq!(client.owned_by("kjones").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_platforms_are_reached_too() {
    let client = Client::with_leaver().await;
    let platform = client.company.platform("backup", "{}").await;
    client.company.account(UserId(4), platform, "j.smith").await;
    let answer = post(&client, "Tenant/Offboard", r#"{"tenantHostName":"default"}"#).await;
    answer.is_json(200, r#"{"errorMessage":"Successfully offboarded tenant default: 1 user, 0 workloads released","errorCode":0}"#);
    let before = client.company.log_head().await;
    client.company.engine.run_until_idle().await;
    assert_eq!(client.company.log_kinds(before).await, ["step.done", "offboarding.completed"]);
}
