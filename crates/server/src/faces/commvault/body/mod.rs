//! Request bodies, read into one tree whatever they are written in.
//!
//! Owns the limits of what is inside, and the choice of reader. Never trusts a Content-Type: clients send JSON as XML.

mod json;
mod node;
mod xml;

use domain::Error;

pub use node::Node;

/// Deepest nesting of objects or elements.
pub const MAX_DEPTH: usize = 32;
/// Most attributes of one element, or keys of one object: their names are compared pairwise.
pub const MAX_NAMES: usize = 256;
/// Most values, elements and attributes of a whole body.
pub const MAX_NODES: usize = 20_000;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads JSON or XML, told apart by the first character. No body at all is an empty tree.
pub fn parse(body: &[u8]) -> Result<Node, Error> {
    let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
    let text = str::from_utf8(body).map_err(|_| malformed("is not UTF-8"))?.trim();
    match text.chars().next() {
        None => Ok(Node::default()),
        Some('{' | '[') => json::parse(text),
        Some('<') => xml::parse(text),
        Some(_) => Err(malformed("is neither JSON nor XML")),
    }
}

fn malformed(message: impl Into<String>) -> Error {
    Error::invalid("body", message)
}

/// Counts what has been read, across the whole body.
#[derive(Default)]
struct Budget(std::cell::Cell<usize>);

impl Budget {
    fn spend(&self) -> Result<(), Error> {
        let spent = self.0.get() + 1;
        self.0.set(spent);
        within("values in a body", spent, MAX_NODES)
    }
}

fn within(what: &'static str, count: usize, limit: usize) -> Result<(), Error> {
    if count > limit { Err(Error::TooMany { what, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_character_decides() {
        for body in [
            &b"{\"userId\":5}"[..],
            b" \r\n\t{\"userId\":\"5\"}\n",
            b"\xEF\xBB\xBF{\"userId\":5}",
            b"<Api_OffboardUserReq userId=\"5\"/>",
            b"\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<x><userId>5</userId></x>",
        ] {
            let node = parse(body).unwrap();
            assert_eq!(node.text("userId"), Ok(Some("5")), "{}", String::from_utf8_lossy(body));
        }
        for body in [&b""[..], b"  \n", b"\xEF\xBB\xBF"] {
            assert_eq!(parse(body), Ok(Node::default()));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for body in
            [&b"userName=x"[..], b"5", b"\"x\"", b"\xFF\xFE{", b"{\"a\":\"\xC3\"}", b"<a b=\"\xFF\"/>"]
        {
            let error = parse(body).unwrap_err().to_string();
            assert!(error.starts_with("body: "), "{}: {error}", String::from_utf8_lossy(body));
        }
    }

    proptest! {
        #[test]
        fn never_panics(bytes in any::<Vec<u8>>(), json in "[{}\\[\\]\",:a0 \\\\@]{0,40}", xml in "[<>/=\"'a &;#x!?\\[\\]-]{0,40}") {
            let _ = parse(&bytes);
            let _ = parse(format!("{{{json}").as_bytes());
            let _ = parse(format!("<{xml}").as_bytes());
        }
    }
}
