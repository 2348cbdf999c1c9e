//! Finding clients, users, workspaces and members by a part of their names, page by page. See [`crate::names`] for how.
use crate::clients::{self, Owner};
use crate::dialect::{self, each};
use crate::names::{self, BLOCK, Kind, Seen};
use crate::page::{Page, Paged};
use crate::row::Row;
use crate::{StoreError, Tx, params, users, workspaces};
use domain::client::{Client, Trust};
use domain::identity::{Member, User, Workspace};
use domain::text::fold;
use domain::{Timestamp, UserId, WorkspaceId};
use serde_json::{Value, json};
use std::collections::HashMap;

/// No search finds more, and none counts further.
pub const MOST: usize = 1000;

/// What was found: one page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found<T> {
    pub items: Vec<T>,
    /// On all pages together, at most [`MOST`] of a search.
    pub total: i64,
    /// Whether there are more that fit, and that no page has.
    pub more: bool,
}

impl<T> From<Paged<T>> for Found<T> {
    fn from(all: Paged<T>) -> Self {
        Self { items: all.items, total: all.total, more: false }
    }
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self { items: Vec::new(), total: 0, more: false }
    }
}

/// What is looked for.
struct Wanted<'w> {
    kind: Kind,
    /// Folded.
    part: String,
    /// What the name has to belong to.
    belongs: Vec<String>,
    /// Of which workspace the user has to be a member.
    member_of: Option<&'w str>,
    newest_first: bool,
}

/// Rows that are intersected at once: what is left is few, and is looked at.
const TERMS: usize = 5;
/// Runs of a long text that are counted in order to choose among them.
const COUNTED: usize = 24;
/// Blocks that are intersected at a time.
const STEP: i64 = 100;
/// Names that are looked at before a search gives up on finding more.
const LOOKED_AT: usize = 20_000;

const RARITY: (&str, &str) = each!(
    "SELECT j.value->>'t', (SELECT COUNT(*) FROM (SELECT 1 AS one FROM name_bits b WHERE b.term = j.value->>'t' \
     LIMIT 200) counted) FROM ",
    ""
);

macro_rules! intersect {
    ($beyond:literal, $order:literal) => {
        concat!(
            "SELECT a.block, a.bits & b.bits & c.bits & d.bits & e.bits FROM name_bits a CROSS JOIN name_bits b \
             CROSS JOIN name_bits c CROSS JOIN name_bits d CROSS JOIN name_bits e WHERE a.term = $1 \
             AND b.term = $2 AND b.block = a.block AND (a.bits & b.bits) <> 0 \
             AND c.term = $3 AND c.block = a.block AND (a.bits & b.bits & c.bits) <> 0 \
             AND d.term = $4 AND d.block = a.block AND e.term = $5 AND e.block = a.block \
             AND (a.bits & b.bits & c.bits & d.bits & e.bits) <> 0 AND a.block < $6 AND a.block ",
            $beyond,
            " $7 ORDER BY a.block ",
            $order,
            " LIMIT $8"
        )
    };
}

const BACKWARDS: &str = intersect!("<", "DESC");
const FORWARDS: &str = intersect!(">", "ASC");

const LOOK: (&str, &str) = each!(
    "SELECT n.nr, n.id, n.text, n.belongs FROM ",
    " CROSS JOIN names n WHERE n.kind = $2 AND n.nr = CAST(j.value->>'n' AS BIGINT) \
     AND ($3 = '' OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = n.id AND m.workspace_id = $3))"
);
const TAIL: &str = "SELECT n.nr, n.id, n.text, n.belongs FROM names n WHERE n.kind = $1 AND n.nr >= $2 \
     AND ($3 = '' OR EXISTS (SELECT 1 FROM members m WHERE m.user_id = n.id AND m.workspace_id = $3))";

