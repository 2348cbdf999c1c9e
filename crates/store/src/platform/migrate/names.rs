//! Migration 15: fills the index of names. There is no SQL that folds letters the same way on both databases.
//!
//! Frozen: the index that this fills is the one of that time, so nothing here is shared with the code that maintains it today.
use crate::{StoreError, Tx, params};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Names per block.
const BLOCK: i64 = 64;

/// The kinds of names, the prefix of their terms, and the statement that numbers them.
const KINDS: [(&str, char, &str); 3] = [
    (
        "client",
        'c',
        "INSERT INTO names (kind, nr, id, text, belongs) SELECT 'client', \
         ROW_NUMBER() OVER (ORDER BY created_at, id DESC) - 1, id, name, 'T' || trust || \
         COALESCE(' O' || owner_workspace_id, '') || COALESCE(' O' || owner_user_id, '') \
         FROM clients WHERE deleted_at IS NULL",
    ),
    (
        "user",
        'u',
        "INSERT INTO names (kind, nr, id, text, belongs) SELECT 'user', ROW_NUMBER() OVER (ORDER BY id) - 1, id, \
         email_key || '\n' || name, '' FROM users",
    ),
    (
        "workspace",
        'w',
        "INSERT INTO names (kind, nr, id, text, belongs) SELECT 'workspace', ROW_NUMBER() OVER (ORDER BY id) - 1, id, \
         name, '' FROM workspaces",
    ),
];

/// What SQLite and PostgreSQL say for each object `j.value` of the JSON list `$1`.
macro_rules! each {
    ($before:literal, $after:literal) => {
        [
            concat!($before, "json_each($1) AS j", $after),
            concat!($before, "json_array_elements(CAST($1 AS json)) AS j (value)", $after),
        ]
    };
}

const FOLD: [&str; 2] =
    each!("UPDATE names SET text = j.value->>'t' FROM ", " WHERE kind = $2 AND nr = CAST(j.value->>'n' AS BIGINT)");

const SET: [&str; 2] = each!(
    "INSERT INTO name_bits (term, block, bits) SELECT j.value->>'t', $2, CAST(j.value->>'b' AS BIGINT) FROM ",
    " WHERE 1 = 1 ON CONFLICT (term, block) DO UPDATE SET bits = name_bits.bits | excluded.bits"
);

const COUNTS: [&str; 3] = [
    "INSERT INTO name_counts (term, names) SELECT 'O' || owner_workspace_id, COUNT(*) FROM clients \
     WHERE deleted_at IS NULL AND owner_workspace_id IS NOT NULL GROUP BY owner_workspace_id",
    "INSERT INTO name_counts (term, names) SELECT 'O' || owner_user_id, COUNT(*) FROM clients \
     WHERE deleted_at IS NULL AND owner_user_id IS NOT NULL GROUP BY owner_user_id",
    "INSERT INTO name_counts (term, names) SELECT 'M' || workspace_id, COUNT(*) FROM members GROUP BY workspace_id",
];

const MEMBERS: [&str; 2] = [
    "INSERT INTO name_bits (term, block, bits) SELECT 'M' || m.workspace_id, n.nr / 64, \
     SUM(CAST(1 AS BIGINT) << CAST(n.nr % 64 AS INTEGER)) FROM members m \
     JOIN names n ON n.kind = 'user' AND n.id = m.user_id WHERE n.nr % 64 < 63 GROUP BY m.workspace_id, n.nr / 64",
    "INSERT INTO name_bits (term, block, bits) SELECT 'M' || m.workspace_id, n.nr / 64, \
     CAST(-9223372036854775807 AS BIGINT) - 1 FROM members m JOIN names n ON n.kind = 'user' AND n.id = m.user_id \
     WHERE n.nr % 64 = 63 ON CONFLICT (term, block) DO UPDATE SET bits = name_bits.bits | excluded.bits",
];

fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

/// The terms of all runs of one to three letters in a folded text with one or more lines, and those that it belongs to.
fn terms(letter: char, text: &str, belongs: &str) -> BTreeSet<String> {
    let mut found: BTreeSet<_> = belongs.split(' ').filter(|term| !term.is_empty()).map(str::to_owned).collect();
    for line in text.split('\n') {
        let letters: Vec<char> = line.chars().collect();
        for length in 1..=3 {
            found.extend(letters.windows(length).map(|run| std::iter::once(&letter).chain(run).collect::<String>()));
        }
    }
    found
}

pub(super) async fn fill(tx: &mut Tx) -> Result<(), StoreError> {
    for (kind, letter, number) in KINDS {
        tx.execute(number, &[]).await?;
        let last = tx.one("SELECT nr FROM names WHERE kind = $1 ORDER BY nr DESC LIMIT 1", params![kind]).await?;
        let Some(mut last) = last else { continue };
        let open = last.int()? / BLOCK;
        for block in 0..=open {
            index(tx, (kind, letter), block, block < open).await?;
        }
    }
    for sql in COUNTS.into_iter().chain(MEMBERS) {
        tx.execute(sql, &[]).await?;
    }
    Ok(())
}

/// Folds the names of a block. If it is closed, also writes its terms.
async fn index(tx: &mut Tx, (kind, letter): (&str, char), block: i64, is_closed: bool) -> Result<(), StoreError> {
    let database = usize::from(tx.is_postgres());
    let sql = "SELECT nr, text, belongs FROM names WHERE kind = $1 AND nr >= $2 AND nr < $3";
    let mut folded = Vec::new();
    let mut bits: BTreeMap<String, i64> = BTreeMap::new();
    for mut row in tx.all(sql, params![kind, block * BLOCK, (block + 1) * BLOCK]).await? {
        let (nr, text, belongs) = (row.int()?, fold(&row.text()?), row.text()?);
        for term in terms(letter, &text, &belongs) {
            *bits.entry(term).or_default() |= 1 << (nr % BLOCK);
        }
        folded.push(json!({"n": nr, "t": text}));
    }
    tx.execute(FOLD[database], params![Value::Array(folded).to_string(), kind]).await?;
    if is_closed {
        let rows: Vec<_> = bits.iter().map(|(term, bits)| json!({"t": term, "b": bits})).collect();
        tx.execute(SET[database], params![Value::Array(rows).to_string(), block]).await?;
    }
    Ok(())
}
