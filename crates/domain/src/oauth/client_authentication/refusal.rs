//! Why client authentication fails.

crate::refusals! {
    /// Why client authentication failed.
    pub enum ClientRefusal {
        Repeated => InvalidRequest, "parameter_repeated", "A parameter was sent more than once.";
        SecretInQuery => InvalidRequest, "client_secret_in_query", "Client credentials must not be sent in the URL.";
        TwoMethods => InvalidRequest, "two_client_authentication_methods", "Use one client authentication method only.";
        Malformed => InvalidClient, "client_authentication_malformed", "The Authorization header is not valid Basic authentication.";
        Missing => InvalidClient, "client_authentication_missing", "Client authentication is required.";
        Unknown => InvalidClient, "client_unknown", "Client authentication failed.";
        Disabled => InvalidClient, "client_disabled", "Client authentication failed.";
        WrongMethod => InvalidClient, "client_authentication_method_not_registered", "The client is registered for another authentication method.";
        WrongSecret => InvalidClient, "client_secret_wrong", "Client authentication failed.";
        TooManyAttempts => SlowDown, "client_authentication_slowed_down", "Too many failed attempts. Wait before trying again.";
        SecretOfKeyClient => InvalidClient, "client_secret_of_client_with_keys", "Client authentication failed.";
        AssertionIncomplete => InvalidRequest, "client_assertion_incomplete", "Send client_assertion and client_assertion_type together.";
        AssertionType => InvalidClient, "client_assertion_type_unsupported", "The client_assertion_type is not supported.";
        AssertionMalformed => InvalidClient, "client_assertion_malformed", "The client assertion is not a JWT.";
        AssertionSubject => InvalidClient, "client_assertion_subject_wrong", "The sub of the client assertion must be the client_id.";
        AssertionIssuer => InvalidClient, "client_assertion_issuer_wrong", "The iss of the client assertion must be the client_id.";
        WithoutKeys => InvalidClient, "client_without_keys", "Client authentication failed.";
        KeysUnreachable => TemporarilyUnavailable, "client_keys_unreachable", "The keys of the client cannot be fetched at the moment. Try again.";
        KeysInvalid => InvalidClient, "client_keys_invalid", "Client authentication failed.";
        AssertionTyp => InvalidClient, "client_assertion_typ_wrong", "Client authentication failed.";
        AssertionCritical => InvalidClient, "client_assertion_crit_unsupported", "Client authentication failed.";
        AssertionAlgorithm => InvalidClient, "client_assertion_algorithm_not_accepted", "Client authentication failed.";
        AssertionKeyUnknown => InvalidClient, "client_assertion_key_unknown", "Client authentication failed.";
        AssertionSignature => InvalidClient, "client_assertion_signature_wrong", "Client authentication failed.";
        AssertionAudience => InvalidClient, "client_assertion_audience_wrong", "The aud of the client assertion must be the issuer.";
        AssertionWithoutExpiry => InvalidClient, "client_assertion_without_expiry", "The client assertion has no exp.";
        AssertionExpired => InvalidClient, "client_assertion_expired", "The client assertion has expired.";
        AssertionTooLong => InvalidClient, "client_assertion_lives_too_long", "The exp of the client assertion is more than an hour ahead.";
        AssertionNotYet => InvalidClient, "client_assertion_not_yet_valid", "The iat or nbf of the client assertion is in the future.";
        AssertionJti => InvalidClient, "client_assertion_jti_missing", "The client assertion needs a jti of 1 to 255 characters.";
        AssertionReplayed => InvalidClient, "client_assertion_replayed", "The client assertion was used already.";
    }
}
