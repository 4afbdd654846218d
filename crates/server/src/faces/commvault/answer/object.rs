//! The shape that both forms share: an object of named values, in order.

/// Names are fixed by the contract, so they are part of the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Object(Vec<(&'static str, Value)>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Flag(bool),
    Object(Object),
    /// An array in JSON even when it holds one: clients index it. Repeated elements in XML.
    List(Vec<Object>),
}

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Adds a value after the others.
    #[must_use]
    pub(super) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.push((name, value.into()));
        self
    }

    pub(super) fn entries(&self) -> &[(&'static str, Value)] {
        &self.0
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<Object> for Value {
    fn from(object: Object) -> Self {
        Self::Object(object)
    }
}

impl From<Vec<Object>> for Value {
    fn from(list: Vec<Object>) -> Self {
        Self::List(list)
    }
}

impl From<&Object> for serde_json::Value {
    fn from(object: &Object) -> Self {
        object
            .0
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        match value {
            Value::Text(text) => text.as_str().into(),
            Value::Number(number) => (*number).into(),
            Value::Flag(flag) => (*flag).into(),
            Value::Object(object) => object.into(),
            Value::List(list) => list.iter().map(Self::from).collect::<Vec<_>>().into(),
        }
    }
}
