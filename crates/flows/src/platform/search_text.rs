//! What lists are searched for.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Server};

/// The longest part of a name that is looked for, in characters.
const LONGEST_PART: usize = 100;

/// A part of a name as it is looked for.
pub(crate) fn part_of_name<'p>(app: &Server, ctx: &Ctx, part: &'p str) -> Managed<&'p str> {
    let part = part.trim();
    if part.chars().count() > LONGEST_PART || part.contains('\0') {
        return Err(refused(app, ctx, "search", AuditSubject::default(), ManagementRefusal::Text.of("q")));
    }
    Ok(part)
}
