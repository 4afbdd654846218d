//! Owns: what one operation does to the values of an attribute with many.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::apply::{merge, set};
use super::key::Key;
use super::{Op, Operation};
use crate::value::{below, complete, invalid, is_primary, read, read_item, single};
use crate::{Attribute, Error, Kind, Mutability, ScimType};

/// The values afterwards, if any are left.
pub(super) fn change(
    operation: &Operation,
    attribute: &Attribute,
    sub: Option<&Attribute>,
    items: Vec<Value>,
) -> Result<Option<Value>, Error> {
    let mut list = List { operation, attribute, items, written: HashSet::new() };
    if let Some(filter) = &operation.path.filter {
        filter.check_item(attribute)?;
    }
    match (sub, &operation.path.filter, operation.op) {
        (Some(sub), ..) => list.set_sub(sub)?,
        (None, None, Op::Add) => list.add()?,
        (None, None, Op::Replace) => return read(attribute, operation.written().unwrap_or(&Value::Null)),
        (None, None, Op::Remove) => list.remove_values()?,
        (None, Some(_), Op::Add) => list.add_to_chosen()?,
        (None, Some(_), Op::Replace) => list.replace_chosen()?,
        (None, Some(_), Op::Remove) => list.remove_chosen(),
    }
    list.settle_primary()?;
    list.drop_null_and_equal();
    Ok(if list.items.is_empty() { None } else { Some(Value::Array(list.items)) })
}

struct List<'a> {
    operation: &'a Operation,
    attribute: &'a Attribute,
    items: Vec<Value>,
    /// Places of the items that the operation wrote.
    written: HashSet<usize>,
}

impl<'a> List<'a> {
    /// An item that is there already gains what it lacks.
    fn add(&mut self) -> Result<(), Error> {
        let given = self.operation.written().map_or(Ok(None), |value| read(self.attribute, value))?;
        let Some(Value::Array(given)) = given else { return Ok(()) };
        let mut places = HashMap::new();
        for (place, item) in self.items.iter().enumerate() {
            for key in Key::all(self.attribute, item) {
                places.entry(key).or_insert(place);
            }
        }
        for item in given {
            let known = places.get(&Key::of(self.attribute, &item)).copied();
            match (known.and_then(|place| self.items.get_mut(place)), item) {
                (Some(Value::Object(parts)), Value::Object(given)) => {
                    let changeable = given.into_iter().filter(|(name, _)| {
                        let sub = self.attribute.sub(name);
                        !parts.contains_key(name)
                            || sub.is_some_and(|sub| sub.mutability != Mutability::Immutable)
                    });
                    let changeable: Vec<_> = changeable.collect();
                    parts.extend(changeable);
                    self.written.extend(known);
                }
                (Some(_), _) => (),
                (None, item) => {
                    self.written.insert(self.items.len());
                    self.items.push(item);
                }
            }
        }
        Ok(())
    }

    /// All of them, or those that the value lists. An empty list names none: it must not empty a group.
    fn remove_values(&mut self) -> Result<(), Error> {
        let Some(given) = self.operation.value.as_ref().filter(|value| !value.is_null()) else {
            self.items.clear();
            return Ok(());
        };
        let Some(Value::Array(given)) = read(self.attribute, given)? else { return Ok(()) };
        let given: HashSet<Key> = given.iter().map(|item| Key::of(self.attribute, item)).collect();
        self.items.retain(|item| !Key::all(self.attribute, item).any(|key| given.contains(&key)));
        Ok(())
    }

    fn add_to_chosen(&mut self) -> Result<(), Error> {
        let Some(value) = self.single()? else { return Ok(()) };
        let chosen = self.chosen();
        if chosen.is_empty() {
            return self.create(|attribute, parts| merge(attribute, parts, value));
        }
        for place in chosen {
            self.update(place, |attribute, parts| merge(attribute, parts, value))?;
        }
        Ok(())
    }

    /// Whole values, so that what is not given is gone. With no value to replace the RFC wants an error.
    fn replace_chosen(&mut self) -> Result<(), Error> {
        let value = self.single()?.map_or(Ok(None), |value| read_item(self.attribute, value))?;
        let Some(value) = value else {
            self.remove_chosen();
            return Ok(());
        };
        let first = self.chosen().first().copied().ok_or_else(|| self.no_target())?;
        // All that are chosen would be the same: one of them stays.
        self.remove_chosen();
        self.items.insert(first, value);
        self.written.insert(first);
        Ok(())
    }

