//! Disk space of the database. PostgreSQL manages its own.
use crate::platform::page::count;
use crate::{StoreError, Tx};

/// Free pages to keep in SQLite's file, so that it need not grow again at once: a tenth of its pages, and at least 4
/// MiB.
const TENTH: i64 = 10;
const LEAST: i64 = 1_000;

/// Pages that one statement releases.
const STEP: i64 = 16;

/// Releases at most `pages` surplus free pages of SQLite's file to the disk, and returns how many. The file shrinks at
/// the next checkpoint.
pub async fn give_back(tx: &mut Tx, pages: i64) -> Result<u64, StoreError> {
    // Files created before this was supported need `countersign compact` first.
    if tx.is_postgres() || count(tx, "PRAGMA auto_vacuum", &[]).await? != 2 {
        return Ok(0);
    }
    let kept = (count(tx, "PRAGMA page_count", &[]).await? / TENTH).max(LEAST);
    let spare = count(tx, "PRAGMA freelist_count", &[]).await? - kept;
    let steps = spare.min(pages.max(STEP)) / STEP;
    for _ in 0..steps {
        tx.all("PRAGMA incremental_vacuum(16)", &[]).await?;
    }
    Ok(u64::try_from(steps * STEP).unwrap_or(0))
}
