//! Refusals of management operations.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::ManagementError;
use crate::{Ctx, Failure, Server};
use domain::platform::refusal::Refusal as _;

/// Records a refusal in the audit log and returns it.
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
