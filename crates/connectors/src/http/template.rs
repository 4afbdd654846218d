//! Texts with placeholders: read when a platform is declared, filled when a request is sent.
//!
//! Owns: which placeholders there are and how they are written. Never: where a filled text goes.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::values::Values;
use crate::Failure;

/// Longest text with placeholders.
const MAX_TEMPLATE_CHARS: usize = 4_000;

/// What a placeholder stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Placeholder {
    /// The account's id on the platform.
    Account,
    /// Of the leaver.
    UserName,
    Email,
    Guid,
    ExternalId,
    /// The successor's account, and who that is.
    Heir,
    HeirName,
    HeirEmail,
    /// The group that inherits.
    HeirGroup,
    IdempotencyKey,
    /// The notice for the leaver.
    Message,
    /// What an account is looked for by.
    Value,
    /// One of the entries that a request is sent for.
    Each,
}

impl Placeholder {
    const WORDS: [(&str, Self); 13] = [
        ("account", Self::Account),
        ("user_name", Self::UserName),
        ("email", Self::Email),
        ("guid", Self::Guid),
        ("external_id", Self::ExternalId),
        ("heir", Self::Heir),
        ("heir_name", Self::HeirName),
        ("heir_email", Self::HeirEmail),
        ("heir_group", Self::HeirGroup),
        ("idempotency_key", Self::IdempotencyKey),
        ("message", Self::Message),
        ("value", Self::Value),
        ("each", Self::Each),
    ];

    pub(super) fn word(self) -> &'static str {
        let of_self = Self::WORDS.iter().find(|(_, placeholder)| *placeholder == self);
        of_self.map_or("", |(word, _)| word)
    }

    pub(super) fn is_of_heir(self) -> bool {
        matches!(self, Self::Heir | Self::HeirName | Self::HeirEmail | Self::HeirGroup)
    }

    fn parse(word: &str) -> Result<Self, String> {
        if let Some((_, placeholder)) = Self::WORDS.iter().find(|(known, _)| *known == word) {
            return Ok(*placeholder);
        }
        let known: Vec<_> = Self::WORDS.iter().map(|(word, _)| format!("{{{word}}}")).collect();
        Err(format!("{{{word}}} is none of {}", known.join(", ")))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Value(Placeholder),
}

/// `/users/{account}/block`; a brace itself is written twice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(Vec<Piece>);

impl Template {
    /// With every value as `encode` writes it.
    pub(super) fn fill(
        &self,
        values: &Values<'_>,
        encode: fn(&str) -> Result<String, Failure>,
    ) -> Result<String, Failure> {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Value(placeholder) => filled.push_str(&encode(values.of(*placeholder)?)?),
            }
        }
        Ok(filled)
    }

    /// With `x` for every value: what is fixed can be judged by it.
    pub(super) fn sample(&self) -> String {
        let shown = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(_) => "x".to_owned(),
        };
        self.0.iter().map(shown).collect()
    }

    pub(super) fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Value(placeholder) => Some(*placeholder),
        })
    }
}

impl TryFrom<String> for Template {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.chars().count() > MAX_TEMPLATE_CHARS {
            return Err(format!("must not exceed {MAX_TEMPLATE_CHARS} characters"));
        }
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text.as_str());
        while let Some(at) = rest.find(['{', '}']) {
            plain.push_str(&rest[..at]);
            let (brace, after) = rest[at..].split_at(1);
            if let Some(after) = after.strip_prefix(brace) {
                plain.push_str(brace);
                rest = after;
                continue;
            }
            let word = if brace == "{" { after.split_once('}') } else { None };
            let Some((word, after)) = word else {
                return Err(format!("{brace:?} stands alone: write it twice if it is meant"));
            };
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Value(Placeholder::parse(word)?));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }
}

/// A JSON value whose texts have placeholders. `"{account:number}"` becomes a number.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub(super) enum Body {
    Text(Template),
    Number(Placeholder),
    Fixed(Value),
    List(Vec<Self>),
    Table(Vec<(String, Self)>),
}

impl Body {
    pub(super) fn fill(&self, values: &Values<'_>) -> Result<Value, Failure> {
        Ok(match self {
            Self::Text(template) => Value::String(template.fill(values, as_it_is)?),
            Self::Number(placeholder) => Value::Number(number(*placeholder, values)?),
            Self::Fixed(value) => value.clone(),
            Self::List(list) => {
                Value::Array(list.iter().map(|body| body.fill(values)).collect::<Result<_, _>>()?)
            }
            Self::Table(table) => {
                let filled = table.iter().map(|(name, body)| Ok((name.clone(), body.fill(values)?)));
                Value::Object(filled.collect::<Result<Map<_, _>, Failure>>()?)
            }
        })
    }

    pub(super) fn placeholders(&self) -> Vec<Placeholder> {
        match self {
            Self::Text(template) => template.placeholders().collect(),
            Self::Number(placeholder) => vec![*placeholder],
            Self::Fixed(_) => Vec::new(),
            Self::List(list) => list.iter().flat_map(Self::placeholders).collect(),
            Self::Table(table) => table.iter().flat_map(|(_, body)| body.placeholders()).collect(),
        }
    }
}

impl TryFrom<Value> for Body {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        Ok(match value {
            Value::String(text) => {
                let number = text.strip_prefix('{').and_then(|rest| rest.strip_suffix(":number}"));
                match number {
                    Some(word) => Self::Number(Placeholder::parse(word)?),
                    None => Self::Text(Template::try_from(text)?),
                }
            }
            Value::Array(list) => Self::List(list.into_iter().map(Self::try_from).collect::<Result<_, _>>()?),
            Value::Object(table) => {
                let read = |(name, value)| Ok((name, Self::try_from(value)?));
                Self::Table(table.into_iter().map(read).collect::<Result<_, String>>()?)
            }
            fixed => Self::Fixed(fixed),
        })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "one of the ways to write a value; others can fail")]
pub(super) fn as_it_is(value: &str) -> Result<String, Failure> {
    Ok(value.to_owned())
}

fn number(placeholder: Placeholder, values: &Values<'_>) -> Result<serde_json::Number, Failure> {
    let value = values.of(placeholder)?;
    value.parse::<i64>().map(Into::into).map_err(|_| {
        Failure::Refused(format!("the description wants {} as a number: {value:?}", placeholder.word()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::order;

    fn template(text: &str) -> Result<Template, String> {
        Template::try_from(text.to_owned())
    }

    #[test]
    fn placeholders_are_known_and_closed() {
        assert!(template("{acount}").expect_err("unknown").starts_with("{acount} is none of {account}, "));
        for text in ["{account", "account}", "{", "a}b", "{}"] {
            assert!(template(text).is_err(), "{text}");
        }
        assert!(template(&"x".repeat(4_001)).is_err(), "too long");
    }

    #[test]
    fn a_template_is_filled() {
        let order = order(domain::Action::Disable, "7");
        let values = Values::of_order(&order);
        let filled = |text| template(text).expect(text).fill(&values, as_it_is);
        assert_eq!(filled("/a/{account}/{{{user_name}}}"), Ok("/a/7/{7}".to_owned()));
        assert!(matches!(filled("{external_id}"), Err(Failure::Refused(_))), "it has none");
        let body = serde_json::json!({ "id": "{account:number}", "on": [true, "{email}"] });
        let body = Body::try_from(body).expect("a body");
        let expected = serde_json::json!({ "id": 7, "on": [true, "7@example.com"] });
        assert_eq!(body.fill(&values), Ok(expected));
        assert_eq!(body.placeholders(), [Placeholder::Account, Placeholder::Email]);
    }
}
