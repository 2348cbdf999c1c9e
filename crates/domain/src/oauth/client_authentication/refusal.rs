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
    }
}
