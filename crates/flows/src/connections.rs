//! What a person allowed applications, as that person manages it.
use crate::consents::{self, AllowedApp};
use crate::manage::{ManageRefusal, Unmanaged};
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure};
use domain::ClientId;
use domain::access::{Operation, Principal};

type Outcome<T> = Result<T, Failure<ManageRefusal>>;

/// The person's applications, the one that was allowed something last first.
pub async fn list(app: &App, ctx: &Ctx, principal: &Principal) -> Outcome<Vec<AllowedApp>> {
    let user = principal.person_for(Operation::ReadConsents);
    let user = user.map_err(|denied| refused(app, ctx, "consent.list", About::default(), denied))?;
    Ok(consents::of_user(app, user).await?)
}

/// Takes back all that the person allowed the application; its tokens are dead at once.
pub async fn revoke(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<()> {
    let refuse = |r: ManageRefusal| refused(app, ctx, "consent.revoked", About::default(), r);
    let user = principal.person_for(Operation::RevokeConsents);
    let user = user.map_err(|denied| refuse(denied.into()))?;
    let id = ClientId::parse(id).map_err(|_| refuse(Unmanaged::ConsentUnknown.into()))?;
    if consents::revoke_user(app, ctx, &id, user).await? {
        Ok(())
    } else {
        Err(refuse(Unmanaged::ConsentUnknown.into()))
    }
}
