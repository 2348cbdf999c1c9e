//! Epochs revoke any number of consents and grants at once: those of an earlier epoch are void. The client, the client
//! in a workspace, and the user each have an epoch. Epochs never decrease.
use crate::{StoreError, Tx, params};
use domain::{ClientId, UserId, WorkspaceId};

/// The epoch of the client `$client` in the workspace `$workspace`; 0 if the workspace never revoked anything, and for
/// personal consents.
macro_rules! epoch_there {
    ($client:expr, $workspace:expr) => {
        concat!(
            "COALESCE((SELECT ep.epoch FROM client_workspaces ep WHERE ep.client_id = ",
            $client,
            " AND ep.workspace_id = ",
            $workspace,
            "), 0)"
        )
    };
}

/// Whether the consent `$o` of the client `$client`, whose epoch is `$epoch`, is valid.
macro_rules! stands_at {
    ($o:literal, $client:expr, $epoch:expr) => {
        concat!(
            $o,
            ".epoch = ",
            $epoch,
            " AND ",
            $o,
            ".workspace_epoch = ",
            crate::platform::epochs::epoch_there!($client, concat!($o, ".workspace_id"))
        )
    };
}

/// Whether the consent `$o` is valid, that is, not revoked since it was given.
macro_rules! stands {
    ($o:literal) => {
        crate::platform::epochs::stands_at!(
            $o,
            concat!($o, ".client_id"),
            concat!("(SELECT e.access_epoch FROM clients e WHERE e.id = ", $o, ".client_id)")
        )
    };
}

/// Like `stands` for a known client, so that an index finds the consents.
macro_rules! stands_of {
    ($o:literal, $client:literal) => {
        crate::platform::epochs::stands_at!(
            $o,
            $client,
            concat!("(SELECT e.access_epoch FROM clients e WHERE e.id = ", $client, ")")
        )
    };
}

/// Like `stands_of` for a known workspace.
macro_rules! stands_in {
    ($o:literal, $client:literal, $workspace:literal) => {
        concat!(
            $o,
            ".epoch = (SELECT e.access_epoch FROM clients e WHERE e.id = ",
            $client,
            ") AND ",
            $o,
            ".workspace_epoch = ",
            crate::platform::epochs::epoch_there!($client, $workspace)
        )
    };
}

/// Whether the grant `$g` has the current epochs of its client, its workspace and its user.
macro_rules! lives {
    ($g:literal) => {
        concat!(
            $g,
            ".epoch = (SELECT e.access_epoch + f.epoch FROM clients e, users f WHERE e.id = ",
            $g,
            ".client_id AND f.id = ",
            $g,
            ".user_id) + ",
            crate::platform::epochs::epoch_there!(concat!($g, ".client_id"), concat!($g, ".workspace_id"))
        )
    };
}
pub(crate) use {epoch_there, lives, stands, stands_at, stands_in, stands_of};

/// Revokes all access that users gave the client; the rows are removed later (see [`crate::grants::bulk_revocation`]).
pub async fn raise_of_client(tx: &mut Tx, client: &ClientId) -> Result<(), StoreError> {
    let sql = "UPDATE clients SET access_epoch = access_epoch + 1 WHERE id = $1";
    tx.execute(sql, params![client]).await?;
    Ok(())
}

/// Ends the tokens that the client obtained on its own behalf for this workspace, if the workspace owns the client.
pub async fn raise_of_owned(tx: &mut Tx, client: &ClientId, workspace: WorkspaceId) -> Result<(), StoreError> {
    let sql = "UPDATE clients SET credential_epoch = credential_epoch + 1 WHERE id = $1 AND owner_workspace_id = $2";
    tx.execute(sql, params![client, workspace]).await?;
    Ok(())
}

/// Revokes all access that users gave the client in the workspace. The caller locks the client's user count.
pub async fn raise_in_workspace(tx: &mut Tx, client: &ClientId, workspace: WorkspaceId) -> Result<(), StoreError> {
    let sql = "INSERT INTO client_workspaces (client_id, workspace_id, epoch, user_count, user_epoch) \
               VALUES ($1, $2, 1, 0, 0) ON CONFLICT (client_id, workspace_id) DO UPDATE SET \
               epoch = client_workspaces.epoch + 1";
    tx.execute(sql, params![client, workspace]).await?;
    Ok(())
}

/// Revokes everything the user authorized that is not a grant yet: codes, and answers to devices.
pub async fn raise_of_user(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    tx.execute("UPDATE users SET epoch = epoch + 1 WHERE id = $1", params![user]).await?;
    Ok(())
}
