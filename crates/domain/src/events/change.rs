//! Every recorded change of state, in one table: its kind in the audit log, whether it gives access, and the events that
//! webhooks may receive with it.
use super::EventKind;

macro_rules! gives {
    () => {
        false
    };
    (access) => {
        true
    };
}

macro_rules! changes {
    ($($change:ident = $name:literal $(, gives $access:ident)? $(=> $($event:ident)+)?;)*) => {
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

            /// Whether the change gives someone a credential, or rights they did not have (`gives access` in the table). Such
            /// a change requires that the caller's credential is still valid.
            pub const fn gives_access(self) -> bool {
                match self { $(Self::$change => gives!($($access)?),)* }
            }
        }
    };
}

changes! {
    ConsentGranted = "consent.granted", gives access => ConsentGranted;
    ConsentRevoked = "consent.revoked" => ConsentRevoked GrantEnded;
    DeviceDenied = "device.denied";
    AllConsentsRevoked = "consent.revoked_all" => ConsentRevoked;
    ConsentsRevokedInWorkspace = "consent.revoked_in_workspace" => ConsentRevoked GrantEnded;
    TokenRevoked = "token.revoked" => TokenRevoked;
    GrantEnded = "grant.ended" => TokenRevoked TokenReuseDetected GrantEnded;
    ClientCreated = "client.created", gives access => ClientCreated;
    ClientUpdated = "client.updated", gives access => ClientUpdated ConsentRevoked GrantEnded;
    ClientDeleted = "client.deleted" => ClientDeleted;
    ClientDisabled = "client.disabled" => ClientUpdated;
    ClientEnabled = "client.enabled", gives access => ClientUpdated;
    ClientTrustSet = "client.trust_set", gives access;
    ClientOwnerSet = "client.owner_set", gives access => ClientUpdated;
    ClientSecretRotated = "client.secret_rotated", gives access => ClientSecretRotated;
    ClientSecretAdded = "client.secret_added", gives access => ClientUpdated;
    ClientSecretEnded = "client.secret_ended" => ClientUpdated;
    AppPolicyChanged = "app_policy.changed", gives access => ConsentRevoked GrantEnded;
    AppPolicyClientListed = "app_policy.client_listed", gives access;
    AppPolicyClientUnlisted = "app_policy.client_unlisted" => ConsentRevoked GrantEnded;
    SignedIn = "sign_in" => UserSignedIn;
    SignedOut = "sign_out";
    SessionEnded = "session.ended";
    OtherSessionsEnded = "session.ended_others";
    UserCreated = "user.created";
    UserChanged = "user.changed";
    UserDisabled = "user.disabled";
    UserEnabled = "user.enabled", gives access;
    EmailVerified = "user.email_verified";
    EmailUnverified = "user.email_unverified";
    PasswordChanged = "user.password_changed" => GrantEnded;
    PasswordSet = "user.password_set" => GrantEnded;
    OperatorAdded = "operator.added", gives access;
    OperatorRemoved = "operator.removed";
    PersonalTokenCreated = "personal_access_token.created", gives access;
    PersonalTokenRevoked = "personal_access_token.revoked" => GrantEnded;
    ApiKeyAdopted = "api_key.adopted", gives access;
    ApiKeyCreated = "api_key.created", gives access;
    ApiKeyRevoked = "api_key.revoked";
    WorkspaceCreated = "workspace.created", gives access => MemberAdded;
    WorkspaceRenamed = "workspace.renamed";
    MemberChanged = "member.changed", gives access => MemberAdded MemberChanged;
    MemberRemoved = "member.removed" => MemberRemoved ConsentRevoked GrantEnded;
    InvitationCreated = "invitation.created", gives access;
    InvitationAccepted = "invitation.accepted", gives access => MemberAdded;
    InvitationRevoked = "invitation.revoked";
    WebhookCreated = "webhook.created", gives access;
    WebhookUpdated = "webhook.updated", gives access;
    WebhookDeleted = "webhook.deleted";
    WebhookDisabled = "webhook.disabled";
    WebhookSecretRotated = "webhook.secret_rotated", gives access;
    WebhookReplayed = "webhook.replayed";
    KeyRotated = "key.rotated" => KeyRotated;
    KeyExpelled = "key.expelled" => KeyRotated;
    MasterKeyReplaced = "key.master_replaced";
    SettingsReloaded = "settings.reloaded";
}
