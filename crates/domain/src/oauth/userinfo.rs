//! Why userinfo is refused (OpenID Connect Core §5.3).
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// The reason why userinfo was refused.
    pub enum UserinfoRefusal {
        TokenMissing => InvalidRequest, "token_missing", "An access token is required in the Authorization header.", asks for Bearer,
            check "check-token-sent", advice advice::TOKEN_MISSING;
        TokenTwice => InvalidRequest, "token_sent_twice", "The access token was sent more than once.",
            check "check-token-once", advice "Send the access token once: in the Authorization header or in the form body.";
        TokenInactive => InvalidToken, "token_inactive", "The access token is not valid.",
            check "check-token-alive", advice "Get a new access token; what this one rests on is gone.";
        OtherAudience => InvalidToken, "token_for_another_resource", "The access token is for another resource.",
            check "check-token-audience", advice "Ask for a token without resource, or with the issuer as resource.";
        NoOpenid => InsufficientScope, "openid_not_granted", "The access token does not carry the openid scope.",
            check "check-token-openid", advice "Ask for the scope openid, and let a person sign in.";
    }
}
