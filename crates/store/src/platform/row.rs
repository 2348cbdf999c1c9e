//! Rows: columns are read from first to last, in the order in which the statement names them.
use crate::StoreError;
use domain::platform::seal::TokenId;
use domain::{ClientId, ScopeSet, SecretHash, Timestamp};
use rusqlite::types::Value as Cell;
use serde::de::DeserializeOwned;
use sqlx::postgres::PgRow;
use sqlx::{Decode, Postgres, Row as _, Type};
use std::str::FromStr;

/// A row of a result; each getter reads the next column.
pub struct Row {
    cells: Cells,
    next: usize,
    /// For naming the column in errors; costs nothing until then.
    sql: &'static str,
}

enum Cells {
    Sqlite(Vec<Cell>),
    Postgres(PgRow),
}

impl std::fmt::Debug for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Row").field("next", &self.next).finish_non_exhaustive()
    }
}

impl Row {
    pub(crate) fn sqlite(sql: &'static str, row: &rusqlite::Row<'_>, columns: usize) -> Result<Self, rusqlite::Error> {
        let cells = (0..columns).map(|i| row.get(i)).collect::<Result<_, _>>()?;
        Ok(Self { cells: Cells::Sqlite(cells), next: 0, sql })
    }

    pub(crate) fn postgres(sql: &'static str, row: PgRow) -> Self {
        Self { cells: Cells::Postgres(row), next: 0, sql }
    }

    /// The next column; `None` if it is NULL.
    fn take<T>(&mut self, sqlite: fn(Cell) -> Option<T>) -> Result<Option<T>, StoreError>
    where
        T: for<'r> Decode<'r, Postgres> + Type<Postgres>,
    {
        let at = self.next;
        self.next += 1;
        let value = match &mut self.cells {
            Cells::Sqlite(cells) => match cells.get_mut(at).map(|cell| std::mem::replace(cell, Cell::Null)) {
                Some(Cell::Null) => return Ok(None),
                Some(cell) => sqlite(cell).map(Some),
                None => None,
            },
            Cells::Postgres(row) => row.try_get::<Option<T>, _>(at).ok(),
        };
        value.ok_or_else(|| self.unreadable("another type than expected"))
    }

    /// An error that names the column just read.
    fn unreadable(&self, why: &str) -> StoreError {
        let at = self.next.saturating_sub(1);
        StoreError::Corrupt(format!("column {} of `{}`: {why}", column_name(self.sql, at), self.sql))
    }

    fn present<T>(&self, value: Option<T>) -> Result<T, StoreError> {
        value.ok_or_else(|| self.unreadable("NULL"))
    }

    /// Reads text; `None` for NULL.
    pub fn opt_text(&mut self) -> Result<Option<String>, StoreError> {
        self.take(|cell| if let Cell::Text(text) = cell { Some(text) } else { None })
    }

    /// Reads text. NULL is an error.
    pub fn text(&mut self) -> Result<String, StoreError> {
        self.opt_text().and_then(|v| self.present(v))
    }

    /// Reads an integer; `None` for NULL.
    pub fn opt_int(&mut self) -> Result<Option<i64>, StoreError> {
        self.take(|cell| if let Cell::Integer(int) = cell { Some(int) } else { None })
    }

    /// Reads an integer. NULL is an error.
    pub fn int(&mut self) -> Result<i64, StoreError> {
        self.opt_int().and_then(|v| self.present(v))
    }

    /// Reads an integer as a Boolean: any number but 0 is `true`. NULL is an error.
    pub fn bool(&mut self) -> Result<bool, StoreError> {
        Ok(self.int()? != 0)
    }

    /// Reads bytes; `None` for NULL.
    pub fn opt_blob(&mut self) -> Result<Option<Vec<u8>>, StoreError> {
        self.take(|cell| if let Cell::Blob(blob) = cell { Some(blob) } else { None })
    }

    /// Reads bytes. NULL is an error.
    pub fn blob(&mut self) -> Result<Vec<u8>, StoreError> {
        self.opt_blob().and_then(|v| self.present(v))
    }

    /// Reads a time, stored in Unix seconds. NULL is an error.
    pub fn time(&mut self) -> Result<Timestamp, StoreError> {
        self.int().map(Timestamp::from_seconds)
    }

