//! How SQLite would execute the statements of a function, without executing them.
use crate::platform::query_plan_connection::Explaining;
pub use crate::platform::query_plan_connection::Plan;
use crate::platform::sqlite;
use crate::platform::tx::{Link, Tx};
use crate::{StoreError, StoreOptions};
use std::path::Path;

/// Opens the SQLite file for [`plans`]. Functions called with the result find no rows and change nothing.
pub fn explain(path: &Path) -> Result<Tx, StoreError> {
    let connection = sqlite::reader(path, StoreOptions::default().patience)?;
    Ok(Tx::new(Link::Explain(Explaining::new(connection))))
}

/// The plans of the statements since the last call.
pub fn plans(tx: &mut Tx) -> Vec<Plan> {
    match &mut tx.link {
        Link::Explain(explaining) => explaining.take(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_statements_of_a_function_are_planned_and_not_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        crate::platform::db::migrate(&format!("sqlite:{}", path.display()), &crate::StoreOptions::default())
            .await
            .unwrap();
        let mut tx = explain(&path).unwrap();
        let users = crate::account::users::list(&mut tx, crate::Page::default()).await.unwrap();
        assert_eq!((users.items, users.total), (Vec::new(), 0));
        let plans = plans(&mut tx);
        assert_eq!(plans.len(), 2, "the page and the count");
        assert!(plans[1].whole_table().unwrap().starts_with("SCAN users"), "{plans:?}");
    }
}
