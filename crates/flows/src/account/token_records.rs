//! Personal access tokens, without checking the caller.
use crate::access::credential_facts;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::events;
use crate::{Ctx, Fault, Server};
use domain::access::PersonalAccessToken;
use domain::events::Change;
use domain::grants::EndReason;
use domain::{PersonalAccessTokenId, UserId};
use store::StoreError;
use store::grants::GrantSelection;

/// A user's personal access tokens, including revoked ones, newest first.
pub async fn tokens_of(app: &Server, user: UserId) -> Result<Vec<PersonalAccessToken>, Fault> {
    let mut tx = app.store().read().await?;
    Ok(store::access::credentials::list_personal_tokens(&mut tx, user).await?)
}

/// Revokes the token and ends the grants that were authorized with it. Returns `false` if the user has no such valid token.
pub async fn end_token(app: &Server, ctx: &Ctx, user: UserId, id: PersonalAccessTokenId) -> Result<bool, Fault> {
    const WHY: EndReason = EndReason::PersonalTokenEnded;
    let of = ctx.clone();
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let found = store::access::credentials::personal_token(tx, user, id).await?;
            let ended = store::access::credentials::revoke_personal_token(tx, user, id, of.now).await?;
            let grants = store::grants::end_each(tx, GrantSelection::ByToken(id), WHY, of.now).await?;
            let grants = events::grants_ended(&of, grants, WHY);
            let Some(token) = found.filter(|_| ended) else {
                events::append_all(tx, grants).await?;
                return Ok(false);
            };
            let record = ChangeRecord::of(Change::PersonalTokenRevoked, AuditSubject::user(user))
                .with(credential_facts::of_token(&token));
            changes::within(tx, &of, record.events(grants)).await?;
            Ok(true)
        })
    });
    work.await.map_err(|error: StoreError| Fault::from(error))
}
