//! Statements that are put together for one question. Their text is made of constants and the numbers of
//! parameters; no value ever gets into it.

use domain::TenantId;

use super::row::{Param, ToParam};

/// A statement about one tenant, whose number is `$1`.
pub struct Composed {
    text: String,
    values: Vec<Value>,
}

pub(crate) enum Value {
    Int(i64),
    Text(String),
}

impl Composed {
    pub(crate) fn new(tenant: TenantId) -> Self {
        Self { text: String::new(), values: vec![Value::Int(tenant.0)] }
    }

    pub(crate) fn push(&mut self, fragment: &'static str) -> &mut Self {
        self.text.push_str(fragment);
        self
    }

    /// The next parameter, and its number in the text.
    pub(crate) fn bind(&mut self, value: impl Into<Value>) -> &mut Self {
        self.values.push(value.into());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    pub(crate) fn separated<T>(
        &mut self,
        separator: &'static str,
        parts: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) {
        for (index, part) in parts.into_iter().enumerate() {
            if index > 0 {
                self.push(separator);
            }
            write(self, part);
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn params(&self) -> Vec<Param<'_>> {
        self.values.iter().map(ToParam::to_param).collect()
    }
}

impl ToParam for Value {
    fn to_param(&self) -> Param<'_> {
        match self {
            Self::Int(number) => Param::Int(*number),
            Self::Text(text) => Param::Text(text),
        }
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
