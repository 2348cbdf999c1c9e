//! Who may do what over the management APIs: one table.

mod credential;
mod management_error;
mod management_refusal;

pub use credential::{ApiKey, AuthorizingToken, Creator, KeyRights, PersonalAccessToken};
pub use management_error::ManagementError;
pub use management_refusal::ManagementRefusal;

use crate::clients::Client;
use crate::workspace::Role;
use crate::{ApiKeyId, ClientId, GrantId, PersonalAccessTokenId, ScopeSet, SessionId, UserId, WorkspaceId};
use std::fmt;

/// The reach of an operation, which determines who may perform it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Any authenticated caller.
    Known,
    /// A user, for themselves.
    Person,
    /// Callers that act in the workspace with at least this role.
    Workspace(Role),
    /// The operator.
    Operator,
}

macro_rules! operations {
    ($($(#[$doc:meta])* $name:ident => $scope:literal, $reach:expr, $says:literal;)*) => {
        /// An operation of the management APIs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation { $(#[doc = concat!($says, ".")] $(#[doc = ""] #[$doc])* $name,)* }

        impl Operation {
            /// In the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The scope required of a credential limited by scopes.
            pub const fn scope(self) -> &'static str {
                match self { $(Self::$name => $scope,)* }
            }
            /// Who may perform it.
            pub const fn reach(self) -> Reach {
                use Reach::{Known, Operator, Person, Workspace};
                match self { $(Self::$name => $reach,)* }
            }
            /// What it does, in a few words.
            pub const fn says(self) -> &'static str {
                match self { $(Self::$name => $says,)* }
            }
        }
    };
}

operations! {
    ReadClients => "clients:read", Workspace(Role::Member), "List and read applications, and their activity";
    WriteClients => "clients:write", Workspace(Role::Admin), "Create, change and delete applications";
    RotateSecret => "clients:write", Workspace(Role::Admin), "Rotate an application's secret";
    /// Admins only, because failed requests contain IP addresses.
    ReadClientFailures => "clients:read", Workspace(Role::Admin), "Read why an application's requests failed";
    ReadClientUsers => "clients:read", Workspace(Role::Admin), "List the people who use an application";
    RevokeClientUsers => "clients:write", Workspace(Role::Admin), "Revoke the access that people gave an application";
    ReadConsents => "consents:read", Person, "List what the person allowed applications";
    RevokeConsents => "consents:write", Person, "Take back what the person allowed an application";
    ReadScopes => "", Known, "List scopes and permissions";
    ReadMembers => "members:read", Workspace(Role::Member), "List the members of the workspace";
    WriteMembers => "members:write", Workspace(Role::Admin), "Change the roles of members, remove them, and invite others";
    LeaveWorkspace => "members:write", Workspace(Role::Member), "Leave the workspace";
    ReadInvitations => "members:read", Workspace(Role::Admin), "List the invitations into the workspace";
    ReadApps => "apps:read", Workspace(Role::Admin), "List the applications that reach the workspace, and who allowed them";
    RevokeApps => "apps:write", Workspace(Role::Admin), "Revoke what members allowed applications in the workspace";
    ReadAppPolicy => "app_policy:read", Workspace(Role::Owner), "Read which applications the workspace lets in";
    WriteAppPolicy => "app_policy:write", Workspace(Role::Owner), "Change which applications the workspace lets in";
    ReadApiKeys => "api_keys:read", Workspace(Role::Admin), "List the workspace's API keys";
    WriteApiKeys => "api_keys:write", Workspace(Role::Admin), "Create and revoke the workspace's API keys";
    ReadAccount => "account:read", Person, "Read the person's own profile, and where they are signed in";
    WriteAccount => "account:write", Person, "Change the person's own profile and password, and sign out elsewhere";
    JoinWorkspace => "account:write", Person, "Accept an invitation into a workspace";
    ReadTokens => "tokens:read", Person, "List the person's own access tokens";
    WriteTokens => "tokens:write", Person, "Create and revoke the person's own access tokens";
    IntrospectTokens => "tokens:introspect", Workspace(Role::Member), "Check the tokens of the workspace's apps, and those that are for the workspace or its APIs";
    ReadWebhooks => "webhooks:read", Workspace(Role::Admin), "List the workspace's webhooks and what became of their messages";
    WriteWebhooks => "webhooks:write", Workspace(Role::Admin), "Create, change, test and delete the workspace's webhooks";
    ReadAudit => "audit:read", Workspace(Role::Admin), "Read the workspace's audit log";
    ReadAllWebhooks => "operator:webhooks:read", Operator, "List the operator's webhooks and what became of their messages";
    WriteAllWebhooks => "operator:webhooks:write", Operator, "Create, change, test and delete the operator's webhooks";
    ReadAllAudit => "operator:audit:read", Operator, "Read the whole audit log";
    ReadAllUsers => "operator:users:read", Operator, "List everybody who has an account";
    WriteAllUsers => "operator:users:write", Operator, "Disable accounts, verify addresses, and name those who run the server";
    ReadAllWorkspaces => "operator:workspaces:read", Operator, "List all workspaces";
    ReadAllClients => "operator:clients:read", Operator, "List and read all applications";
    WriteAllClients => "operator:clients:write", Operator, "Verify and disable any application";
    ReadServer => "operator:server:read", Operator, "Read the server's settings, signing keys and health";
    RotateKeys => "keys:rotate", Operator, "Rotate the signing keys of the server";
}

