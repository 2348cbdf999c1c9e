//! Parses `CREATE TABLE`, `CREATE INDEX` and `ALTER TABLE … ADD` or `DROP COLUMN` into a form common to both databases.
use super::sql;
use anyhow::{Context, Result, bail, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

#[derive(Debug, Default)]
pub struct Schema {
    pub tables: BTreeMap<String, Table>,
    pub indexes: BTreeMap<String, Index>,
    /// Statements that change rows, verbatim.
    pub data: Vec<Vec<String>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table {
    pub columns: Vec<Column>,
    /// Keys and checks, whether declared on a column or on the table.
    pub constraints: BTreeSet<String>,
}

#[derive(Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    kind: &'static str,
    not_null: bool,
    default: Option<String>,
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not_null = if self.not_null { " not null" } else { "" };
        write!(f, "{}{not_null}", self.kind)?;
        self.default.iter().try_for_each(|value| write!(f, " default {value}"))
    }
}

#[derive(Debug, PartialEq, Eq)]
pub struct Index {
    unique: bool,
    /// The text from the word `on`.
    definition: String,
}

impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", if self.unique { "unique " } else { "" }, self.definition)
    }
}

impl Schema {
    pub fn apply(&mut self, dialect: Dialect, text: &str) -> Result<()> {
        for statement in sql::statements(text)? {
            let what = statement.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
            self.statement(dialect, statement).with_context(|| format!("in `{what} …`"))?;
        }
        Ok(())
    }

    fn statement(&mut self, dialect: Dialect, words: Vec<String>) -> Result<()> {
        let mut words = Words { words, at: 0 };
        if ["insert", "update", "delete"].iter().any(|verb| words.is(verb)) {
            self.data.push(words.words);
        } else if words.takes(&["create", "table"]) {
            words.takes(&["if", "not", "exists"]);
            let name = words.next()?;
            let table = table(dialect, &mut words)?;
            ensure!(self.tables.insert(name.clone(), table).is_none(), "table {name} is there already");
        } else if words.takes(&["create", "index"]) || words.is("create") && words.after(1, &["unique", "index"]) {
            let unique = words.takes(&["create", "unique", "index"]);
            words.takes(&["if", "not", "exists"]);
            let name = words.next()?;
            ensure!(words.is("on"), "an index on nothing");
            let definition = joined(&words.words[words.at..]);
            let index = Index { unique, definition };
            ensure!(self.indexes.insert(name.clone(), index).is_none(), "index {name} is there already");
        } else if words.takes(&["drop", "index"]) {
            let name = words.next()?;
            ensure!(self.indexes.remove(&name).is_some() && words.done(), "no index {name}, or words after it");
        } else if words.takes(&["alter", "table"]) {
            let name = words.next()?;
            let table = self.tables.get_mut(&name).with_context(|| format!("no table {name}"))?;
            if words.takes(&["drop", "column"]) {
                let column = words.next()?;
                let before = table.columns.len();
                table.columns.retain(|known| known.name != column);
                ensure!(table.columns.len() < before, "no column {column}");
            } else {
                ensure!(words.takes(&["add", "column"]), "only ADD COLUMN and DROP COLUMN are understood");
                column(dialect, &mut words, table)?;
            }
            ensure!(words.done(), "words after the column");
        } else {
            bail!("this statement is not understood; teach xtask's schema check, or write it another way");
        }
        Ok(())
    }
}

fn table(dialect: Dialect, words: &mut Words) -> Result<Table> {
    let mut table = Table::default();
    words.expect("(")?;
    loop {
        if words.takes(&["constraint"]) {
            words.next()?;
        }
        match words.peek() {
            "primary" | "unique" | "foreign" | "check" => table_constraint(words, &mut table)?,
            _ => column(dialect, words, &mut table)?,
        }
        if !words.takes(&[","]) {
            break;
        }
    }
    words.expect(")")?;
    let options = joined(&words.words[words.at..]);
    let known = match dialect {
        Dialect::Sqlite => matches!(options.as_str(), "strict" | "strict , without rowid"),
        Dialect::Postgres => options.is_empty(),
    };
    ensure!(known, "the table ends with `{options}`");
    Ok(table)
}

