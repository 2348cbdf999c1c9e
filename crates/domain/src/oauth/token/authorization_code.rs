//! Why an authorization code is refused (OAuth 2.1 §4.1.3).
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// The reason why a code was refused.
    pub enum CodeRefusal {
        Missing => InvalidRequest, "code_missing", "The code parameter is missing.",
            check "check-code-sent", advice "Send the code from the redirect in the body.";
        Unknown => InvalidGrant, "code_unknown", "The authorization code is not valid.",
            check "check-code-valid", advice "Send the code as it came in the redirect, decoded once and not cut.";
        WrongClient => InvalidGrant, "code_of_another_client", "The authorization code is not valid.",
            check "check-code-client", advice "Redeem the code with the client_id that it was asked for with.";
        Expired => InvalidGrant, "code_expired", "The authorization code has expired.",
            check "check-code-expiry", advice "Redeem the code at once: it lives for about a minute. Check the machine's clock and whatever waits in between.";
        RedirectMismatch => InvalidGrant, "redirect_uri_mismatch", "The redirect_uri is not the one of the authorization request.",
            check "check-code-redirect-uri", advice "Send the redirect_uri of the authorization request, letter by letter, or leave it out.";
        VerifierMissing => InvalidGrant, "code_verifier_missing", "The code_verifier is missing.",
            check "check-code-verifier", advice "Send the code_verifier whose hash was the code_challenge.";
        VerifierUnexpected => InvalidGrant, "code_verifier_unexpected", "A code_verifier was sent, but no code_challenge was in the authorization request.",
            check "check-code-verifier", advice "Send a code_challenge with the authorization request as well, or no code_verifier.";
        VerifierMalformed => InvalidRequest, "code_verifier_malformed", "The code_verifier must have 43 to 128 unreserved characters.",
            check "check-code-verifier", advice "Make the code_verifier of 43 to 128 letters, digits and -._~";
        PkceMismatch => InvalidGrant, "code_verifier_mismatch", "The code_verifier does not fit the code_challenge.",
            check "check-code-verifier", advice "Send the very code_verifier that this request's code_challenge was made of: keep one per request, hash it with SHA-256, encode it as base64url without padding.";
        Resource => InvalidTarget, "resource_not_granted", "A requested resource was not part of the authorization.",
            check "check-code-resource", advice advice::RESOURCE_NOT_GRANTED;
        UserDisabled => InvalidGrant, "user_disabled", "The authorization is no longer valid.",
            check "check-code-user", advice advice::USER_DISABLED;
        MembershipLost => InvalidGrant, "membership_lost", "The authorization is no longer valid.",
            check "check-code-user", advice advice::MEMBERSHIP_LOST;
        ClientForbidden => InvalidGrant, "workspace_policy_forbids_client", "The workspace does not allow this application.",
            check "check-workspace-lets-in", advice advice::WORKSPACE_POLICY_FORBIDS_CLIENT;
        ConsentRevoked => InvalidGrant, "consent_revoked", "The authorization is no longer valid.",
            check "check-code-consent", advice advice::CONSENT_REVOKED;
        TokenEnded => InvalidGrant, "personal_token_ended", "The authorization is no longer valid.",
            check "check-code-personal-token", advice advice::PERSONAL_TOKEN_ENDED;
        Replayed => InvalidGrant, "code_replayed", "The authorization code was used before.",
            check "check-code-first-use", advice advice::CODE_REPLAYED;
    }
}
