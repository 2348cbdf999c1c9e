//! Why an authorization request is refused, and what the client, the user and the log see of it.
crate::refusals! {
    /// Why an authorization request was refused.
    pub enum AuthorizeRefusal {
        ClientMissing => InvalidRequest, "client_id_missing", "The client_id parameter is missing.";
        ClientUnknown => InvalidClient, "client_unknown", "No client has this client_id.";
        ClientDisabled => InvalidClient, "client_disabled", "This client is disabled.";
        RedirectMissing => InvalidRequest, "redirect_uri_missing", "The redirect_uri parameter is missing.";
        RedirectMismatch => InvalidRequest, "redirect_uri_not_registered", "The redirect_uri is not one that the client registered.";
        ResponseModeUnknown => InvalidRequest, "response_mode_unknown", "The response_mode is not supported.";
        AnswerRepeated => InvalidRequest, "answer_parameter_repeated", "A parameter was sent more than once.";
        Repeated => InvalidRequest, "parameter_repeated", "A parameter was sent more than once.";
        RequestObject => RequestNotSupported, "request_object", "The request parameter is not supported.";
        RequestUri => RequestUriNotSupported, "request_uri", "The request_uri parameter is not supported.";
        ResponseTypeMissing => InvalidRequest, "response_type_missing", "The response_type parameter is missing.";
        ResponseTypeUnsupported => UnsupportedResponseType, "response_type_unsupported", "Only response_type=code is supported.";
        GrantNotAllowed => UnauthorizedClient, "client_without_authorization_code", "The client is not registered for the authorization_code grant.";
        ScopeMalformed => InvalidScope, "scope_malformed", "The scope parameter is malformed.";
        ScopeUnknown => InvalidScope, "scope_unknown", "No requested scope is available to this client.";
        ScopeNotAllowed => InvalidScope, "scope_not_registered", "The client has not registered a requested scope.";
        ScopeWithheld => InvalidScope, "scope_awaits_review", "The client changed since it was reviewed. Until the operator reviews it again, it cannot have a requested scope.";
        ChallengeMissing => InvalidRequest, "code_challenge_missing", "PKCE is required: send code_challenge with code_challenge_method=S256.";
        ChallengeMethod => InvalidRequest, "code_challenge_method_unsupported", "Only code_challenge_method=S256 is supported.";
        ChallengeMalformed => InvalidRequest, "code_challenge_malformed", "The code_challenge is not the base64url of a SHA-256 hash.";
        PromptUnknown => InvalidRequest, "prompt_unknown", "The prompt parameter has an unknown value.";
        PromptNoneWithOthers => InvalidRequest, "prompt_none_with_others", "prompt=none cannot be combined with other values.";
        MaxAgeMalformed => InvalidRequest, "max_age_malformed", "max_age must be a number of seconds.";
        ClaimsMalformed => InvalidRequest, "claims_malformed", "The claims parameter is malformed.";
        SubTypeUnknown => InvalidRequest, "sub_type_unknown", "sub_type must be workspace or user.";
        WorkspaceMalformed => InvalidRequest, "workspace_malformed", "The workspace parameter is not a workspace id.";
        ResourceUnknown => InvalidTarget, "resource_unknown", "A requested resource is unknown.";
        HintInvalid => InvalidRequest, "id_token_hint_invalid", "The id_token_hint is not an ID token of this server.";
        TooLong => InvalidRequest, "parameter_too_long", "A parameter is too long.";
        UserDenied => AccessDenied, "user_denied", "The user refused.";
        UserNotAllowed => AccessDenied, "user_not_in_allowed_user_ids", "This user may not use the application.";
        NoWorkspace => AccessDenied, "user_without_workspace", "The user belongs to no workspace.";
        WorkspaceNotMember => AccessDenied, "workspace_not_a_membership", "The user does not belong to this workspace.";
        WorkspaceForbids => AccessDenied, "workspace_policy_forbids_client", "The workspace does not allow this application. Its owners can.";
        LoginRequired => LoginRequired, "login_required", "The user must sign in.";
        SessionTooOld => LoginRequired, "max_age_exceeded", "The user must sign in again.";
        OtherUser => LoginRequired, "id_token_hint_of_another_user", "Another user is signed in.";
        SelectionRequired => InteractionRequired, "workspace_choice_required", "The user must choose a workspace.";
        ConsentRequired => ConsentRequired, "consent_required", "The user must consent.";
        ConsentUnproven => ConsentRequired, "consent_not_reused_for_unproven_client", "The user must consent each time.";
        AcrUnmet => UnmetAuthenticationRequirements, "acr_unmet", "The requested authentication context is not available.";
    }
}
