//! Ends all access on behalf of a user, for example after a change of the password.
use crate::Ctx;
use crate::platform::events;
use domain::events::Event;
use domain::grants::EndReason;
use domain::{SessionId, UserId};
use serde_json::{Value, json};
use store::grants::GrantSelection;
use store::{StoreError, Tx};

/// Ends all access on behalf of the user except the session `current`, including pending access: authorization codes and
/// approvals of devices. Returns counts for the audit log and events for webhooks.
pub(crate) async fn everywhere(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    current: Option<SessionId>,
) -> Result<(Value, Vec<Event>), StoreError> {
    const WHY: EndReason = EndReason::SignedOut;
    store::platform::epochs::raise_of_user(tx, user).await?;
    let sessions = store::account::sessions::end_all_for_user(tx, user, current).await?;
    let tokens = store::access::credentials::revoke_personal_tokens_of(tx, user, ctx.now).await?;
    let ended = store::grants::end_each(tx, GrantSelection::User(user), WHY, ctx.now).await?;
    let grants = ended.len();
    let counts = json!({"sessions": sessions, "personal_access_tokens": tokens, "grants": grants});
    Ok((counts, events::grants_ended(ctx, ended, WHY)))
}
