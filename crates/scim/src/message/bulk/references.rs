//! Operations that name resources which the same request creates (RFC 7644 section 3.7.2).
//!
//! Owns: what `bulkId:x` refers to, and in which order the operations have what they refer to. The RFC lets circular
//! references be answered with 409 (section 3.7.1), and so they are.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use serde_json::Value;

use super::{Method, Operation};
use crate::{Error, ScimType};

const PREFIX: &str = "bulkId:";

/// In which order operations are done, by their places in the request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// As in the request, except that each waits for the POSTs that it refers to.
    pub turns: Vec<usize>,
    /// These refer to themselves, or to others that do, and cannot be done.
    pub circular: Vec<usize>,
}

pub fn order(operations: &[Operation]) -> Order {
    let created = operations.iter().enumerate().filter(|(_, operation)| operation.method == Method::Post);
    let created: HashMap<&str, usize> =
        created.filter_map(|(index, operation)| Some((operation.bulk_id.as_deref()?, index))).collect();
    let mut waiting: Vec<usize> = Vec::with_capacity(operations.len());
    let mut waiters: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, operation) in operations.iter().enumerate() {
        let references = references(operation);
        let needed = references.into_iter().filter_map(|reference| created.get(reference));
        let mut count = 0;
        for needed in needed {
            waiters.entry(*needed).or_default().push(index);
            count += 1;
        }
        waiting.push(count);
    }
    let ready = waiting.iter().enumerate().filter(|(_, count)| **count == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(|(index, _)| Reverse(index)).collect();
    let mut turns = Vec::with_capacity(operations.len());
    while let Some(Reverse(index)) = ready.pop() {
        turns.push(index);
        for waiter in waiters.remove(&index).unwrap_or_default() {
            if let Some(count) = waiting.get_mut(waiter) {
                *count -= 1;
                if *count == 0 {
                    ready.push(Reverse(waiter));
                }
            }
        }
    }
    let circular = waiting.iter().enumerate().filter(|(_, count)| **count > 0);
    Order { turns, circular: circular.map(|(index, _)| index).collect() }
}

/// The ids of what a request has created so far.
#[derive(Clone, Debug, Default)]
pub struct Created(HashMap<String, String>);

impl Created {
    pub fn insert(&mut self, bulk_id: String, id: String) {
        self.0.insert(bulk_id, id);
    }

    /// The operation with ids where it refers to what was created.
    pub fn resolve(&self, mut operation: Operation) -> Result<Operation, Error> {
        if let Some(id) = &mut operation.id {
            self.resolve_text(id)?;
        }
        if let Some(data) = &mut operation.data {
            self.resolve_value(data)?;
        }
        Ok(operation)
    }

    fn resolve_value(&self, value: &mut Value) -> Result<(), Error> {
        match value {
            Value::String(text) => self.resolve_text(text),
            Value::Array(items) => items.iter_mut().try_for_each(|item| self.resolve_value(item)),
            Value::Object(fields) => fields.values_mut().try_for_each(|value| self.resolve_value(value)),
            _ => Ok(()),
        }
    }

    fn resolve_text(&self, text: &mut String) -> Result<(), Error> {
        let Some((before, bulk_id)) = reference(text) else { return Ok(()) };
        let id = self.0.get(bulk_id).ok_or_else(|| {
            let detail = format!("{PREFIX}{bulk_id} is nothing that this request has created");
            Error::new(ScimType::InvalidValue, detail)
        })?;
        *text = format!("{before}{id}");
        Ok(())
    }
}

fn references(operation: &Operation) -> HashSet<&str> {
    let mut found = HashSet::new();
    if let Some((_, bulk_id)) = operation.id.as_deref().and_then(reference) {
        found.insert(bulk_id);
    }
    if let Some(data) = &operation.data {
        collect(data, &mut found);
    }
    found
}

fn collect<'a>(value: &'a Value, found: &mut HashSet<&'a str>) {
    match value {
        Value::String(text) => found.extend(reference(text).map(|(_, bulk_id)| bulk_id)),
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, found)),
        _ => (),
    }
}

/// `bulkId:x`, alone or at the end of a URL: what stands before it, and `x`.
fn reference(text: &str) -> Option<(&str, &str)> {
    let start = text.rfind('/').map_or(0, |slash| slash + 1);
    let (before, last) = text.split_at_checked(start)?;
    let bulk_id = last.strip_prefix(PREFIX).filter(|bulk_id| !bulk_id.is_empty())?;
    Some((before, bulk_id))
}
