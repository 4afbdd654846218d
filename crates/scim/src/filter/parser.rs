//! Owns: the grammar of filters (RFC 7644 section 3.4.2.2) and of PATCH paths, which hold filters (section 3.5.2).

use serde_json::Value;

use super::lexer::{Placed, Token, tokens};
use super::{Filter, MAX_FILTER_BYTES, MAX_FILTER_DEPTH, MAX_FILTER_TERMS, Operator};
use crate::{AttributePath, Error, Path, ScimType, path::is_name};

pub(crate) struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<Placed>>,
    /// What a mistake is called: of a filter or of a path.
    scim_type: ScimType,
    /// Where the text ends, for messages.
    end: usize,
    depth: usize,
    terms: usize,
    within_value_path: bool,
}

impl Parser {
    pub(crate) fn new(text: &str, scim_type: ScimType) -> Result<Self, Error> {
        if text.len() > MAX_FILTER_BYTES {
            let detail = format!("A filter or path may have at most {MAX_FILTER_BYTES} bytes");
            return Err(Error::new(scim_type, detail));
        }
        let tokens = tokens(text).map_err(|at| {
            Error::new(
                scim_type,
                format!("Nothing in a filter or path is written like the text at byte {at}"),
            )
        })?;
        let tokens = tokens.into_iter().peekable();
        Ok(Self { tokens, scim_type, end: text.len(), depth: 0, terms: 0, within_value_path: false })
    }

    pub(crate) fn filter(mut self) -> Result<Filter, Error> {
        let filter = self.any()?;
        self.finish(filter)
    }

    pub(crate) fn path(mut self) -> Result<Path, Error> {
        let attribute = self.attribute()?;
        if !self.take(&Token::OpenBracket) {
            return self.finish(Path::from(attribute));
        }
        let filter = self.value_filter(&attribute)?;
        let sub = self.sub_attribute()?;
        self.finish(Path { attribute, filter: Some(filter), sub })
    }

    fn finish<T>(mut self, whole: T) -> Result<T, Error> {
        if self.tokens.peek().is_none() { Ok(whole) } else { Err(self.expected("the end")) }
    }

    fn any(&mut self) -> Result<Filter, Error> {
        let first = self.all()?;
        let mut parts = vec![first];
        while self.take_word("or") {
            parts.push(self.all()?);
        }
        Ok(one_or(parts, Filter::Or))
    }

    fn all(&mut self) -> Result<Filter, Error> {
        let first = self.term()?;
        let mut parts = vec![first];
        while self.take_word("and") {
            parts.push(self.term()?);
        }
        Ok(one_or(parts, Filter::And))
    }

    fn term(&mut self) -> Result<Filter, Error> {
        if self.take(&Token::Open) {
            return self.group();
        }
        if self.take_word("not") {
            if !self.take(&Token::Open) {
                return Err(self.expected("a parenthesis after \"not\""));
            }
            return Ok(Filter::Not(Box::new(self.group()?)));
        }
        self.terms += 1;
        if self.terms > MAX_FILTER_TERMS {
            return Err(self.refused(&format!("A filter may have at most {MAX_FILTER_TERMS} comparisons")));
        }
        let path = self.attribute()?;
        if self.take(&Token::OpenBracket) { self.value_path(path) } else { self.comparison(path) }
    }

    /// The opening parenthesis is taken.
    fn group(&mut self) -> Result<Filter, Error> {
        self.deeper()?;
        let inner = self.any()?;
        if !self.take(&Token::Close) {
            return Err(self.expected("a closing parenthesis"));
        }
        self.depth -= 1;
        Ok(inner)
    }

    /// `emails[type eq "work"].value eq "x"` is not in the grammar, but Entra ID sends it. It asks for one value that
    /// is as both say.
    fn value_path(&mut self, path: AttributePath) -> Result<Filter, Error> {
        let mut filter = self.value_filter(&path)?;
        if let Some(name) = self.sub_attribute()? {
            let further = self.comparison(AttributePath { urn: None, name, sub: None })?;
            filter = Filter::And(vec![filter, further]);
        }
        Ok(Filter::ValuePath { path, filter: Box::new(filter) })
    }

