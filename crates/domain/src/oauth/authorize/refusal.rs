//! Why an authorization request is refused, and what the client, the user and the log see of it.
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// Why an authorization request was refused.
    pub enum AuthorizeRefusal {
        ClientMissing => InvalidRequest, "client_id_missing", "The client_id parameter is missing.",
            check "check-client-id", advice "Send the client_id.";
        ClientUnknown => InvalidClient, "client_unknown", "No client has this client_id.",
            check "check-client-id", advice advice::CLIENT_UNKNOWN;
        ClientDisabled => InvalidClient, "client_disabled", "This client is disabled.",
            check "check-client-active", advice advice::CLIENT_DISABLED;
        AnswerRepeated => InvalidRequest, "answer_parameter_repeated", "A parameter was sent more than once.",
            check "check-answer-once", advice "Send client_id, redirect_uri, response_mode and state once each; look for a URL that was put together twice.";
        RedirectMissing => InvalidRequest, "redirect_uri_missing", "The redirect_uri parameter is missing.",
            check "check-redirect-uri", advice "Send the redirect_uri: several are registered, or none is.";
        RedirectMismatch => InvalidRequest, "redirect_uri_not_registered", "The redirect_uri is not one that the client registered.",
            check "check-redirect-uri", advice "Register exactly the redirect_uri that was sent, or send one that is registered. They are compared letter by letter: scheme, host, port, path, closing slash.";
        ResponseModeUnknown => InvalidRequest, "response_mode_unknown", "The response_mode is not supported.",
            check "check-response-mode", advice "Leave response_mode out, or send query, fragment or form_post.";
        Repeated => InvalidRequest, "parameter_repeated", "A parameter was sent more than once.",
            check "check-parameters-once", advice advice::PARAMETER_REPEATED;
        RequestObject => RequestNotSupported, "request_object", "The request parameter is not supported.",
            check "check-no-request-object", advice "Send the parameters one by one; request objects are not supported.";
        RequestUri => RequestUriNotSupported, "request_uri", "The request_uri parameter is not supported.",
            check "check-no-request-object", advice "Send the parameters one by one; request_uri is not supported.";
        ResponseTypeMissing => InvalidRequest, "response_type_missing", "The response_type parameter is missing.",
            check "check-response-type", advice "Send response_type=code.";
        ResponseTypeUnsupported => UnsupportedResponseType, "response_type_unsupported", "Only response_type=code is supported.",
            check "check-response-type", advice advice::RESPONSE_TYPE_UNSUPPORTED;
        GrantNotAllowed => UnauthorizedClient, "client_without_authorization_code", "The client is not registered for the authorization_code grant.",
            check "check-grant-allowed", advice "Add authorization_code to the grant types of the application.";
        ScopeMalformed => InvalidScope, "scope_malformed", "The scope parameter is malformed.",
            check "check-scope", advice advice::SCOPE_MALFORMED;
        ScopeUnknown => InvalidScope, "scope_unknown", "No requested scope is available to this client.",
            check "check-scope", advice advice::SCOPE_UNKNOWN;
        ScopeNotAllowed => InvalidScope, "scope_not_registered", "The client has not registered a requested scope.",
            check "check-scope", advice advice::SCOPE_NOT_REGISTERED;
        ScopeWithheld => InvalidScope, "scope_awaits_review", "The client changed since it was reviewed. Until the operator reviews it again, it cannot have a requested scope.",
            check "check-scope", advice advice::SCOPE_AWAITS_REVIEW;
        ChallengeMissing => InvalidRequest, "code_challenge_missing", "PKCE is required: send code_challenge with code_challenge_method=S256.",
            check "check-pkce", advice "Use PKCE: create a random code_verifier and send the base64url of its SHA-256 hash as code_challenge, with code_challenge_method=S256. A confidential app whose redirect URI is https can turn off Require PKCE in its settings.";
        ChallengeMethod => InvalidRequest, "code_challenge_method_unsupported", "Only code_challenge_method=S256 is supported.",
            check "check-pkce", advice "Send code_challenge_method=S256. `plain` is not supported.";
        ChallengeMalformed => InvalidRequest, "code_challenge_malformed", "The code_challenge is not the base64url of a SHA-256 hash.",
            check "check-pkce", advice "The code_challenge must be the base64url of 32 bytes: 43 characters without padding.";
        PromptUnknown => InvalidRequest, "prompt_unknown", "The prompt parameter has an unknown value.",
            check "check-prompt", advice "Send none, login, consent or select_account.";
        PromptNoneWithOthers => InvalidRequest, "prompt_none_with_others", "prompt=none cannot be combined with other values.",
            check "check-prompt", advice "Send prompt=none alone, or leave none out.";
        MaxAgeMalformed => InvalidRequest, "max_age_malformed", "max_age must be a number of seconds.",
            check "check-max-age", advice "Send max_age in whole seconds.";
        ClaimsMalformed => InvalidRequest, "claims_malformed", "The claims parameter is malformed.",
            check "check-claims", advice "Send the claims parameter as a JSON object with the members userinfo and id_token.";
        SubTypeUnknown => InvalidRequest, "sub_type_unknown", "sub_type must be workspace or user.",
            check "check-sub-type", advice advice::SUB_TYPE_UNKNOWN;
        WorkspaceMalformed => InvalidRequest, "workspace_malformed", "The workspace parameter is not a workspace id.",
            check "check-workspace", advice "Send the id of a workspace, as it is listed: wsp_ and 26 characters.";
        ResourceUnknown => InvalidTarget, "resource_unknown", "A requested resource is unknown.",
            check "check-resource", advice advice::RESOURCE_UNKNOWN;
        HintInvalid => InvalidRequest, "id_token_hint_invalid", "The id_token_hint is not an ID token of this server.",
            check "check-id-token-hint", advice "Send an ID token that this server issued to this application, or none.";
        TooLong => InvalidRequest, "parameter_too_long", "A parameter is too long.",
            check "check-hints", advice "Keep state and nonce below 4096 bytes; keep what is longer in your session.";
        LoginRequired => LoginRequired, "login_required", "The user must sign in.",
            check "check-signed-in", advice "Nobody was signed in. Send the request again without prompt=none, so that the person can sign in.";
        SessionTooOld => LoginRequired, "max_age_exceeded", "The user must sign in again.",
            check "check-sign-in-age", advice "The sign-in was too long ago. Send the request again without prompt=none, or with a larger max_age.";
        OtherUser => LoginRequired, "id_token_hint_of_another_user", "Another user is signed in.",
            check "check-hinted-user", advice "Another account is signed in than the hint names. Send the request again without prompt=none, or without the hint.";
        UserNotAllowed => AccessDenied, "user_not_in_allowed_user_ids", "This user may not use the application.",
            check "check-user-allowed", advice "Add the person to the allowed users of the application, or empty that list.";
        AcrUnmet => UnmetAuthenticationRequirements, "acr_unmet", "The requested authentication context is not available.",
            check "check-acr", advice "Do not ask for an essential acr: no other level of authentication is available.";
        WorkspaceNotMember => AccessDenied, "workspace_not_a_membership", "The user does not belong to this workspace.",
            check "check-membership", advice "Ask for a workspace that the person belongs to, or for none, so that they can choose.";
        NoWorkspace => AccessDenied, "user_without_workspace", "The user belongs to no workspace.",
            check "check-membership", advice "Send sub_type=user, or ask an admin of a workspace to invite the person.";
        WorkspaceForbids => AccessDenied, "workspace_policy_forbids_client", "The workspace does not allow this application. Its owners can.",
            check "check-workspace-lets-in", advice advice::WORKSPACE_POLICY_FORBIDS_CLIENT;
        SelectionRequired => InteractionRequired, "workspace_choice_required", "The user must choose a workspace.",
            check "check-workspace-choice", advice "The person has several workspaces. Send the request again without prompt=none, or name one in workspace.";
        ConsentUnproven => ConsentRequired, "consent_not_reused_for_unproven_client", "The user must consent each time.",
            check "check-consent", advice "A public application on the person's device is asked about each time. Send the request again without prompt=none.";
        ConsentRequired => ConsentRequired, "consent_required", "The user must consent.",
            check "check-consent", advice "The person has not allowed all of these scopes yet. Send the request again without prompt=none.";
        UserDenied => AccessDenied, "user_denied", "The user refused.",
            check "check-user-decision", advice "The person said no. Respect it; ask for less, or explain first what the access is for.";
    }
}

