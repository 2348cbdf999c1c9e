//! The building blocks of the seeded database, and how much of each it has.
use domain::{ClientId, Timestamp, UserId, WorkspaceId};
use serde_json::Value;
use std::path::PathBuf;

/// The default number of objects of each kind: the size of a large server.
pub const LARGE: u32 = 100_000;
pub const BATCH: u32 = 20_000;

/// The size of the database, derived from the number of clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub clients: u32,
}

impl Size {
    pub const fn consents(self) -> u32 {
        self.clients * 10
    }

    pub const fn users(self) -> u32 {
        self.clients * 4
    }

    pub const fn members(self) -> u32 {
        self.clients
    }

    /// Users of the busiest client who also authorized it in the workspace.
    pub const fn twice(self) -> u32 {
        self.clients
    }

    pub const fn workspaces(self) -> u32 {
        self.clients / 2
    }

    pub const fn audit(self) -> u32 {
        self.clients * 10
    }

    /// Clients with activity on each of the last thirty days.
    pub const fn active(self) -> u32 {
        self.clients / 50
    }
}

/// The seeded database, and the credentials for it.
pub struct Seeded {
    pub data: PathBuf,
    pub api_key: String,
    pub personal: String,
    pub workspace: WorkspaceId,
    pub ada: UserId,
    pub size: Size,
    /// When it was created; the audit log ends then.
    pub made: Timestamp,
    /// The demo's data in its folder: users, workspaces and credentials.
    pub demo: Value,
}

pub fn bytes<const N: usize>(kind: u8, n: u32) -> [u8; N] {
    let mut all = [kind; N];
    all[..4].copy_from_slice(&n.to_be_bytes());
    all
}

/// The creation time of everything; clients and keys are one minute apart.
pub const BEGAN: Timestamp = Timestamp::from_seconds(1_700_000_000);

pub fn minute(n: u32) -> Timestamp {
    BEGAN.plus(i64::from(n) * 60)
}

pub fn user_id(n: u32) -> UserId {
    UserId::new(BEGAN, bytes(1, n))
}

/// Client 0 is the busiest and the newest, so it is on the first page.
pub fn client_id(n: u32) -> ClientId {
    ClientId::new("cs", bytes(2, n))
}

/// Nearly all names are similar; one of the last is unique.
pub fn named(kind: &str, n: u32, of: u32) -> String {
    if n + 5 == of { RARE.to_owned() } else { format!("{kind} {n}") }
}

/// A name that exactly one object of each kind has.
pub const RARE: &str = "Zo\u{eb} Quixote";

impl Seeded {
    pub fn database(&self) -> PathBuf {
        self.data.join("countersign.db")
    }
}

pub fn now() -> anyhow::Result<Timestamp> {
    #[expect(clippy::disallowed_methods, reason = "some things are of the last days, whenever the rest was made")]
    let since = std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH)?;
    Ok(Timestamp::from_seconds(i64::try_from(since.as_secs())?))
}

/// Writes a number of objects, many per transaction.
macro_rules! fill {
    ($store:ident, $count:expr, $make:expr, |$tx:ident, $thing:ident| $insert:expr) => {
        for first in (0..$count).step_by(BATCH as usize) {
            let things = (first..$count.min(first + BATCH)).map($make).collect::<anyhow::Result<Vec<_>>>()?;
            let work = $store.write(move |$tx| {
                Box::pin(async move {
                    for $thing in &things {
                        $insert.await?;
                    }
                    Ok(())
                })
            });
            work.await.map_err(|error: StoreError| anyhow::Error::from(error))?;
        }
    };
}

pub(crate) use fill;
