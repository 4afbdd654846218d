//! XML into the tree. Refuses what a request never needs and an attack does: document types and entities.

use domain::Error;
use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{Budget, MAX_DEPTH, MAX_NAMES, Node, malformed, within};

pub(super) fn parse(text: &str) -> Result<Node, Error> {
    let mut reader = Reader::from_str(text);
    let mut tree = Tree::default();
    loop {
        match reader.read_event().map_err(|error| malformed(error.to_string()))? {
            Event::Start(start) => tree.open(&start)?,
            Event::Empty(start) => {
                tree.open(&start)?;
                tree.close()?;
            }
            Event::End(_) => tree.close()?,
            Event::Text(text) => tree.text(&text.xml10_content())?,
            Event::CData(text) => tree.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => tree.text(&resolve(&reference)?)?,
            Event::DocType(_) => return Err(malformed("must not have a document type")),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => return tree.finish(),
        }
    }
}

/// Only characters by number and the five predefined entities: nothing can expand.
fn resolve(reference: &BytesRef<'_>) -> Result<String, Error> {
    let character = reference.resolve_char_ref().map_err(|error| malformed(error.to_string()))?;
    let name = reference.xml10_content();
    match character {
        Some(character) => Ok(character.into()),
        None => resolve_predefined_entity(&name)
            .map(str::to_owned)
            .ok_or_else(|| malformed(format!("uses the unknown entity {name}"))),
    }
}

/// An element whose end has not been read yet.
struct Open {
    name: String,
    text: String,
    members: Vec<(String, Node)>,
}

#[derive(Default)]
struct Tree {
    budget: Budget,
    open: Vec<Open>,
    root: Option<Node>,
}

impl Tree {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Error> {
        if self.root.is_some() {
            return Err(malformed("must have one root element"));
        }
        within("nesting of a body", self.open.len() + 1, MAX_DEPTH)?;
        self.budget.spend()?;
        let mut members = Vec::new();
        for (before, attribute) in start.attributes().enumerate() {
            within("attributes of an element", before + 1, MAX_NAMES)?;
            let attribute = attribute.map_err(|error| malformed(error.to_string()))?;
            self.budget.spend()?;
            if attribute.key.as_namespace_binding().is_some() {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| malformed(error.to_string()))?;
            members.push((attribute.key.local_name().as_ref().to_owned(), Node::scalar(value)));
        }
        self.open.push(Open { name: start.local_name().as_ref().to_owned(), text: String::new(), members });
        Ok(())
    }

    fn close(&mut self) -> Result<(), Error> {
        let Some(Open { name, text, members }) = self.open.pop() else {
            return Err(malformed("closes an element that is not open"));
        };
        let node = match (members.is_empty(), text.trim().is_empty()) {
            (true, true) => Node::default(),
            (true, false) => Node::scalar(text),
            (false, true) => Node::object(members),
            (false, false) => return Err(malformed(format!("has text beside the members of {name}"))),
        };
        match self.open.last_mut() {
            Some(parent) => parent.members.push((name, node)),
            None => self.root = Some(node),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Error> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(malformed("has text outside its root element")),
        }
        Ok(())
    }

    fn finish(self) -> Result<Node, Error> {
        match self.root {
            Some(root) if self.open.is_empty() => Ok(root),
            _ => Err(malformed("ends before its root element does")),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use quick_xml::escape::escape;

    use super::*;

    #[track_caller]
    fn text(xml: &str, expected: &str) {
        assert_eq!(parse(xml).unwrap().text("a"), Ok(Some(expected)), "{xml}");
    }

    #[track_caller]
    fn refused(xml: &str, because: &str) {
        let error = parse(xml).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn values_are_unescaped_once() {
        text("<r a=\"o&apos;b &amp;lt; &#x5A;\"/>", "o'b &lt; Z");
        text("<r><a>o&apos;b &amp;lt; &#90;</a></r>", "o'b &lt; Z");
        text("<r><a><![CDATA[x & <y>]]></a></r>", "x & <y>");
        text("<r a='Zoë'/>", "Zoë");
        text("<ns:r xmlns:ns=\"u\"><!-- c --><ns:a>x</ns:a></ns:r>", "x");
        text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<r>\n  <a>x</a>\n</r>\n", "x");
    }

    #[test]
    fn nothing_expands() {
        refused("<!DOCTYPE r [<!ENTITY a \"b\">]><r a=\"&a;\"/>", "document type");
        refused("<!DOCTYPE r SYSTEM \"http://example.com/x\"><r/>", "document type");
        refused("<r><a>&b;</a></r>", "unknown entity b");
        refused("<r a=\"&b;\"/>", "body: ");
        refused("<r><a>&#0;</a></r>", "body: ");
        refused("<r><a>&#xD800;</a></r>", "body: ");
    }

    #[test]
    fn broken_documents_are_refused() {
        for xml in [
            "<r",
            "<r>",
            "<r></s>",
            "</r>",
            "<r/><r/>",
            "<r/>x",
            "x<r/>",
            "<r a=1/>",
            "<r a=\"1\" a=\"2\"/>",
            "<r a=\"1\">text</r>",
            "<r>&amp</r>",
            "<?xml version=\"1.0\"?>",
        ] {
            refused(xml, "body: ");
        }
    }

    #[test]
    fn limits_hold() {
        let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        refused(&nested(MAX_DEPTH + 1), "nesting of a body must not exceed 32");
        refused(&format!("<r>{}</r>", "<a/>".repeat(20_000)), "values in a body must not exceed 20000");
        let attributes: Vec<_> = (0..257).map(|n| format!("xmlns:k{n}=\"\"")).collect();
        refused(&format!("<r {}/>", attributes.join(" ")), "attributes of an element must not exceed 256");
    }
    /// What stands inside an element, and the tree that it says.
    fn any_content() -> impl Strategy<Value = (String, Node)> {
        let text = "[!-~é日\u{1f4a9}]{1,20}";
        let text = text.prop_map(|text| (escape(&text).into_owned(), Node::scalar(text)));
        let content = prop_oneof![Just((String::new(), Node::default())), text];
        content.prop_recursive(4, 48, 6, |inner| {
            prop::collection::vec(("[a-zA-Z][a-zA-Z0-9]{0,8}", inner), 1..6).prop_map(|members| {
                let document =
                    members.iter().map(|(name, (content, _))| format!("<{name}>{content}</{name}>"));
                (
                    document.collect(),
                    Node::object(
                        members.iter().map(|(name, (_, node))| (name.clone(), node.clone())).collect(),
                    ),
                )
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read((content, tree) in any_content()) {
            let document = format!("<r>{content}</r>");
            prop_assert_eq!(parse(&document), Ok(tree), "{}", document);
        }

        #[test]
        fn attributes_come_back(value in "[ -~é日]{1,40}") {
            let document = format!("<r a=\"{}\"/>", escape(&value));
            let tree = parse(&document).unwrap();
            prop_assert_eq!(tree.text("a"), Ok(Some(value.as_str())));
        }
    }
}
