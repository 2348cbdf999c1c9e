//! The migrations of the two databases produce the same schema.
mod parse;
mod sql;

use anyhow::{Context, Result};
use parse::{Dialect, Schema, Table};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

pub fn check(migrations: &Path) -> Result<Vec<String>> {
    let sqlite = read(&migrations.join("sqlite"))?;
    let postgres = read(&migrations.join("postgres"))?;
    Ok(compare(&sqlite, &postgres))
}

fn read(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).context("a file name that is not UTF-8")?.to_owned();
        files.insert(name, fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    Ok(files)
}

fn compare(sqlite: &BTreeMap<String, String>, postgres: &BTreeMap<String, String>) -> Vec<String> {
    let mut problems = vec![];
    for name in sqlite.keys().chain(postgres.keys().filter(|name| !sqlite.contains_key(*name))) {
        if !(sqlite.contains_key(name) && postgres.contains_key(name)) {
            let place = if sqlite.contains_key(name) { "postgres" } else { "sqlite" };
            problems.push(format!("{name} is missing in {place}"));
        }
    }
    if sqlite.is_empty() && postgres.is_empty() {
        problems.push("no migrations".to_owned());
    }
    let ours = schema(Dialect::Sqlite, sqlite, &mut problems);
    let theirs = schema(Dialect::Postgres, postgres, &mut problems);
    if problems.is_empty() {
        compare_schemas(&ours, &theirs, &mut problems);
    }
    problems
}

fn schema(dialect: Dialect, files: &BTreeMap<String, String>, problems: &mut Vec<String>) -> Schema {
    let mut schema = Schema::default();
    for (name, text) in files {
        if let Err(error) = schema.apply(dialect, text) {
            problems.push(format!("{dialect:?}, {name}: {error:#}"));
        }
    }
    schema
}

fn compare_schemas(sqlite: &Schema, postgres: &Schema, problems: &mut Vec<String>) {
    compare_maps("table", &sqlite.tables, &postgres.tables, problems);
    for (name, table) in &sqlite.tables {
        if let Some(other) = postgres.tables.get(name).filter(|other| *other != table) {
            compare_tables(name, table, other, problems);
        }
    }
    compare_maps("index", &sqlite.indexes, &postgres.indexes, problems);
    for (name, index) in &sqlite.indexes {
        if let Some(other) = postgres.indexes.get(name).filter(|other| *other != index) {
            problems.push(format!("index {name}: SQLite has {index}, PostgreSQL has {other}"));
        }
    }
    if sqlite.data != postgres.data {
        problems.push("the statements that change rows differ".to_owned());
    }
}

fn compare_maps<T>(kind: &str, a: &BTreeMap<String, T>, b: &BTreeMap<String, T>, problems: &mut Vec<String>) {
    problems.extend(a.keys().filter(|k| !b.contains_key(*k)).map(|k| format!("{kind} {k} is missing in PostgreSQL")));
    problems.extend(b.keys().filter(|k| !a.contains_key(*k)).map(|k| format!("{kind} {k} is missing in SQLite")));
}

