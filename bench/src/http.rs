//! A small HTTP/1.1 client. It shares two cores with the server, so it does no more than the measurements need.
use anyhow::{Context as _, bail};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// One keep-alive connection.
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A response; `text` is the raw response, head and body.
pub struct Response {
    pub status: u16,
    text: String,
    body_at: usize,
}

impl Response {
    pub fn body(&self) -> &str {
        &self.text[self.body_at..]
    }

    /// The values of a header.
    pub fn headers<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        let lines = self.text[..self.body_at].split("\r\n").filter_map(|line| line.split_once(':'));
        lines.filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    pub fn header(&self, name: &str) -> Option<String> {
        self.headers(name).next().map(str::to_owned)
    }

    /// Returns a string member of a flat JSON body without parsing the whole body.
    pub fn member(&self, name: &str) -> anyhow::Result<&str> {
        let key = format!("\"{name}\":\"");
        let rest = self.body().split_once(&key).map(|(_, rest)| rest);
        let value = rest.and_then(|rest| rest.split_once('"')).map(|(value, _)| value);
        value.with_context(|| format!("no {name}: {} {}", self.status, self.body()))
    }
}

/// How to find the end of a message: the length of its head, and how its body is delimited.
#[derive(Debug, PartialEq, Eq)]
enum Length {
    Known(usize),
    Chunked,
}

fn head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
}

fn length(head: &str, status: u16) -> Length {
    if matches!(status, 204 | 304) {
        return Length::Known(0);
    }
    let value = |name: &str| {
        let mut lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim().to_owned())
    };
    match value("content-length").and_then(|v| v.parse().ok()) {
        Some(length) => Length::Known(length),
        None if value("transfer-encoding").is_some_and(|v| v.eq_ignore_ascii_case("chunked")) => Length::Chunked,
        None => Length::Known(0),
    }
}

/// Decodes a chunked body. Returns `None` while it is incomplete.
fn unchunk(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let at = bytes.windows(2).position(|w| w == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..at]).ok()?.split(';').next()?.trim(), 16).ok()?;
        bytes = &bytes[at + 2..];
        if bytes.len() < size + 2 {
            return None;
        }
        body.extend_from_slice(&bytes[..size]);
        bytes = &bytes[size + 2..];
        if size == 0 {
            return Some(body);
        }
    }
}

impl Connection {
    pub async fn open(port: u16) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    async fn more(&mut self) -> anyhow::Result<()> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("the server closed the connection");
        }
        Ok(())
    }

    pub async fn send(&mut self, request: &[u8]) -> anyhow::Result<Response> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let body_at = loop {
            self.more().await?;
            if let Some(at) = head(&self.buffer) {
                break at;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..body_at])?;
        let status: u16 = head.get(9..12).context("a status line")?.parse()?;
        match length(head, status) {
            Length::Known(length) => {
                while self.buffer.len() < body_at + length {
                    self.more().await?;
                }
                Ok(Response { status, text: String::from_utf8(self.buffer.clone())?, body_at })
            }
            Length::Chunked => loop {
                if let Some(body) = unchunk(&self.buffer[body_at..]) {
                    let text = [&self.buffer[..body_at], &body].concat();
                    return Ok(Response { status, text: String::from_utf8(text)?, body_at });
                }
                self.more().await?;
            },
        }
    }
}

/// A raw GET request.
pub fn get(port: u16, path: &str, headers: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{headers}\r\n").into_bytes()
}

/// A raw POST request.
pub fn post(port: u16, path: &str, headers: &str, kind: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

/// A raw POST request with a form body.
pub fn form(port: u16, path: &str, headers: &str, fields: &[(&str, &str)]) -> Vec<u8> {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    post(port, path, headers, "application/x-www-form-urlencoded", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_a_response_ends() {
        let text = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        assert_eq!(head(text.as_bytes()), Some(text.len() - 5));
        assert_eq!(length(text, 200), Length::Known(5));
        assert_eq!(length("HTTP/1.1 204 No Content\r\n\r\n", 204), Length::Known(0));
        assert_eq!(length("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200), Length::Chunked);
        assert_eq!(unchunk(b"3\r\nabc\r\n2;x\r\nde\r\n0\r\n\r\n").unwrap(), b"abcde");
        assert_eq!(unchunk(b"3\r\nab"), None);
        assert_eq!(unchunk(b"3\r\nabc\r\n"), None);
    }

    #[test]
    fn an_error_has_no_access_token() {
        let text = "HTTP/1.1 400 Bad Request\r\n\r\n{\"error\":\"invalid_grant\"}".to_owned();
        let response = Response { status: 400, body_at: text.find('{').unwrap(), text };
        assert_eq!(response.member("error").unwrap(), "invalid_grant");
        assert!(response.member("access_token").is_err());
    }
}
