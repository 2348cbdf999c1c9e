//! Moves SQLite's log into the file alongside the writer, so that the writer finds little left to move when its turn
//! comes.
//!
//! Without it, one commit in every few dozen would wait for thousands of pages. The last step stays with the writer
//! (`wal_autocheckpoint`): while writes keep coming, only the writer can restart the log.
use crate::StoreError;
use rusqlite::Connection;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Changed rows between two checkpoints: about a thousand pages of the log. Counts rows rather than writes, because a
/// write may change five rows or five thousand.
const ROWS: u64 = 600;

/// The writer's end.
pub(crate) struct Checkpointer {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    rows: u64,
}

impl Checkpointer {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (wake, woken) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || checkpoint(&connection, &woken))
            .map_err(|e| StoreError::Unavailable(format!("no thread for checkpoints: {e}")))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), rows: 0 })
    }

    /// Counts the rows that a commit changed.
    pub(crate) fn changed(&mut self, rows: u64) {
        self.rows += rows;
        if self.rows >= ROWS
            && let Some(wake) = &self.wake
        {
            self.rows = 0;
            // Fails if a wake-up is already queued, which will cover these writes too.
            let _ = wake.try_send(());
        }
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(thread) = self.thread.take() {
            // The thread does not panic. If it did, the writer would checkpoint on its own again.
            let _ = thread.join();
        }
    }
}

fn checkpoint(connection: &Connection, woken: &Receiver<()>) {
    while woken.recv().is_ok() {
        // PASSIVE neither waits nor blocks; what it cannot move now, it moves the next time.
        if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())) {
            tracing::warn!(%error, "a checkpoint failed");
        }
    }
}