impl Wanted<'_> {
    /// The terms of the longest runs in the part.
    fn runs(&self) -> Vec<String> {
        let letters: Vec<char> = self.part.chars().collect();
        let length = letters.len().min(3);
        if length == 0 {
            return Vec::new();
        }
        let mut runs: Vec<_> = letters.windows(length).map(|run| names::run(self.kind, run)).collect();
        runs.sort_unstable();
        runs.dedup();
        runs.truncate(COUNTED);
        runs
    }

    fn fits(&self, seen: &Seen) -> bool {
        let belongs = |term: &String| seen.belongs.split(' ').any(|of| of == term);
        seen.text.contains(&self.part) && self.belongs.iter().all(belongs)
    }

    /// The ids of what fits, in order.
    async fn find(&self, tx: &mut Tx) -> Result<(Vec<String>, bool), StoreError> {
        let mut ids = Vec::new();
        let Some(last) = names::last(tx, self.kind).await? else { return Ok((ids, false)) };
        let open = last / BLOCK;
        if self.newest_first {
            self.tail(tx, open, &mut ids).await?;
            let more = self.indexed(tx, open, &mut ids).await?;
            return Ok((ids, more));
        }
        let more = self.indexed(tx, open, &mut ids).await?;
        if !more {
            self.tail(tx, open, &mut ids).await?;
        }
        Ok((ids, more))
    }

    fn keep(&self, mut seen: Vec<Seen>, ids: &mut Vec<String>) {
        seen.sort_unstable_by_key(|one| if self.newest_first { -one.nr } else { one.nr });
        ids.extend(seen.into_iter().filter(|one| self.fits(one)).map(|one| one.id));
    }

    /// Looks at the names of the block that is not closed.
    async fn tail(&self, tx: &mut Tx, open: i64, ids: &mut Vec<String>) -> Result<(), StoreError> {
        let member_of = self.member_of.unwrap_or_default();
        let mut rows = tx.all(TAIL, params![self.kind.as_str(), open * BLOCK, member_of]).await?;
        self.keep(rows.iter_mut().map(Seen::read).collect::<Result<_, _>>()?, ids);
        Ok(())
    }

    /// The terms that are intersected, the rarest first; none when nothing can fit.
    async fn terms(&self, tx: &mut Tx) -> Result<Vec<String>, StoreError> {
        let member = self.member_of.map(names::member_of);
        let fixed: Vec<String> = self.belongs.iter().cloned().chain(member).collect();
        let runs = self.runs();
        let all: Vec<_> = fixed.iter().chain(&runs).map(|term| json!({"t": term})).collect();
        let sql = dialect::pick(tx, RARITY.0, RARITY.1);
        let mut counted: Vec<(i64, String)> = Vec::new();
        for mut row in tx.all(sql, params![Value::Array(all).to_string()]).await? {
            let term = row.text()?;
            counted.push((row.int()?, term));
        }
        counted.sort_unstable();
        if counted.first().is_none_or(|(rarest, _)| *rarest == 0) {
            return Ok(Vec::new());
        }
        let mut room = TERMS - fixed.len();
        // What a name belongs to always counts: its text does not tell.
        counted.retain(|(_, term)| {
            let kept = fixed.contains(term) || room > 0;
            room -= usize::from(kept && !fixed.contains(term));
            kept
        });
        Ok(counted.into_iter().map(|(_, term)| term).collect())
    }

    /// Looks at the names that the closed blocks leave over; `true` when there are more than were looked for.
    async fn indexed(&self, tx: &mut Tx, open: i64, ids: &mut Vec<String>) -> Result<bool, StoreError> {
        let terms = self.terms(tx).await?;
        let Some(rarest) = terms.first() else { return Ok(false) };
        let term = |n: usize| terms.get(n).unwrap_or(rarest);
        let (sql, mut from) = if self.newest_first { (BACKWARDS, open) } else { (FORWARDS, -1) };
        let mut looked_at = 0;
        loop {
            let params = params![term(0), term(1), term(2), term(3), term(4), open, from, STEP];
            let mut blocks = Vec::new();
            for mut row in tx.all(sql, params).await? {
                blocks.push((row.int()?, row.int()?));
            }
            for some in blocks.chunks(10) {
                let bits = |bits: i64| (0..BLOCK).filter(move |bit| bits >> bit & 1 == 1);
                let left = some.iter().flat_map(|&(block, set)| bits(set).map(move |bit| block * BLOCK + bit));
                let left: Vec<_> = left.map(|nr| json!({"n": nr})).collect();
                looked_at += left.len();
                let member_of = self.member_of.unwrap_or_default();
                let sql = dialect::pick(tx, LOOK.0, LOOK.1);
                let params = params![Value::Array(left).to_string(), self.kind.as_str(), member_of];
                let mut rows = tx.all(sql, params).await?;
                self.keep(rows.iter_mut().map(Seen::read).collect::<Result<_, _>>()?, ids);
                if ids.len() > MOST || looked_at > LOOKED_AT {
                    return Ok(true);
                }
            }
            match blocks.last() {
                Some((block, _)) if i64::try_from(blocks.len()).is_ok_and(|found| found == STEP) => from = *block,
                _ => return Ok(false),
            }
        }
    }

    /// The ids of one page, as a list that statements read, and what the other pages have.
    async fn page(&self, tx: &mut Tx, page: Page) -> Result<(Vec<String>, i64, bool), StoreError> {
        let (mut ids, more) = self.find(tx).await?;
        let more = more || ids.len() > MOST;
        ids.truncate(MOST);
        let total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let (skipped, taken) = (usize::try_from(page.offset()), usize::try_from(page.limit()));
        let (skipped, taken) = (skipped.unwrap_or(usize::MAX), taken.unwrap_or(usize::MAX));
        Ok((ids.into_iter().skip(skipped).take(taken).collect(), total, more))
    }
}

