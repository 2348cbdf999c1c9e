//! Tokens that clients ask about or present: why they are not active, or not this client's.
use crate::grants::{EndReason, GrantInactive};
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// Why a request about a token names none (RFC 7662 §2.1, RFC 7009 §2.1).
    pub enum TokenParameterRefusal {
        Missing => InvalidRequest, "token_missing", "The token parameter is missing.",
            check "check-token-sent", advice advice::TOKEN_MISSING;
    }
}

crate::platform::refusal::refusals! {
    /// Why a client may not revoke a token (RFC 7009 §2.1). Introspection answers that such a token is not active.
    pub enum ForeignToken {
        OfAnotherClient => InvalidRequest, "token_of_another_client", "The token was not issued to this client.",
            check "check-token-own", advice "Send the token with the credentials of the application that it was issued to.";
    }
}

crate::platform::refusal::refusals! {
    /// Why an access token is not active. Callers only learn that it is not.
    pub enum InactiveToken {
        /// Not issued by this server, or not an access token.
        Unknown => InvalidToken, "token_unknown", "The access token is not valid.",
            check "check-token-alive", advice "Send an access token of this server, whole; ID tokens and codes are none.";
        Expired => InvalidToken, "token_expired", "The access token is not valid.",
            check "check-token-alive", advice "Refresh before expires_in is over, or when the answer is 401.";
        GrantUnknown => InvalidToken, "grant_unknown", "The access token is not valid.",
            check "check-token-alive", advice "The authorization ended long ago. Let the person sign in again.";
        Revoked => InvalidToken, "token_revoked", "The access token is not valid.",
            check "check-token-alive", advice "The application revoked this token. Get a new one.";
        GrantRevoked => InvalidToken, "revoked", "The access token is not valid.",
            check "check-token-alive", advice "The authorization was revoked. Let the person sign in again.";
        CodeReplayed => InvalidToken, "code_replayed", "The access token is not valid.",
            check "check-token-alive", advice advice::CODE_REPLAYED;
        RefreshTokenReplayed => InvalidToken, "refresh_token_replayed", "The access token is not valid.",
            check "check-token-alive", advice "The authorization was ended because a refresh token came twice. Store each new refresh token before you use it; let the person sign in again.";
        ConsentRevoked => InvalidToken, "consent_revoked", "The access token is not valid.",
            check "check-token-alive", advice advice::CONSENT_REVOKED;
        ClientDeleted => InvalidToken, "client_deleted", "The access token is not valid.",
            check "check-token-alive", advice "The application that the token was issued to was deleted.";
        UserNotAllowed => InvalidToken, "user_not_allowed", "The access token is not valid.",
            check "check-token-alive", advice "The person is no longer among the allowed users of the application.";
        SignedOut => InvalidToken, "signed_out", "The access token is not valid.",
            check "check-token-alive", advice "The person signed out. Let them sign in again.";
        PersonalTokenEnded => InvalidToken, "personal_token_ended", "The access token is not valid.",
            check "check-token-alive", advice advice::PERSONAL_TOKEN_ENDED;
        GrantExpired => InvalidToken, "grant_expired", "The access token is not valid.",
            check "check-token-alive", advice advice::GRANT_EXPIRED;
        UserDisabled => InvalidToken, "user_disabled", "The access token is not valid.",
            check "check-token-alive", advice advice::USER_DISABLED;
        ClientDisabled => InvalidToken, "client_disabled", "The access token is not valid.",
            check "check-token-alive", advice advice::CLIENT_DISABLED;
        MembershipLost => InvalidToken, "membership_lost", "The access token is not valid.",
            check "check-token-alive", advice advice::MEMBERSHIP_LOST;
        ClientForbidden => InvalidToken, "workspace_policy_forbids_client", "The access token is not valid.",
            check "check-token-alive", advice advice::WORKSPACE_POLICY_FORBIDS_CLIENT;
        /// The client was deleted or disabled, or its credentials were reset.
        ClientDead => InvalidToken, "client_dead", "The access token is not valid.",
            check "check-token-alive", advice "The application that the token was issued to was disabled or deleted, or its credentials were reset. Get a new token.";
    }
}

impl From<GrantInactive> for InactiveToken {
    fn from(why: GrantInactive) -> Self {
        match why {
            GrantInactive::Ended(why) => Self::from(why),
            GrantInactive::Expired => Self::GrantExpired,
            GrantInactive::UserDisabled => Self::UserDisabled,
            GrantInactive::ClientDisabled => Self::ClientDisabled,
            GrantInactive::MembershipLost => Self::MembershipLost,
        }
    }
}

impl From<EndReason> for InactiveToken {
    fn from(why: EndReason) -> Self {
        match why {
            EndReason::Revoked => Self::GrantRevoked,
            EndReason::CodeReplayed => Self::CodeReplayed,
            EndReason::RefreshTokenReplayed => Self::RefreshTokenReplayed,
            EndReason::ConsentRevoked => Self::ConsentRevoked,
            EndReason::ClientDeleted => Self::ClientDeleted,
            EndReason::UserNotAllowed => Self::UserNotAllowed,
            EndReason::SignedOut => Self::SignedOut,
            EndReason::MembershipLost => Self::MembershipLost,
            EndReason::ClientForbidden => Self::ClientForbidden,
            EndReason::PersonalTokenEnded => Self::PersonalTokenEnded,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::refusal::Refusal as _;

    /// An ended grant has the same name everywhere: in the database, the audit log and diagnosis.
    #[test]
    fn an_ended_grant_has_one_name() {
        for why in EndReason::ALL {
            assert_eq!(InactiveToken::from(why).reason(), why.as_str());
        }
    }
}
