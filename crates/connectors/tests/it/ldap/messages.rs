//! LDAP messages as bytes, for what stands between the connector and a server, or in the place of one.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

pub(crate) const MODIFY: u8 = 0x66;
pub(crate) const MODIFY_DN: u8 = 0x6c;
pub(crate) const DELETE: u8 = 0x4a;

/// One message as it came.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) bytes: Vec<u8>,
    pub(crate) id: i64,
    /// The tag of the operation.
    pub(crate) kind: u8,
}

impl Message {
    /// None at the end of the connection.
    pub(crate) async fn read(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Self>> {
        let mut bytes = vec![0; 2];
        if let Err(error) = from.read_exact(&mut bytes).await {
            return if error.kind() == io::ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
        }
        let digits = if bytes[1] < 0x80 { 0 } else { usize::from(bytes[1] & 0x7f) };
        let mut more = vec![0; digits];
        from.read_exact(&mut more).await?;
        let short = usize::from(bytes[1]);
        let length = if digits == 0 {
            short
        } else {
            more.iter().fold(0, |length, digit| length << 8 | usize::from(*digit))
        };
        bytes.extend(more);
        let header = bytes.len();
        bytes.resize(header + length, 0);
        from.read_exact(&mut bytes[header..]).await?;
        let (id_length, id_at) = (usize::from(bytes[header + 1]), header + 2);
        let id = bytes[id_at..id_at + id_length].iter().fold(0, |id, byte| id << 8 | i64::from(*byte));
        let kind = bytes[id_at + id_length];
        Ok(Some(Self { bytes, id, kind }))
    }

    pub(crate) fn is_change(&self) -> bool {
        matches!(self.kind, MODIFY | MODIFY_DN | DELETE)
    }

    pub(crate) fn holds(&self, text: &str) -> bool {
        self.bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// The answer to it: a result code with a text.
    pub(crate) fn result(&self, code: u8, text: &str) -> Vec<u8> {
        let result = [part(0x0a, &[code]), part(0x04, b""), part(0x04, text.as_bytes())].concat();
        let answer = if self.kind == 0x63 { 0x65 } else { self.kind & 0x1f | 0x60 | 1 };
        message(self.id, &part(answer, &result), &[])
    }
}

pub(crate) fn message(id: i64, operation: &[u8], controls: &[u8]) -> Vec<u8> {
    let id = part(0x02, &id.to_be_bytes());
    part(0x30, &[&id, operation, controls].concat())
}

/// Tag, length, content.
pub(crate) fn part(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [&[tag, 0x84], &length[..], content].concat()
}