/// The rows of a page in its order. Who went away meanwhile is left out.
fn arrange<T>(ids: &[String], items: Vec<T>, id: impl Fn(&T) -> String) -> Vec<T> {
    let mut by_id: HashMap<String, T> = items.into_iter().map(|item| (id(&item), item)).collect();
    ids.iter().filter_map(|wanted| by_id.remove(wanted)).collect()
}

fn list(ids: &[String]) -> String {
    Value::Array(ids.iter().map(|id| json!({"id": id})).collect()).to_string()
}

const CLIENTS: (&str, &str) = each!(
    concat!("SELECT ", clients::secret_columns!(), ", ", clients::columns!(), " FROM "),
    " CROSS JOIN clients c LEFT JOIN client_secrets s ON s.client_id = c.id \
     AND (s.expires_at IS NULL OR s.expires_at > $2) WHERE c.id = j.value->>'id' AND c.deleted_at IS NULL \
     ORDER BY c.id, s.created_at, s.id"
);

async fn find_clients(
    tx: &mut Tx,
    part: &str,
    belongs: Vec<String>,
    page: Page,
    now: Timestamp,
) -> Result<Found<Client>, StoreError> {
    let wanted = Wanted { kind: Kind::Client, part: fold(part), belongs, member_of: None, newest_first: true };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, CLIENTS.0, CLIENTS.1);
    let items = clients::gather(tx.all(sql, params![list(&ids), now]).await?)?;
    Ok(Found { items: arrange(&ids, items, |client| client.id.to_string()), total, more })
}

/// The owner's clients with `part` in their names, whatever the case of its letters, newest first, with their live secrets.
pub async fn clients_of(
    tx: &mut Tx,
    owner: Owner,
    part: &str,
    page: Page,
    now: Timestamp,
) -> Result<Found<Client>, StoreError> {
    if part.is_empty() {
        // Nobody looks for anything: there is a shorter way.
        return Ok(clients::list_for_owner(tx, owner, page, now).await?.into());
    }
    let id = match owner {
        Owner::Workspace(id) => id.to_string(),
        Owner::User(id) => id.to_string(),
    };
    find_clients(tx, part, vec![names::owned(&id)], page, now).await
}

/// All clients with `part` in their names, believed so far if `trust` is given, newest first.
pub async fn all_clients(
    tx: &mut Tx,
    part: &str,
    trust: Option<Trust>,
    page: Page,
    now: Timestamp,
) -> Result<Found<Client>, StoreError> {
    if part.is_empty() && trust.is_none() {
        return Ok(clients::list(tx, page, now).await?.into());
    }
    find_clients(tx, part, trust.map(names::trusted).into_iter().collect(), page, now).await
}

