//! Deletes expired rows in all tables, whatever their number: some rows of each kind in turn, until nothing is left.
use crate::platform::pace::{Pace, Turn};
use crate::platform::retention::{ACTIVITY_DAYS, KEEP_ENDED_GRANTS};
use crate::{Ctx, Fault, Server};
use domain::{Day, Timestamp};
use futures_util::future::BoxFuture;
use store::{StoreError, Tx};

/// How long events and their deliveries can be inspected and replayed, in seconds.
const KEEP_EVENTS: i64 = 30 * 24 * 60 * 60;
/// How long a link of an expired invitation still says that it has expired, in seconds.
const KEEP_INVITATIONS: i64 = 30 * 24 * 60 * 60;
/// How long a device that still polls learns that its code has expired or was used, in seconds.
const KEEP_DEVICES: i64 = 60 * 60;

/// The points in time before which rows are deleted.
#[derive(Debug, Clone, Copy)]
struct Due {
    now: Timestamp,
    /// Registrations before this that were never used.
    unused: Timestamp,
    /// Audit log entries before this.
    audited: Timestamp,
    /// Activity on days before this.
    day: Day,
}

/// Deletes some rows of a kind, and returns how many.
type Remove = for<'a> fn(&'a mut Tx, Due, i64) -> BoxFuture<'a, Result<u64, StoreError>>;

macro_rules! kinds {
    ($(|$tx:ident, $due:ident, $rows:ident| $work:expr),* $(,)?) => {
        [$(|$tx, $due, $rows| Box::pin(async move { $work.await })),*]
    };
}

const KINDS: [Remove; 13] = kinds![
    |tx, due, rows| store::account::sessions::delete_expired(tx, due.now, rows),
    |tx, due, rows| store::workspace::invitations::delete_expired(tx, due.now.plus(-KEEP_INVITATIONS), rows),
    |tx, due, rows| store::oauth::device::delete_expired(tx, due.now.plus(-KEEP_DEVICES), rows),
    |tx, due, rows| store::grants::delete_expired(tx, due.now.plus(-KEEP_ENDED_GRANTS), rows),
    |tx, due, rows| store::grants::revoked_tokens::delete_expired(tx, due.now, rows),
    |tx, due, rows| store::platform::idempotency::delete_expired(tx, due.now, rows),
    |tx, due, rows| store::platform::attempts::delete_expired(tx, due.now, rows),
    |tx, due, rows| store::clients::reap_unused(tx, due.unused, rows),
    |tx, due, rows| store::webhooks::events::delete_old(tx, due.now.plus(-KEEP_EVENTS), rows),
    |tx, due, rows| store::clients::activity::delete_old(tx, due.day, rows),
    |tx, due, rows| store::clients::unprotected::delete_old(tx, due.day, rows),
    |tx, due, rows| store::audit::delete_old(tx, due.audited, rows),
    |tx, due, _rows| store::platform::keys::delete_expired_signing(tx, due.now),
];

/// Deletes expired rows, and returns unused pages of SQLite's file to the disk. Continues until nothing is left, or its turn is
/// over.
pub(crate) async fn clean(app: &Server, ctx: &Ctx, turn: Turn) -> Result<(), Fault> {
    let due = Due {
        now: ctx.now,
        unused: ctx.now.plus(-app.settings().registration.unused_after),
        audited: Day::of(ctx.now).plus(-app.settings().audit_retention_days).start(),
        day: Day::of(ctx.now).plus(1 - ACTIVITY_DAYS),
    };
    let mut outcome = Ok(());
    let mut left: Vec<_> = KINDS.into_iter().map(|remove| (remove, Pace::default())).collect();
    while !left.is_empty() && !turn.is_over() {
        let mut more = Vec::new();
        for (remove, mut pace) in left {
            match pace.batch(app.store(), move |tx, rows| remove(tx, due, rows)).await {
                Ok(0) => {}
                Ok(_) => more.push((remove, pace)),
                // The other kinds continue.
                Err(error) => outcome = Err(Fault::from(error)),
            }
        }
        left = more;
    }
    let mut pace = Pace::default();
    while pace.batch(app.store(), |tx, pages| Box::pin(store::platform::space::give_back(tx, pages))).await? > 0 {
        if turn.is_over() {
            break;
        }
    }
    app.throttle().tidy(ctx.now);
    outcome
}

/// Deletes consents that were given only with personal access tokens and that no grant needs any more. Reads all such consents.
pub(crate) async fn clean_consents(app: &Server, ctx: &Ctx) -> Result<(), Fault> {
    let now = ctx.now;
    let mut pace = Pace::default();
    let mut after = Some(store::grants::spent_consents::ConsentCursor::default());
    while let Some(place) = after {
        let batch = pace.batch(app.store(), move |tx, rows| {
            Box::pin(async move {
                let before = now.plus(-KEEP_ENDED_GRANTS);
                Ok(store::grants::spent_consents::delete(tx, now, before, &place, rows).await?.1)
            })
        });
        after = batch.await?;
    }
    Ok(())
}
