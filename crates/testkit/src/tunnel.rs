//! A tunnel between a program and PostgreSQL that can drop all traffic.
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A tunnel to a server on this machine; it closes when dropped.
#[derive(Debug)]
pub struct Tunnel {
    /// The URL of the database through the tunnel.
    pub url: String,
    /// Whether bytes are silently dropped. Connections are still accepted.
    pub hole: watch::Sender<bool>,
    accepted: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

/// `url`, pointing to this port of 127.0.0.1.
pub fn by_way_of(url: &str, port: u16) -> String {
    let mut url: url::Url = url.parse().unwrap();
    url.set_host(Some("127.0.0.1")).unwrap();
    url.set_port(Some(port)).unwrap();
    url.to_string()
}

impl Tunnel {
    pub async fn to(url: &str) -> Self {
        Self::from(TcpListener::bind("127.0.0.1:0").await.unwrap(), url)
    }

    pub fn from(listener: TcpListener, url: &str) -> Self {
        let port = listener.local_addr().unwrap().port();
        let there: url::Url = url.parse().unwrap();
        let there = (there.host_str().unwrap().to_owned(), there.port().unwrap_or(5432));
        let (hole, accepted) = (watch::Sender::new(false), Arc::new(AtomicUsize::new(0)));
        let task = tokio::spawn(carry(listener, there, hole.clone(), accepted.clone()));
        Self { url: by_way_of(url, port), hole, accepted, task }
    }

    /// Number of connections accepted so far.
    pub fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

async fn carry(listener: TcpListener, there: (String, u16), hole: watch::Sender<bool>, accepted: Arc<AtomicUsize>) {
    let mut tasks = JoinSet::new();
    while let Ok((mut near, _)) = listener.accept().await {
        accepted.fetch_add(1, Ordering::SeqCst);
        let (there, mut hole) = (there.clone(), hole.subscribe());
        tasks.spawn(async move {
            let mut far = TcpStream::connect(there).await.unwrap();
            tokio::select! {
                biased;
                _ = hole.wait_for(|hole| *hole) => {}
                _ = copy_bidirectional(&mut near, &mut far) => return,
            }
            // Dropped bytes stay lost, even once the hole is closed.
            std::future::pending::<()>().await;
        });
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}
