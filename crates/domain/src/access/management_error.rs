//! Why a management operation was refused, whichever table the refusal comes from.
use super::{ManagementRefusal, PermissionDenied};
use crate::clients::metadata::MetadataFault;
use crate::platform::refusal::{Refusal, RefusalRow};
use std::borrow::Cow;

/// A refusal, with the member of the request that is at fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManagementError {
    row: &'static RefusalRow,
    /// Empty if no member is at fault.
    member: Cow<'static, str>,
}

impl ManagementError {
    /// A refusal because of this member of the request; an empty name if none is at fault.
    pub fn new(refusal: &impl Refusal, member: impl Into<Cow<'static, str>>) -> Self {
        Self { row: refusal.row(), member: member.into() }
    }

    /// The member of the request that is at fault, if one is.
    pub fn member(&self) -> Option<&str> {
        Some(self.member.as_ref()).filter(|member| !member.is_empty())
    }
}

impl Refusal for ManagementError {
    fn row(&self) -> &'static RefusalRow {
        self.row
    }
}

impl From<PermissionDenied> for ManagementError {
    fn from(denied: PermissionDenied) -> Self {
        Self::new(&denied, "")
    }
}

impl From<MetadataFault> for ManagementError {
    fn from(fault: MetadataFault) -> Self {
        Self::new(&fault.why, fault.member)
    }
}

impl From<ManagementRefusal> for ManagementError {
    fn from(why: ManagementRefusal) -> Self {
        why.of("")
    }
}

impl ManagementRefusal {
    /// This refusal, for a member of the request.
    pub fn of(self, member: impl Into<Cow<'static, str>>) -> ManagementError {
        ManagementError::new(&self, member)
    }
}
