//! Client connections: a limit on the total, a share for each address, and timeouts for unused ones.
use crate::backlog;
use crate::stop::{Stage, stopped};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, Version, header};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use ipnet::IpNet;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tower::Service as _;

/// Limits and timeouts.
#[derive(Debug, Clone)]
pub struct Bounds {
    /// Maximum number of connections.
    pub most: usize,
    /// From the first byte of a request to the end of its head.
    pub head: Duration,
    /// Maximum time without a request.
    pub idle: Duration,
    /// For requests in flight, once shutdown begins.
    pub grace: Duration,
    /// Proxies, which send the requests of many clients.
    pub shared: Vec<IpNet>,
}

/// File descriptors reserved for the database, files and outgoing requests.
const RESERVED: usize = 128;
/// Maximum number of connections regardless of the descriptor limit, since each uses memory.
const MOST: usize = 10_000;

/// Once shutdown begins, how long a connection waits for one more request. A client that has just connected is about to send
/// one, and a client that keeps the connection open learns from the response that it is being closed.
const ONE_MORE: Duration = Duration::from_secs(1);
/// How long the client has to close its side after the server closed the connection.
const FAREWELL: Duration = Duration::from_millis(250);

impl Bounds {
    pub fn new(trusted_proxies: &[IpNet], grace: Duration) -> Self {
        Self {
            most: most(descriptor_limit()),
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            grace,
            shared: trusted_proxies.to_vec(),
        }
    }

    /// Maximum number of connections from one address.
    fn share(&self, address: IpAddr) -> usize {
        let is_shared = address.is_loopback() || self.shared.iter().any(|network| network.contains(&address));
        if is_shared { self.most } else { (self.most / 4).max(1) }
    }
}

fn most(descriptors: Option<usize>) -> usize {
    descriptors.map_or(MOST, |limit| limit.saturating_sub(RESERVED).clamp(16, MOST))
}

/// Maximum number of descriptors of the process, if the system provides it.
fn descriptor_limit() -> Option<usize> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The state of a connection.
#[derive(Debug, Clone, Copy)]
enum Doing {
    /// Connected at this time, and nothing received yet.
    Arrived(Instant),
    /// Idle since this time.
    Nothing(Instant),
    /// Receiving the head of a request since this time.
    Head(Instant),
    /// Number of requests being processed; they have their own deadline.
    Requests(usize),
}

#[derive(Debug)]
struct Activity {
    doing: Mutex<Doing>,
    /// Whether the connection uses HTTP/2, whose frames are not the head of a request.
    framed: std::sync::atomic::AtomicBool,
}

impl Activity {
    fn new() -> Self {
        Self { doing: Mutex::new(Doing::Arrived(Instant::now())), framed: false.into() }
    }

    fn is_framed(&self) -> bool {
        self.framed.load(std::sync::atomic::Ordering::Relaxed)
    }

    fn sent_bytes(&self) {
        let mut doing = self.doing.lock();
        match *doing {
            // The time limit for the first head starts when the connection is accepted.
            Doing::Arrived(since) => *doing = Doing::Head(since),
            Doing::Nothing(_) if self.is_framed() => *doing = Doing::Nothing(Instant::now()),
            Doing::Nothing(_) => *doing = Doing::Head(Instant::now()),
            Doing::Head(_) | Doing::Requests(_) => {}
        }
    }

    fn sent_request(self: &Arc<Self>, framed: bool) -> Answering {
        self.framed.store(framed, std::sync::atomic::Ordering::Relaxed);
        let mut doing = self.doing.lock();
        *doing = Doing::Requests(if let Doing::Requests(others) = *doing { others + 1 } else { 1 });
        Answering(self.clone())
    }

    /// When to close the connection unless something happens first. `ending` is when shutdown began.
    fn deadline(&self, bounds: &Bounds, ending: Option<Instant>) -> Option<Instant> {
        let sooner = |since: Instant, usual: Duration| {
            ending.map_or(since + usual, |ending| (since + usual).min(ending.max(since) + ONE_MORE))
        };
        match *self.doing.lock() {
            Doing::Arrived(since) => Some(sooner(since, bounds.head)),
            Doing::Nothing(since) => Some(sooner(since, bounds.idle)),
            Doing::Head(since) => Some(since + bounds.head),
            Doing::Requests(_) => None,
        }
    }
}

