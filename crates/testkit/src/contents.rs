//! A snapshot of a database, to detect changes.
use crate::{Database, TestApp};
use std::collections::BTreeSet;
use store::Tx;

/// Reads every row of every table except tables that change on their own.
#[derive(Debug, Clone, Copy)]
pub struct Contents {
    sql: &'static str,
}

/// Leaks a statement with interpolated names; there are only a few.
fn keep(sql: String) -> &'static str {
    Box::leak(sql.into_boxed_str())
}

async fn texts(tx: &mut Tx, sql: &'static str) -> Vec<String> {
    tx.all(sql, &[]).await.unwrap().into_iter().map(|mut row| row.text().unwrap()).collect()
}

impl Contents {
    /// All tables except these.
    pub async fn without(app: &TestApp, database: &Database, left_out: &[&str]) -> Self {
        let sqlite = database.url.starts_with("sqlite:");
        let tables = if sqlite {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
        } else {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = current_schema()"
        };
        let mut tx = app.store.read().await.unwrap();
        let mut parts = Vec::new();
        for table in texts(&mut tx, tables).await.iter().filter(|table| !left_out.contains(&table.as_str())) {
            let row = if sqlite {
                let columns = keep(format!("SELECT name FROM pragma_table_info('{table}')"));
                let columns = texts(&mut tx, columns).await;
                columns.iter().map(|name| format!("quote({name})")).collect::<Vec<_>>().join(" || ' ' || ")
            } else {
                "x::text".to_owned()
            };
            parts.push(format!("SELECT '{table}: ' || {row} FROM {table} x"));
        }
        assert!(parts.len() > 20, "{parts:?}");
        Self { sql: keep(parts.join(" UNION ALL ")) }
    }

    /// Each row as a string that starts with its table's name.
    pub async fn read(&self, app: &TestApp) -> BTreeSet<String> {
        texts(&mut app.store.read().await.unwrap(), self.sql).await.into_iter().collect()
    }
}
