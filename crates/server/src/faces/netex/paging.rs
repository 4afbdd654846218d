//! `startIndex` and `count`: rows are counted, from 0 (contract section 3.4).

use domain::Error;

use crate::app::MAX_PAGE;
use crate::faces::percent;

const START_INDEX: &str = "startIndex";
const COUNT: &str = "count";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Paging {
    pub start_index: u32,
    /// 1 to [`MAX_PAGE`]: more is cut to it.
    pub count: usize,
}

impl Paging {
    /// Other parameters are ignored.
    pub(super) fn of(query: &str) -> Result<Self, Error> {
        let count = match number(query, COUNT)? {
            None => MAX_PAGE,
            Some(0) => return Err(Error::invalid(COUNT, "must be at least 1")),
            Some(count) => usize::try_from(count).map_or(MAX_PAGE, |count| count.min(MAX_PAGE)),
        };
        Ok(Self { start_index: number(query, START_INDEX)?.unwrap_or(0), count })
    }

    /// This part of what is all there.
    pub(super) fn cut<T>(self, all: Vec<T>) -> impl Iterator<Item = T> {
        all.into_iter().skip(usize::try_from(self.start_index).unwrap_or(usize::MAX)).take(self.count)
    }
}

fn number(query: &str, name: &'static str) -> Result<Option<u32>, Error> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut values = pairs.filter(|(key, _)| *key == name).map(|(_, value)| value);
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Error::invalid(name, "is given twice"));
    }
    let value = percent::decode(name, value)?;
    // `+5` parses, but is a five with a space before it.
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| digits);
    number.map(Some).ok_or_else(|| Error::invalid(name, format!("must be a number from 0 to {}", u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_limits_and_mistakes() {
        for (query, start_index, count) in [
            ("", 0, 500),
            ("startIndex=3", 3, 500),
            ("count=7&startIndex=0", 0, 7),
            ("count=%31%30&other=x&COUNT=x", 0, 10),
            ("count=501", 0, 500),
            ("count=4294967295&startIndex=4294967295", u32::MAX, 500),
        ] {
            assert_eq!(Paging::of(query), Ok(Paging { start_index, count }), "{query}");
        }
        for query in [
            "count=0",
            "count=",
            "count",
            "count=-1",
            "count=+5",
            "count=1.0",
            "count=x",
            "count=%zz",
            "startIndex=4294967296",
            "startIndex=1&startIndex=1",
            "startIndex=%2B1",
        ] {
            assert!(matches!(Paging::of(query), Err(Error::Invalid { .. })), "{query}");
        }
    }

    #[test]
    fn a_part_of_a_list() {
        let cut = |start_index, count| Paging { start_index, count }.cut(vec![1, 2, 3]).collect::<Vec<_>>();
        assert_eq!((cut(0, 2), cut(2, 2), cut(3, 1)), (vec![1, 2], vec![3], vec![]));
    }
}
