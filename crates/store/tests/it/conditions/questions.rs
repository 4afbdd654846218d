//! Random questions, about values that rows have and about some that none can have.

use proptest::prelude::*;
use proptest::sample::select;
use store::search::{Comparison, Condition, GroupTerm, Link, Text, UserTerm};

use super::directory::{EMAILS, NAMES, TEXTS, TIMES};

pub(super) fn about<T: Clone + std::fmt::Debug + 'static>(
    term: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Condition<T>> {
    let leaf = prop_oneof![
        1 => Just(Condition::All),
        1 => Just(Condition::None),
        12 => term.prop_map(Condition::Where),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let parts = proptest::collection::vec(inner.clone(), 0..4);
        prop_oneof![
            parts.clone().prop_map(Condition::And),
            parts.prop_map(Condition::Or),
            inner.prop_map(|part| Condition::Not(Box::new(part))),
        ]
    })
}

pub(super) fn any_user_term() -> impl Strategy<Value = UserTerm> {
    prop_oneof![
        text(guids()).prop_map(UserTerm::Guid),
        text(names()).prop_map(UserTerm::Name),
        text(external_ids()).prop_map(UserTerm::ExternalId),
        text(select(&TEXTS[..]).prop_map(str::to_owned)).prop_map(UserTerm::FullName),
        text(select(&EMAILS[..]).prop_map(str::to_owned)).prop_map(UserTerm::Email),
        any::<bool>().prop_map(UserTerm::Active),
        (comparison(), TIMES).prop_map(|(comparison, ms)| UserTerm::Created(comparison, ms)),
        (comparison(), TIMES).prop_map(|(comparison, ms)| UserTerm::Modified(comparison, ms)),
        link().prop_map(UserTerm::Manager),
        link().prop_map(UserTerm::Group),
    ]
}

pub(super) fn any_group_term() -> impl Strategy<Value = GroupTerm> {
    prop_oneof![
        text(guids()).prop_map(GroupTerm::Guid),
        text(names()).prop_map(GroupTerm::Name),
        text(external_ids()).prop_map(GroupTerm::ExternalId),
        (comparison(), TIMES).prop_map(|(comparison, ms)| GroupTerm::Created(comparison, ms)),
        (comparison(), TIMES).prop_map(|(comparison, ms)| GroupTerm::Modified(comparison, ms)),
        link().prop_map(GroupTerm::Member),
    ]
}

fn guids() -> impl Strategy<Value = String> {
    (0..16_i64).prop_map(|number| format!("{number:032x}"))
}

fn names() -> impl Strategy<Value = String> {
    select(&NAMES[..]).prop_map(|name| name.replace('\\', "/"))
}

fn external_ids() -> impl Strategy<Value = String> {
    (0..16_i64).prop_map(|number| format!("Hr-{number}"))
}

fn comparison() -> impl Strategy<Value = Comparison> {
    select(vec![
        Comparison::Equal,
        Comparison::Greater,
        Comparison::GreaterOrEqual,
        Comparison::Less,
        Comparison::LessOrEqual,
    ])
}

fn link() -> impl Strategy<Value = Link> {
    prop_oneof![1 => Just(Link::Present), 5 => guids().prop_map(Link::To)]
}

fn text(values: impl Strategy<Value = String>) -> impl Strategy<Value = Text> {
    let asked = prop_oneof![
        3 => comparison().prop_map(Some),
        2 => Just(None),
    ];
    (values, asked, twist(), proptest::bool::weighted(0.1)).prop_map(|(value, asked, twist, present)| match (
        present, asked,
    ) {
        (true, _) => Text::Present,
        (false, Some(comparison)) => Text::Compares(comparison, twist(&value)),
        (false, None) => Text::StartsWith(twist(&value.chars().take(4).collect::<String>())),
    })
}

/// In other letters, cut short, or with what no stored text holds.
fn twist() -> impl Strategy<Value = fn(&str) -> String> {
    select(vec![
        str::to_owned as fn(&str) -> String,
        str::to_owned,
        str::to_uppercase,
        |text| text.chars().take(2).collect(),
        |text| format!("{text}\0a"),
        |text| format!("{text}%"),
    ])
}
