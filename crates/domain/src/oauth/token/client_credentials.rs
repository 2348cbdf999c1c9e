//! Why a client gets no token in its own name (OAuth 2.1 §4.2).
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// The reason why a machine client got no token.
    pub enum MachineRefusal {
        PublicClient => UnauthorizedClient, "client_credentials_for_public_client", "Only confidential clients can use client_credentials.",
            check "check-machine-confidential", advice advice::CLIENT_CREDENTIALS_FOR_PUBLIC_CLIENT;
        NotVouched => UnauthorizedClient, "client_credentials_not_vouched", "client_credentials needs a client that belongs to a workspace or to the operator.",
            check "check-machine-vouched", advice advice::CLIENT_CREDENTIALS_NOT_VOUCHED;
        ScopeMalformed => InvalidScope, "scope_malformed", "The scope parameter is malformed.",
            check "check-machine-scope", advice advice::SCOPE_MALFORMED;
        ScopeNotRegistered => InvalidScope, "scope_not_registered", "A requested scope is not one that the client registered.",
            check "check-machine-scope", advice advice::SCOPE_NOT_REGISTERED;
        ScopeNeedsUser => InvalidScope, "scope_needs_a_user", "openid, profile, email and offline_access need a user.",
            check "check-machine-scope", advice "Do not ask for openid, profile, email or offline_access where no person takes part.";
        ScopeNotOpen => InvalidScope, "scope_not_open_to_machines", "A requested scope is not open to clients that act in their own name.",
            check "check-machine-scope", advice "Ask for other scopes, or ask the operator to open this one to machine clients (machine = true in the catalogue) or to verify the client.";
        ScopeWithheld => InvalidScope, "scope_awaits_review", "The client changed since it was reviewed. Until the operator reviews it again, it cannot have a requested scope.",
            check "check-machine-scope", advice advice::SCOPE_AWAITS_REVIEW;
        Resource => InvalidTarget, "resource_unknown", "A requested resource is unknown.",
            check "check-machine-resource", advice advice::RESOURCE_UNKNOWN;
    }
}
