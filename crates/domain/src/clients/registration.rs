//! Why registration is refused, apart from what is wrong with the metadata (RFC 7591, RFC 7592).

crate::platform::refusal::refusals! {
    /// The reason why the caller may not register, or not manage this client.
    pub enum AccessRefusal {
        Off => RegistrationNotSupported, "registration_off", "Dynamic registration is switched off.",
            check "check-registration-open", advice "Whoever runs this server registers applications here; ask them.";
        SignInNeeded => InvalidToken, "registration_without_sign_in", "Registration needs a signed-in user or a valid token.",
            check "check-registration-open", advice "Register with a personal access token or an API key, or from the developer console.";
        TokenNeeded => InvalidToken, "initial_access_token_missing_or_wrong", "A valid initial access token is required.",
            check "check-registration-open", advice "Send an initial access token as Bearer; whoever runs this server hands them out.";
        TooMany => SlowDown, "registration_slowed_down", "Too many registrations from this address. Wait before trying again.",
            check "check-registration-rate", advice "Register an application once and keep its credentials; wait before the next one.";
        TooManyAlike => SlowDown, "registration_repeated", "The same metadata was registered too often from this address. Keep the client id and use it again.",
            check "check-registration-rate", advice "Keep the client id and its credentials where every process and start of the app finds them, and register only where there are none.";
        TokenMissing => InvalidRequest, "registration_token_missing", "Send the registration access token, or a credential of the owner, in the Authorization header.", asks for Bearer,
            check "check-registration-token", advice "Send the registration_access_token from the registration response, or a credential of the owner, as Bearer.";
        WrongToken => InvalidToken, "registration_token_wrong", "The registration access token is not valid for this client.",
            check "check-registration-token", advice "Send the registration_access_token that was answered when this application was registered.";
        Stale => PreconditionFailed, "client_changed_since_read", "The client was changed since it was read. Read it again and repeat the change.",
            check "check-registration-read", advice "Read the application again, and send its new ETag in If-Match.";
        Changed => Conflict, "client_changed_meanwhile", "The client was changed meanwhile. Read it again and repeat the change.",
            check "check-registration-unchanged", advice "Read the application again and repeat the change.";
    }
}