fn compare_tables(name: &str, sqlite: &Table, postgres: &Table, problems: &mut Vec<String>) {
    let order = |table: &Table| table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>().join(", ");
    if order(sqlite) == order(postgres) {
        for (a, b) in sqlite.columns.iter().zip(&postgres.columns).filter(|(a, b)| a != b) {
            problems.push(format!("column {name}.{}: SQLite has {a}, PostgreSQL has {b}", a.name));
        }
    } else {
        let (ours, theirs) = (order(sqlite), order(postgres));
        problems.push(format!("table {name}: the columns are {ours} in SQLite, {theirs} in PostgreSQL"));
    }
    for (a, b, missing) in [(sqlite, postgres, "PostgreSQL"), (postgres, sqlite, "SQLite")] {
        let lacking = a.constraints.difference(&b.constraints);
        problems.extend(lacking.map(|constraint| format!("table {name}: {constraint} is missing in {missing}")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQLITE: &str =
        "CREATE TABLE a (id TEXT NOT NULL PRIMARY KEY, n INTEGER DEFAULT 0, b BLOB UNIQUE) STRICT, WITHOUT ROWID;
        -- a comment; with a semicolon
        CREATE TABLE c (a TEXT NOT NULL REFERENCES a (id) ON DELETE CASCADE, k INTEGER, PRIMARY KEY (a, k)) STRICT;
        CREATE INDEX c_k ON c (k) WHERE k > 0;";
    const POSTGRES: &str = "CREATE TABLE a (id TEXT PRIMARY KEY NOT NULL, n BIGINT DEFAULT 0, b BYTEA, UNIQUE (b));
        CREATE TABLE c (a TEXT NOT NULL, k BIGINT, PRIMARY KEY (a, k), FOREIGN KEY (a) REFERENCES a(id) ON DELETE CASCADE);
        create index c_k on c (k) where k > 0;";

    fn problems(sqlite: &str, postgres: &str) -> Vec<String> {
        let files = |text: &str| BTreeMap::from([("0001_init.sql".to_owned(), text.to_owned())]);
        compare(&files(sqlite), &files(postgres))
    }

    fn changed(from: &str, to: &str) -> Vec<String> {
        assert!(POSTGRES.contains(from));
        problems(SQLITE, &POSTGRES.replace(from, to))
    }

    #[test]
    fn the_same_schema_in_two_dialects_passes() {
        assert_eq!(problems(SQLITE, POSTGRES), Vec::<String>::new());
    }

    #[test]
    fn every_kind_of_difference_is_found() {
        let one = |from: &str, to: &str| {
            let found = changed(from, to);
            assert_eq!(found.len(), 1, "{from} to {to}: {found:?}");
            found[0].clone()
        };
        assert_eq!(
            one("n BIGINT DEFAULT 0", "n BIGINT NOT NULL DEFAULT 0"),
            "column a.n: SQLite has integer default 0, PostgreSQL has integer not null default 0"
        );
        assert!(one("DEFAULT 0", "DEFAULT 1").contains("column a.n"));
        assert!(one("n BIGINT", "n TEXT").contains("column a.n"));
        assert!(one("n BIGINT", "n INTEGER").contains("PostgreSQL has no place for the type integer"));
        assert!(one("k BIGINT, PRIMARY KEY", "k BIGINT, l TEXT, PRIMARY KEY").contains("a, k, l in PostgreSQL"));
        assert_eq!(one(", UNIQUE (b)", ""), "table a: unique (b) is missing in PostgreSQL");
        assert_eq!(changed("PRIMARY KEY (a, k)", "PRIMARY KEY (k, a)").len(), 2);
        assert_eq!(changed("ON DELETE CASCADE", "ON DELETE SET NULL").len(), 2);
        assert_eq!(changed("FOREIGN KEY (a) REFERENCES a(id)", "FOREIGN KEY (a) REFERENCES c(k)").len(), 2);
        assert_eq!(
            one("index c_k on c (k) where k > 0", "index c_k on c (k)"),
            "index c_k: SQLite has on c (k) where k > 0, PostgreSQL has on c (k)"
        );
        assert!(one("index c_k", "unique index c_k").contains("unique on c (k)"));
        assert_eq!(changed("index c_k", "index c_l").len(), 2);
        assert_eq!(one("create index", "CREATE TABLE d (x TEXT); create index"), "table d is missing in SQLite");
    }

    #[test]
    fn later_migrations_add_and_both_folders_have_them() {
        let files = |[kind, end]: [&str; 2]| {
            BTreeMap::from([
                ("0001_a.sql".to_owned(), format!("CREATE TABLE a (id TEXT){end};")),
                ("0002_b.sql".to_owned(), format!("ALTER TABLE a ADD COLUMN n {kind} NOT NULL DEFAULT 0;")),
            ])
        };
        assert_eq!(compare(&files(["INTEGER", " STRICT"]), &files(["BIGINT", ""])), Vec::<String>::new());
        assert_eq!(compare(&files(["INTEGER", " STRICT"]), &files(["TEXT", ""])).len(), 1);
        let mut less = files(["BIGINT", ""]);
        less.remove("0002_b.sql");
        assert_eq!(compare(&files(["INTEGER", " STRICT"]), &less), ["0002_b.sql is missing in postgres"]);
    }

    #[test]
    fn what_is_not_understood_is_a_problem() {
        for odd in [
            "CREATE VIEW v AS SELECT 1;",
            "CREATE TABLE a (id TEXT",
            "ALTER TABLE a DROP COLUMN b;",
            "CREATE TABLE a (id TEXT SPECIAL);",
        ] {
            assert_eq!(problems(odd, odd).len(), 2, "{odd}");
        }
        assert_eq!(problems("UPDATE a SET n = 1;", "UPDATE a SET n = 2;").len(), 1);
    }
}
