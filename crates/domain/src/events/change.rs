//! Every recorded change of state, in one table: its kind in the audit log, and the events that webhooks may receive
//! with it.
use super::EventKind;

macro_rules! changes {
    ($($change:ident = $name:literal $(=> $($event:ident)+)?;)*) => {
        /// A change of state. It is recorded in the transaction that makes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Change { $(#[doc = concat!("`", $name, "`")] $change,)* }

        impl Change {
            /// In the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$change,)*];

            /// The kind of its audit log entry.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$change => $name,)* }
            }

            /// The events sent to webhooks, including those for anything that ends with the change.
            pub const fn events(self) -> &'static [EventKind] {
                match self { $(Self::$change => &[$($(EventKind::$event,)+)?],)* }
            }
        }
    };
}

impl Change {
    /// Whether the change gives someone a credential, or rights they did not have. Such a change requires that the
    /// caller's credential is still valid.
    pub const fn gives_access(self) -> bool {
        matches!(
            self,
            Self::ConsentGranted
                | Self::ClientCreated
                | Self::ClientUpdated
                | Self::ClientEnabled
                | Self::ClientTrustSet
                | Self::ClientOwnerSet
                | Self::ClientSecretRotated
                | Self::ClientSecretAdded
                | Self::AppPolicyChanged
                | Self::AppPolicyClientListed
                | Self::UserEnabled
                | Self::OperatorAdded
                | Self::PersonalTokenCreated
                | Self::ApiKeyAdopted
                | Self::ApiKeyCreated
                | Self::WorkspaceCreated
                | Self::MemberChanged
                | Self::InvitationCreated
                | Self::InvitationAccepted
                | Self::WebhookCreated
                | Self::WebhookUpdated
                | Self::WebhookSecretRotated
        )
    }
}

changes! {
    ConsentGranted = "consent.granted" => ConsentGranted;
    ConsentRevoked = "consent.revoked" => ConsentRevoked GrantEnded;
    DeviceDenied = "device.denied";
    AllConsentsRevoked = "consent.revoked_all" => ConsentRevoked;
    ConsentsRevokedInWorkspace = "consent.revoked_in_workspace" => ConsentRevoked GrantEnded;
    TokenRevoked = "token.revoked" => TokenRevoked;
    GrantEnded = "grant.ended" => TokenRevoked TokenReuseDetected GrantEnded;
    ClientCreated = "client.created" => ClientCreated;
    ClientUpdated = "client.updated" => ClientUpdated ConsentRevoked GrantEnded;
    ClientDeleted = "client.deleted" => ClientDeleted;
    ClientDisabled = "client.disabled" => ClientUpdated;
    ClientEnabled = "client.enabled" => ClientUpdated;
    ClientTrustSet = "client.trust_set";
    ClientOwnerSet = "client.owner_set" => ClientUpdated;
    ClientSecretRotated = "client.secret_rotated" => ClientSecretRotated;
    ClientSecretAdded = "client.secret_added" => ClientUpdated;
    ClientSecretEnded = "client.secret_ended" => ClientUpdated;
    AppPolicyChanged = "app_policy.changed" => ConsentRevoked GrantEnded;
    AppPolicyClientListed = "app_policy.client_listed";
    AppPolicyClientUnlisted = "app_policy.client_unlisted" => ConsentRevoked GrantEnded;
    SignedIn = "sign_in" => UserSignedIn;
    SignedOut = "sign_out";
    SessionEnded = "session.ended";
    OtherSessionsEnded = "session.ended_others";
    UserCreated = "user.created";
    UserChanged = "user.changed";
    UserDisabled = "user.disabled";
    UserEnabled = "user.enabled";
    EmailVerified = "user.email_verified";
    EmailUnverified = "user.email_unverified";
    PasswordChanged = "user.password_changed" => GrantEnded;
    PasswordSet = "user.password_set" => GrantEnded;
    OperatorAdded = "operator.added";
    OperatorRemoved = "operator.removed";
    PersonalTokenCreated = "personal_access_token.created";
    PersonalTokenRevoked = "personal_access_token.revoked" => GrantEnded;
    ApiKeyAdopted = "api_key.adopted";
    ApiKeyCreated = "api_key.created";
    ApiKeyRevoked = "api_key.revoked";
    WorkspaceCreated = "workspace.created" => MemberAdded;
    WorkspaceRenamed = "workspace.renamed";
    MemberChanged = "member.changed" => MemberAdded MemberChanged;
    MemberRemoved = "member.removed" => MemberRemoved ConsentRevoked GrantEnded;
    InvitationCreated = "invitation.created";
    InvitationAccepted = "invitation.accepted" => MemberAdded;
    InvitationRevoked = "invitation.revoked";
    WebhookCreated = "webhook.created";
    WebhookUpdated = "webhook.updated";
    WebhookDeleted = "webhook.deleted";
    WebhookDisabled = "webhook.disabled";
    WebhookSecretRotated = "webhook.secret_rotated";
    WebhookReplayed = "webhook.replayed";
    KeyRotated = "key.rotated" => KeyRotated;
    KeyExpelled = "key.expelled" => KeyRotated;
    MasterKeyReplaced = "key.master_replaced";
    SettingsReloaded = "settings.reloaded";
}