impl Operation {
    /// Whether there is an API endpoint for it. Everything else is only available to signed-in users on pages.
    pub const fn has_endpoint(self) -> bool {
        !matches!(
            self,
            Self::ReadClientFailures
                | Self::WriteMembers
                | Self::LeaveWorkspace
                | Self::ReadInvitations
                | Self::ReadApps
                | Self::RevokeApps
                | Self::ReadAppPolicy
                | Self::WriteAppPolicy
                | Self::ReadAccount
                | Self::WriteAccount
                | Self::JoinWorkspace
                | Self::ReadAllWorkspaces
                | Self::ReadAllClients
                | Self::WriteAllClients
                | Self::ReadServer
        )
    }
}

/// What a credential is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// Only by the user's role: a session.
    Role,
    /// Also by these scopes: every key and token.
    Scopes(ScopeSet),
    /// Allows nothing: there is no credential.
    Nothing,
    /// Registering a client: an initial access token (RFC 7591 §3).
    Registering,
    /// The registration of this client: a registration access token (RFC 7592 §2).
    Registration(ClientId),
}

/// How a client belongs to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// The user's own client, or the client of the registration access token.
    Own,
    /// A client of the workspace the caller acts in.
    Workspace,
    /// Someone else's client.
    Another,
}

/// What a caller authenticates with. Displayed as in the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// The cookie of a signed-in browser.
    Session(SessionId),
    /// A user's own token, as `Authorization: Bearer`.
    PersonalToken(PersonalAccessTokenId),
    /// A workspace's key, as `Authorization: Bearer`.
    ApiKey(ApiKeyId),
    /// An access token: its grant, and the client it was issued to.
    AccessToken {
        /// The grant that the token was issued from.
        grant: GrantId,
        /// The client that uses the token.
        client: ClientId,
    },
    /// One of the operator's initial access tokens (RFC 7591 §3).
    InitialToken,
    /// The registration access token of this client (RFC 7592 §2).
    Registration(ClientId),
    /// No credential: an unauthenticated caller.
    Nothing,
}

impl fmt::Display for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => id.fmt(f),
            Self::PersonalToken(id) => id.fmt(f),
            Self::ApiKey(id) => id.fmt(f),
            Self::AccessToken { client, .. } | Self::Registration(client) => client.as_str().fmt(f),
            Self::InitialToken => f.write_str("initial_access_token"),
            Self::Nothing => f.write_str("anonymous"),
        }
    }
}

impl Credential {
    /// Identifies the credential uniquely, even among tokens of the same client.
    pub fn key(&self) -> String {
        match self {
            Self::AccessToken { grant, .. } => grant.to_string(),
            other => other.to_string(),
        }
    }
}

/// The identity on whose behalf a request acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// `None` if the caller acts as a workspace or a client, or has no credential.
    pub user: Option<UserId>,
    /// The workspace that the request is about, and the caller's role in it.
    pub workspace: Option<(WorkspaceId, Role)>,
    /// Whether operator rights apply: the user is an operator, or the key's operator scopes are effective.
    pub operator: bool,
    /// What the credential restricts the caller to.
    pub limit: Limit,
    /// What the caller authenticated with.
    pub credential: Credential,
    /// The user whose rights limit what the caller creates: the caller, the creator of the key, or the user who
    /// authorized the client. `None` for API keys from the command line: the operator is responsible for those.
    pub responsible: Option<UserId>,
}

