//! What lists are searched for.
use crate::platform::audit_log::About;
use crate::platform::management_error::{Managed, Unmanaged};
use crate::platform::refused::refused;
use crate::{App, Ctx};

/// The longest part of a name that is looked for, in characters.
const LONGEST_PART: usize = 100;

/// A part of a name as it is looked for.
pub(crate) fn part_of_name<'p>(app: &App, ctx: &Ctx, part: &'p str) -> Managed<&'p str> {
    let part = part.trim();
    if part.chars().count() > LONGEST_PART || part.contains('\0') {
        return Err(refused(app, ctx, "search", About::default(), Unmanaged::Text.of("q")));
    }
    Ok(part)
}
