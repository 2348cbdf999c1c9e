//! Every kind of event, in one table: its name, its description, and the members of its `data`.
use super::field::{Field, SignInFailure, TokenKind};
use crate::clients::{ClientType, GrantType, SubType};
use crate::grants::EndReason;
use crate::grants::refresh::Theft;
use crate::{ClientId, GrantId, ScopeSet, SessionId, UserId, WebhookId, WorkspaceId};
use serde_json::{Map, Value, json};

macro_rules! events {
    ($($kind:ident = $name:literal, $title:literal, $description:literal { $($field:ident: $type:ty = $meaning:literal;)* })*) => {
        /// A kind of event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum EventKind { $(#[doc = $description] $kind,)* }

        /// What happened. Its members are those of the kind's schema, so an event that does not match the schema cannot
        /// be created.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum EventData { $(#[doc = $description] $kind { $(#[doc = $meaning] $field: $type,)* },)* }

        impl EventKind {
            /// In the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// The `type` of a message.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $name,)* }
            }

            /// A heading of one to three words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$kind => $title,)* }
            }

            /// One or two sentences.
            pub const fn description(self) -> &'static str {
                match self { $(Self::$kind => $description,)* }
            }

            /// JSON Schema (2020-12) of `data`.
            pub fn schema(self) -> Value {
                match self { $(Self::$kind => schema($title, [$((stringify!($field), <$type>::schema(), $meaning),)*]),)* }
            }
        }

        impl EventData {
            /// Without the members.
            pub const fn kind(&self) -> EventKind {
                match self { $(Self::$kind { .. } => EventKind::$kind,)* }
            }

            /// The `data` of a message.
            pub fn json(&self) -> Value {
                match self { $(Self::$kind { $($field,)* } => {
                    let mut members = Map::new();
                    $(members.insert(stringify!($field).to_owned(), $field.value());)*
                    Value::Object(members)
                })* }
            }
        }
    };
}

fn schema<const N: usize>(title: &str, fields: [(&'static str, Value, &'static str); N]) -> Value {
    let required: Vec<_> = fields.iter().map(|(name, ..)| *name).collect();
    let mut properties = Map::new();
    for (name, mut schema, meaning) in fields {
        schema["description"] = meaning.into();
        properties.insert(name.to_owned(), schema);
    }
    json!({"title": title, "type": "object", "properties": properties, "required": required})
}