/// A user as the operator sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUser {
    pub user: User,
    /// Workspaces that they are a member of.
    pub workspaces: i64,
    /// When the newest of the sessions began that are still kept.
    pub last_sign_in_at: Option<Timestamp>,
}

/// With what [`FoundUser`] says of the user `u`.
macro_rules! found_columns {
    () => {
        concat!(
            users::columns!(),
            ", (SELECT COUNT(*) FROM members m WHERE m.user_id = u.id), \
             (SELECT MAX(s.auth_time) FROM sessions s WHERE s.user_id = u.id)"
        )
    };
}

fn found(row: &mut Row) -> Result<FoundUser, StoreError> {
    Ok(FoundUser { user: users::read(row)?, workspaces: row.int()?, last_sign_in_at: row.opt_time()? })
}

const USERS: (&str, &str) =
    each!(concat!("SELECT ", found_columns!(), " FROM "), " CROSS JOIN users u WHERE u.id = j.value->>'id'");
/// A page of all of a kind that never goes away: their numbers have no gaps, so a page is where its first number is, and the
/// last number tells how many there are. CROSS JOIN keeps SQLite from beginning elsewhere.
macro_rules! all_of {
    ($columns:expr, $kind:literal, $table:literal, $id:literal) => {
        concat!(
            "SELECT ",
            $columns,
            " FROM names n CROSS JOIN ",
            $table,
            " WHERE ",
            $id,
            " = n.id AND n.kind = '",
            $kind,
            "' AND n.nr >= $1 AND n.nr < $1 + $2 ORDER BY n.nr"
        )
    };
}

async fn total(tx: &mut Tx, kind: Kind) -> Result<i64, StoreError> {
    Ok(names::last(tx, kind).await?.map_or(0, |last| last + 1))
}

const ALL_USERS: &str = all_of!(found_columns!(), "user", "users u", "u.id");

/// The users with `part` in their address or name, whatever the case of its letters, in the order in which they came.
pub async fn users(tx: &mut Tx, part: &str, page: Page) -> Result<Found<FoundUser>, StoreError> {
    if part.is_empty() {
        let mut rows = tx.all(ALL_USERS, params![page.offset(), page.limit()]).await?;
        let items = rows.iter_mut().map(found).collect::<Result<_, _>>()?;
        return Ok(Found { items, total: total(tx, Kind::User).await?, more: false });
    }
    let wanted =
        Wanted { kind: Kind::User, part: fold(part), belongs: Vec::new(), member_of: None, newest_first: false };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, USERS.0, USERS.1);
    let mut rows = tx.all(sql, params![list(&ids)]).await?;
    let items = rows.iter_mut().map(found).collect::<Result<_, _>>()?;
    Ok(Found { items: arrange(&ids, items, |found| found.user.id.to_string()), total, more })
}

/// One user, by their id.
pub async fn user(tx: &mut Tx, id: UserId) -> Result<Option<FoundUser>, StoreError> {
    let sql = concat!("SELECT ", found_columns!(), " FROM users u WHERE u.id = $1");
    tx.one(sql, params![id]).await?.as_mut().map(found).transpose()
}

/// A workspace as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundWorkspace {
    pub workspace: Workspace,
    pub members: i64,
    pub applications: i64,
}

macro_rules! workspace_columns {
    () => {
        concat!(
            workspaces::columns!(),
            ", COALESCE((SELECT k.names FROM name_counts k WHERE k.term = 'M' || w.id), 0), \
             COALESCE((SELECT k.names FROM name_counts k WHERE k.term = 'O' || w.id), 0)"
        )
    };
}

fn found_workspace(row: &mut Row) -> Result<FoundWorkspace, StoreError> {
    Ok(FoundWorkspace { workspace: workspaces::read(row)?, members: row.int()?, applications: row.int()? })
}

const WORKSPACES: (&str, &str) =
    each!(concat!("SELECT ", workspace_columns!(), " FROM "), " CROSS JOIN workspaces w WHERE w.id = j.value->>'id'");
const ALL_WORKSPACES: &str = all_of!(workspace_columns!(), "workspace", "workspaces w", "w.id");

