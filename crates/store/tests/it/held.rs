//! Departures that wait for an administrator, and the windows in which departures are counted.

use domain::UserId;
use store::held::{self, Held, Window};

use crate::fixture::each;
use crate::sample::{OTHER, T};

fn departure(user: i64, token: i64, removes: bool) -> Held {
    Held {
        user: UserId(user),
        user_name: format!("user{user}"),
        token,
        removes,
        requester: "idp".to_owned(),
        asked_ms: user * 10,
    }
}

#[test]
fn a_window_is_written_over_and_ends() {
    each(|base| async move {
        base.company(T, 1).await;
        base.company(OTHER, 1).await;
        let first = Window { began_ms: 5, present: 100, departures: 1 };
        let next = Window { departures: 2, ..first };
        let elsewhere = Window { began_ms: 6, present: 9, departures: 3 };
        let long_ago = Window { began_ms: 0, present: 0, departures: 0 };
        let written = base.write(move |tx| {
            assert_eq!(held::window(tx, T, 1)?, long_ago);
            held::set_window(tx, T, 1, first)?;
            held::set_window(tx, T, 1, next)?;
            for (tenant, token) in [(T, 2), (OTHER, 1)] {
                assert_eq!(held::window(tx, tenant, token)?, long_ago);
                held::set_window(tx, tenant, token, elsewhere)?;
            }
            let windows = [held::window(tx, T, 1)?, held::window(tx, T, 2)?];
            held::end_window(tx, T, 1)?;
            Ok((windows, [held::window(tx, T, 1)?, held::window(tx, OTHER, 1)?]))
        });
        let (windows, left) = written.await.expect("writes");
        assert_eq!(windows, [next, elsewhere]);
        assert_eq!(left, [long_ago, elsewhere]);
    });
}

#[test]
fn a_user_is_held_once_and_what_goes_further_counts() {
    each(|base| async move {
        base.company(T, 2).await;
        let asked = base.write(|tx| {
            let mut seen = Vec::new();
            for removes in [false, true, false] {
                // Another token asks last: the first one's wish stays.
                held::hold(tx, T, &departure(1, if seen.len() == 2 { 8 } else { 7 }, removes))?;
                seen.push(held::of_user(tx, T, UserId(1))?);
            }
            Ok((seen, held::of_user(tx, T, UserId(2))?))
        });
        let (seen, nobody) = asked.await.expect("holds");
        let expected = [false, true, true].map(|removes| Some(departure(1, 7, removes)));
        assert_eq!((seen.as_slice(), nobody), (expected.as_slice(), None));
    });
}

#[test]
fn the_held_are_listed_by_token_in_pages_and_forgotten_one_by_one() {
    each(|base| async move {
        base.company(T, 4).await;
        base.company(OTHER, 4).await;
        let listed = base.write(|tx| {
            for (user, token) in [(3, 7), (1, 7), (2, 8), (4, 7)] {
                held::hold(tx, T, &departure(user, token, true))?;
            }
            held::hold(tx, OTHER, &departure(1, 7, true))?;
            assert!(held::forget(tx, T, UserId(3))?, "was held");
            assert!(!held::forget(tx, T, UserId(3))?, "is no more");
            let all = held::list(tx, T, None, UserId(0), 9)?;
            let page = held::list(tx, T, None, UserId(1), 1)?;
            let of_token = held::list(tx, T, Some(7), UserId(0), 9)?;
            let rest = held::list(tx, T, Some(7), UserId(1), 9)?;
            let of_other = held::list(tx, OTHER, None, UserId(0), 9)?;
            Ok([all, page, of_token, rest, of_other])
        });
        let users =
            listed.await.expect("lists").map(|held| held.iter().map(|held| held.user.0).collect::<Vec<_>>());
        assert_eq!(users, [vec![1, 2, 4], vec![2], vec![1, 4], vec![4], vec![1]]);
    });
}
