//! The only way from a client id to a client.
use domain::clients::Client;
use domain::{ClientId, Timestamp};
use store::{StoreError, Tx};

/// Which clients a use case works with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accept {
    All,
    /// Disabled ones too.
    NotDeleted,
    Active,
}

/// Returns the client with its active secrets; `None` if it does not exist or is not accepted.
pub(crate) async fn client(
    tx: &mut Tx,
    id: &ClientId,
    now: Timestamp,
    accept: Accept,
) -> Result<Option<Client>, StoreError> {
    let found = store::clients::by_id(tx, id, now).await?;
    Ok(found.filter(|client| match accept {
        Accept::All => true,
        Accept::NotDeleted => client.deleted_at.is_none(),
        Accept::Active => client.is_active(),
    }))
}
