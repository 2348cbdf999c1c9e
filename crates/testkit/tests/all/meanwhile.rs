//! What other writes wait for while something large is done.
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::grants::revoked_tokens;
use testkit::TestApp;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

/// Writes of another kind, one after the other.
pub struct Meanwhile {
    done: Arc<AtomicBool>,
    writes: JoinHandle<Vec<Duration>>,
}

impl Meanwhile {
    pub fn start(app: &TestApp) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let (store, told, now) = (app.store.clone(), done.clone(), app.ctx().now);
        let writes = tokio::spawn(async move {
            let mut took = Vec::new();
            while !told.load(Ordering::Relaxed) {
                let id = domain::platform::seal::TokenId::from_random(*b"every token!");
                let begun = Instant::now();
                let write = store.write(move |tx| Box::pin(revoked_tokens::revoke_token(tx, id, now.plus(9_999_999))));
                write.await.unwrap();
                took.push(begun.elapsed());
                sleep(Duration::from_millis(2)).await;
            }
            took
        });
        Self { done, writes }
    }

    /// Says how long they took.
    pub async fn stop(self, of: &str) {
        self.done.store(true, Ordering::Relaxed);
        let mut took = self.writes.await.unwrap();
        took.sort_unstable();
        let (writes, most) = (took.len(), took.last().map_or(0, Duration::as_millis));
        let late = took.get(writes * 99 / 100).map_or(0, Duration::as_millis);
        println!("figure {of}: {writes} other writes, p99_ms {late}, max_ms {most}");
    }
}
