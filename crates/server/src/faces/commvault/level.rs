//! How much of a user the `level` parameter asks for.

use super::query::Query;

/// Each level holds the ones above it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    List,
    Basic,
    Quota,
    Associations,
    Managers,
}

impl Level {
    /// The highest level that the number reaches; `otherwise` where there is no usable number, since a
    /// malformed query must never fail a read.
    pub fn from_query(query: &Query<'_>, otherwise: Self) -> Self {
        let number = query.raw("level").ok().flatten().and_then(|raw| raw.parse::<u32>().ok());
        match number {
            None => otherwise,
            Some(0..10) => Self::List,
            Some(10..30) => Self::Basic,
            Some(30..40) => Self::Quota,
            Some(40..50) => Self::Associations,
            Some(50..) => Self::Managers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_between_levels_fall_to_the_lower_one() {
        for (raw, expected) in [
            ("level=1", Level::List),
            ("Level=50", Level::Managers),
            ("level=10", Level::Basic),
            ("level=39", Level::Quota),
            ("level=40", Level::Associations),
            ("level=99", Level::Managers),
            ("level=%25s", Level::Basic),
            ("", Level::Basic),
        ] {
            assert_eq!(Level::from_query(&Query::parse(raw), Level::Basic), expected, "{raw}");
        }
    }
}
