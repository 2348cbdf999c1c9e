use crate::{Timestamp, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What the reference APIs call workspace, organization, org or tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The `tenant_id` of the workspace's tokens.
    pub id: WorkspaceId,
    /// The display name: 1 to 100 characters, not unique.
    pub name: String,
    /// When the workspace was created.
    pub created_at: Timestamp,
    /// When its name or its policy for apps last changed.
    pub updated_at: Timestamp,
}

/// What a member may do with the workspace itself. Every member has exactly one role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Works in the workspace, and sees its members and clients.
    Member,
    /// Also manages members, clients, API keys and webhooks.
    Admin,
    /// Also manages owners and the policy for apps. A workspace always has one.
    Owner,
}

impl Role {
    /// The value in the database, in the APIs and in the `roles` claim.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is not a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a role is `owner`, `admin`, `member`, or up to 64 letters, digits, `_`, `-`, `.` and `:` of the operator's own"
)]
pub struct InvalidRole;

impl FromStr for Role {
    type Err = InvalidRole;
    fn from_str(text: &str) -> Result<Self, InvalidRole> {
        match text {
            "member" => Ok(Self::Member),
            "admin" => Ok(Self::Admin),
            "owner" => Ok(Self::Owner),
            _ => Err(InvalidRole),
        }
    }
}

/// A member's role, and the operator's own role names, which only the product itself understands. Together they are the
/// `roles` claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberRoles {
    /// Decides what the member may do here.
    pub role: Role,
    /// In the order in which they were given, without duplicates.
    pub extra: Vec<String>,
}

impl MemberRoles {
    /// A built-in role, without any of the operator's own.
    pub const fn only(role: Role) -> Self {
        Self { role, extra: Vec::new() }
    }

    /// Parses a list such as `admin,compliance_officer`: at most one of the built-in roles (default `member`).
    pub fn parse<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidRole> {
        let mut roles = Self::only(Role::Member);
        let mut seen = false;
        for name in names.into_iter().map(str::trim).filter(|n| !n.is_empty()) {
            if let Ok(role) = name.parse() {
                if std::mem::replace(&mut seen, true) {
                    return Err(InvalidRole);
                }
                roles.role = role;
            } else if name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.:".contains(&b)) {
                if !roles.extra.iter().any(|have| have == name) {
                    roles.extra.push(name.to_owned());
                }
            } else {
                return Err(InvalidRole);
            }
        }
        Ok(roles)
    }

    /// The value of the `roles` claim.
    pub fn claim(&self) -> Vec<String> {
        std::iter::once(self.role.as_str().to_owned()).chain(self.extra.iter().cloned()).collect()
    }
}

/// A user in a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user.
    pub user_id: UserId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// Their roles in it.
    pub roles: MemberRoles,
    /// When the user joined.
    pub created_at: Timestamp,
    /// When their roles last changed.
    pub updated_at: Timestamp,
}

/// One of a user's current memberships, as the workspace picker needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceMembership {
    /// The `tenant_id` of tokens for this workspace.
    pub workspace_id: WorkspaceId,
    /// The current name.
    pub workspace_name: String,
    /// The user's roles in it.
    pub roles: MemberRoles,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_one_built_in_and_any_of_the_operators() {
        let roles = MemberRoles::parse(["admin", "compliance_officer", "compliance_officer"]).unwrap();
        assert_eq!(roles.claim(), ["admin", "compliance_officer"]);
        assert_eq!(MemberRoles::parse([""]).unwrap().claim(), ["member"]);
        assert!(MemberRoles::parse(["admin", "owner"]).is_err());
        assert!(MemberRoles::parse(["a b"]).is_err());
    }
}
