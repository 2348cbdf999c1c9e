//! Finds clients by a substring of their names.
use crate::clients::{self, ClientOwner};
use crate::platform::dialect::{self, each};
use crate::platform::page::Page;
use crate::platform::search::{SearchPage, SearchQuery, arrange, list};
use crate::platform::search_index::{self, Kind};
use crate::{StoreError, Tx, params};
use domain::Timestamp;
use domain::clients::{Client, Trust};
use domain::platform::text::fold;

pub(crate) const CLIENTS: (&str, &str) = each!(
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
) -> Result<SearchPage<Client>, StoreError> {
    let wanted = SearchQuery { kind: Kind::Client, part: fold(part), belongs, member_of: None, newest_first: true };
    let (ids, total, more) = wanted.page(tx, page).await?;
    let sql = dialect::pick(tx, CLIENTS.0, CLIENTS.1);
    let items = clients::gather(tx.all(sql, params![list(&ids), now]).await?)?;
    Ok(SearchPage { items: arrange(&ids, items, |client| client.id.to_string()), total, more })
}

/// The owner's clients with `part` in their names, ignoring case, newest first, with their active secrets.
pub async fn clients_of(
    tx: &mut Tx,
    owner: ClientOwner,
    part: &str,
    page: Page,
    now: Timestamp,
) -> Result<SearchPage<Client>, StoreError> {
    if part.is_empty() {
        // Without a search term, a plain list is faster.
        return Ok(clients::list_for_owner(tx, owner, page, now).await?.into());
    }
    let id = match owner {
        ClientOwner::Workspace(id) => id.to_string(),
        ClientOwner::User(id) => id.to_string(),
    };
    find_clients(tx, part, vec![search_index::owned(&id)], page, now).await
}

/// All clients with `part` in their names, restricted to the trust level if `trust` is given, newest first.
pub async fn all_clients(
    tx: &mut Tx,
    part: &str,
    trust: Option<Trust>,
    page: Page,
    now: Timestamp,
) -> Result<SearchPage<Client>, StoreError> {
    if part.is_empty() && trust.is_none() {
        return Ok(clients::list(tx, page, now).await?.into());
    }
    find_clients(tx, part, trust.map(search_index::trusted).into_iter().collect(), page, now).await
}
