//! The index of names: how the operator, developers and admins find clients, users and workspaces.
//!
//! A name has a number among those of its kind, in order of creation. Each 64 consecutive numbers form a block. For
//! each run of one, two or three letters that occurs in a block, one row has a bit for each name that contains it; each
//! owner, trust level and workspace has such a row too. A search intersects a few such rows block by block and checks
//! the texts of what is left. The last block, which is still being filled, has no rows yet: its names are read one by
//! one. So adding a name costs one row, and every sixty-fourth name also the rows of a block.
//!
//! A bit may be set for what a name no longer contains, but is never missing for what it does contain.
use crate::platform::dialect::{self, each};
use crate::platform::page::count;
use crate::{Row, StoreError, Tx, params};
use domain::clients::Client;
use domain::platform::text::fold;
use domain::{UserId, WorkspaceId};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Names per block: the bits of a number.
pub(crate) const BLOCK: i64 = 64;

/// The kind of thing a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Client,
    User,
    Workspace,
}

impl Kind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::User => "user",
            Self::Workspace => "workspace",
        }
    }

    /// The prefix of its terms.
    const fn letter(self) -> char {
        match self {
            Self::Client => 'c',
            Self::User => 'u',
            Self::Workspace => 'w',
        }
    }
}

/// The term of a run of letters.
pub(crate) fn run(kind: Kind, letters: &[char]) -> String {
    std::iter::once(kind.letter()).chain(letters.iter().copied()).collect()
}

/// The terms of all runs of one to three letters in a folded text with one or more lines.
fn runs(kind: Kind, text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.split('\n') {
        let letters: Vec<char> = line.chars().collect();
        for length in 1..=3 {
            found.extend(letters.windows(length).map(|letters| run(kind, letters)));
        }
    }
    found
}

// Ownership terms start with a capital; the terms of runs do not.

pub(crate) fn trusted(trust: domain::clients::Trust) -> String {
    format!("T{}", trust.as_str())
}

/// The term for names owned by the workspace or user with this id.
pub(crate) fn owned(owner: &str) -> String {
    format!("O{owner}")
}

pub(crate) fn member_of(workspace: &str) -> String {
    format!("M{workspace}")
}

/// A name as it is indexed.
#[derive(Debug)]
pub(crate) struct Entry {
    kind: Kind,
    id: String,
    /// Folded; one line per text.
    text: String,
    /// Terms, separated by spaces.
    belongs: String,
}

impl Entry {
    fn new(kind: Kind, id: String, texts: &[&str], belongs: &[String]) -> Self {
        let lines: Vec<_> = texts.iter().map(|text| fold(&text.replace('\n', " "))).collect();
        Self { kind, id, text: lines.join("\n"), belongs: belongs.join(" ") }
    }

    pub(crate) fn of_client(client: &Client) -> Self {
        let workspace = client.owner_workspace_id.map(|id| owned(&id.to_string()));
        let user = client.owner_user_id.map(|id| owned(&id.to_string()));
        let belongs: Vec<_> = std::iter::once(trusted(client.trust)).chain(workspace).chain(user).collect();
        Self::new(Kind::Client, client.id.to_string(), &[&client.name], &belongs)
    }

    pub(crate) fn of_user(id: UserId, email_key: &str, name: &str) -> Self {
        Self::new(Kind::User, id.to_string(), &[email_key, name], &[])
    }

    pub(crate) fn of_workspace(id: WorkspaceId, name: &str) -> Self {
        Self::new(Kind::Workspace, id.to_string(), &[name], &[])
    }

    fn terms(&self) -> BTreeSet<String> {
        let mut terms = runs(self.kind, &self.text);
        terms.extend(self.belongs.split(' ').filter(|term| !term.is_empty()).map(str::to_owned));
        terms
    }
}

/// The number of the last name of a kind.
pub(crate) async fn last(tx: &mut Tx, kind: Kind) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT nr FROM names WHERE kind = $1 ORDER BY nr DESC LIMIT 1";
    tx.one(sql, params![kind.as_str()]).await?.map(|mut row| row.int()).transpose()
}

const SET: (&str, &str) = each!(
    "INSERT INTO name_bits (term, block, bits) SELECT j.value->>'t', $2, CAST(j.value->>'b' AS BIGINT) FROM ",
    " WHERE 1 = 1 ON CONFLICT (term, block) DO UPDATE SET bits = name_bits.bits | excluded.bits"
);

async fn set(tx: &mut Tx, block: i64, terms: &BTreeMap<String, i64>) -> Result<(), StoreError> {
    // In term order, so that concurrent writes of one block meet at the first.
    let rows: Vec<_> = terms.iter().map(|(term, bits)| json!({"t": term, "b": bits})).collect();
    let sql = dialect::pick(tx, SET.0, SET.1);
    tx.execute(sql, params![serde_json::Value::Array(rows).to_string(), block]).await?;
    Ok(())
}

const fn bit(nr: i64) -> i64 {
    1 << (nr % BLOCK)
}

async fn add_to_count(tx: &mut Tx, term: &str, by: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO name_counts (term, names) VALUES ($1, $2) \
               ON CONFLICT (term) DO UPDATE SET names = name_counts.names + excluded.names";
    tx.execute(sql, params![term, by]).await.map(drop)
}

/// Updates the number of clients per owner from the ownership terms of changed clients.
async fn count_owners<'b>(tx: &mut Tx, changes: impl IntoIterator<Item = (&'b str, i64)>) -> Result<(), StoreError> {
    // In term order, so that concurrent writes of several meet at the first.
    let mut by_owner: BTreeMap<&str, i64> = BTreeMap::new();
    for (belongs, by) in changes {
        for owner in belongs.split(' ').filter(|term| term.starts_with('O')) {
            *by_owner.entry(owner).or_default() += by;
        }
    }
    for (owner, by) in by_owner.into_iter().filter(|(_, by)| *by != 0) {
        add_to_count(tx, owner, by).await?;
    }
    Ok(())
}

