//! Tests against servers on loopback that behave well or badly.
use super::*;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

fn call(url: &str) -> Call<'_> {
    let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static("text/plain"))]);
    let body = Bytes::from_static(b"hello");
    Call { method: Method::PUT, url, headers, body, limit: 10, timeout: Duration::from_secs(5) }
}

/// Reads a request up to its body `hello`, responds with `answer`, and returns the request.
async fn serve<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, answer: &str) -> String {
    let mut asked = Vec::new();
    while !asked.ends_with(b"hello") {
        let mut part = [0; 512];
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => break,
            Ok(n) => asked.extend_from_slice(&part[..n]),
        }
    }
    // The client may stop reading early.
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
    String::from_utf8(asked).unwrap()
}

/// A server for one request: its port, and the task that returns the request.
async fn once(answer: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (port, tokio::spawn(async move { serve(listener.accept().await.unwrap().0, answer).await }))
}

async fn answered(answer: &'static str) -> Result<Reply, NoReply> {
    let (port, _) = once(answer).await;
    Outbound::new(Reach::Private).unwrap().send(call(&format!("http://127.0.0.1:{port}/"))).await
}

#[tokio::test]
async fn a_request_says_what_it_was_told_to_and_where_it_goes() {
    let (port, asked) = once("HTTP/1.1 202 Accepted\r\nX-A: b\r\nContent-Length: 2\r\n\r\nok").await;
    let url = format!("http://localhost:{port}/a%20b?c=d&e");
    let reply = Outbound::new(Reach::Private).unwrap().send(call(&url)).await.unwrap();
    assert_eq!((reply.status, &reply.body[..], reply.complete), (202, &b"ok"[..], true));
    assert_eq!(reply.headers["x-a"], "b");
    let asked = asked.await.unwrap();
    assert!(asked.starts_with("PUT /a%20b?c=d&e HTTP/1.1\r\n"), "{asked}");
    for line in
        [&format!("host: localhost:{port}"), "accept: text/plain", "content-length: 5", "user-agent: Countersign/"]
    {
        assert!(asked.contains(line), "{line}: {asked}");
    }
}

#[tokio::test]
async fn a_long_body_is_read_up_to_the_limit() {
    let exact = answered("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789").await.unwrap();
    assert!(exact.complete && exact.body.len() == 10);
    let longer = answered("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n0123456789a").await.unwrap();
    assert!(!longer.complete && longer.body == "0123456789");
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n01234567\r\n8\r\n89abcdef\r\n0\r\n\r\n";
    let chunked = answered(chunked).await.unwrap();
    assert!(!chunked.complete && chunked.body == "0123456789");
}

#[tokio::test]
async fn bad_answers_are_told_apart() {
    assert_eq!(answered("220 mail.example ESMTP\r\n").await.unwrap_err(), NoReply::Garbled);
    assert_eq!(answered("").await.unwrap_err(), NoReply::Garbled);
    let cut = answered("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n012").await;
    assert_eq!(cut.unwrap_err(), NoReply::Garbled);
    let redirect = answered("HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n").await;
    assert_eq!(redirect.unwrap().status, 301, "an answer like any other");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let outbound = Outbound::new(Reach::Private).unwrap();
    assert_eq!(outbound.send(call(&url)).await.unwrap_err(), NoReply::Unreachable);
    // Labels have at most 63 characters, so no DNS query is needed.
    assert_eq!(
        outbound.send(call(&format!("https://{}.example/", "x".repeat(64)))).await.unwrap_err(),
        NoReply::Unresolved
    );
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_nothing_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let outbound = Outbound::new(Reach::Private).unwrap();
    assert_eq!(outbound.send(call(&url)).await.unwrap_err(), NoReply::TimedOut);
}

/// Checklist 106.
#[tokio::test]
async fn a_name_that_leads_to_a_private_address_is_not_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
    let refused = Outbound::new(Reach::Public).unwrap().send(call(&url)).await.unwrap_err();
    assert_eq!(refused, NoReply::Refused(OutboundRefusal::Address));
    let connected = tokio::time::timeout(Duration::ZERO, listener.accept()).await;
    assert!(connected.is_err(), "not even a connection");
}

/// A server with a certificate for `name` from a new authority: its port, the authority, and the task that returns the request.
async fn secure(name: &str) -> (u16, CertificateDer<'static>, JoinHandle<Option<String>>) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = tokio::spawn(async move {
        let stream = acceptor.accept(listener.accept().await.unwrap().0).await.ok()?;
        Some(serve(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await)
    });
    (port, authority.der().clone(), served)
}

#[tokio::test]
async fn a_secure_connection_needs_a_certificate_for_the_name_from_an_authority_that_is_trusted() {
    for (name, trusted, works) in
        [("localhost", true, true), ("other.example", true, false), ("localhost", false, false)]
    {
        let (port, authority, served) = secure(name).await;
        let mut roots = RootCertStore::empty();
        if trusted {
            roots.add(authority).unwrap();
        }
        let outbound = Outbound::trusting(Reach::Private, roots).unwrap();
        let reply = outbound.send(call(&format!("https://localhost:{port}/"))).await;
        let asked = served.await.unwrap();
        if works {
            assert_eq!(reply.unwrap().status, 200);
            assert!(asked.unwrap().ends_with("hello"));
        } else {
            assert_eq!(reply.unwrap_err(), NoReply::Insecure);
            assert_eq!(asked, None, "nothing was said");
        }
    }
}
