//! Resources that were asked for (RFC 7644 section 3.4.2, RFC 9865 section 2).

use serde_json::{Value, json};

use crate::Document;

const URN: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

/// Where the listed resources stand among all that were found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// From this one on, counted from 1.
    Index(u64),
    Cursor {
        /// None on the last page, and only there.
        next: Option<String>,
        /// None on the first page.
        previous: Option<String>,
    },
}

/// The answer to a query that found this many resources, of which these are on the page.
pub fn list(total: u64, page: Page, resources: Vec<Document>) -> Document {
    let mut body = Document::new();
    body.insert("schemas".to_owned(), json!([URN]));
    body.insert("totalResults".to_owned(), total.into());
    body.insert("itemsPerPage".to_owned(), resources.len().into());
    let place = match page {
        Page::Index(start) => vec![("startIndex", Some(Value::from(start)))],
        Page::Cursor { next, previous } => {
            vec![("nextCursor", next.map(Value::from)), ("previousCursor", previous.map(Value::from))]
        }
    };
    body.extend(place.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    body.insert("Resources".to_owned(), resources.into_iter().map(Value::Object).collect());
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_how_the_next_is_found() {
        let user = Document::from_iter([("id".to_owned(), json!("7"))]);
        let cursor = |next: Option<&str>, previous: Option<&str>| Page::Cursor {
            next: next.map(str::to_owned),
            previous: previous.map(str::to_owned),
        };
        for (page, place) in [
            (Page::Index(11), json!({"startIndex": 11})),
            (cursor(Some("b"), None), json!({"nextCursor": "b"})),
            (cursor(Some("c"), Some("a")), json!({"nextCursor": "c", "previousCursor": "a"})),
            (cursor(None, None), json!({})),
        ] {
            let mut expected = place;
            expected["schemas"] = json!([URN]);
            expected["totalResults"] = json!(100);
            expected["itemsPerPage"] = json!(1);
            expected["Resources"] = json!([{"id": "7"}]);
            assert_eq!(Value::Object(list(100, page, vec![user.clone()])), expected);
        }
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        let body = list(0, Page::Index(1), Vec::new());
        assert_eq!((&body["totalResults"], &body["Resources"]), (&json!(0), &json!([])));
    }
}
