//! A SQLite connection that plans statements instead of executing them.
use crate::StoreError;
use rusqlite::Connection;

/// A statement and its plan, one line per step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The text of the statement.
    pub sql: &'static str,
    /// What SQLite does, as `EXPLAIN QUERY PLAN` says it.
    pub steps: Vec<String>,
}

impl Plan {
    /// The first step that scans a whole table or index.
    pub fn whole_table(&self) -> Option<&str> {
        let made = |name: &str| {
            let by = |verb: &str| self.steps.iter().any(|step| step.strip_prefix(verb) == Some(name));
            // A scan of the statement's own subquery is not a table scan.
            name.starts_with('(') || by("CO-ROUTINE ") || by("MATERIALIZE ")
        };
        let scans = self.steps.iter().filter(|step| !step.contains("VIRTUAL TABLE"));
        let mut scans = scans.filter_map(|step| Some((step, step.strip_prefix("SCAN ")?)));
        scans.find(|(_, what)| !made(what.split(' ').next().unwrap_or(what))).map(|(step, _)| step.as_str())
    }
}

/// Collects the plans of statements.
pub(crate) struct Explaining {
    connection: Connection,
    plans: Vec<Plan>,
}

impl Explaining {
    pub(crate) fn new(connection: Connection) -> Self {
        Self { connection, plans: Vec::new() }
    }

    pub(crate) fn take(&mut self) -> Vec<Plan> {
        std::mem::take(&mut self.plans)
    }

    /// Parameters stay NULL: plans do not depend on them.
    pub(crate) fn note(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"))?;
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            steps.push(row.get(3)?);
        }
        self.plans.push(Plan { sql, steps });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_of_a_table_is_told_from_one_of_an_answer() {
        let plan = |steps: &[&str]| Plan { sql: "", steps: steps.iter().map(|&s| s.to_owned()).collect() };
        for fine in [
            &["SEARCH c USING INDEX a (b=?)"][..],
            &["SCAN j VIRTUAL TABLE INDEX 1:"],
            &["CO-ROUTINE u", "SEARCH o USING PRIMARY KEY (a=?)", "SCAN u"],
            &["SCAN (subquery-1)"],
        ] {
            assert_eq!(plan(fine).whole_table(), None, "{fine:?}");
        }
        let whole = plan(&["CO-ROUTINE u", "SCAN users USING COVERING INDEX users_email", "SCAN u"]);
        assert_eq!(whole.whole_table(), Some("SCAN users USING COVERING INDEX users_email"));
    }
}
