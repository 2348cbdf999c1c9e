//! A TCP proxy that can stop forwarding without closing, like a network that drops every packet.
use super::http::connect;
use super::way::Way;
use anyhow::Result;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

#[derive(Default)]
struct State {
    /// Nothing is forwarded, and nothing is closed.
    black_hole: AtomicBool,
    /// Number of holes so far. Connections that were open during one never recover.
    holes: AtomicUsize,
    closed: AtomicBool,
}

pub struct Proxy {
    pub port: u16,
    state: Arc<State>,
}

impl Proxy {
    /// Forwards to this port on this machine.
    pub fn to(target: u16) -> Result<Self> {
        Self::between(TcpListener::bind(("127.0.0.1", 0))?, move || Ok(connect(target)?))
    }

    /// Forwards the connections accepted by the listener to those that `dial` opens.
    pub fn between(
        listener: TcpListener,
        dial: impl Fn() -> Result<TcpStream> + Clone + Send + 'static,
    ) -> Result<Self> {
        let (port, state) = (listener.local_addr()?.port(), Arc::new(State::default()));
        let shared = state.clone();
        listener.set_nonblocking(true)?;
        thread::spawn(move || {
            while !shared.closed.load(Ordering::Relaxed) {
                match listener.accept() {
                    Ok((client, _)) => {
                        let (shared, dial) = (shared.clone(), dial.clone());
                        thread::spawn(move || {
                            if let Ok(server) = dial() {
                                join(&client, &server, &shared);
                            }
                        });
                    }
                    Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_millis(2)),
                    Err(_) => return,
                }
            }
        });
        Ok(Self { port, state })
    }
}

impl Way for Proxy {
    fn cut(&self) -> Result<()> {
        self.state.holes.fetch_add(1, Ordering::Relaxed);
        self.state.black_hole.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Forwards new connections again; earlier ones never recover.
    fn mend(&self) -> Result<()> {
        self.state.black_hole.store(false, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.closed.store(true, Ordering::Relaxed);
    }
}

fn join(client: &TcpStream, server: &TcpStream, state: &State) {
    let born = state.holes.load(Ordering::Relaxed);
    thread::scope(|scope| {
        scope.spawn(|| pass(client, server, state, born));
        pass(server, client, state, born);
    });
}

/// Forwards one direction until it ends.
fn pass(mut from: &TcpStream, mut to: &TcpStream, state: &State, born: usize) {
    let _ = from.set_read_timeout(Some(Duration::from_millis(50)));
    let mut buffer = [0; 16 * 1024];
    loop {
        if state.closed.load(Ordering::Relaxed) {
            break;
        }
        if state.black_hole.load(Ordering::Relaxed) || state.holes.load(Ordering::Relaxed) != born {
            thread::sleep(Duration::from_millis(20));
            continue;
        }
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                // What was read just before the hole opened is lost.
                let lost = state.black_hole.load(Ordering::Relaxed);
                if !lost && to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_passes_and_nothing_is_closed() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let proxy = Proxy::to(listener.local_addr().unwrap().port()).unwrap();
        let mut old = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
        let mut far = listener.accept().unwrap().0;
        old.write_all(b"a").unwrap();
        far.read_exact(&mut [0]).unwrap();
        proxy.cut().unwrap();
        old.write_all(b"b").unwrap();
        far.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
        assert!(far.read(&mut [0]).is_err(), "neither a byte nor the end");
        proxy.mend().unwrap();
        assert!(far.read(&mut [0]).is_err(), "what was open stays in the hole");
        let mut new = TcpStream::connect(("127.0.0.1", proxy.port)).unwrap();
        new.write_all(b"c").unwrap();
        listener.accept().unwrap().0.read_exact(&mut [0]).unwrap();
    }
}
