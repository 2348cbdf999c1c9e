//! Finds clients, users, workspaces and members by a substring of their names, page by page. See
//! [`crate::platform::search_index`] for how.
use crate::platform::dialect::{self, each};
use crate::platform::page::{Page, Paged};
use crate::platform::search_index::{self, BLOCK, IndexedName, Kind};
use crate::{StoreError, Tx, params};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Maximum number of results of a search; none counts further.
pub const MOST: usize = 1000;

/// One page of search results.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchPage<T> {
    /// The results on this page.
    pub items: Vec<T>,
    /// Number of results on all pages; at most [`MOST`] for a search.
    pub total: i64,
    /// Whether there are more matches than the pages show.
    pub more: bool,
}

impl<T> From<Paged<T>> for SearchPage<T> {
    fn from(all: Paged<T>) -> Self {
        Self { items: all.items, total: all.total, more: false }
    }
}

impl<T> Default for SearchPage<T> {
    fn default() -> Self {
        Self { items: Vec::new(), total: 0, more: false }
    }
}

/// A search request.
pub(crate) struct SearchQuery<'w> {
    pub(crate) kind: Kind,
    /// The search term, folded.
    pub(crate) part: String,
    /// Terms that the name has to belong to.
    pub(crate) belongs: Vec<String>,
    /// The workspace that the user has to be a member of.
    pub(crate) member_of: Option<&'w str>,
    pub(crate) newest_first: bool,
}

/// How many terms are intersected at once. The few names left are checked individually.
const TERMS: usize = 5;

/// How many runs of a long search term are counted to choose the rarest among them.
const COUNTED: usize = 24;

/// How many blocks are intersected at a time.
const STEP: i64 = 100;

/// How many names are checked before a search gives up.
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

impl SearchQuery<'_> {
    /// The terms of the longest runs in the search term.
    fn runs(&self) -> Vec<String> {
        let letters: Vec<char> = self.part.chars().collect();
        let length = letters.len().min(3);
        if length == 0 {
            return Vec::new();
        }
        let mut runs: Vec<_> = letters.windows(length).map(|run| search_index::run(self.kind, run)).collect();
        runs.sort_unstable();
        runs.dedup();
        runs.truncate(COUNTED);
        runs
    }

    fn fits(&self, seen: &IndexedName) -> bool {
        let belongs = |term: &String| seen.belongs.split(' ').any(|of| of == term);
        seen.text.contains(&self.part) && self.belongs.iter().all(belongs)
    }

    /// The matching ids in order, and whether there are more.
    async fn find(&self, tx: &mut Tx) -> Result<(Vec<String>, bool), StoreError> {
        let mut ids = Vec::new();
        let Some(last) = search_index::last(tx, self.kind).await? else { return Ok((ids, false)) };
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

    fn keep(&self, mut seen: Vec<IndexedName>, ids: &mut Vec<String>) {
        seen.sort_unstable_by_key(|one| if self.newest_first { -one.nr } else { one.nr });
        ids.extend(seen.into_iter().filter(|one| self.fits(one)).map(|one| one.id));
    }

    /// Checks the names of the last block, which is still open.
    async fn tail(&self, tx: &mut Tx, open: i64, ids: &mut Vec<String>) -> Result<(), StoreError> {
        let member_of = self.member_of.unwrap_or_default();
        let mut rows = tx.all(TAIL, params![self.kind.as_str(), open * BLOCK, member_of]).await?;
        self.keep(rows.iter_mut().map(IndexedName::read).collect::<Result<_, _>>()?, ids);
        Ok(())
    }

    /// The terms to intersect, rarest first; empty if nothing can match.
    async fn terms(&self, tx: &mut Tx) -> Result<Vec<String>, StoreError> {
        let member = self.member_of.map(search_index::member_of);
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
        // Ownership terms are always kept, because a name's text cannot be checked for them.
        counted.retain(|(_, term)| {
            let kept = fixed.contains(term) || room > 0;
            room -= usize::from(kept && !fixed.contains(term));
            kept
        });
        Ok(counted.into_iter().map(|(_, term)| term).collect())
    }

    /// Checks the names left after intersecting the closed blocks. Returns `true` if it stopped before checking all.
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
                self.keep(rows.iter_mut().map(IndexedName::read).collect::<Result<_, _>>()?, ids);
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

    /// The ids of one page, the total number of results, and whether there are more.
    pub(crate) async fn page(&self, tx: &mut Tx, page: Page) -> Result<(Vec<String>, i64, bool), StoreError> {
        let (mut ids, more) = self.find(tx).await?;
        let more = more || ids.len() > MOST;
        ids.truncate(MOST);
        let total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let (skipped, taken) = (usize::try_from(page.offset()), usize::try_from(page.limit()));
        let (skipped, taken) = (skipped.unwrap_or(usize::MAX), taken.unwrap_or(usize::MAX));
        Ok((ids.into_iter().skip(skipped).take(taken).collect(), total, more))
    }
}

/// The rows of a page in its order. Rows deleted in the meantime are left out.
pub(crate) fn arrange<T>(ids: &[String], items: Vec<T>, id: impl Fn(&T) -> String) -> Vec<T> {
    let mut by_id: HashMap<String, T> = items.into_iter().map(|item| (id(&item), item)).collect();
    ids.iter().filter_map(|wanted| by_id.remove(wanted)).collect()
}

pub(crate) fn list(ids: &[String]) -> String {
    Value::Array(ids.iter().map(|id| json!({"id": id})).collect()).to_string()
}

/// A page of all names of a kind that is never deleted. Their numbers have no gaps, so the position of a page is a
/// number and the last number gives the total. CROSS JOIN pins SQLite's join order.
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
pub(crate) use all_of;

pub(crate) async fn total(tx: &mut Tx, kind: Kind) -> Result<i64, StoreError> {
    Ok(search_index::last(tx, kind).await?.map_or(0, |last| last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::search::{ALL_USERS, USERS};
    use crate::clients::search::CLIENTS;
    use crate::platform::sqlite::plan;
    use crate::workspace::search::{ALL_WORKSPACES, MEMBERS, WORKSPACES};

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
