//! Sign-up.
use crate::access::caller::Caller;
pub use crate::account::users::SignUpRequest;
use crate::account::users::{self, SignUpPath};
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::platform::limits::{Allowance, AllowanceScope, network};
use crate::sign_in::session::{NewSession, begin_new};
use crate::{Ctx, Failure, Fault, Server};
use SignInRefusal as R;
use domain::account::SignInRefusal;
use domain::platform::allowance::SIGN_UPS_FROM_A_NETWORK;
use domain::platform::refusal::Refusal as _;
use serde_json::json;

/// Checks that sign-up is enabled, and counts it. The limit is per node, because sign-up involves no guessing of secrets.
fn let_in(app: &Server, ctx: &Ctx) -> Result<(), R> {
    if !app.settings().sign_up {
        return Err(R::SignUpOff);
    }
    let key = app.throttle().digest("sign-up", &[&network(&ctx.facts.ip)]);
    let allowance = Allowance { key, rule: SIGN_UPS_FROM_A_NETWORK, of: AllowanceScope::Network };
    app.throttle().draw(&[allowance], ctx).map_err(|_| R::TooManySignUps)
}

/// Creates an account with a workspace of its own, and signs the new user in.
pub async fn sign_up(app: &Server, ctx: &Ctx, new: SignUpRequest<'_>, here: &Caller) -> Result<NewSession, Failure<R>> {
    let made = match let_in(app, ctx) {
        Ok(()) => users::create_account(app, ctx, new, SignUpPath::SignUp).await,
        Err(why) => refuse(why),
    };
    if let Err(Failure::Refused(why)) = &made {
        app.record_outsider(ctx, "sign_up", why.reason(), AuditSubject::default(), json!({}));
    }
    let user = made?.ok_or(Fault::Other("signing up needs no link"))?;
    Ok(begin_new(app, ctx, &user, here).await?)
}
