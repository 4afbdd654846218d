//! Requests as bytes and answers as values: no HTTP library may make better what a client sends.

use std::net::SocketAddr;
use std::time::Duration;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

/// Longest time that one exchange may take.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) form: String,
    pub(super) body: String,
    /// The lines of the head.
    head: Vec<String>,
}

/// Sends a request that is written with line feeds, over a connection of its own.
pub(super) async fn send(server: SocketAddr, request: &str) -> Answer {
    let (head, body) = request.split_once("\n\n").expect("an empty line after the head");
    let head = head.replace("$length", &body.len().to_string()).replace('\n', "\r\n");
    let exchange = async {
        let mut stream = TcpStream::connect(server).await.expect("a connection");
        stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()).await.expect("it is read");
        read(BufReader::new(stream)).await
    };
    tokio::time::timeout(PATIENCE, exchange).await.unwrap_or_else(|_| panic!("no answer to {request}"))
}

async fn read(mut stream: BufReader<TcpStream>) -> Answer {
    let mut lines = Vec::new();
    while lines.last().is_none_or(|line: &String| !line.is_empty()) {
        let mut line = String::new();
        assert_ne!(stream.read_line(&mut line).await.expect("a line"), 0, "it hung up after {lines:?}");
        lines.push(line.trim_end().to_owned());
    }
    let length = header(&lines, "content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.expect("a body");
    let status = lines[0].split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let form = header(&lines, "content-type").unwrap_or_default().to_owned();
    Answer { status, form, body: String::from_utf8(body).expect("text"), head: lines }
}

fn header<'a>(head: &'a [String], name: &str) -> Option<&'a str> {
    let pairs = head.iter().filter_map(|line| line.split_once(": "));
    pairs.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value).next_back()
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }

    /// JSON as it is, XML as [`xml`], anything else as one string.
    pub(super) fn value(&self) -> Value {
        match self.form.as_str() {
            "application/json" | "application/scim+json" => serde_json::from_str(&self.body).expect("JSON"),
            "application/xml" => xml(&self.body),
            _ => Value::String(self.body.clone()),
        }
    }
}

/// An element is an object: an attribute is `@NAME`, children of one name are an array, text is `text`.
fn xml(text: &str) -> Value {
    let mut reader = Reader::from_str(text);
    let mut open = vec![(String::new(), Map::new())];
    loop {
        match reader.read_event().expect("XML") {
            Event::Start(start) => open.push(element(&start)),
            Event::Empty(start) => {
                open.push(element(&start));
                close(&mut open);
            }
            Event::End(_) => close(&mut open),
            Event::Text(text) => {
                let text = Value::String(text.to_string());
                open.last_mut().expect("an element").1.insert("text".to_owned(), text);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open.len(), 1, "all are closed");
    Value::Object(open.remove(0).1)
}

fn element(start: &BytesStart<'_>) -> (String, Map<String, Value>) {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.expect("an attribute");
        let value = attribute.normalized_value(quick_xml::XmlVersion::Explicit1_0).expect("a value");
        (format!("@{}", attribute.key.as_ref()), Value::String(value.into_owned()))
    });
    (start.name().as_ref().to_owned(), attributes.collect())
}

fn close(open: &mut Vec<(String, Map<String, Value>)>) {
    let (name, value) = open.pop().expect("it was opened");
    let siblings = &mut open.last_mut().expect("a parent").1;
    let list = siblings.entry(name).or_insert_with(|| Value::Array(Vec::new()));
    list.as_array_mut().expect("a list").push(Value::Object(value));
}
