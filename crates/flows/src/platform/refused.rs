//! Refusing a management operation: the audit log hears of it, and the caller gets the refusal.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::ManagementError;
use crate::{Ctx, Failure, Server};
use domain::platform::refusal::Refusal as _;

/// Notes a refusal and answers it.
pub(crate) fn refused(
    app: &Server,
    ctx: &Ctx,
    kind: &'static str,
    about: AuditSubject,
    refusal: impl Into<ManagementError>,
) -> Failure<ManagementError> {
    let refusal = refusal.into();
    app.record(ctx, kind, refusal.reason(), about);
    Failure::Refused(refusal)
}