/// How many clients an owner has, or how many members a workspace has.
pub(crate) async fn count_of(tx: &mut Tx, term: &str) -> Result<i64, StoreError> {
    count(tx, "SELECT names FROM name_counts WHERE term = $1", params![term]).await
}

/// Adds a name to the index, or updates it.
pub(crate) async fn put(tx: &mut Tx, entry: &Entry) -> Result<(), StoreError> {
    let kind = entry.kind.as_str();
    let known = "SELECT nr, text, belongs FROM names WHERE kind = $1 AND id = $2";
    let known = tx.one(known, params![kind, &entry.id]).await?;
    if let Some(mut row) = known {
        let (nr, text, belongs) = (row.int()?, row.text()?, row.text()?);
        if (&text, &belongs) == (&entry.text, &entry.belongs) {
            return Ok(());
        }
        count_owners(tx, [(belongs.as_str(), -1), (entry.belongs.as_str(), 1)]).await?;
        let sql = "UPDATE names SET text = $3, belongs = $4 WHERE kind = $1 AND id = $2";
        tx.execute(sql, params![kind, &entry.id, &entry.text, &entry.belongs]).await?;
        let terms = entry.terms().into_iter().map(|term| (term, bit(nr))).collect();
        return set(tx, nr / BLOCK, &terms).await;
    }
    // Numbers are consecutive, and no block is closed while one of its names is still being written.
    dialect::lock_names(tx).await?;
    let nr = last(tx, entry.kind).await?.map_or(0, |last| last + 1);
    let sql = "INSERT INTO names (kind, nr, id, text, belongs) VALUES ($1, $2, $3, $4, $5)";
    tx.execute(sql, params![kind, nr, &entry.id, &entry.text, &entry.belongs]).await?;
    count_owners(tx, [(entry.belongs.as_str(), 1)]).await?;
    if nr % BLOCK == 0 && nr > 0 { close(tx, entry.kind, nr / BLOCK - 1).await } else { Ok(()) }
}

/// Records that a user became a member of a workspace. Searches check whether they still are.
pub(crate) async fn join(tx: &mut Tx, user: UserId, workspace: WorkspaceId) -> Result<(), StoreError> {
    add_to_count(tx, &member_of(&workspace.to_string()), 1).await?;
    let sql = "SELECT nr FROM names WHERE kind = 'user' AND id = $1";
    let Some(mut row) = tx.one(sql, params![user]).await? else { return Ok(()) };
    let nr = row.int()?;
    set(tx, nr / BLOCK, &BTreeMap::from([(member_of(&workspace.to_string()), bit(nr))])).await
}

/// Records that a user is no longer a member of a workspace.
pub(crate) async fn leave(tx: &mut Tx, workspace: WorkspaceId) -> Result<(), StoreError> {
    add_to_count(tx, &member_of(&workspace.to_string()), -1).await
}

const REMOVE: (&str, &str) =
    each!("DELETE FROM names WHERE kind = 'client' AND id IN (SELECT j.value->>'id' FROM ", ") RETURNING belongs");

/// Removes clients from the index.
pub(crate) async fn remove_clients(tx: &mut Tx, ids: &[String]) -> Result<(), StoreError> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = ids.iter().map(|id| json!({"id": id})).collect();
    let sql = dialect::pick(tx, REMOVE.0, REMOVE.1);
    // No LIMIT: at most as many as were sent.
    let mut gone = tx.all(sql, params![serde_json::Value::Array(rows).to_string()]).await?;
    let gone = gone.iter_mut().map(Row::text).collect::<Result<Vec<_>, _>>()?;
    count_owners(tx, gone.iter().map(|belongs| (belongs.as_str(), -1))).await
}

/// Writes the rows of a full block.
async fn close(tx: &mut Tx, kind: Kind, block: i64) -> Result<(), StoreError> {
    let sql = "SELECT nr, id, text, belongs FROM names WHERE kind = $1 AND nr >= $2 AND nr < $3 ORDER BY nr";
    let mut rows = tx.all(sql, params![kind.as_str(), block * BLOCK, (block + 1) * BLOCK]).await?;
    let mut terms: BTreeMap<String, i64> = BTreeMap::new();
    for row in &mut rows {
        let nr = row.int()?;
        let entry = Entry { kind, id: row.text()?, text: row.text()?, belongs: row.text()? };
        for term in entry.terms() {
            *terms.entry(term).or_default() |= bit(nr);
        }
    }
    set(tx, block, &terms).await
}

/// A name to check.
#[derive(Debug)]
pub(crate) struct IndexedName {
    pub nr: i64,
    pub id: String,
    pub text: String,
    pub belongs: String,
}

impl IndexedName {
    pub(crate) fn read(row: &mut Row) -> Result<Self, StoreError> {
        Ok(Self { nr: row.int()?, id: row.text()?, text: row.text()?, belongs: row.text()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_runs_within_a_line_and_what_a_name_belongs_to() {
        let entry = Entry::new(Kind::User, "id".to_owned(), &["ab", "Ü c"], &["Mx".to_owned()]);
        let terms: Vec<_> = entry.terms().into_iter().collect();
        assert_eq!(terms, ["Mx", "u ", "u c", "ua", "uab", "ub", "uc", "uü", "uü ", "uü c"]);
    }
}