events! {
    TokenIssued = "oauth2.token.issued", "Token issued", "A client got an access token." {
        client_id: ClientId = "The client.";
        grant_type: GrantType = "What the client presented.";
        grant_id: Option<GrantId> = "The grant, unless the client acts in its own name.";
        user_id: Option<UserId> = "Who allowed it.";
        workspace_id: Option<WorkspaceId> = "The workspace that the token speaks for.";
        sub_type: Option<SubType> = "What the token speaks for; null for the client itself.";
        scope: ScopeSet = "What the token may do, separated by spaces.";
        expires_in: i64 = "Seconds that the token lives.";
    }
    TokenRevoked = "oauth2.token.revoked", "Token revoked", "A client revoked one of its tokens. Revoking a refresh token ends the grant." {
        client_id: ClientId = "The client.";
        token_type: TokenKind = "What was revoked.";
        grant_id: Option<GrantId> = "The grant that the token came of.";
        user_id: Option<UserId> = "Who had allowed it.";
        workspace_id: Option<WorkspaceId> = "The workspace that the token spoke for.";
    }
    TokenReuseDetected = "oauth2.token.reuse_detected", "Token reuse detected", "A refresh token came back after it was replaced, so somebody may have stolen it. The grant was ended." {
        client_id: ClientId = "The client.";
        grant_id: GrantId = "The grant.";
        user_id: UserId = "Who had allowed it.";
        workspace_id: Option<WorkspaceId> = "The workspace that the grant spoke for.";
        reason: Theft = "How it was seen.";
    }
    GrantEnded = "oauth2.grant.ended", "Authorization ended", "One authorization of a client ended; its tokens are inactive." {
        client_id: ClientId = "The client.";
        grant_id: GrantId = "The grant.";
        user_id: UserId = "Who had allowed it.";
        workspace_id: Option<WorkspaceId> = "The workspace that the grant spoke for.";
        reason: EndReason = "Why it ended.";
    }
    ConsentGranted = "oauth2.consent.granted", "User consent granted", "A user allowed a client something." {
        client_id: ClientId = "The client.";
        user_id: UserId = "The user.";
        workspace_id: Option<WorkspaceId> = "The workspace; null for the user's own name.";
        scope: ScopeSet = "What was allowed now, separated by spaces.";
    }
    ConsentRevoked = "oauth2.consent.revoked", "User consent revoked", "What a user had allowed a client was taken back." {
        client_id: ClientId = "The client.";
        user_id: UserId = "The user.";
        workspace_id: Option<WorkspaceId> = "The workspace; null for the user's own name.";
    }
    ClientCreated = "oauth2.client.created", "Client registered", "A client was made, by whichever door." {
        client_id: ClientId = "The client.";
        name: String = "Its name.";
        client_type: ClientType = "Whether it can keep a secret.";
        owner_workspace_id: Option<WorkspaceId> = "The workspace that owns it.";
        owner_user_id: Option<UserId> = "The user who owns it.";
    }
    ClientUpdated = "oauth2.client.updated", "Client updated", "The registration of a client changed." {
        client_id: ClientId = "The client.";
        name: String = "Its name.";
        client_type: ClientType = "Whether it can keep a secret.";
        owner_workspace_id: Option<WorkspaceId> = "The workspace that owns it.";
        owner_user_id: Option<UserId> = "The user who owns it.";
    }
    ClientDeleted = "oauth2.client.deleted", "Client deleted", "A client was deleted; its tokens are inactive." {
        client_id: ClientId = "The client.";
        owner_workspace_id: Option<WorkspaceId> = "The workspace that owned it.";
        owner_user_id: Option<UserId> = "The user who owned it.";
    }
    ClientSecretRotated = "oauth2.client.secret_rotated", "Client secret rotated", "A client got a new secret." {
        client_id: ClientId = "The client.";
        overlap: i64 = "Seconds that the secrets before it still work.";
        owner_workspace_id: Option<WorkspaceId> = "The workspace that owns it.";
        owner_user_id: Option<UserId> = "The user who owns it.";
    }
    KeyRotated = "key.rotated", "Signing keys rotated", "The keys that sign tokens were replaced; the ones before them stay published until their last token has expired." {
        active_kids: Vec<String> = "The ids (`kid`) of the keys that sign from now on.";
    }
    MemberAdded = "member.added", "Member added", "A user became a member of a workspace." {
        workspace_id: WorkspaceId = "The workspace.";
        user_id: UserId = "The user.";
        roles: Vec<String> = "The member's roles.";
    }
    MemberChanged = "member.changed", "Member changed", "The roles of a member changed." {
        workspace_id: WorkspaceId = "The workspace.";
        user_id: UserId = "The user.";
        roles: Vec<String> = "The member's roles from now on.";
    }
    MemberRemoved = "member.removed", "Member removed", "A user is no longer a member; what they had authorized for the workspace is inactive." {
        workspace_id: WorkspaceId = "The workspace.";
        user_id: UserId = "The user.";
    }
    UserSignedIn = "user.signed_in", "User signed in", "A user signed in with a browser." {
        user_id: UserId = "The user.";
        session_id: SessionId = "The new session.";
        ip: String = "The address the request came from; empty when unknown.";
    }
    UserSignInFailed = "user.sign_in_failed", "Sign-in failed", "Somebody tried to sign in and could not." {
        user_id: Option<UserId> = "The account that was tried; null when there is none.";
        reason: SignInFailure = "Why.";
        ip: String = "The address the request came from; empty when unknown.";
    }
    WebhookTest = "webhook.test", "Test", "Sent to one webhook when somebody asks for it; nothing happened." {
        webhook_id: WebhookId = "The webhook.";
    }
}

impl EventKind {
    /// Reads [`EventKind::as_str`]; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == text)
    }

    /// Whether webhooks can subscribe to it; a test event is only ever sent by hand.
    pub const fn can_be_asked_for(self) -> bool {
        !matches!(self, Self::WebhookTest)
    }

    /// Whether a workspace's webhook can subscribe to it. Sign-ins and the server's keys belong to no workspace.
    pub const fn can_be_of_workspace(self) -> bool {
        self.can_be_asked_for() && !matches!(self, Self::KeyRotated | Self::UserSignedIn | Self::UserSignInFailed)
    }
}
