//! The server's own requests to addresses that others configured. A name is resolved once, and the connection goes to an address
//! that was checked. Redirects and proxies are never used, because there is no code for them.
use crate::Fault;
use domain::platform::outbound::{OutboundRefusal, Reach, Target};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::{Host, Position};

/// The maximum number of addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;

/// The client for outgoing requests.
#[derive(Clone)]
pub struct Outbound {
    tls: TlsConnector,
    reach: Reach,
}

/// A request with its limits.
#[derive(Debug, Clone)]
pub struct Call<'c> {
    pub method: Method,
    pub url: &'c str,
    /// `Host`, `User-Agent` and `Content-Length` are added.
    pub headers: HeaderMap,
    pub body: Bytes,
    /// The maximum number of bytes of the response's body to read.
    pub limit: usize,
    /// For everything: name resolution, connection, request and response.
    pub timeout: Duration,
}

/// The response, whatever its status.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// `false` if the body was longer than the limit and the rest was not read.
    pub complete: bool,
}

/// The reason why there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoReply {
    #[error(transparent)]
    Refused(#[from] OutboundRefusal),
    #[error("the name does not resolve")]
    Unresolved,
    #[error("no connection")]
    Unreachable,
    #[error("no secure connection: the certificate or the protocol does not hold")]
    Insecure,
    #[error("no valid HTTP response")]
    Garbled,
    #[error("no response in time")]
    TimedOut,
}

impl NoReply {
    /// What can happen with a receiver whose address was accepted at registration.
    pub const USUAL: [Self; 6] = [
        Self::Unresolved,
        Self::Unreachable,
        Self::Insecure,
        Self::Garbled,
        Self::TimedOut,
        Self::Refused(OutboundRefusal::Address),
    ];

    /// An identifier for programs, and for translations of the sentence.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Refused(_) => "no_reply_refused",
            Self::Unresolved => "no_reply_unresolved",
            Self::Unreachable => "no_reply_unreachable",
            Self::Insecure => "no_reply_insecure",
            Self::Garbled => "no_reply_garbled",
            Self::TimedOut => "no_reply_timed_out",
        }
    }
}

impl Outbound {
    /// Trusts the public certificate authorities.
    pub fn new(reach: Reach) -> Result<Self, Fault> {
        Self::trusting(reach, RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
    }

    fn trusting(reach: Reach, roots: RootCertStore) -> Result<Self, Fault> {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Fault::Other("no protocol version for TLS"))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls: TlsConnector::from(Arc::new(tls)), reach })
    }

    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// Sends one request and reads the response.
    pub async fn send(&self, call: Call<'_>) -> Result<Reply, NoReply> {
        let target = Target::parse(call.url, self.reach)?;
        let timeout = call.timeout;
        tokio::time::timeout(timeout, self.exchange(&target, call)).await.unwrap_or(Err(NoReply::TimedOut))
    }

    async fn exchange(&self, target: &Target, call: Call<'_>) -> Result<Reply, NoReply> {
        let stream = connect(&self.addresses(target).await?).await?;
        if !target.tls {
            return converse(stream, target, call).await;
        }
        let name = match &target.host {
            Host::Domain(name) => ServerName::try_from(name.clone()).map_err(|_| NoReply::Unresolved)?,
            Host::Ipv4(ip) => ServerName::IpAddress(IpAddr::V4(*ip).into()),
            Host::Ipv6(ip) => ServerName::IpAddress(IpAddr::V6(*ip).into()),
        };
        let stream = self.tls.connect(name, stream).await.map_err(|_| NoReply::Insecure)?;
        converse(stream, target, call).await
    }

    /// Resolves the host to the addresses that may be reached.
    async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, NoReply> {
        let found: Vec<SocketAddr> = match &target.host {
            Host::Ipv4(ip) => vec![(*ip, target.port).into()],
            Host::Ipv6(ip) => vec![(*ip, target.port).into()],
            Host::Domain(name) => {
                let found = tokio::net::lookup_host((name.as_str(), target.port)).await;
                found.map_err(|_| NoReply::Unresolved)?.collect()
            }
        };
        let none = if found.is_empty() { NoReply::Unresolved } else { OutboundRefusal::Address.into() };
        let mut allowed: Vec<_> = found.into_iter().filter(|a| target.may_reach(a.ip(), self.reach)).collect();
        allowed.truncate(MOST_ADDRESSES);
        if allowed.is_empty() { Err(none) } else { Ok(allowed) }
    }
}

async fn connect(addresses: &[SocketAddr]) -> Result<TcpStream, NoReply> {
    for address in addresses {
        if let Ok(stream) = TcpStream::connect(address).await {
            return Ok(stream);
        }
    }
    Err(NoReply::Unreachable)
}

fn request(target: &Target, call: Call<'_>) -> Result<Request<Full<Bytes>>, NoReply> {
    let malformed = NoReply::Refused(OutboundRefusal::Malformed);
    let url = &target.url;
    // The host, and the port unless it is the default of the scheme.
    let host = HeaderValue::from_str(&url[Position::BeforeHost..Position::AfterPort]).map_err(|_| malformed)?;
    let path = &url[Position::BeforePath..Position::AfterQuery];
    let request = Request::builder().method(call.method).uri(path).body(Full::new(call.body));
    let mut request = request.map_err(|_| malformed)?;
    *request.headers_mut() = call.headers;
    request.headers_mut().insert(header::HOST, host);
    let agent = HeaderValue::from_static(concat!("Countersign/", env!("CARGO_PKG_VERSION")));
    request.headers_mut().insert(header::USER_AGENT, agent);
    Ok(request)
}

async fn converse<S>(stream: S, target: &Target, call: Call<'_>) -> Result<Reply, NoReply>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let limit = call.limit;
    let request = request(target, call)?;
    let handshake = http1::Builder::new().max_buf_size(32 * 1024).handshake(TokioIo::new(stream));
    let (mut sender, connection) = handshake.await.map_err(|_| NoReply::Garbled)?;
    // Dropped at the end of this function, which also closes the connection.
    let mut driver = JoinSet::new();
    driver.spawn(connection);
    let (parts, body) = sender.send_request(request).await.map_err(|_| NoReply::Garbled)?.into_parts();
    let (body, complete) = read(body, limit).await?;
    Ok(Reply { status: parts.status.as_u16(), headers: parts.headers, body, complete })
}

async fn read(mut body: Incoming, limit: usize) -> Result<(Bytes, bool), NoReply> {
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| NoReply::Garbled)?.into_data() else { continue };
        let room = limit - read.len();
        read.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            return Ok((read.into(), false));
        }
    }
    Ok((read.into(), true))
}

#[cfg(test)]
#[path = "outbound_tests.rs"]
mod tests;

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound").field("reach", &self.reach).finish_non_exhaustive()
    }
}
