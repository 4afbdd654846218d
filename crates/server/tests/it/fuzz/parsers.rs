use axum::http::Method;
use exeunt::faces::commvault::by_name::ByName;
use exeunt::faces::commvault::media::Format;
use exeunt::faces::commvault::path::Target;
use exeunt::faces::commvault::route::Route;
use exeunt::faces::commvault::successor::Successor;
use exeunt::faces::commvault::{access_token, body, login, offboard};

use super::damage::{damage, damage_text};
use super::samples::SAMPLES;
use super::{Told, Turns, dice};

/// As many as take a second or two.
const TURNS: usize = 20_000;

#[test]
fn no_target_is_too_odd_to_be_read() {
    let dice = dice();
    let mut turns = Turns::usual(TURNS);
    let mut read = 0;
    while turns.another() {
        let (sample, other) = (dice.pick(SAMPLES), dice.pick(SAMPLES));
        let target = damage_text(&dice, sample.target, other.target);
        let _told = Told { dice: &dice, input: target.clone() };
        let _ = Format::of_accept(Some(&target));
        if let Some(at) = target.find("byName(") {
            let _ = ByName::parse("path", &target[at..]);
        }
        let Some(Ok(target)) = Target::parse(&target) else { continue };
        let _ = Successor::from_query(&target.query);
        let _ = target.query.name_filter();
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            read += usize::from(matches!(Route::of(&method, &target.segments), Ok(Some(_))));
        }
    }
    turns.tell(&format!("targets, {read} routes found"));
    assert!(read > 0, "nothing that could be read was left over");
}

#[test]
fn no_body_is_too_odd_to_be_read() {
    let dice = dice();
    let mut turns = Turns::usual(TURNS);
    let mut read = 0;
    while turns.another() {
        let (sample, other) = (dice.pick(SAMPLES), dice.pick(SAMPLES));
        let mut bytes = sample.body.as_bytes().to_vec();
        damage(&dice, &mut bytes, other.body.as_bytes());
        let _told = Told { dice: &dice, input: String::from_utf8_lossy(&bytes).into_owned() };
        let Ok(tree) = body::parse(&bytes) else { continue };
        read += 1;
        let _ = login::Login::parse(&tree);
        let _ = offboard::Offboard::parse(&tree);
        let _ = offboard::tenant(&tree);
        let _ = access_token::access_token(&tree);
        let _ = access_token::pair(&tree);
    }
    turns.tell(&format!("bodies, {read} could be read"));
    assert!(read > 0, "nothing that could be read was left over");
}