/// A request being processed.
struct Answering(Arc<Activity>);

impl Drop for Answering {
    fn drop(&mut self) {
        let mut doing = self.0.doing.lock();
        *doing = match *doing {
            Doing::Requests(others @ 2..) => Doing::Requests(others - 1),
            _ => Doing::Nothing(Instant::now()),
        };
    }
}

/// A stream that records when bytes arrive.
struct Watched {
    stream: TcpStream,
    activity: Arc<Activity>,
    stage: watch::Receiver<Stage>,
}

impl Watched {
    /// Reads and discards input until the client closes, too. Closing with unread input would reset the connection, and the
    /// client might lose a response that it has not read yet (RFC 9112 section 9.6).
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut nowhere = [0; 1024];
        loop {
            let mut buffer = ReadBuf::new(&mut nowhere);
            match pin!(&mut self.stream).poll_read(cx, &mut buffer) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(())) if !buffer.filled().is_empty() => {}
                Poll::Ready(_) => return Poll::Ready(()),
            }
        }
    }
}

impl AsyncRead for Watched {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = pin!(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.sent_bytes();
        }
        read
    }
}

impl AsyncWrite for Watched {
    fn poll_write(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        pin!(&mut self.stream).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        pin!(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: std::pin::Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let closed = pin!(&mut self.stream).poll_shutdown(cx);
        if matches!(closed, Poll::Ready(Ok(()))) && *self.stage.borrow() != Stage::Serving {
            return self.poll_farewell(cx).map(Ok);
        }
        closed
    }
    fn poll_write_vectored(
        mut self: std::pin::Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        pin!(&mut self.stream).poll_write_vectored(cx, bytes)
    }
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

/// Number of connections per client address.
type Addresses = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// A counted connection of an address. Dropping it decrements the count.
struct Counted {
    addresses: Addresses,
    address: IpAddr,
}

impl Counted {
    /// Counts one more connection. Returns `None` if the address has reached its share.
    fn one_more(addresses: &Addresses, address: IpAddr, share: usize) -> Option<Self> {
        let mut all = addresses.lock();
        let own = all.entry(address).or_insert(0);
        if *own >= share {
            return None;
        }
        *own += 1;
        Some(Self { addresses: addresses.clone(), address })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut all = self.addresses.lock();
        if let Some(own) = all.get_mut(&self.address) {
            *own -= 1;
            if *own == 0 {
                all.remove(&self.address);
            }
        }
    }
}

/// Accepts connections within the limits.
struct Door {
    places: Arc<Semaphore>,
    addresses: Addresses,
    bounds: Arc<Bounds>,
    router: watch::Receiver<Router>,
    stage: watch::Receiver<Stage>,
}

impl Door {
    /// Waits for a free place, then for a connection.
    async fn next(
        &self,
        listener: &TcpListener,
    ) -> Option<(OwnedSemaphorePermit, std::io::Result<(TcpStream, SocketAddr)>)> {
        let place = self.places.clone().acquire_owned().await.ok()?;
        Some((place, listener.accept().await))
    }

    /// Accepts the next connection and serves it. Waits forever once no more places are given out.
    async fn serve_next(&self, listener: &TcpListener) {
        match self.next(listener).await {
            Some((place, Ok((stream, peer)))) => self.let_in(place, stream, peer),
            Some((_, Err(error))) => {
                // Without free descriptors, the next attempt would fail immediately, too.
                tracing::warn!(%error, "a connection was not accepted");
                sleep(Duration::from_millis(50)).await;
            }
            None => std::future::pending().await,
        }
    }

    fn let_in(&self, place: OwnedSemaphorePermit, stream: TcpStream, peer: SocketAddr) {
        let address = peer.ip().to_canonical();
        let Some(counted) = Counted::one_more(&self.addresses, address, self.bounds.share(address)) else { return };
        let (router, bounds, stage) = (self.router.clone(), self.bounds.clone(), self.stage.clone());
        tokio::spawn(async move {
            connection(stream, peer, router, &bounds, stage).await;
            drop((place, counted));
        });
    }

    /// Accepts everything that connected before the listener closes: the kernel would reset those connections.
    async fn close(&self, listener: TcpListener, until: Instant) {
        backlog::refuse_newcomers(&listener);
        // Let handshakes in progress complete.
        let settled = sleep(backlog::HANDSHAKE);
        tokio::pin!(settled);
        loop {
            tokio::select! {
                () = self.serve_next(&listener) => {}
                () = &mut settled => break,
            }
        }
        let Ok(mut rest) = backlog::Rest::of(listener) else { return };
        while let Ok(Ok(place)) = timeout_at(until, self.places.clone().acquire_owned()).await {
            let Some((stream, peer)) = rest.next() else { return };
            match TcpStream::from_std(stream) {
                Ok(stream) => self.let_in(place, stream, peer),
                Err(error) => tracing::warn!(%error, "a connection was not accepted"),
            }
        }
    }
}

/// Serves requests, each with the newest `router`, until shutdown begins. Then each open connection gets one more response, and
/// requests in flight are finished within the grace period.
pub async fn serve(
    listener: TcpListener,
    router: watch::Receiver<Router>,
    bounds: Bounds,
    stage: watch::Receiver<Stage>,
) {
    let (places, bounds) = (Arc::new(Semaphore::new(bounds.most)), Arc::new(bounds));
    let door = Door {
        places: places.clone(),
        addresses: Addresses::default(),
        bounds: bounds.clone(),
        router,
        stage: stage.clone(),
    };
    loop {
        tokio::select! {
            () = door.serve_next(&listener) => {}
            () = stopped(stage.clone()) => break,
        }
    }
    let until = Instant::now() + bounds.grace;
    door.close(listener, until).await;
    let all = u32::try_from(bounds.most).unwrap_or(u32::MAX);
    if timeout_at(until, places.acquire_many(all)).await.is_err() {
        tracing::warn!("requests in flight were not finished in time");
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: watch::Receiver<Router>,
    bounds: &Bounds,
    stage: watch::Receiver<Stage>,
) {
    // Responses are small: waiting to fill a packet only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "TCP_NODELAY");
    }
    let activity = Arc::new(Activity::new());
    let service = service_fn({
        let (activity, stage) = (activity.clone(), stage.clone());
        move |request: Request<hyper::body::Incoming>| {
            let framed = request.version() == Version::HTTP_2;
            let answering = activity.sent_request(framed);
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let mut router = router.borrow().clone();
            let (answer, stage) = (router.call(request), stage.clone());
            async move {
                let _answering = answering;
                let mut answer = answer.await?;
                // Tells the client to send its next request elsewhere. HTTP/2 has its own mechanism.
                if !framed && *stage.borrow() != Stage::Serving {
                    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, std::convert::Infallible>(answer)
            }
        }
    });
    let io = TokioIo::new(Watched { stream, activity: activity.clone(), stage: stage.clone() });
    let builder = Builder::new(TokioExecutor::new());
    let mut served = pin!(builder.serve_connection(io, service));
    let mut asked_to_end = pin!(stopped(stage));
    let (mut ending, mut farewell) = (None, None);
    loop {
        let deadline = || activity.deadline(bounds, ending).map(|usual| farewell.unwrap_or(usual));
        // The activity can change in the meantime, so check again by then.
        let look = deadline().into_iter().fold(Instant::now() + bounds.head / 2, Instant::min);
        tokio::select! {
            biased;
            ended = &mut served => {
                if let Err(error) = ended {
                    tracing::debug!(error, "a connection ended");
                }
                return;
            }
            () = &mut asked_to_end, if ending.is_none() => {
                ending = Some(Instant::now());
                if activity.is_framed() {
                    served.as_mut().graceful_shutdown();
                }
            }
            () = sleep_until(look) => {
                if deadline().is_none_or(|deadline| deadline > Instant::now()) {
                    continue;
                }
                if ending.is_none() || farewell.is_some() {
                    return;
                }
                // Close gracefully: a request arriving right now is still answered, or read to its end.
                farewell = Some(Instant::now() + FAREWELL);
                served.as_mut().graceful_shutdown();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    struct Served {
        address: SocketAddr,
        tell: watch::Sender<Stage>,
        server: tokio::task::JoinHandle<()>,
    }

    fn bounds(most: usize) -> Bounds {
        Bounds { most, ..Bounds::new(&[], Duration::from_secs(20)) }
    }

    /// Starts a server with a page that takes a minute.
    async fn start(bounds: Bounds) -> Served {
        start_on(TcpListener::bind("127.0.0.1:0").await.unwrap(), bounds, Stage::Serving)
    }

    fn start_on(listener: TcpListener, bounds: Bounds, stage: Stage) -> Served {
        let address = listener.local_addr().unwrap();
        let slow = get(async || {
            sleep(Duration::from_mins(1)).await;
            "slow"
        });
        let who = get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string());
        let router = Router::new().route("/slow", slow).route("/who", who);
        let ((tell, stage), (_, router)) = (watch::channel(stage), watch::channel(router));
        Served { address, tell, server: tokio::spawn(serve(listener, router, bounds, stage)) }
    }

    impl Served {
        async fn send(&self, text: &str) -> TcpStream {
            let mut stream = TcpStream::connect(self.address).await.unwrap();
            stream.write_all(text.as_bytes()).await.unwrap();
            stream
        }
    }

    /// Reads until the server closes the connection.
    async fn rest(mut stream: TcpStream) -> String {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).await.unwrap();
        String::from_utf8(all).unwrap()
    }

    const SLOW: &str = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";

    /// Checklist 140.
    #[tokio::test(start_paused = true)]
    async fn point_2_2_a_connection_lasts_as_long_as_it_is_used() {
        let served = start(bounds(10)).await;
        let begun = Instant::now();
        assert_eq!(rest(served.send("").await).await, "", "nothing at all");
        assert_eq!(rest(served.send("GET /who HTTP/1.1\r\nHost:").await).await, "", "half a head");
        assert!(begun.elapsed() <= Duration::from_secs(31), "{:?}", begun.elapsed());
        // A request that takes longer than the limit for a head is answered; then the connection is idle.
        let begun = Instant::now();
        let stream = served.send(SLOW).await;
        let mine = stream.local_addr().unwrap();
        let answer = rest(stream).await;
        assert!(answer.ends_with("slow"), "{answer}");
        assert!(begun.elapsed() >= Duration::from_secs(60 + 75), "{:?}", begun.elapsed());
        let mut stream = served.send("GET /who HTTP/1.1\r\nHost: a\r\n\r\n").await;
        let own = stream.local_addr().unwrap();
        assert_ne!(own, mine);
        stream.write_all(b"GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await.unwrap();
        assert_eq!(rest(stream).await.matches(&own.to_string()).count(), 2, "two on one connection");
    }

    /// Checklist 140.
    #[tokio::test(start_paused = true)]
    async fn point_2_2_there_are_so_many_connections_at_once() {
        let served = start(bounds(2)).await;
        let (one, two) = (served.send(SLOW).await, served.send(SLOW).await);
        // The third connection waits until one of the two closes.
        let third = served.send("GET /who HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
        let begun = Instant::now();
        assert!(rest(third).await.contains("127.0.0.1"));
        assert!(begun.elapsed() >= Duration::from_mins(1));
        drop((one, two));
    }

    #[test]
    fn point_2_2_one_address_has_its_share() {
        let addresses = Addresses::default();
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let bounds = Bounds { shared: vec!["198.51.100.0/24".parse().unwrap()], ..bounds(8) };
        let shares = ["192.0.2.1", "127.0.0.1", "198.51.100.7"].map(|a| bounds.share(a.parse().unwrap()));
        assert_eq!(shares, [2, 8, 8]);
        let held = [(); 2].map(|()| Counted::one_more(&addresses, address, 2).unwrap());
        assert!(Counted::one_more(&addresses, address, 2).is_none());
        assert!(Counted::one_more(&addresses, "192.0.2.2".parse().unwrap(), 2).is_some());
        drop(held);
        assert!(addresses.lock().is_empty());
        assert_eq!([Some(64), Some(1024), Some(1 << 20), None].map(most), [16, 896, MOST, MOST]);
        assert!(descriptor_limit().is_some_and(|limit| limit > 0));
    }

    /// Checklist 140.
    #[tokio::test(start_paused = true)]
    async fn point_6_2_requests_in_flight_are_finished_and_nothing_holds_the_end_up() {
        // The request takes a minute: longer than the first grace period, shorter than the second.
        for (grace, expected) in [(20, ""), (90, "slow")] {
            let served = start(Bounds { grace: Duration::from_secs(grace), ..bounds(10) }).await;
            let (slow, half) = (served.send(SLOW).await, served.send("GET /who HTT").await);
            let idle = served.send("").await;
            // All three were accepted before shutdown.
            let mut who = served.send("GET /who HTTP/1.1\r\nHost: a\r\n\r\n").await;
            assert!(who.read(&mut [0; 1024]).await.unwrap() > 0);
            let begun = Instant::now();
            served.tell.send(Stage::Stopping).unwrap();
            let answer = tokio::spawn(rest(slow));
            served.server.await.unwrap();
            assert!(begun.elapsed() <= Duration::from_secs(grace.min(61)), "{:?}", begun.elapsed());
            if expected.is_empty() {
                answer.abort();
            } else {
                assert!(answer.await.unwrap().ends_with(expected));
            }
            assert_eq!((rest(half).await, rest(idle).await), (String::new(), String::new()));
        }
    }

    const WHO: &str = "GET /who HTTP/1.1\r\nHost: a\r\n\r\n";

    /// Reads one response.
    async fn answer(stream: &mut TcpStream) -> String {
        let mut bytes = [0; 1024];
        let length = stream.read(&mut bytes).await.unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn point_6_3_whoever_connected_before_the_end_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut waiting = Vec::new();
        for _ in 0..50 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(WHO.as_bytes()).await.unwrap();
            waiting.push(stream);
        }
        // Fewer places than connections, none of which were accepted before shutdown.
        let served = start_on(listener, bounds(10), Stage::Stopping);
        for stream in waiting {
            let answer = rest(stream).await;
            assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
        }
        served.server.await.unwrap();
        assert_eq!(TcpStream::connect(address).await.unwrap_err().kind(), std::io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test(start_paused = true)]
    async fn point_6_3_a_connection_has_one_more_request_and_is_closed_cleanly() {
        let served = start(bounds(10)).await;
        let (fresh, silent) = (served.send("").await, served.send("").await);
        let (mut used, mut idle) = (served.send(WHO).await, served.send(WHO).await);
        for stream in [&mut used, &mut idle] {
            let first = answer(stream).await;
            assert!(first.starts_with("HTTP/1.1 200") && !first.contains("connection"), "{first}");
        }
        let begun = Instant::now();
        served.tell.send(Stage::Stopping).unwrap();
        for mut stream in [fresh, used] {
            tokio::task::yield_now().await;
            stream.write_all(WHO.as_bytes()).await.unwrap();
            // The second request comes too late, and must not cause a reset.
            stream.write_all(WHO.as_bytes()).await.unwrap();
            let last = rest(stream).await;
            assert_eq!(
                (last.matches("HTTP/1.1 200").count(), last.matches("connection: close").count()),
                (1, 1),
                "{last}"
            );
        }
        assert_eq!((rest(silent).await, rest(idle).await), (String::new(), String::new()));
        served.server.await.unwrap();
        assert!(begun.elapsed() <= ONE_MORE + FAREWELL + Duration::from_millis(50), "{:?}", begun.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn point_6_3_while_the_server_leaves_it_serves_and_sends_clients_elsewhere() {
        let served = start(bounds(10)).await;
        let mut before = served.send(WHO).await;
        answer(&mut before).await;
        served.tell.send(Stage::Leaving).unwrap();
        sleep(Duration::from_secs(5)).await;
        before.write_all(WHO.as_bytes()).await.unwrap();
        for stream in [before, served.send(WHO).await] {
            let last = rest(stream).await;
            assert!(last.starts_with("HTTP/1.1 200") && last.contains("connection: close"), "{last}");
        }
        assert!(!served.server.is_finished());
        served.tell.send(Stage::Stopping).unwrap();
        served.server.await.unwrap();
    }
}
