//! What is too much, what fits no order, and what no text can be.

use store::Error;
use store::search::{
    self, At, Comparison, Condition, Key, KeyValue, MAX_DEPTH, MAX_PARTS, Page, Text, UserOrder, UserTerm,
};

use crate::fixture::{Base, each};
use crate::sample::T;

fn email(number: usize) -> Condition<UserTerm> {
    UserTerm::Email(Text::Compares(Comparison::Equal, format!("user{number}@example.com"))).into()
}

async fn count(base: &Base, condition: Condition<UserTerm>) -> store::Result<i64> {
    base.read(move |tx| search::count(tx, T, &condition)).await
}

#[test]
fn the_largest_conditions_are_answered_and_larger_ones_refused() {
    each(|base| async move {
        base.company(T, 9).await;
        let any_of = |terms: usize| Condition::Or((1..=terms).map(email).collect());
        assert_eq!(count(&base, any_of(MAX_PARTS - 1)).await.expect("counts"), 9);
        let too_many = count(&base, any_of(MAX_PARTS)).await;
        assert!(matches!(too_many, Err(Error::Unfit(_))), "{too_many:?}");

        let nested = |depth: usize| (1..depth).fold(email(1), |inner, _| Condition::Not(Box::new(inner)));
        // Denied an odd number of times.
        assert_eq!(count(&base, nested(MAX_DEPTH)).await.expect("counts"), 8);
        let too_deep = count(&base, nested(MAX_DEPTH + 1)).await;
        assert!(matches!(too_deep, Err(Error::Unfit(_))), "{too_deep:?}");
    });
}

#[test]
fn a_key_of_another_order_is_refused() {
    each(|base| async move {
        base.company(T, 2).await;
        for (by, value) in [
            (UserOrder::Number, KeyValue::Millis(1)),
            (UserOrder::Name, KeyValue::None),
            (UserOrder::FullName, KeyValue::Millis(1)),
            (UserOrder::Modified, KeyValue::Text("1".to_owned())),
            (UserOrder::ExternalId, KeyValue::Millis(1)),
        ] {
            let page = Page { by, at: At::After(Key { value, number: 1 }), limit: 9, ..Page::default() };
            let refused = base.read(|tx| search::find(tx, T, &Condition::<UserTerm>::All, &page)).await;
            assert!(matches!(refused, Err(Error::Unfit(_))), "{by:?} {refused:?}");
        }
    });
}

#[test]
fn odd_pages_are_empty_or_begin_at_the_beginning() {
    each(|base| async move {
        base.company(T, 3).await;
        for (offset, limit, expected) in
            [(-1, 9, 3), (0, 0, 0), (0, -1, 0), (i64::MAX, i64::MAX, 0), (2, i64::MAX, 1)]
        {
            let page = Page { at: At::Offset(offset), limit, ..Page::default() };
            let found = base.read(|tx| search::find(tx, T, &Condition::<UserTerm>::All, &page)).await;
            assert_eq!(found.expect("finds").len(), expected, "{offset} {limit}");
        }
    });
}

#[test]
fn values_stay_values() {
    each(|base| async move {
        base.company(T, 2).await;
        for text in ["' OR '1' = '1", "$1", "user1'; DROP TABLE users; --", "user1\0", "us%", "user_"] {
            let equal = UserTerm::Name(Text::Compares(Comparison::Equal, text.to_owned()));
            let begins = UserTerm::Name(Text::StartsWith(text.to_owned()));
            for term in [equal, begins] {
                assert_eq!(count(&base, term.clone().into()).await.expect("counts"), 0, "{text}");
                let not = Condition::Not(Box::new(term.into()));
                assert_eq!(count(&base, not).await.expect("counts"), 2, "{text}");
            }
        }
    });
}
