//! What a user authorized a client to do. The same value stands in a code, in a device's approval and in a grant.
use crate::account::{PersonProof, proof};
use crate::clients::SubType;
use crate::grants::claims::ClaimsRequest;
use crate::platform::scope::ScopeSet;
use crate::{PersonalAccessTokenId, SessionId, UserId, WorkspaceId};
use serde::{Deserialize, Serialize};

/// The access that a client requests, or that a user granted it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// Whether the tokens speak for a workspace or for the user.
    pub sub_type: SubType,
    /// In a request, the workspace it names, if any. Once granted, the workspace that the tokens speak for: always set
    /// for workspace tokens, never for user tokens.
    pub workspace_id: Option<WorkspaceId>,
    /// The scopes of the tokens.
    pub scopes: ScopeSet,
    /// The resources (RFC 8707) that tokens may be for; empty for the server's default.
    pub resources: Vec<String>,
    /// The claims requested by name (OpenID Connect Core §5.5).
    pub claims: ClaimsRequest,
}

impl Access {
    /// No scopes yet, for this kind of subject.
    pub fn empty(sub_type: SubType) -> Self {
        Self {
            sub_type,
            workspace_id: None,
            scopes: ScopeSet::default(),
            resources: Vec::new(),
            claims: ClaimsRequest::default(),
        }
    }

    /// The scopes that the user has to allow: those of the tokens, and those behind the claims requested by name.
    pub fn consent_scopes(&self) -> ScopeSet {
        self.scopes.union(&self.claims.scopes())
    }

    /// The part of it that these scopes allow.
    #[must_use]
    pub fn within(self, limit: &ScopeSet) -> Self {
        Self { scopes: self.scopes.filter(|name| limit.contains(name)), claims: self.claims.within(limit), ..self }
    }
}

/// What a user authorized a client to do, and how they authorized it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Authorization {
    /// The user.
    pub user_id: UserId,
    /// What the user granted.
    pub access: Access,
    /// For user tokens: the user's only workspace, or their default one, at the time of consent. The tokens contain its
    /// `tenant_id` and the user's roles in it, as long as the user is a member and it allows the client.
    pub home_workspace_id: Option<WorkspaceId>,
    /// The session in which the user authorized it.
    pub session_id: Option<SessionId>,
    /// The personal access token that the user authorized it with, if not a session. The grant ends with the token.
    pub by_token: Option<PersonalAccessTokenId>,
    /// How and when the user was authenticated; `None` with a personal access token.
    #[serde(with = "proof::sealed")]
    pub proof: Option<PersonProof>,
    /// The sum of the epochs of the client, the client in the workspace, and the user at the time of approval. Epochs
    /// never decrease, so the sum changes as soon as any of them is raised.
    pub epoch: i64,
}

impl Authorization {
    /// The workspace whose `tenant_id` and roles the tokens contain.
    pub fn tenant(&self) -> Option<WorkspaceId> {
        self.access.workspace_id.or(self.home_workspace_id)
    }
}
