//! One HTTP/1.1 message: read whole, written whole. Just well enough for tests on loopback.

use std::io::{Error, ErrorKind, Result};

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// A request or an answer. A body that came in chunks has its length by then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// `GET /users/7?a=b HTTP/1.1`, or `HTTP/1.1 200 OK`.
    pub first_line: String,
    /// Names in lower case; none that speak of the connection or of the body's length.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Message {
    /// The next request; `None` where the other side has ended.
    pub async fn request(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Self>> {
        Self::read(from, true).await
    }

    /// The answer to a request of this method, which was the last on its connection.
    pub async fn answer(from: &mut (impl AsyncBufRead + Unpin), method: &str) -> Result<Self> {
        let answer = Self::read(from, method == "HEAD").await?;
        answer.ok_or_else(|| Error::new(ErrorKind::UnexpectedEof, "no answer"))
    }

    /// The given answer of ours.
    pub fn status(status: u16, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            first_line: format!("HTTP/1.1 {status} Said"),
            headers: headers.iter().map(owned).collect(),
            body: body.into(),
        }
    }

    /// A word of the first line: a request's method is 0 and its path with the query 1, an answer's status 1.
    pub fn word(&self, number: usize) -> &str {
        self.first_line.split(' ').nth(number).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn bytes(&self, connection: &str) -> Vec<u8> {
        let mut head = vec![self.first_line.clone()];
        head.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if !matches!(self.word(1), "204" | "304") {
            head.push(format!("content-length: {}", self.body.len()));
        }
        head.push(format!("connection: {connection}\r\n\r\n"));
        let head = head.join("\r\n");
        [head.as_bytes(), &self.body].concat()
    }

    async fn read(from: &mut (impl AsyncBufRead + Unpin), ends_with_head: bool) -> Result<Option<Self>> {
        let mut message = Self { first_line: line(from).await?, ..Self::default() };
        if message.first_line.is_empty() {
            return Ok(None);
        }
        let (mut length, mut chunked) = (None, false);
        loop {
            let line = line(from).await?;
            let Some((name, value)) = line.split_once(':') else { break };
            let (name, value) = (name.to_lowercase(), value.trim().to_owned());
            match &*name {
                "content-length" => length = value.parse().ok(),
                "transfer-encoding" => chunked = true,
                "connection" => {}
                _ => message.headers.push((name, value)),
            }
        }
        let bodiless = matches!(message.word(1), "204" | "304") || ends_with_head;
        match length {
            _ if chunked => message.body = chunks(from).await?,
            Some(length) if !(bodiless && message.first_line.starts_with("HTTP/")) => {
                message.body.resize(length, 0);
                from.read_exact(&mut message.body).await?;
            }
            None if !bodiless => _ = from.read_to_end(&mut message.body).await?,
            _ => {}
        }
        Ok(Some(message))
    }
}

async fn line(from: &mut (impl AsyncBufRead + Unpin)) -> Result<String> {
    let mut line = String::new();
    from.read_line(&mut line).await?;
    line.truncate(line.trim_end_matches(['\r', '\n']).len());
    Ok(line)
}

async fn chunks(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(from).await?;
        let size = size.split(';').next().unwrap_or_default();
        let size = usize::from_str_radix(size.trim(), 16).map_err(|_| Error::from(ErrorKind::InvalidData))?;
        let start = body.len();
        body.resize(start + size, 0);
        from.read_exact(&mut body[start..]).await?;
        line(from).await?;
        if size == 0 {
            return Ok(body);
        }
    }
}
