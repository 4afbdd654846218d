//! An LDAP client (RFC 4511) that costs next to nothing, for the operations that are measured.

use std::io::{BufReader, Read, Write};
use std::net::TcpStream;

use crate::Result;

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const ENUMERATED: u8 = 0x0a;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const ENTRY: u8 = 0x64;

pub(super) struct Ldap {
    stream: BufReader<TcpStream>,
}

impl Ldap {
    /// A connection of its own, signed in.
    pub(super) fn connect(port: u16, dn: &str, password: &str) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let mut ldap = Self { stream: BufReader::new(stream) };
        ldap.ask(0x60, &[one(INTEGER, &[3]), text(dn), one(0x80, password.as_bytes())].concat())?;
        Ok(ldap)
    }

    pub(super) fn add(&mut self, dn: &str, attributes: &[(&str, &str)]) -> Result {
        let attribute =
            |(name, value): &(&str, &str)| one(SEQUENCE, &[text(name), one(SET, &text(value))].concat());
        let attributes: Vec<u8> = attributes.iter().flat_map(attribute).collect();
        self.ask(0x68, &[text(dn), one(SEQUENCE, &attributes)].concat()).map(|_| ())
    }

    /// Puts one value in the place of all that the attribute had.
    pub(super) fn replace(&mut self, dn: &str, name: &str, value: &str) -> Result {
        let attribute = one(SEQUENCE, &[text(name), one(SET, &text(value))].concat());
        let change = one(SEQUENCE, &[one(ENUMERATED, &[2]), attribute].concat());
        self.ask(0x66, &[text(dn), one(SEQUENCE, &change)].concat()).map(|_| ())
    }

    pub(super) fn delete(&mut self, dn: &str) -> Result {
        self.ask(0x4a, dn.as_bytes()).map(|_| ())
    }

    /// Answers how many entries below `base` have that value.
    pub(super) fn search(&mut self, base: &str, name: &str, value: &str) -> Result<usize> {
        let whole_subtree = one(ENUMERATED, &[2]);
        let no_limits = [one(ENUMERATED, &[0]), one(INTEGER, &[0]), one(INTEGER, &[0]), one(0x01, &[0])];
        let equal = one(0xa3, &[text(name), text(value)].concat());
        let all_attributes = one(SEQUENCE, &[]);
        let parts = [text(base), whole_subtree, no_limits.concat(), equal, all_attributes];
        self.ask(0x63, &parts.concat())
    }

    /// Sends an operation and reads its result; answers how many entries came before it.
    fn ask(&mut self, operation: u8, content: &[u8]) -> Result<usize> {
        let message = one(SEQUENCE, &[one(INTEGER, &[1]), one(operation, content)].concat());
        self.stream.get_mut().write_all(&message)?;
        let mut entries = 0;
        loop {
            let message = self.message()?;
            // Behind the message's number, which takes three bytes.
            let (tag, body) = message.get(3..).and_then(split).ok_or("an answer ends before its end")?;
            if tag == ENTRY {
                entries += 1;
                continue;
            }
            // A result begins with its code, an enumeration of one byte.
            let code = body.get(2).ok_or("a result without a code")?;
            return if *code == 0 { Ok(entries) } else { Err(format!("result {code}").into()) };
        }
    }

    fn message(&mut self) -> Result<Vec<u8>> {
        let mut head = [0; 2];
        self.stream.read_exact(&mut head)?;
        let length = if head[1] < 0x80 {
            usize::from(head[1])
        } else {
            let mut bytes = vec![0; usize::from(head[1] & 0x7f)];
            self.stream.read_exact(&mut bytes)?;
            bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte))
        };
        let mut content = vec![0; length];
        self.stream.read_exact(&mut content)?;
        Ok(content)
    }
}

fn text(text: &str) -> Vec<u8> {
    one(OCTETS, text.as_bytes())
}

/// One element in the basic encoding rules.
fn one(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut element = vec![tag];
    match u8::try_from(content.len()) {
        Ok(length) if length < 0x80 => element.push(length),
        _ => {
            let bytes = content.len().to_be_bytes();
            element.push(0x80 | 4);
            element.extend_from_slice(&bytes[bytes.len() - 4..]);
        }
    }
    element.extend_from_slice(content);
    element
}

/// The tag and the content of the first element.
fn split(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (tag, length) = (*bytes.first()?, *bytes.get(1)?);
    let head = if length < 0x80 { 2 } else { 2 + usize::from(length & 0x7f) };
    Some((tag, bytes.get(head..)?))
}
