//! The schemas of both databases after all migrations, as their own catalogues describe them.
use crate::common::{Db, on_postgres, on_sqlite, store};
use std::collections::BTreeSet;
use std::sync::Mutex;
use store::{StoreError, Tx};

/// One line for each column, key and index, in words common to both databases. Of indexes, and of nothing else, SQLite's catalogue
/// only has the statement.
const SQLITE: &str = "\
    SELECT 'table ' || name || CASE strict WHEN 1 THEN '' ELSE ' is not strict' END FROM pragma_table_list \
    WHERE schema = 'main' AND name NOT LIKE 'sqlite%' \
    UNION ALL SELECT 'column ' || m.name || ' ' || c.cid || ' ' || c.name || ' ' \
    || CASE c.type WHEN 'INTEGER' THEN 'bigint' WHEN 'BLOB' THEN 'bytea' ELSE lower(c.type) END \
    || CASE c.\"notnull\" WHEN 1 THEN ' not null' ELSE '' END || COALESCE(' default ' || c.dflt_value, '') \
    FROM sqlite_schema m, pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' \
    UNION ALL SELECT 'key of ' || m.name || ': PRIMARY KEY (' || GROUP_CONCAT(c.name, ', ' ORDER BY c.pk) || ')' \
    FROM sqlite_schema m, pragma_table_xinfo(m.name) c \
    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND c.pk > 0 GROUP BY m.name \
    UNION ALL SELECT 'key of ' || m.name || ': UNIQUE (' || GROUP_CONCAT(c.name, ', ' ORDER BY c.seqno) || ')' \
    FROM sqlite_schema m, pragma_index_list(m.name) i, pragma_index_info(i.name) c \
    WHERE m.type = 'table' AND i.origin = 'u' GROUP BY m.name, i.name \
    UNION ALL SELECT 'key of ' || m.name || ': FOREIGN KEY (' || GROUP_CONCAT(k.\"from\", ', ' ORDER BY k.seq) \
    || ') REFERENCES ' || k.\"table\" || '(' || GROUP_CONCAT(k.\"to\", ', ' ORDER BY k.seq) || ')' \
    || CASE k.on_update WHEN 'NO ACTION' THEN '' ELSE ' ON UPDATE ' || k.on_update END \
    || CASE k.on_delete WHEN 'NO ACTION' THEN '' ELSE ' ON DELETE ' || k.on_delete END \
    FROM sqlite_schema m, pragma_foreign_key_list(m.name) k WHERE m.type = 'table' GROUP BY m.name, k.id \
    UNION ALL SELECT 'index: ' || sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL \
    UNION ALL SELECT type || ' ' || name FROM sqlite_schema WHERE type NOT IN ('table', 'index')";

const POSTGRES: &str = "\
    SELECT 'table ' || relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' \
    UNION ALL SELECT 'column ' || c.relname || ' ' || (ROW_NUMBER() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) - 1) \
    || ' ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) \
    || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || COALESCE(' default ' || pg_get_expr(d.adbin, d.adrelid), '') \
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum \
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' \
    UNION ALL SELECT 'key of ' || conrelid::regclass || ': ' || pg_get_constraintdef(oid) FROM pg_constraint \
    WHERE connamespace = current_schema()::regnamespace AND contype <> 'n' \
    UNION ALL SELECT 'index: ' || pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
    WHERE c.relnamespace = current_schema()::regnamespace \
    AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid) \
    UNION ALL SELECT 'another kind of relation: ' || relname FROM pg_class \
    WHERE relnamespace = current_schema()::regnamespace AND relkind NOT IN ('r', 'i') \
    UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal";

/// Writes a line as both databases could: PostgreSQL names types and its default method, and puts more in parentheses.
fn common(line: &str) -> String {
    let (mut words, mut quoted) = (String::new(), false);
    for c in line.chars() {
        quoted ^= c == '\'';
        match c {
            '(' | ')' | '[' | ']' if !quoted => words.push(' '),
            ',' if !quoted => words.push_str(" , "),
            _ if quoted => words.push(c),
            _ => words.extend(c.to_lowercase()),
        }
    }
    let words: Vec<_> = words.split_whitespace().collect();
    let mut line = words.join(" ");
    for (of_postgres, of_both) in [
        ("::text", ""),
        ("::bigint", ""),
        (" public.", " "),
        (" using btree ", " "),
        ("= any array ", "in "),
        ("<> all array ", "not in "),
    ] {
        line = line.replace(of_postgres, of_both);
    }
    line
}