    /// To remove what is not there is no error: providers repeat requests.
    fn remove_chosen(&mut self) {
        let chosen: HashSet<usize> = self.chosen().into_iter().collect();
        let mut place = 0..;
        self.items.retain(|_| !place.next().is_some_and(|place| chosen.contains(&place)));
    }

    /// The RFC wants `noTarget` if a replacement's filter chooses nothing. Entra ID replaces
    /// `emails[type eq "work"].value` of users without one and means to have it made, so it is made for both.
    fn set_sub(&mut self, sub: &Attribute) -> Result<(), Error> {
        let chosen = self.chosen();
        let value = self.operation.written().map_or(Ok(None), |value| read(sub, value));
        let value = value.map_err(|error| below(self.attribute, error))?;
        if let (true, Some(value)) = (chosen.is_empty(), &value) {
            return self.create(|attribute, parts| set(attribute, sub, parts, value));
        }
        let value = value.unwrap_or_default();
        for place in chosen {
            self.update(place, |attribute, parts| set(attribute, sub, parts, &value))?;
        }
        Ok(())
    }

    /// A value with what the filter says must be equal, and what `write` adds.
    fn create(
        &mut self,
        write: impl Fn(&Attribute, &mut Map<String, Value>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        if self.attribute.kind != Kind::Complex {
            return Err(self.no_target());
        }
        let mut parts = Map::new();
        if let Some(filter) = &self.operation.path.filter {
            for (path, value) in filter.equalities().ok_or_else(|| self.no_target())? {
                let sub = self.attribute.sub(&path.name).ok_or_else(|| self.no_target())?;
                if sub.mutability == Mutability::ReadOnly {
                    return Err(self.no_target());
                }
                set(self.attribute, sub, &mut parts, value)?;
            }
            // It may ask for what cannot be, such as two types.
            if !filter.matches_item(self.attribute, &Value::Object(parts.clone())) {
                return Err(self.no_target());
            }
        }
        write(self.attribute, &mut parts)?;
        if let Some(item) = complete(self.attribute, parts)? {
            self.written.insert(self.items.len());
            self.items.push(item);
        }
        Ok(())
    }

    fn update(
        &mut self,
        place: usize,
        write: impl Fn(&Attribute, &mut Map<String, Value>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(item) = self.items.get_mut(place) else { return Ok(()) };
        let Value::Object(mut parts) = item.take() else {
            return Err(self.operation.refused("has no sub-attributes"));
        };
        write(self.attribute, &mut parts)?;
        // With nothing left it is null, and dropped in the end.
        *item = complete(self.attribute, parts)?.unwrap_or_default();
        self.written.insert(place);
        Ok(())
    }

    /// What is written to the chosen values.
    fn single(&self) -> Result<Option<&'a Value>, Error> {
        self.operation.written().map_or(Ok(None), |value| single(self.attribute, value))
    }

    /// The places that the filter chooses: all of them without one.
    fn chosen(&self) -> Vec<usize> {
        let filter = self.operation.path.filter.as_ref();
        let is_chosen = |item| filter.is_none_or(|filter| filter.matches_item(self.attribute, item));
        let places = self.items.iter().enumerate().filter(|(_, item)| is_chosen(item));
        places.map(|(place, _)| place).collect()
    }

    /// A value that became primary is it alone (RFC 7644 section 3.5.2).
    fn settle_primary(&mut self) -> Result<(), Error> {
        let is_new = |(place, item): &(usize, &Value)| self.written.contains(place) && is_primary(item);
        match self.items.iter().enumerate().filter(is_new).count() {
            0 => return Ok(()),
            1 => (),
            _ => return Err(invalid(self.attribute, "has more than one value that is primary")),
        }
        for (place, item) in self.items.iter_mut().enumerate() {
            if !self.written.contains(&place)
                && let Some(primary) = item.get_mut("primary")
            {
                *primary = Value::Bool(false);
            }
        }
        Ok(())
    }

    fn drop_null_and_equal(&mut self) {
        let mut seen = HashSet::new();
        let kept: Vec<bool> = self.items.iter().map(|item| !item.is_null() && seen.insert(item)).collect();
        let mut kept = kept.into_iter();
        self.items.retain(|_| kept.next() == Some(true));
    }

    fn no_target(&self) -> Error {
        Error::new(ScimType::NoTarget, format!("{} has no such value", self.operation.path))
    }
}
