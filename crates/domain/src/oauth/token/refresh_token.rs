//! Why a refresh token is refused (OAuth 2.1 §4.3).
use crate::grants::refresh::Theft;
use crate::grants::{EndReason, GrantInactive};
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// The reason why a refresh token was refused.
    pub enum RefreshRefusal {
        Missing => InvalidRequest, "refresh_token_missing", "The refresh_token parameter is missing.",
            check "check-refresh-sent", advice "Send refresh_token in the body.";
        Unknown => InvalidGrant, "refresh_token_unknown", "The refresh token is not valid.",
            check "check-refresh-valid", advice "Send the refresh token of the last answer, whole. It may be so old that its authorization was removed: let the person sign in again.";
        WrongClient => InvalidGrant, "refresh_token_of_another_client", "The refresh token is not valid.",
            check "check-refresh-client", advice "Refresh with the client_id that the token was issued to.";
        GrantRevoked => InvalidGrant, "grant_revoked", "The authorization was ended.",
            check "check-refresh-alive", advice "The authorization was ended by the person, the owner or the application. Let the person sign in again.";
        GrantReplayed => InvalidGrant, "grant_ended_after_replay", "The authorization was ended.",
            check "check-refresh-alive", advice "The authorization was ended because a code or refresh token came twice. Store each new refresh token before you use it; let the person sign in again.";
        GrantExpired => InvalidGrant, "grant_expired", "The refresh token has expired.",
            check "check-refresh-alive", advice advice::GRANT_EXPIRED;
        UserDisabled => InvalidGrant, "user_disabled", "The authorization is no longer valid.",
            check "check-refresh-alive", advice advice::USER_DISABLED;
        ClientDisabled => InvalidGrant, "client_disabled", "The authorization is no longer valid.",
            check "check-refresh-alive", advice advice::CLIENT_DISABLED;
        MembershipLost => InvalidGrant, "membership_lost", "The authorization is no longer valid.",
            check "check-refresh-alive", advice advice::MEMBERSHIP_LOST;
        ClientForbidden => InvalidGrant, "workspace_policy_forbids_client", "The workspace does not allow this application any more.",
            check "check-refresh-alive", advice advice::WORKSPACE_POLICY_FORBIDS_CLIENT;
        ScopeMalformed => InvalidScope, "scope_malformed", "The scope parameter is malformed.",
            check "check-refresh-scope", advice advice::SCOPE_MALFORMED;
        ScopeBeyondGrant => InvalidScope, "scope_beyond_grant", "A requested scope was not granted.",
            check "check-refresh-scope", advice "Ask for scopes that were granted, or for none to get all of them.";
        Resource => InvalidTarget, "resource_not_granted", "A requested resource was not part of the authorization.",
            check "check-refresh-resource", advice advice::RESOURCE_NOT_GRANTED;
        Voided => InvalidGrant, "refresh_token_voided", "The refresh token was used before; the authorization was ended.",
            check "check-refresh-live", advice "This token came with a response that seemed lost, and another replaced it. Store each new refresh token before you use it, in one place for all processes. Ask the user to sign in again.";
        SuccessorUsed => InvalidGrant, "refresh_token_successor_used", "The refresh token was used before; the authorization was ended.",
            check "check-refresh-live", advice "The token that replaced this one is already in use. Let all processes share one store, or sign in separately. Ask the user to sign in again.";
        FarBehind => InvalidGrant, "refresh_token_far_behind", "The refresh token was used before; the authorization was ended.",
            check "check-refresh-live", advice "The token was replaced long ago. Check that no backup or second process keeps an old one. Ask the user to sign in again.";
        FromTheFuture => InvalidGrant, "refresh_token_ahead_of_database", "The refresh token is not valid.",
            check "check-refresh-live", advice "The server's database was restored from an older backup. Ask the user to sign in again.";
    }
}

impl From<GrantInactive> for RefreshRefusal {
    fn from(dead: GrantInactive) -> Self {
        match dead {
            GrantInactive::Ended(EndReason::CodeReplayed | EndReason::RefreshTokenReplayed) => Self::GrantReplayed,
            GrantInactive::Ended(EndReason::MembershipLost) | GrantInactive::MembershipLost => Self::MembershipLost,
            GrantInactive::Ended(EndReason::ClientForbidden) => Self::ClientForbidden,
            GrantInactive::Ended(_) => Self::GrantRevoked,
            GrantInactive::Expired => Self::GrantExpired,
            GrantInactive::UserDisabled => Self::UserDisabled,
            GrantInactive::ClientDisabled => Self::ClientDisabled,
        }
    }
}

impl From<Theft> for RefreshRefusal {
    fn from(theft: Theft) -> Self {
        match theft {
            Theft::Void => Self::Voided,
            Theft::SuccessorUsed => Self::SuccessorUsed,
            Theft::FarBehind => Self::FarBehind,
        }
    }
}