crate::platform::refusal::refusals! {
    /// Why an authenticated caller may not do something.
    pub enum PermissionDenied {
        Scope => InsufficientScope, "credential_lacks_scope", "The credential does not carry the scope that this needs.",
            check "check-management-scope", advice "Create a key or token with the scope that this needs; the list of operations names it.";
        Role => AccessDenied, "role_too_low", "Your role in the workspace does not allow this.",
            check "check-management-role", advice "Let an admin or owner of the workspace do it, or ask them for the role.";
        NoWorkspace => InvalidRequest, "workspace_not_named", "You belong to several workspaces or to none: name one in the Countersign-Workspace header.",
            check "check-management-role", advice "Name the workspace in the header Countersign-Workspace.";
        NotAPerson => AccessDenied, "credential_of_no_person", "This is for a person: use a session, a personal access token or a user's access token.",
            check "check-management-role", advice "Use a session or a personal access token.";
        PersonOnly => AccessDenied, "person_only", "Only a person can do this: use a session or a personal access token.",
            check "check-management-role", advice "Use a session or a personal access token.";
        NotOperator => AccessDenied, "not_the_operator", "Only whoever runs this server may do this.",
            check "check-management-role", advice "Only whoever runs this server can do it; ask them.";
    }
}

impl Principal {
    /// The actor for the audit log: the holder of the credential. An API key is its own holder.
    pub fn actor(&self) -> String {
        match (&self.credential, self.user, self.workspace) {
            (Credential::ApiKey(id), ..) => id.to_string(),
            (_, Some(user), _) => user.to_string(),
            (_, None, Some((workspace, _))) => workspace.to_string(),
            (credential, None, None) => credential.to_string(),
        }
    }

    /// Whether the credential's scopes, if it is limited by scopes, cover the operation.
    pub fn covers(&self, operation: Operation) -> Result<(), PermissionDenied> {
        match &self.limit {
            Limit::Role => Ok(()),
            Limit::Scopes(_) if operation.scope().is_empty() => Ok(()),
            Limit::Scopes(scopes) if scopes.contains(operation.scope()) => Ok(()),
            // RFC 7592 §2: it can read, replace and delete the registration, and nothing else.
            Limit::Registration(_) if matches!(operation, Operation::ReadClients | Operation::WriteClients) => Ok(()),
            Limit::Scopes(_) | Limit::Nothing | Limit::Registering | Limit::Registration(_) => {
                Err(PermissionDenied::Scope)
            }
        }
    }

    fn holds(&self, client: &Client) -> Holds {
        let workspace = self.workspace.map(|(id, _)| id);
        let own = match &self.limit {
            Limit::Registration(id) => client.id == *id,
            _ => self.user.is_some() && client.owner_user_id == self.user,
        };
        if own {
            Holds::Own
        } else if workspace.is_some() && client.owner_workspace_id == workspace {
            Holds::Workspace
        } else {
            Holds::Another
        }
    }

    /// Whether the operation is allowed on this client. `None` if it belongs to someone else; the caller must not learn
    /// that it exists. Users may manage their own clients regardless of role, within the credential's scopes.
    pub fn may_with(&self, operation: Operation, client: &Client) -> Option<Result<(), PermissionDenied>> {
        match self.holds(client) {
            Holds::Another => None,
            Holds::Own => Some(self.covers(operation)),
            Holds::Workspace => Some(self.may(operation)),
        }
    }

    /// Whether the operation is allowed. An operation on a workspace applies to [`Principal::workspace`].
    pub fn may(&self, operation: Operation) -> Result<(), PermissionDenied> {
        self.covers(operation)?;
        match (operation.reach(), self.workspace) {
            (Reach::Person, _) => self.person().map(drop),
            (Reach::Workspace(_), None) => Err(PermissionDenied::NoWorkspace),
            (Reach::Workspace(least), Some((_, role))) if role < least => Err(PermissionDenied::Role),
            (Reach::Operator, _) if !self.operator => Err(PermissionDenied::NotOperator),
            (Reach::Known | Reach::Workspace(_) | Reach::Operator, _) => Ok(()),
        }
    }

    fn person(&self) -> Result<UserId, PermissionDenied> {
        self.user.ok_or(PermissionDenied::NotAPerson)
    }

