//! A small HTTP/1.1 client that distinguishes between a response and none.
use serde_json::Value;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// The clock used for measurements.
#[expect(clippy::disallowed_methods, reason = "a measurement")]
pub fn now() -> Instant {
    Instant::now()
}

/// Polls until `done`. Returns the time it took, or `None` after `limit`.
pub fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> Option<Duration> {
    let began = now();
    loop {
        if done() {
            return Some(began.elapsed());
        }
        if began.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Maximum time for a response; anything slower counts as none.
const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone)]
pub struct Request {
    start: String,
    headers: String,
    body: String,
}

impl Request {
    fn new(method: &str, path: &str) -> Self {
        Self { start: format!("{method} {path} HTTP/1.1\r\n"), headers: String::new(), body: String::new() }
    }

    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path)
    }

    pub fn form(path: &str, fields: &[(&str, &str)]) -> Self {
        let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        Self { body: pairs.join("&"), ..Self::new("POST", path) }
            .header("content-type", "application/x-www-form-urlencoded")
    }

    pub fn json(path: &str, body: &Value) -> Self {
        Self { body: body.to_string(), ..Self::new("POST", path) }.header("content-type", "application/json")
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        let _ = write!(self.headers, "{name}: {value}\r\n");
        self
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Adds the header of a proxy that forwards for this address.
    pub fn from(self, address: &str) -> Self {
        self.header("x-forwarded-for", address)
    }

    pub fn bytes(&self, port: u16) -> Vec<u8> {
        let Self { start, headers, body } = self;
        format!("{start}host: localhost:{port}\r\ncontent-length: {}\r\n{headers}\r\n{body}", body.len()).into_bytes()
    }
}

/// Encodes a text for a query or form.
pub fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut all, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            all.push(char::from(byte));
        } else {
            let _ = write!(all, "%{byte:02X}");
        }
        all
    })
}

/// A response. Without a status, there was none.
#[derive(Debug, Default)]
pub struct Reply {
    pub status: u16,
    head: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn headers<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        self.head.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The value of a header; empty if missing.
    pub fn header(&self, name: &str) -> &str {
        self.head.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// A string member of a JSON body; empty if missing.
    pub fn member(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_default().to_owned()
    }

    /// Reads a response with the length that it declares.
    pub fn read(from: &mut impl BufRead) -> Result<Self> {
        let line = read_line(from)?;
        let status = line.get(9..12).and_then(|digits| digits.parse().ok());
        let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "no status"))?;
        let mut head = Vec::new();
        loop {
            let line = read_line(from)?;
            let Some((name, value)) = line.split_once(':') else { break };
            head.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut reply = Self { status, head, body: String::new() };
        let mut body = Vec::new();
        if reply.header("transfer-encoding") == "chunked" {
            loop {
                let size = usize::from_str_radix(read_line(from)?.trim(), 16);
                let size = size.map_err(|_| Error::new(ErrorKind::InvalidData, "no chunk"))?;
                let begin = body.len();
                body.resize(begin + size, 0);
                from.read_exact(&mut body[begin..])?;
                read_line(from)?;
                if size == 0 {
                    break;
                }
            }
        } else {
            body.resize(reply.header("content-length").parse().unwrap_or(0), 0);
            from.read_exact(&mut body)?;
        }
        reply.body = String::from_utf8_lossy(&body).into_owned();
        Ok(reply)
    }
}

fn read_line(from: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if from.take(64 * 1024).read_line(&mut line)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    Ok(line.trim_end().to_owned())
}

pub fn connect(port: u16) -> Result<TcpStream> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// Whether the server closed the connection without a reset. Every client checks this before sending.
fn was_closed(stream: &TcpStream) -> bool {
    let peek = || {
        stream.set_nonblocking(true)?;
        let length = stream.peek(&mut [0]);
        stream.set_nonblocking(false)?;
        length
    };
    matches!(peek(), Ok(0))
}

/// A keep-alive connection, reopened after it broke.
pub struct Connection {
    pub port: u16,
    open: Option<BufReader<TcpStream>>,
}

impl Connection {
    pub const fn new(port: u16) -> Self {
        Self { port, open: None }
    }

    /// Sends a request. After an error, it is unknown whether the request was processed.
    pub fn send(&mut self, request: &Request) -> Result<Reply> {
        let mut stream = match self.open.take().filter(|stream| !was_closed(stream.get_ref())) {
            Some(stream) => stream,
            None => BufReader::new(connect(self.port)?),
        };
        stream.get_mut().write_all(&request.bytes(self.port))?;
        let reply = Reply::read(&mut stream)?;
        if reply.header("connection") != "close" {
            self.open = Some(stream);
        }
        Ok(reply)
    }
}

/// Sends a request on a new connection.
pub fn send(port: u16, request: &Request) -> Result<Reply> {
    Connection::new(port).send(request)
}

/// Like [`send`], with a shorter time limit.
pub fn send_within(port: u16, request: &Request, limit: Duration) -> Result<Reply> {
    let stream = connect(port)?;
    stream.set_read_timeout(Some(limit))?;
    Connection { port, open: Some(BufReader::new(stream)) }.send(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_ends_where_it_says() {
        let mut text = "HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 503 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n".as_bytes();
        let first = Reply::read(&mut text).unwrap();
        assert_eq!((first.status, first.header("x-a"), first.body.as_str()), (200, "b", "{}"));
        let second = Reply::read(&mut text).unwrap();
        assert_eq!((second.status, second.body.as_str()), (503, "abc"));
        assert!(Reply::read(&mut text).is_err(), "no answer is no reply");
        assert!(Reply::read(&mut "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab".as_bytes()).is_err());
        assert_eq!(encoded("a b&c=~"), "a%20b%26c%3D~");
    }
}
