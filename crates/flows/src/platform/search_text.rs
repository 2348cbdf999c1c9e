//! Search texts for lists.
use crate::platform::audit_log::AuditSubject;
use crate::platform::management_error::{Managed, ManagementRefusal};
use crate::platform::refused::refused;
use crate::{Ctx, Server};

/// The maximum length of a search text, in characters.
const LONGEST_PART: usize = 100;

/// Trims and checks a search text for names.
pub(crate) fn part_of_name<'p>(app: &Server, ctx: &Ctx, part: &'p str) -> Managed<&'p str> {
    let part = part.trim();
    if part.chars().count() > LONGEST_PART || part.contains('\0') {
        return Err(refused(app, ctx, "search", AuditSubject::default(), ManagementRefusal::Text.of("q")));
    }
    Ok(part)
}