async fn lines(tx: &mut Tx, is_postgres: bool) -> Result<BTreeSet<String>, StoreError> {
    let sql = if is_postgres { POSTGRES } else { SQLITE };
    tx.all(sql, &[]).await?.iter_mut().map(|row| row.text().map(|line| common(&line))).collect()
}

async fn schema(db: &Db) -> BTreeSet<String> {
    lines(&mut db.store.read().await.unwrap(), db.is_postgres).await.unwrap()
}

async fn on_both() -> [BTreeSet<String>; 2] {
    let found = Mutex::new(Vec::new());
    let read = async |db: &Db| {
        let schema = schema(db).await;
        found.lock().unwrap().push(schema);
    };
    on_sqlite(&read).await;
    on_postgres(&read).await;
    found.into_inner().unwrap().try_into().unwrap()
}

/// Issue 15, point 8.
#[tokio::test]
async fn point_8_both_databases_have_the_same_schema() {
    let [sqlite, postgres] = on_both().await;
    for (kind, least) in [("table ", 30), ("column ", 200), ("key of ", 50), ("index: ", 60)] {
        assert!(sqlite.iter().filter(|line| line.starts_with(kind)).count() >= least, "{kind}");
    }
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        one.difference(other).cloned().collect::<Vec<_>>().join("\n")
    };
    let (ours, theirs) = (only(&sqlite, &postgres), only(&postgres, &sqlite));
    assert!(ours.is_empty() && theirs.is_empty(), "only SQLite has\n{ours}\nand only PostgreSQL\n{theirs}");
}

/// Issue 15, point 8: what the comparison finds.
#[tokio::test]
async fn point_8_every_difference_of_the_schemas_is_found() {
    const CHANGES: [(&str, &str); 12] = [
        ("CREATE TABLE extra (id TEXT)", "table extra"),
        ("ALTER TABLE members ADD COLUMN extra TEXT", "column members 6 extra text"),
        ("ALTER TABLE members ALTER COLUMN role DROP NOT NULL", "column members 2 role text"),
        ("ALTER TABLE clients ALTER COLUMN access_epoch SET DEFAULT 1", "default 1"),
        ("ALTER TABLE members ALTER COLUMN created_at TYPE INTEGER", "created_at integer not null"),
        ("ALTER TABLE members ADD UNIQUE (created_at)", "key of members: unique created_at"),
        ("ALTER TABLE members ADD CHECK (role <> 'x')", "key of members: check role <> 'x'"),
        ("ALTER TABLE members ADD FOREIGN KEY (role) REFERENCES users (id) ON DELETE CASCADE", "on delete cascade"),
        ("CREATE INDEX extra ON members (role DESC, user_id)", "create index extra on members role desc , user_id"),
        ("CREATE UNIQUE INDEX extra ON members (role) WHERE role IN ('a', 'b')", "where role in 'a' , 'b'"),
        ("DROP INDEX members_owners", ""),
        ("CREATE VIEW extra AS SELECT 1", "another kind of relation: extra"),
    ];
    on_postgres(async |db| {
        let before = schema(db).await;
        for (change, expected) in CHANGES {
            let (found, kept) = std::sync::mpsc::channel();
            let outcome = db.store.write(move |tx| {
                Box::pin(async move {
                    tx.execute(change, &[]).await?;
                    let _ = found.send(lines(tx, true).await?);
                    // Rolls back.
                    Err::<(), _>(StoreError::Other("enough".to_owned()))
                })
            });
            assert_eq!(outcome.await, Err(StoreError::Other("enough".to_owned())), "{change}");
            let after = kept.recv().unwrap();
            assert_ne!(after, before, "{change}");
            let new = after.difference(&before).cloned().collect::<Vec<_>>().join("\n");
            assert!(new.contains(expected), "{change}: {new}");
        }
        assert_eq!(schema(db).await, before);
    })
    .await;
}
