//! What everything is made of, and how much of it there is.
use domain::{ClientId, Timestamp, UserId, WorkspaceId};
use serde_json::Value;
use std::path::PathBuf;

/// Of everything: what a large server has.
pub const LARGE: u32 = 100_000;
pub const BATCH: u32 = 20_000;

/// How much of everything there is, told by the number of clients.
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

    /// Users of the busiest client who allowed it something in the workspace, too.
    pub const fn twice(self) -> u32 {
        self.clients
    }

    pub const fn workspaces(self) -> u32 {
        self.clients / 2
    }

    pub const fn audit(self) -> u32 {
        self.clients * 10
    }

    /// Clients that did something on each of the last thirty days.
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
    /// When it was made: the log ends then.
    pub made: Timestamp,
    /// What the demo made in its data folder: its people, its workspaces and its credentials.
    pub demo: Value,
}

pub fn bytes<const N: usize>(kind: u8, n: u32) -> [u8; N] {
    let mut all = [kind; N];
    all[..4].copy_from_slice(&n.to_be_bytes());
    all
}

/// The moment at which everything was made; clients and keys, a minute apart.
pub const BEGAN: Timestamp = Timestamp::from_seconds(1_700_000_000);

pub fn minute(n: u32) -> Timestamp {
    BEGAN.plus(i64::from(n) * 60)
}

pub fn user_id(n: u32) -> UserId {
    UserId::new(BEGAN, bytes(1, n))
}

/// Client 0 is the busiest, and the one that was made last: the first page has it.
pub fn client_id(n: u32) -> ClientId {
    ClientId::new("cs", bytes(2, n))
}

/// Nearly all are called alike; one of the last is called as no other is.
pub fn named(kind: &str, n: u32, of: u32) -> String {
    if n + 5 == of { RARE.to_owned() } else { format!("{kind} {n}") }
}

/// A name that one of each kind has.
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

/// Writes so many things, many in a transaction.
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