/// One workspace, by its id.
pub async fn workspace(tx: &mut Tx, id: WorkspaceId) -> Result<Option<FoundWorkspace>, StoreError> {
    let sql = concat!("SELECT ", workspace_columns!(), " FROM workspaces w WHERE w.id = $1");
    tx.one(sql, params![id]).await?.as_mut().map(found_workspace).transpose()
}

/// The workspaces with `part` in their names, whatever the case of its letters, in the order in which they came.
pub async fn workspaces(tx: &mut Tx, part: &str, page: Page) -> Result<Found<FoundWorkspace>, StoreError> {
    if part.is_empty() {
        let mut rows = tx.all(ALL_WORKSPACES, params![page.offset(), page.limit()]).await?;
        let items = rows.iter_mut().map(found_workspace).collect::<Result<_, _>>()?;
        return Ok(Found { items, total: total(tx, Kind::Workspace).await?, more: false });
    }
    let kind = Kind::Workspace;
    let wanted = Wanted { kind, part: fold(part), belongs: Vec::new(), member_of: None, newest_first: false };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, WORKSPACES.0, WORKSPACES.1);
    let mut rows = tx.all(sql, params![list(&ids)]).await?;
    let items = rows.iter_mut().map(found_workspace).collect::<Result<_, _>>()?;
    Ok(Found { items: arrange(&ids, items, |found| found.workspace.id.to_string()), total, more })
}

const MEMBERS: (&str, &str) = each!(
    concat!("SELECT ", workspaces::member_columns!(), ", ", users::columns!(), " FROM "),
    " CROSS JOIN members m JOIN users u ON u.id = m.user_id WHERE m.user_id = j.value->>'id' AND m.workspace_id = $2"
);

/// The members of a workspace with `part` in their address or name, whatever the case of its letters, in the order in
/// which they came to this server.
pub async fn members(
    tx: &mut Tx,
    workspace: WorkspaceId,
    part: &str,
    page: Page,
) -> Result<Found<(Member, User)>, StoreError> {
    if part.is_empty() {
        return Ok(workspaces::list_members(tx, workspace, page).await?.into());
    }
    let id = workspace.to_string();
    let wanted =
        Wanted { kind: Kind::User, part: fold(part), belongs: Vec::new(), member_of: Some(&id), newest_first: false };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, MEMBERS.0, MEMBERS.1);
    let mut rows = tx.all(sql, params![list(&ids), workspace]).await?;
    let items = rows.iter_mut().map(|row| Ok((workspaces::read_member(row)?, users::read(row)?)));
    let items = items.collect::<Result<Vec<_>, StoreError>>()?;
    Ok(Found { items: arrange(&ids, items, |(member, _)| member.user_id.to_string()), total, more })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::plan;

    #[test]
    fn a_search_reads_the_rows_of_its_terms_and_the_names_that_are_left() {
        for sql in [BACKWARDS, FORWARDS] {
            let steps = plan(sql);
            assert_eq!(
                steps[0],
                "SEARCH a USING PRIMARY KEY (term=? AND block<?)"
                    .replace("block<?", if sql == BACKWARDS { "block<?" } else { "block>? AND block<?" })
            );
            for other in ["b", "c", "d", "e"] {
                let step = format!("SEARCH {other} USING PRIMARY KEY (term=? AND block=?)");
                assert!(steps.contains(&step), "{steps:?}");
            }
            assert_eq!(steps.len(), 5, "in the order of the blocks, without sorting: {steps:?}");
        }
        for sql in [RARITY.0, LOOK.0, TAIL, CLIENTS.0, USERS.0, WORKSPACES.0, MEMBERS.0, ALL_USERS, ALL_WORKSPACES] {
            let steps = plan(sql);
            let whole = |step: &&String| {
                step.starts_with("SCAN ")
                    && !step.starts_with("SCAN j ")
                    && *step != "SCAN p"
                    && *step != "SCAN counted"
                    && !step.contains("COVERING INDEX")
                    && !step.starts_with("SCAN users")
                    && !step.starts_with("SCAN workspaces")
            };
            assert_eq!(steps.iter().find(whole), None, "{steps:?}");
        }
    }
}
