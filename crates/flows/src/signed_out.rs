//! What ends with a password: everything that acts for its person.
use crate::{Ctx, events};
use domain::oauth::grant::EndReason;
use domain::{SessionId, UserId};
use serde_json::{Value, json};
use store::grants::Whose;
use store::{StoreError, Tx};

/// Ends all that acts for the person but the session `current`, and what is about to: codes, and answers to devices. Answers
/// what.
pub(crate) async fn everywhere(
    tx: &mut Tx,
    ctx: &Ctx,
    user: UserId,
    current: Option<SessionId>,
) -> Result<Value, StoreError> {
    const WHY: EndReason = EndReason::SignedOut;
    store::epochs::raise_of_user(tx, user).await?;
    let sessions = store::sessions::end_all_for_user(tx, user, current).await?;
    let tokens = store::credentials::revoke_personal_tokens_of(tx, user, ctx.now).await?;
    let ended = store::grants::end_each(tx, Whose::User(user), WHY, ctx.now).await?;
    let grants = ended.len();
    events::append_all(tx, events::grants_ended(ctx, ended, WHY)).await?;
    Ok(json!({"sessions": sessions, "personal_access_tokens": tokens, "grants": grants}))
}