    /// The opening bracket is taken.
    fn value_filter(&mut self, path: &AttributePath) -> Result<Filter, Error> {
        if self.within_value_path {
            return Err(self.refused("A filter in brackets has no further brackets"));
        }
        if path.sub.is_some() {
            return Err(self.refused(&format!("{path}: brackets choose among an attribute's values")));
        }
        let outer = std::mem::replace(&mut self.scim_type, ScimType::InvalidFilter);
        self.within_value_path = true;
        self.deeper()?;
        let filter = self.any()?;
        if !self.take(&Token::CloseBracket) {
            return Err(self.expected("a closing bracket"));
        }
        self.depth -= 1;
        self.within_value_path = false;
        self.scim_type = outer;
        Ok(filter)
    }

    /// What follows a closing bracket: `.value`.
    fn sub_attribute(&mut self) -> Result<Option<String>, Error> {
        let Some((_, Token::Word(word))) = self.tokens.peek() else { return Ok(None) };
        let Some(name) = word.strip_prefix('.') else { return Ok(None) };
        let name = name.to_owned();
        if !is_name(&name) {
            return Err(self.expected("a sub-attribute's name after the dot"));
        }
        self.tokens.next();
        Ok(Some(name))
    }

    fn attribute(&mut self) -> Result<AttributePath, Error> {
        let Some((_, Token::Word(word))) = self.tokens.peek() else {
            return Err(self.expected("an attribute's name"));
        };
        let path =
            AttributePath::parse(word).map_err(|error| Error { scim_type: self.scim_type, ..error })?;
        self.tokens.next();
        Ok(path)
    }

    fn comparison(&mut self, path: AttributePath) -> Result<Filter, Error> {
        if self.take_word("pr") {
            return Ok(Filter::Present(path));
        }
        let operator = match self.tokens.peek() {
            Some((_, Token::Word(word))) => Operator::parse(word),
            _ => None,
        };
        let Some(operator) = operator else {
            return Err(self.expected("one of eq, ne, co, sw, ew, gt, ge, lt, le and pr"));
        };
        self.tokens.next();
        let value = match self.tokens.peek() {
            Some((_, Token::Text(text))) => Some(Value::String(text.clone())),
            Some((_, Token::Word(word))) => literal(word),
            _ => None,
        };
        let Some(value) = value else {
            return Err(self.expected("a text in quotes, a number, true, false or null"));
        };
        self.tokens.next();
        Ok(Filter::Compare { path, operator, value })
    }

    fn deeper(&mut self) -> Result<(), Error> {
        self.depth += 1;
        if self.depth > MAX_FILTER_DEPTH {
            return Err(self.refused(&format!("A filter may be nested at most {MAX_FILTER_DEPTH} deep")));
        }
        Ok(())
    }

    fn take(&mut self, wanted: &Token) -> bool {
        self.tokens.next_if(|(_, token)| token == wanted).is_some()
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        let is_wanted =
            |(_, token): &Placed| matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(wanted));
        self.tokens.next_if(is_wanted).is_some()
    }

    fn expected(&mut self, what: &str) -> Error {
        let at = self.tokens.peek().map_or(self.end, |(at, _)| *at);
        self.refused(&format!("Expected {what} at byte {at}"))
    }

    fn refused(&self, detail: &str) -> Error {
        Error::new(self.scim_type, detail)
    }
}

fn one_or(mut parts: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        last => {
            parts.extend(last);
            many(parts)
        }
    }
}

fn literal(word: &str) -> Option<Value> {
    let value = serde_json::from_str(&word.to_ascii_lowercase()).ok()?;
    matches!(value, Value::Null | Value::Bool(_) | Value::Number(_)).then_some(value)
}
