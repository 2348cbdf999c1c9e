//! Key rotation by an operator.
use crate::operator::key_rotation;
use crate::platform::audit_log::AuditSubject;
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
use crate::platform::management_error::{ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Failure, Server};
use domain::access::{Operation, Principal};

/// Rotates the keys. New tokens are signed with the next key; tokens signed with the old one stay valid until they expire.
///
/// Unless `forced`, the next keys must have been published for a day, so that clients and other nodes know them.
pub async fn rotate_keys(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    forced: bool,
) -> Result<(), Failure<ManagementError>> {
    rotate_keys_and(app, ctx, principal, forced, Plain).await
}

/// Like [`rotate_keys`], but stores the response under the idempotency key in the same transaction.
pub async fn rotate_keys_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    forced: bool,
    keep: Keep<()>,
) -> Result<KeptResponse, Failure<ManagementError>> {
    rotate_keys_and(app, ctx, principal, forced, keep).await
}

async fn rotate_keys_and<L: Last<()>>(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    forced: bool,
    last: L,
) -> Result<L::Out, Failure<ManagementError>> {
    let refuse = |why: ManagementError| refused(app, ctx, "key.rotated", AuditSubject::default(), why);
    principal.may(Operation::RotateKeys).map_err(|denied| refuse(denied.into()))?;
    let moved = key_rotation::rotate_keys_and(app, ctx, forced, last).await?;
    moved.ok_or_else(|| refuse(ManagementRefusal::KeysYoung.into()))
}
