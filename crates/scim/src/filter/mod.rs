//! Owns: the filters of RFC 7644 section 3.4.2.2 as a tree, and how they are written.
//!
//! Never: how a store answers them; whoever has a store compiles the tree.

mod check;
mod lexer;
mod matches;
mod parser;

use std::fmt;

use serde_json::Value;

use crate::{AttributePath, Error, ScimType};

pub(crate) use parser::Parser;

/// The longest text of a filter or path, in bytes.
pub const MAX_FILTER_BYTES: usize = 16 * 1024;
/// How deeply parentheses and brackets may be nested.
pub const MAX_FILTER_DEPTH: usize = 32;
/// The most comparisons in one filter. Clients that look for many values at once chain about a hundred with `or`.
pub const MAX_FILTER_TERMS: usize = 256;

#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Two or more, all of which must match.
    And(Vec<Filter>),
    /// Two or more, one of which must match.
    Or(Vec<Filter>),
    Not(Box<Filter>),
    Compare {
        path: AttributePath,
        operator: Operator,
        /// Null, a boolean, a number or a text.
        value: Value,
    },
    Present(AttributePath),
    /// One of the attribute's values matches the filter, whose own paths name sub-attributes.
    ValuePath {
        path: AttributePath,
        filter: Box<Filter>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    /// Exactly where [`Operator::Equal`] does not match, so also where there is no value.
    NotEqual,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Operator {
    const ALL: [Self; 9] = [
        Self::Equal,
        Self::NotEqual,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Greater,
        Self::GreaterOrEqual,
        Self::Less,
        Self::LessOrEqual,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "eq",
            Self::NotEqual => "ne",
            Self::Contains => "co",
            Self::StartsWith => "sw",
            Self::EndsWith => "ew",
            Self::Greater => "gt",
            Self::GreaterOrEqual => "ge",
            Self::Less => "lt",
            Self::LessOrEqual => "le",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str().eq_ignore_ascii_case(word))
    }
}

impl Filter {
    pub fn parse(text: &str) -> Result<Self, Error> {
        Parser::new(text, ScimType::InvalidFilter)?.filter()
    }

    /// The attributes of the resource that the filter asks for; those within a value path belong to its attribute.
    pub fn paths(&self) -> Vec<&AttributePath> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::paths).collect(),
            Self::Not(inner) => inner.paths(),
            Self::Compare { path, .. } | Self::Present(path) | Self::ValuePath { path, .. } => vec![path],
        }
    }

    /// The comparisons with `eq` all of which must hold, if the filter consists of nothing else.
    pub fn equalities(&self) -> Option<Vec<(&AttributePath, &Value)>> {
        match self {
            Self::Compare { path, operator: Operator::Equal, value } => Some(vec![(path, value)]),
            Self::And(parts) => {
                let parts: Option<Vec<_>> = parts.iter().map(Self::equalities).collect();
                Some(parts?.concat())
            }
            _ => None,
        }
    }
}

/// Parsing what is written gives the same tree: groups are kept where they were.
impl fmt::Display for Filter {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::And(parts) => join(out, parts, " and ", |part| matches!(part, Self::And(_) | Self::Or(_))),
            Self::Or(parts) => join(out, parts, " or ", |part| matches!(part, Self::Or(_))),
            Self::Not(inner) => write!(out, "not ({inner})"),
            Self::Compare { path, operator, value } => write!(out, "{path} {} {value}", operator.as_str()),
            Self::Present(path) => write!(out, "{path} pr"),
            Self::ValuePath { path, filter } => write!(out, "{path}[{filter}]"),
        }
    }
}

fn join(out: &mut fmt::Formatter, parts: &[Filter], word: &str, group: fn(&Filter) -> bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            out.write_str(word)?;
        }
        if group(part) {
            write!(out, "({part})")?;
        } else {
            write!(out, "{part}")?;
        }
    }
    Ok(())
}