    /// The user, if the operation is allowed for them.
    pub fn person_for(&self, operation: Operation) -> Result<UserId, PermissionDenied> {
        self.may(operation)?;
        self.person()
    }

    /// The workspace, if the operation is allowed in it.
    pub fn workspace_for(&self, operation: Operation) -> Result<WorkspaceId, PermissionDenied> {
        self.may(operation)?;
        self.workspace.map(|(id, _)| id).ok_or(PermissionDenied::NoWorkspace)
    }
}

/// The scopes of this server's own operations, without duplicates, in table order.
pub fn management_scopes() -> impl Iterator<Item = &'static str> {
    let scopes = Operation::ALL.iter().map(|operation| operation.scope());
    scopes.enumerate().filter_map(|(at, scope)| {
        let first = Operation::ALL.iter().position(|operation| operation.scope() == scope) == Some(at);
        (first && !scope.is_empty()).then_some(scope)
    })
}

/// Whether a client without a voucher can never have this scope, whatever the catalogue says. With it, a client
/// could learn about other clients' tokens or act for the operator.
pub fn is_beyond_apps(name: &str) -> bool {
    name == Operation::IntrospectTokens.scope() || is_operator_scope(name)
}

/// The scopes offered for a new key or token: those with at least one API endpoint.
pub fn offered_scopes() -> impl Iterator<Item = &'static str> {
    let useful = |name: &&str| Operation::ALL.iter().any(|op| op.has_endpoint() && op.scope() == *name);
    management_scopes().filter(useful)
}

/// Whether the scope makes a credential act for the operator. Only the operator can assign it.
pub fn is_operator_scope(name: &str) -> bool {
    Operation::ALL.iter().any(|operation| operation.scope() == name && operation.reach() == Reach::Operator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Operation as O;

    fn principal(user: Option<u8>, role: Option<Role>, operator: bool, limit: &Limit) -> Principal {
        Principal {
            user: user.map(|n| UserId::new(crate::Timestamp::default(), [n; 10])),
            workspace: role.map(|role| (WorkspaceId::new(crate::Timestamp::default(), [1; 10]), role)),
            operator,
            limit: limit.clone(),
            credential: Credential::ApiKey(ApiKeyId::new(crate::Timestamp::default(), [2; 10])),
            responsible: None,
        }
    }

    #[test]
    fn roles_decide_and_scopes_only_take_away() {
        let all = Limit::Role;
        let some = Limit::Scopes(ScopeSet::parse("clients:read").unwrap());
        let table = [
            (O::ReadClients, None, Some(Role::Member), &all, Ok(())),
            (O::WriteClients, None, Some(Role::Member), &all, Err(PermissionDenied::Role)),
            (O::WriteClients, None, Some(Role::Admin), &all, Ok(())),
            (O::WriteClients, None, Some(Role::Owner), &some, Err(PermissionDenied::Scope)),
            (O::ReadClients, None, Some(Role::Owner), &some, Ok(())),
            (O::ReadClientUsers, None, Some(Role::Member), &some, Err(PermissionDenied::Role)),
            (O::ReadClients, Some(1), None, &all, Err(PermissionDenied::NoWorkspace)),
            (O::ReadConsents, Some(1), None, &all, Ok(())),
            (O::ReadConsents, None, Some(Role::Owner), &all, Err(PermissionDenied::NotAPerson)),
            (O::ReadScopes, None, None, &some, Ok(())),
            (O::RotateKeys, Some(1), Some(Role::Owner), &all, Err(PermissionDenied::NotOperator)),
        ];
        for (operation, user, role, limit, expected) in table {
            let caller = principal(user, role, false, limit);
            assert_eq!(caller.may(operation), expected, "{operation:?} {role:?} {limit:?}");
        }
        assert_eq!(principal(Some(1), None, true, &all).may(O::RotateKeys), Ok(()));
        assert_eq!(principal(Some(1), None, true, &some).may(O::RotateKeys), Err(PermissionDenied::Scope));
    }

    #[test]
    fn every_scope_is_named_once() {
        let names: Vec<_> = management_scopes().collect();
        assert_eq!(names.first(), Some(&"clients:read"));
        assert_eq!(names.len(), 30);
        assert!(is_operator_scope("keys:rotate") && !is_operator_scope("clients:write"));
    }
}
