//! Why client authentication fails.
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// Why client authentication failed.
    pub enum ClientRefusal {
        SecretInQuery => InvalidRequest, "client_secret_in_query", "Client credentials must not be sent in the URL.",
            check "check-client-parameters", advice "Send the secret in the Authorization header or in the body. It was in a URL, where logs keep it: rotate it.";
        Repeated => InvalidRequest, "parameter_repeated", "A parameter was sent more than once.",
            check "check-client-parameters", advice advice::PARAMETER_REPEATED;
        TwoMethods => InvalidRequest, "two_client_authentication_methods", "Use one client authentication method only.",
            check "check-client-one-method", advice "Send the secret either in the Authorization header or in the body, not in both, and the same client_id in both places.";
        Malformed => InvalidClient, "client_authentication_malformed", "The Authorization header is not valid Basic authentication.",
            check "check-client-one-method", advice "The header must be `Basic` and the base64 of id, colon and secret, each of them form-encoded first.";
        AssertionIncomplete => InvalidRequest, "client_assertion_incomplete", "Send client_assertion and client_assertion_type together.",
            check "check-assertion-sent", advice "Send both client_assertion and client_assertion_type in the body.";
        AssertionType => InvalidClient, "client_assertion_type_unsupported", "The client_assertion_type is not supported.",
            check "check-assertion-sent", advice "Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer. SAML assertions are not supported.";
        AssertionMalformed => InvalidClient, "client_assertion_malformed", "The client assertion is not a JWT.",
            check "check-assertion-sent", advice "Send a signed JWT in compact form: three parts of base64url without padding, with numbers in exp, iat and nbf, at most 16 KiB. Encrypted JWTs are not supported.";
        AssertionSubject => InvalidClient, "client_assertion_subject_wrong", "The sub of the client assertion must be the client_id.",
            check "check-assertion-client", advice "Set sub to the client_id. If you also send the parameter client_id, it must be the same.";
        AssertionIssuer => InvalidClient, "client_assertion_issuer_wrong", "The iss of the client assertion must be the client_id.",
            check "check-assertion-client", advice "Set iss to the client_id, like sub.";
        TooManyAttempts => SlowDown, "client_authentication_slowed_down", "Too many failed attempts. Wait before trying again.",
            check "check-client-attempts", advice "Wait, and find what keeps sending the wrong secret from this address.";
        Unknown => InvalidClient, "client_unknown", "Client authentication failed.",
            check "check-client-known", advice advice::CLIENT_UNKNOWN;
        Missing => InvalidClient, "client_authentication_missing", "Client authentication is required.",
            check "check-client-credentials", advice "This application is confidential: send its secret or a client assertion with the request. An application that can keep neither secrets nor keys must be registered as public.";
        WrongSecret => InvalidClient, "client_secret_wrong", "Client authentication failed.",
            check "check-client-secret", advice "Check that the whole secret is sent, that it was not rotated or ended, and that it is this application's. A lost secret is replaced by a new one.";
        SecretOfKeyClient => InvalidClient, "client_secret_of_client_with_keys", "Client authentication failed.",
            check "check-client-secret", advice "This app is registered for private_key_jwt and has no secret. Send client_assertion and client_assertion_type, or change the authentication method in its settings.";
        Disabled => InvalidClient, "client_disabled", "Client authentication failed.",
            check "check-client-enabled", advice advice::CLIENT_DISABLED;
        WrongMethod => InvalidClient, "client_authentication_method_not_registered", "The client is registered for another authentication method.",
            check "check-client-method", advice "Send the secret in the way that is registered (client_secret_basic: header, client_secret_post: body), or change the registration.";
        WithoutKeys => InvalidClient, "client_without_keys", "Client authentication failed.",
            check "check-assertion-registered", advice "This app is registered for another authentication method. Choose private_key_jwt in its settings and add its public keys, or authenticate in the way that is registered.";
        KeysUnreachable => TemporarilyUnavailable, "client_keys_unreachable", "The keys of the client cannot be fetched at the moment. Try again.",
            check "check-assertion-keys", advice "Make the jwks_uri answer with status 200 within five seconds, at a public https address and without a redirect. It is fetched again at most once a minute.";
        KeysInvalid => InvalidClient, "client_keys_invalid", "Client authentication failed.",
            check "check-assertion-keys", advice "Make the jwks_uri answer with status 200 and a JWK set of at most 64 KiB that holds a public signing key: RSA of 2048 to 8192 bits, P-256, P-384 or Ed25519.";
        AssertionTyp => InvalidClient, "client_assertion_typ_wrong", "Client authentication failed.",
            check "check-assertion-header", advice "Set typ to JWT or client-authentication+jwt, or leave it out. Do not send tokens that were issued for something else.";
        AssertionCritical => InvalidClient, "client_assertion_crit_unsupported", "Client authentication failed.",
            check "check-assertion-header", advice "Leave crit out of the header; no critical extension is supported.";
        AssertionAlgorithm => InvalidClient, "client_assertion_algorithm_not_accepted", "Client authentication failed.",
            check "check-assertion-header", advice "Sign with one of expected_alg. If token_endpoint_auth_signing_alg is registered, only that algorithm is accepted.";
        AssertionKeyUnknown => InvalidClient, "client_assertion_key_unknown", "Client authentication failed.",
            check "check-assertion-key", advice "Register the public key that signed the assertion, with the same kid and for this algorithm. A new key at jwks_uri is found within a minute; publish it before you use it.";
        AssertionSignature => InvalidClient, "client_assertion_signature_wrong", "Client authentication failed.",
            check "check-assertion-signature", advice "Sign with the private key whose public half is registered under this kid. Check that the key was not replaced and that header and claims are not changed after signing.";
        AssertionAudience => InvalidClient, "client_assertion_audience_wrong", "The aud of the client assertion must be the issuer.",
            check "check-assertion-audience", advice "Set aud to expected_aud, the issuer of this server, letter by letter, and to nothing else. The operator can also allow the URL of the token endpoint (client_assertion_token_endpoint).";
        AssertionWithoutExpiry => InvalidClient, "client_assertion_without_expiry", "The client assertion has no exp.",
            check "check-assertion-time", advice "Add exp: the time, in seconds since 1970, until which the assertion is valid. A minute from now is enough.";
        AssertionExpired => InvalidClient, "client_assertion_expired", "The client assertion has expired.",
            check "check-assertion-time", advice "Create a new assertion for each request, and check the clock of your machine against server_time.";
        AssertionTooLong => InvalidClient, "client_assertion_lives_too_long", "The exp of the client assertion is more than an hour ahead.",
            check "check-assertion-time", advice "Set exp to at most one hour from now; a minute is enough. Check that it is in seconds, not milliseconds.";
        AssertionNotYet => InvalidClient, "client_assertion_not_yet_valid", "The iat or nbf of the client assertion is in the future.",
            check "check-assertion-time", advice "Check the clock of your machine against server_time: iat and nbf may be at most 10 seconds ahead.";
        AssertionJti => InvalidClient, "client_assertion_jti_missing", "The client assertion needs a jti of 1 to 255 characters.",
            check "check-assertion-once", advice "Add a jti: a text of 1 to 255 characters that is different in each assertion, such as a random UUID.";
        AssertionReplayed => InvalidClient, "client_assertion_replayed", "The client assertion was used already.",
            check "check-assertion-once", advice "Create a new assertion with a new jti for each request, also when you repeat one after a lost response.";
    }
}
