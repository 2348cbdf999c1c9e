//! Refusing a management operation: the audit log hears of it, and the caller gets the refusal.
use crate::platform::audit_log::About;
use crate::platform::management_error::ManageRefusal;
use crate::{App, Ctx, Failure};
use domain::platform::refusal::Refusal as _;

/// Notes a refusal and answers it.
pub(crate) fn refused(
    app: &App,
    ctx: &Ctx,
    kind: &'static str,
    about: About,
    refusal: impl Into<ManageRefusal>,
) -> Failure<ManageRefusal> {
    let refusal = refusal.into();
    app.record(ctx, kind, refusal.reason(), about);
    Failure::Refused(refusal)
}
