//! A plan before it is accepted: what each step will do, and how the platforms look now.

use domain::{AccountState, Action, Step, Support};
use serde_json::{Value, json};

use super::by_hand::{self, SOMEBODY, TO_BE_FOUND};
use super::inventory::owned_text;
use super::named::shown_moment;
use super::output::table;
use super::view::{name_of, numbers};
use crate::app::{Place, Preview};

/// For programs.
pub(super) fn document(preview: &Preview) -> Value {
    let step = |step: &Step| {
        json!({
            "no": step.no, "platform": name_of(&preview.platforms, step), "account": account(preview, step),
            "action": step.action, "needs": step.needs, "from": shown_moment(step.ready_at_ms),
            "does": does(preview, step), "byHand": by_hand::document(step, preview.plan.start_ms),
        })
    };
    json!({
        "goal": preview.plan.goal,
        "user": preview.user.user_name,
        "userId": preview.user.id,
        "holdings": preview.holdings.0.iter().map(|(kind, count)| json!({ "kind": kind, "count": count })).collect::<Vec<_>>(),
        "heir": preview.heir,
        "start": shown_moment(preview.plan.start_ms),
        "steps": preview.plan.steps.iter().map(step).collect::<Vec<_>>(),
        "places": preview.places.iter().map(|place| place_document(preview, place)).collect::<Vec<_>>(),
        "unseen": preview.unseen,
    })
}

fn place_document(preview: &Preview, place: &Place) -> Value {
    let left_out = place.left_out.iter().map(|(action, why)| json!({ "action": action, "why": why }));
    json!({
        "platform": platform(preview, place), "account": place.account, "known": place.known, "state": place.state,
        "seen": place.seen, "owned": place.owned, "remark": place.remark,
        "leftOut": left_out.collect::<Vec<_>>(),
    })
}

/// For people.
pub(super) fn told(preview: &Preview) -> String {
    let name = &preview.user.user_name;
    let owns = if preview.holdings.is_empty() {
        format!("{name} owns nothing.")
    } else {
        let heir = preview.heir.as_ref().map(|heir| format!(", to be handed over to {heir}"));
        format!("{name} owns {}{}.", preview.holdings, heir.unwrap_or_default())
    };
    let row = |step: &Step| {
        let platform = name_of(&preview.platforms, step).to_owned();
        let account = if step.local { Some(name.as_str()) } else { account(preview, step) };
        let account = account.unwrap_or(TO_BE_FOUND).to_owned();
        let after = numbers(&step.needs);
        [step.no.to_string(), platform, account, by_hand::action(step), after, does(preview, step)]
    };
    let header = ["NO", "PLATFORM", "ACCOUNT", "ACTION", "AFTER", "WHAT IT DOES"];
    let steps = table(header, preview.plan.steps.iter().map(row));
    let places = preview.places.iter().map(|place| place_told(preview, place));
    let unseen = preview.unseen.iter().map(|reason| format!("{reason}\n"));
    let by_hand = preview.plan.steps.iter().filter(|step| step.hand.is_some());
    let told =
        |step: &Step| format!("step {} by hand: {}\n", step.no, step.note.as_deref().unwrap_or_default());
    let lines = places.chain(unseen).chain(by_hand.map(told)).collect::<Vec<_>>().concat();
    format!("{owns}\n{steps}{lines}")
}

/// The account as it was found now, else as the plan has it.
fn account<'p>(preview: &'p Preview, step: &'p Step) -> Option<&'p str> {
    let same = |place: &&Place| place.platform == step.platform && place.remote_id == step.remote_id;
    let found = preview.places.iter().find(same).and_then(|place| place.account.as_deref());
    found.or(Some(step.remote_id.as_str()).filter(|id| !domain::platform::is_sought(id)))
}

/// In a sentence or none, where the action's own word does not say it all.
fn does(preview: &Preview, step: &Step) -> String {
    let heir = preview.heir.as_deref();
    let hands_over = |step: &Step| {
        let platform = preview.platforms.iter().find(|platform| platform.id == step.platform);
        platform.is_some_and(|platform| platform.capabilities.transfer == Support::WithDelete)
    };
    let to = match step.wanted() {
        Action::Transfer => heir.map(|heir| format!("to {heir}")),
        Action::Delete if hands_over(step) => heir.map(|heir| format!("what it owns goes to {heir}")),
        _ => None,
    };
    let from = (step.ready_at_ms > preview.plan.start_ms)
        .then(|| format!("from {}", shown_moment(step.ready_at_ms)));
    let hand = step.hand.as_ref().map(|hand| {
        let whom = hand.assignee.as_deref().unwrap_or(SOMEBODY);
        format!("{whom} does it until {}", shown_moment(hand.due_ms))
    });
    to.into_iter().chain(from).chain(hand).collect::<Vec<_>>().join("; ")
}

fn place_told(preview: &Preview, place: &Place) -> String {
    let account = match &place.account {
        None => "no account is known".to_owned(),
        Some(account) => {
            let how = if place.known { "" } else { ", by the rules" };
            let state = match (place.state, place.seen) {
                (AccountState::Unknown, _) => String::new(),
                (state, true) => format!(", {state}"),
                (state, false) => format!(", {state} when last seen"),
            };
            format!("account {account}{state}{how}")
        }
    };
    let owned = place.owned.as_ref().map(|owned| format!("owns {}", owned_text(owned)));
    let left_out = place.left_out.iter().map(|(action, why)| match why {
        Support::WithDelete => format!("{action} comes with the deletion"),
        Support::Nothing | Support::Able | Support::ByHand => format!("{action} is left out"),
    });
    let parts = std::iter::once(account).chain(owned).chain(place.remark.clone()).chain(left_out);
    format!("{}: {}\n", platform(preview, place), parts.collect::<Vec<_>>().join("; "))
}

fn platform<'p>(preview: &'p Preview, place: &Place) -> &'p str {
    let found = preview.platforms.iter().find(|platform| platform.id == place.platform);
    found.map_or("?", |platform| platform.name.as_str())
}