    /// Reads a time, stored in Unix seconds; `None` for NULL.
    pub fn opt_time(&mut self) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.opt_int()?.map(Timestamp::from_seconds))
    }

    /// Reads text with a domain parser, such as `Role::parse`.
    pub fn opt_with<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        let Some(text) = self.opt_text()? else { return Ok(None) };
        parse(&text).map(Some).ok_or_else(|| self.unreadable("a text of no known meaning"))
    }

    /// Like [`Self::opt_with`], but NULL is an error.
    pub fn with<T>(&mut self, parse: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        self.opt_with(parse).and_then(|v| self.present(v))
    }

    /// Reads text with the type's [`FromStr`], for example an id; `None` for NULL.
    pub fn opt_parse<T: FromStr>(&mut self) -> Result<Option<T>, StoreError> {
        self.opt_with(|text| text.parse().ok())
    }

    /// Like [`Self::opt_parse`], but NULL is an error.
    pub fn parse<T: FromStr>(&mut self) -> Result<T, StoreError> {
        self.with(|text| text.parse().ok())
    }

    /// Reads JSON from text; `None` for NULL.
    pub fn opt_json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, StoreError> {
        self.opt_with(|text| serde_json::from_str(text).ok())
    }

    /// Like [`Self::opt_json`], but NULL is an error.
    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T, StoreError> {
        self.with(|text| serde_json::from_str(text).ok())
    }

    /// Reads scopes, separated by spaces. NULL is an error.
    pub fn scopes(&mut self) -> Result<ScopeSet, StoreError> {
        self.with(|text| ScopeSet::parse(text).ok())
    }

    /// Reads the id of a client. NULL is an error.
    pub fn client_id(&mut self) -> Result<ClientId, StoreError> {
        self.with(|text| ClientId::parse(text).ok())
    }

    /// Reads the id of a client; `None` for NULL.
    pub fn opt_client_id(&mut self) -> Result<Option<ClientId>, StoreError> {
        self.opt_with(|text| ClientId::parse(text).ok())
    }

    /// Reads a hash; `None` for NULL. Bytes of another length are an error.
    pub fn opt_hash(&mut self) -> Result<Option<SecretHash>, StoreError> {
        let Some(bytes) = self.opt_blob()? else { return Ok(None) };
        SecretHash::from_slice(&bytes).map(Some).ok_or_else(|| self.unreadable("a hash of another length"))
    }

    /// Reads the id of a token. NULL and bytes of another length are errors.
    pub fn token_id(&mut self) -> Result<TokenId, StoreError> {
        let bytes = self.blob()?;
        TokenId::from_slice(&bytes).ok_or_else(|| self.unreadable("a token id of another length"))
    }

    /// Skips a column.
    pub fn skip(&mut self) {
        self.next += 1;
    }

    /// Like [`Self::opt_hash`], but NULL is an error.
    pub fn hash(&mut self) -> Result<SecretHash, StoreError> {
        self.opt_hash().and_then(|v| self.present(v))
    }
}

/// The text of the `at`-th expression between `SELECT` and `FROM`.
fn column_name(sql: &str, at: usize) -> String {
    let list = sql.trim_start().strip_prefix("SELECT").unwrap_or(sql);
    let mut depth = 0i32;
    let mut names = vec![String::new()];
    for word in list.split_inclusive([' ', ',', '\n']) {
        if depth == 0 && word.trim() == "FROM" {
            break;
        }
        for c in word.chars() {
            match c {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if c == ',' && depth == 0 {
                names.push(String::new());
            } else if let Some(last) = names.last_mut() {
                last.push(c);
            }
        }
    }
    names.get(at).map_or_else(|| format!("#{at}"), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn names_a_column_by_its_place() {
        let sql = "SELECT a.id, COALESCE(b, (SELECT c FROM d)) AS e,\n f FROM g, h";
        assert_eq!(column_name(sql, 0), "a.id");
        assert_eq!(column_name(sql, 1), "COALESCE(b, (SELECT c FROM d)) AS e");
        assert_eq!(column_name(sql, 2), "f");
        assert_eq!(column_name(sql, 3), "#3");
    }
}
