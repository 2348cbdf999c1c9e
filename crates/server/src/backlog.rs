//! Connections queued on a listener and not accepted yet.
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tokio::net::TcpListener;

/// Maximum duration of a handshake: clients, or the proxy in front, are nearby.
pub const HANDSHAKE: Duration = Duration::from_millis(5);

/// Makes the kernel drop the first packet of every new connection. The client sends it again after a second, when the listener
/// is closed, and is refused; established connections are not affected. Without this, a connection that arrives while the
/// listener is closing would be reset, and its client could not know whether its request was processed.
pub fn refuse_newcomers(listener: &TcpListener) {
    #[cfg(target_os = "linux")]
    if let Err(error) = socket2::SockRef::from(listener).attach_filter(&first_packets()) {
        // Without the filter, the gap is only microseconds.
        tracing::debug!(%error, "no filter for new connections");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = listener;
}

/// A classic BPF program that sees TCP segments starting at their header. It drops SYN without ACK.
#[cfg(target_os = "linux")]
fn first_packets() -> [socket2::SockFilter; 5] {
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    [
        socket2::SockFilter::new(0x30, 0, 0, FLAGS),
        socket2::SockFilter::new(0x54, 0, 0, SYN | ACK),
        socket2::SockFilter::new(0x15, 0, 1, SYN),
        socket2::SockFilter::new(0x06, 0, 0, 0),
        socket2::SockFilter::new(0x06, 0, 0, u32::MAX),
    ]
}

/// The connections still queued on a listener. Dropping it closes the listener.
pub struct Rest(std::net::TcpListener);

impl Rest {
    pub fn of(listener: TcpListener) -> std::io::Result<Self> {
        listener.into_std().map(Self)
    }
}

impl Iterator for Rest {
    type Item = (TcpStream, SocketAddr);

    /// Accepts from the kernel directly: the runtime does not know about the latest connections yet.
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.0.accept() {
                Ok((stream, peer)) if stream.set_nonblocking(true).is_ok() => return Some((stream, peer)),
                Ok(_) => {}
                Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::ConnectionAborted) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return None,
                Err(error) => {
                    tracing::warn!(%error, "connections were not accepted");
                    return None;
                }
            }
        }
    }
}
