//! Revoking at once what any number of people allowed: a consent or a grant of an earlier epoch is void.
use crate::{StoreError, Tx, params};
use domain::{ClientId, UserId};

/// Whether the consent `$o` is of its client's epoch.
macro_rules! stands {
    ($o:literal) => {
        concat!($o, ".epoch = (SELECT e.access_epoch FROM clients e WHERE e.id = ", $o, ".client_id)")
    };
}

/// The same where the client is known, so that an index finds the consents.
macro_rules! stands_of {
    ($o:literal, $client:literal) => {
        concat!($o, ".epoch = (SELECT e.access_epoch FROM clients e WHERE e.id = ", $client, ")")
    };
}

/// Whether the grant `$g` is of its client's and its person's epoch.
macro_rules! lives {
    ($g:literal) => {
        concat!(
            $g,
            ".epoch = (SELECT e.access_epoch + f.epoch FROM clients e, users f WHERE e.id = ",
            $g,
            ".client_id AND f.id = ",
            $g,
            ".user_id)"
        )
    };
}
pub(crate) use {lives, stands, stands_of};

/// Revokes all access that people gave the client; the rows are removed later (see [`crate::revocations`]).
pub async fn raise_of_client(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    let sql = "UPDATE clients SET access_epoch = access_epoch + 1 WHERE id = $1";
    tx.execute(sql, params![client]).await?;
    Ok(())
}

/// Ends all that was allowed by the person and is not a grant yet: codes, and answers to devices.
pub async fn raise_of_user(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.execute("UPDATE users SET epoch = epoch + 1 WHERE id = $1", params![user]).await?;
    Ok(())
}
