//! What passes from a directory to the library that reads it: whole LDAP messages of a bounded size and depth.
//!
//! The library reads what a server sends without a limit, by recursion: a hostile one could fill our memory, or
//! overflow the stack, which ends the process.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// Longest message: one entry with all that we ask for of it, or the names of a page of them.
pub(super) const MAX_MESSAGE_BYTES: usize = 8 * 1024 * 1024;
/// An entry's values are five levels down.
const MAX_DEPTH: usize = 16;
const SEQUENCE: u8 = 0x30;
const CONSTRUCTED: u8 = 0x20;

/// The next message, or none at the end of the connection.
pub(super) async fn message(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
    let mut message = Vec::new();
    if from.take(2).read_to_end(&mut message).await? < 2 {
        return Ok(None);
    }
    if message[0] != SEQUENCE {
        return Err(nonsense("it does not speak LDAP"));
    }
    let digits = length_digits(message[1])?;
    if from.take(digits as u64).read_to_end(&mut message).await? < digits {
        return Ok(None);
    }
    let header = message.len();
    let length = length(&message[1..header])?;
    if length > MAX_MESSAGE_BYTES {
        return Err(nonsense("a message of it is too long"));
    }
    // It grows with what really comes, whatever was announced.
    if from.take(length as u64).read_to_end(&mut message).await? < length {
        return Ok(None);
    }
    look_at_depth(&message[header..])?;
    Ok(Some(message))
}

/// How many bytes of length follow.
fn length_digits(first: u8) -> io::Result<usize> {
    match first {
        0..=0x7f => Ok(0),
        0x81..=0x84 => Ok(usize::from(first & 0x7f)),
        _ => Err(nonsense("a length of it makes no sense")),
    }
}

/// `bytes` are a length's first byte and those that follow.
fn length(bytes: &[u8]) -> io::Result<usize> {
    let (first, digits) = bytes.split_first().ok_or_else(|| nonsense("a length of it is missing"))?;
    let digits = digits.get(..length_digits(*first)?).ok_or_else(|| nonsense("a length of it is cut off"))?;
    if digits.is_empty() {
        return Ok(usize::from(*first));
    }
    Ok(digits.iter().fold(0, |length, digit| (length << 8) | usize::from(*digit)))
}

/// Every part lies within the one around it, and not too deep.
fn look_at_depth(mut rest: &[u8]) -> io::Result<()> {
    let mut around = Vec::new();
    loop {
        while rest.is_empty() {
            match around.pop() {
                Some(outer) => rest = outer,
                None => return Ok(()),
            }
        }
        let (tag, after) = rest.split_first().ok_or_else(|| nonsense("a part of it is empty"))?;
        let length = length(after)?;
        let header = 1 + after.first().map_or(Ok(0), |first| length_digits(*first))?;
        let content = after.get(header..).filter(|content| content.len() >= length);
        let (content, next) =
            content.ok_or_else(|| nonsense("a part of it is longer than the whole"))?.split_at(length);
        if tag & CONSTRUCTED == 0 {
            rest = next;
        } else if around.len() < MAX_DEPTH {
            around.push(next);
            rest = content;
        } else {
            return Err(nonsense("a message of it is too deep"));
        }
    }
}

fn nonsense(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(bytes: &[u8]) -> Result<Option<Vec<u8>>, String> {
        message(&mut &*bytes).await.map_err(|error| error.to_string())
    }

    /// `levels` sequences, one in the other.
    fn nested(levels: usize) -> Vec<u8> {
        (0..levels).fold(Vec::new(), |inner, _| {
            let length = u32::try_from(inner.len()).expect("short").to_be_bytes();
            [&[SEQUENCE, 0x84][..], &length, &inner].concat()
        })
    }

    #[tokio::test]
    async fn whole_messages_pass() {
        let bind_response =
            [0x30, 0x0c, 0x02, 0x01, 0x01, 0x61, 0x07, 0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00];
        let two = [bind_response, bind_response].concat();
        assert_eq!(read(&two).await, Ok(Some(bind_response.to_vec())));
        assert_eq!(read(&two[..9]).await, Ok(None), "cut off");
        assert_eq!(read(&[]).await, Ok(None));
        assert_eq!(read(&nested(10)).await, Ok(Some(nested(10))));
    }

    #[tokio::test]
    async fn what_could_do_harm_does_not() {
        for (bytes, why) in [
            (b"HTTP/1.1 400 Bad Request".to_vec(), "it does not speak LDAP"),
            (vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0], "a message of it is too long"),
            (vec![0x30, 0x80, 0, 0], "a length of it makes no sense"),
            (vec![0x30, 0x88, 0, 0], "a length of it makes no sense"),
            (vec![0x30, 3, 0x30, 2, 0], "a part of it is longer than the whole"),
            (vec![0x30, 2, 4, 0x82], "a length of it is cut off"),
            (nested(10_000), "a message of it is too deep"),
        ] {
            assert_eq!(read(&bytes).await, Err(why.to_owned()));
        }
    }
}
