//! Several leavers in one request, each with an heir of its own.

use domain::{Error, Goal, Refusal, UserState};
use exeunt::app::{GroupRef, HeirRef, Leaver, Start};

use super::named;
use crate::fixture::Company;
use crate::home::both;

/// `jsmith`, `lwong` and `mgarcia` with 3, 2 and 0 alerts; `kjones` and the group `Ops`.
async fn staff(company: &Company) {
    for (name, alerts) in [("jsmith", 3), ("lwong", 2), ("mgarcia", 0), ("kjones", 0)] {
        let user = company.person(name).await;
        company.assets(user, "alert", alerts).await;
    }
    company.group("Ops").await;
}

fn to(heir: &str) -> HeirRef {
    HeirRef::User(named(heir))
}

fn ops() -> HeirRef {
    HeirRef::Group(GroupRef::Name("Ops".to_owned()))
}

fn removal(leavers: Vec<(&str, Option<HeirRef>)>) -> Start {
    let users = leavers.into_iter().map(|(name, heir)| Leaver { user: named(name), heir });
    Start { users: users.collect(), ..Start::new(Goal::Remove, Vec::new()) }
}

async fn refused(company: &Company, start: Start) -> Error {
    let before = company.log_head().await;
    let error = company.app.start(&company.console, start).await.expect_err("refused");
    assert_eq!(company.log_head().await, before, "nothing was changed: {error}");
    error
}

#[test]
fn each_leaver_has_an_heir_of_its_own() {
    both(|company| async move {
        staff(&company).await;
        let start = removal(vec![("jsmith", Some(to("kjones"))), ("lwong", Some(ops())), ("mgarcia", None)]);
        let previews = company.app.preview(&company.console, start.clone()).await.expect("plans");
        let heirs: Vec<_> = previews.into_iter().map(|preview| preview.heir).collect();
        assert_eq!(heirs, [Some("kjones".to_owned()), Some("Ops".to_owned()), None]);
        let started = company.app.start(&company.console, start).await.expect("accepted");
        let heirs: Vec<_> = started.into_iter().map(|started| started.heir).collect();
        assert_eq!(heirs, [Some("kjones".to_owned()), Some("Ops".to_owned()), None]);
        assert_eq!(company.detail("kjones").await.holdings.total(), 3);
        for name in ["jsmith", "lwong", "mgarcia"] {
            let detail = company.detail(name).await;
            assert_eq!((detail.user.state, detail.holdings.total()), (UserState::Removed, 0), "{name}");
        }
        let tenant = company.console.tenant;
        let assets =
            company.app.store.read(|tx| store::assets::list(tx, tenant, domain::AssetId(0), 9)).await;
        let ops = domain::Owner::Group(company.group_named("Ops").await.id);
        let inherited = assets.expect("assets").into_iter().filter(|asset| asset.owner == Some(ops)).count();
        assert_eq!(inherited, 2);
    });
}

#[test]
fn whoever_has_no_heir_of_its_own_has_that_of_the_request() {
    both(|company| async move {
        staff(&company).await;
        let start = removal(vec![("jsmith", None), ("lwong", Some(HeirRef::Orphan))]);
        let start = Start { heir: HeirRef::User(named("kjones")), ..start };
        company.app.start(&company.console, start).await.expect("accepted");
        assert_eq!(company.detail("kjones").await.holdings.total(), 3);
        let tenant = company.console.tenant;
        let assets =
            company.app.store.read(|tx| store::assets::list(tx, tenant, domain::AssetId(0), 9)).await;
        assert_eq!(assets.expect("assets").into_iter().filter(|asset| asset.orphaned).count(), 2);
    });
}

#[test]
fn one_refusal_and_nobody_leaves() {
    both(|company| async move {
        staff(&company).await;
        let leaving = removal(vec![("jsmith", Some(to("lwong"))), ("lwong", Some(to("kjones")))]);
        let leaving = refused(&company, leaving).await;
        let successor = "lwong".to_owned();
        assert_eq!(leaving, Refusal::SuccessorLeaving { successor }.into(), "an heir who leaves as well");
        let several = removal(vec![
            ("jsmith", None),
            ("lwong", Some(to("nobody"))),
            ("mgarcia", Some(HeirRef::Both)),
            ("nobody", Some(to("kjones"))),
        ]);
        let Error::Refused(several) = refused(&company, several).await else { panic!("no refusal") };
        let codes: Vec<_> = several.iter().map(Refusal::code).collect();
        assert_eq!(codes, ["no-successor", "successor-unknown", "two-successors", "unknown-user"]);
        let twice = removal(vec![("jsmith", Some(to("kjones"))), ("JSmith", Some(ops()))]);
        let twice = refused(&company, twice).await;
        assert_eq!(twice, Error::invalid("users", "name jsmith twice, with different new owners"));
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
        // The same thing said twice is said once.
        let same = removal(vec![("jsmith", Some(to("kjones"))), ("jsmith", Some(to("kjones")))]);
        assert_eq!(company.app.start(&company.console, same).await.expect("accepted").len(), 1);
    });
}