crate::platform::refusal::refusals! {
    /// The reason why an interaction (a sign-in or consent page) cannot continue.
    pub enum InteractionRefusal {
        Unknown => InvalidRequest, "interaction_unknown", "This page is not valid. Go back to the application and start again.",
            check "check-page", advice "Begin again from the application; the page was altered, or comes from a server with other keys.";
        OtherBrowser => InvalidRequest, "interaction_of_another_browser", "This page belongs to another browser. Go back to the application and start again.",
            check "check-page", advice "Begin and end in one browser; see that cookies are not lost between the steps.";
        Expired => InvalidRequest, "interaction_expired", "This page has expired. Go back to the application and start again.",
            check "check-page", advice "The person took longer than the page lives. Begin again from the application.";
        BeyondToken => InsufficientScope, "scope_beyond_personal_token", "The personal access token has none of the requested scopes.",
            check "check-personal-token", advice "A personal access token can only give away scopes that it has itself. Ask for fewer scopes, or create a token that has them.";
        WorkspaceNotNamed => InvalidRequest, "workspace_not_chosen", "The user belongs to several workspaces: name one of them in workspace.",
            check "check-workspace-choice", advice "Name one of the user's workspaces in the parameter workspace of the decision: the user belongs to several and has no default one.";
        NotSignedIn => LoginRequired, "interaction_without_session", "Sign in first.",
            check "check-page-user", advice "The person signed out meanwhile. Begin again from the application.";
        OtherUser => InvalidRequest, "interaction_of_another_user", "Another account was signed in meanwhile. Go back to the application and start again.",
            check "check-page-user", advice "Another account was signed in meanwhile. Begin again from the application.";
        NotAsked => InvalidRequest, "interaction_without_question", "There is nothing to decide here. Go back to the application and start again.",
            check "check-page-user", advice "The answer came for a page that asked nothing. Begin again from the application.";
        DeviceSettled => InvalidRequest, "device_settled", "This code was answered before, or has expired. Start again on the device.",
            check "check-page-device", advice "The person answered twice, or too late. Begin again on the device.";
    }
}
