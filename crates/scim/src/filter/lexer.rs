//! Owns: cutting the text of a filter or a path into tokens.

use serde_json::Value;

use crate::path::is_path_character;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A path, an operator, a number or one of the words: only its place says which.
    Word(String),
    Text(String),
    Open,
    Close,
    OpenBracket,
    CloseBracket,
}

/// A token and the byte at which it begins, for messages.
pub(super) type Placed = (usize, Token);

/// The tokens, or the place of what is none.
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, usize> {
    let mut tokens = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let at = text.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Ok(tokens) };
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '[' => (Token::OpenBracket, 1),
            ']' => (Token::CloseBracket, 1),
            '"' => quoted(rest).ok_or(at)?,
            _ => word(rest).ok_or(at)?,
        };
        tokens.push((at, token));
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn word(rest: &str) -> Option<(Token, usize)> {
    let length = rest.find(|next| !is_path_character(next)).unwrap_or(rest.len());
    let word = rest.get(..length).filter(|word| !word.is_empty())?;
    Some((Token::Word(word.to_owned()), length))
}

/// A text as JSON writes it.
fn quoted(rest: &str) -> Option<(Token, usize)> {
    let mut escaped = false;
    let end = rest.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    let length = end + 2;
    match serde_json::from_str(rest.get(..length)?) {
        Ok(Value::String(text)) => Some((Token::Text(text), length)),
        _ => None,
    }
}