fn table_constraint(words: &mut Words, table: &mut Table) -> Result<()> {
    let constraint = if words.takes(&["primary", "key"]) {
        format!("primary key {}", words.group()?)
    } else if words.takes(&["unique"]) {
        format!("unique {}", words.group()?)
    } else if words.takes(&["check"]) {
        format!("check {}", words.group()?)
    } else {
        ensure!(words.takes(&["foreign", "key"]), "an unknown constraint");
        let columns = words.group()?;
        words.expect("references")?;
        format!("foreign key {columns} {}", reference(words)?)
    };
    table.constraints.insert(constraint);
    Ok(())
}

fn column(dialect: Dialect, words: &mut Words, table: &mut Table) -> Result<()> {
    let name = words.next()?;
    let kind = kind(dialect, &words.next()?)?;
    let mut column = Column { name: name.clone(), kind, not_null: false, default: None };
    loop {
        if words.takes(&["not", "null"]) {
            column.not_null = true;
        } else if words.takes(&["default"]) {
            column.default = Some(if words.is("(") { words.group()? } else { words.signed()? });
        } else if words.takes(&["primary", "key"]) {
            table.constraints.insert(format!("primary key ({name})"));
        } else if words.takes(&["unique"]) {
            table.constraints.insert(format!("unique ({name})"));
        } else if words.takes(&["check"]) {
            table.constraints.insert(format!("check {}", words.group()?));
        } else if words.takes(&["references"]) {
            table.constraints.insert(format!("foreign key ({name}) {}", reference(words)?));
        } else if dialect == Dialect::Postgres && words.takes(&["collate", "\"C\""]) {
            // SQLite's default is already to compare bytes.
        } else {
            break;
        }
    }
    table.columns.push(column);
    Ok(())
}

fn reference(words: &mut Words) -> Result<String> {
    let mut found = vec!["references".to_owned(), words.next()?, words.group()?];
    while words.is("on") {
        found.extend([words.next()?, words.next()?]);
        let two_words = words.is("set") || words.is("no");
        found.push(words.next()?);
        if two_words {
            found.push(words.next()?);
        }
    }
    Ok(found.join(" "))
}

fn kind(dialect: Dialect, word: &str) -> Result<&'static str> {
    Ok(match (dialect, word) {
        (Dialect::Sqlite, "integer") | (Dialect::Postgres, "bigint") => "integer",
        (Dialect::Sqlite, "blob") | (Dialect::Postgres, "bytea") => "bytes",
        (_, "text") => "text",
        (Dialect::Sqlite, _) => bail!("SQLite has no place for the type {word} here"),
        (Dialect::Postgres, _) => bail!("PostgreSQL has no place for the type {word} here"),
    })
}

fn joined(words: &[String]) -> String {
    let text = words.join(" ");
    text.replace("( ", "(").replace(" )", ")")
}

struct Words {
    words: Vec<String>,
    at: usize,
}

impl Words {
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn is(&self, word: &str) -> bool {
        self.peek() == word
    }

    fn after(&self, skip: usize, words: &[&str]) -> bool {
        self.words[self.at..].iter().skip(skip).zip(words).filter(|(a, b)| a == *b).count() == words.len()
    }

    fn done(&self) -> bool {
        self.at >= self.words.len()
    }

    fn next(&mut self) -> Result<String> {
        let word = self.words.get(self.at).context("the statement ends too early")?;
        self.at += 1;
        Ok(word.clone())
    }

    fn takes(&mut self, words: &[&str]) -> bool {
        let found = self.after(0, words);
        self.at += if found { words.len() } else { 0 };
        found
    }

    fn expect(&mut self, word: &str) -> Result<()> {
        let found = self.next()?;
        ensure!(found == word, "`{word}` was expected, and `{found}` found");
        Ok(())
    }

    /// Reads text in parentheses, including them.
    fn group(&mut self) -> Result<String> {
        let start = self.at;
        self.expect("(")?;
        let mut depth = 1_usize;
        while depth > 0 {
            match self.next()?.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
        }
        Ok(joined(&self.words[start..self.at]))
    }

    fn signed(&mut self) -> Result<String> {
        let sign = if self.takes(&["-"]) { "-" } else { "" };
        Ok(format!("{sign}{}", self.next()?))
    }
}
