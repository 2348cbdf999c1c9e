//! Why the management APIs and the pages refuse, apart from missing permissions.
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// The reason why a request to the management APIs was refused.
    pub enum ManagementRefusal {
        CredentialMissing => InvalidToken, "credential_missing", "Send a credential in the Authorization header, or sign in.", asks for Bearer;
        CredentialUnknown => InvalidToken, "credential_unknown", "The credential is not valid.";
        CreatorGone => InvalidToken, "key_creator_gone", "The person who created this API key no longer belongs to the workspace. An owner can adopt the key.";
        OtherAudience => InvalidToken, "token_for_another_resource", "The access token is for another resource.";
        OtherSite => AccessDenied, "session_from_another_site", "A session is only good from a page of this server.";
        WorkspaceUnknown => AccessDenied, "workspace_unknown", "You do not belong to this workspace.";
        AppNotAllowed => AccessDenied, "workspace_policy_forbids_client", "The workspace does not allow this app. Its owners can.";
        /// Also for clients of others, so that they cannot be distinguished from unknown ones.
        ClientUnknown => NotFound, "client_unknown", "There is no such application.",
            check "check-management-client", advice advice::CLIENT_UNKNOWN;
        UserUnknown => NotFound, "user_unknown", "This person has not given the application access.",
            check "check-management-possible", advice "List the users of the application again; this person has not allowed it anything, or not any more.";
        ConsentUnknown => NotFound, "consent_unknown", "You have not given this application access.";
        CredentialNotFound => NotFound, "credential_not_found", "There is no such key or token.";
        NoSecret => Conflict, "public_client_has_no_secret", "This app authenticates without a secret.",
            check "check-management-possible", advice "Choose an authentication method with a secret first, if the app can keep one.";
        SecretUnknown => NotFound, "secret_unknown", "The application has no such secret.",
            check "check-management-possible", advice "List the secrets again; this one was ended or never was.";
        SecretsTooMany => Conflict, "secrets_too_many", "The application has two secrets already: end one first.",
            check "check-management-possible", advice "End one of the two secrets before you make another.";
        OwnerUnknown => InvalidRequest, "owner_unknown", "Enter the id of a workspace (wsp_ and 26 characters), or the email address of an account.";
        AccountUnknown => NotFound, "account_unknown", "There is no such person.";
        NoSuchWorkspace => NotFound, "workspace_not_there", "There is no such workspace.";
        LastOperator => Conflict, "last_operator", "Somebody must run this server: name another operator first.";
        Changed => PreconditionFailed, "changed_meanwhile", "It was changed meanwhile. Read it again and repeat the change.",
            check "check-management-revision", advice "Open or read the application again and repeat the change; over the API, with its new ETag.";
        Choice => InvalidRequest, "value_unknown", "The value is not one of those that are known.";
        Identifier => InvalidRequest, "identifier_malformed", "The identifier is malformed.";
        Number => InvalidRequest, "number_out_of_range", "The number is out of range.",
            check "check-management-request", advice "Send a number within the limits that the description of the API gives.";
        Text => InvalidRequest, "text_invalid", "The text is empty, too long, or has invisible characters or too many marks on one letter.";
        Scope => InvalidRequest, "scope_unknown", "There is no such scope.";
        ScopesMissing => InvalidRequest, "scopes_missing", "Name the scopes that the credential needs, at least one.";
        ScopeBeyond => AccessDenied, "scope_beyond_own", "A credential cannot be given more than its maker has.";
        MemberUnknown => NotFound, "person_not_a_member", "This person does not belong to the workspace.";
        OwnersOnly => AccessDenied, "owners_only", "Only owners make somebody an owner or take that back.";
        LastOwner => Conflict, "last_owner", "A workspace keeps an owner: make somebody else one first.";
        InvitationUnknown => NotFound, "invitation_unknown", "There is no such invitation.";
        InvitationUsed => Conflict, "invitation_used", "This invitation was accepted already. Ask for a new one.";
        InvitationAccepted => Conflict, "invitation_accepted", "You have accepted this invitation.";
        InvitationNotOpen => AccessDenied, "invitation_not_open", "Open the link of the invitation again: in the browser that opened it, it can be accepted for an hour. Cookies must be allowed.";
        InvitationForAnother => InvalidRequest, "invitation_for_another", "This invitation is meant for another address. Say that you accept it with this account nevertheless, or use the other one.";
        InvitationRevoked => Conflict, "invitation_revoked", "This invitation was withdrawn. Ask for a new one.";
        InvitationExpired => Conflict, "invitation_expired", "This invitation has expired. Ask for a new one.";
        InviterDisabled => Conflict, "inviter_disabled", "The person who sent this invitation cannot invite anyone at the moment. Ask someone else in the workspace for a new one.";
        AccountDisabled => AccessDenied, "account_disabled", "This account is disabled.";
        AlreadyMember => Conflict, "member_already", "You belong to this workspace already.";
        EmailInvalid => InvalidRequest, "email_invalid", "This is not an email address.";
        SessionUnknown => NotFound, "session_unknown", "You are not signed in there.";
        PasswordWrong => AccessDenied, "current_password_wrong", "This is not your password.";
        PasswordShort => InvalidRequest, "password_too_short", "A password has at least 10 characters.";
        PasswordLong => InvalidRequest, "password_too_long", "A password has at most 256 characters.";
        PasswordGuessable => InvalidRequest, "password_guessable", "This password is easy to guess. Use a longer one, without your name or address.";
        TooManyAttempts => SlowDown, "too_many_attempts", "Too many attempts.";
        Zone => InvalidRequest, "zone_invalid", "A time zone has a name such as Europe/Berlin.";
        Role => InvalidRequest, "role_malformed", "A role is owner, admin, member, or a name of the operator's own.";
        RoleBeyond => AccessDenied, "role_beyond_own", "A key cannot be given a higher role than its maker has.";
        RoleOfOperator => AccessDenied, "role_of_operator", "Only the operator assigns this role.";
        NothingLost => Conflict, "key_has_its_rights", "This key has all its rights. There is no need to adopt it.";
        Time => InvalidRequest, "time_invalid", "The time must be RFC 3339 and in the future.";
        KeyReused => Conflict, "idempotency_key_reused", "This Idempotency-Key was sent with another request.";
        KeyInUse => Conflict, "idempotency_key_in_use", "The same request is being done right now. Try again in a moment.";
        KeysYoung => Conflict, "keys_too_young", "The next keys were published less than a day ago, so clients or other nodes may not know them yet. Set force=true to rotate anyway.";
        Moment => InvalidRequest, "moment_invalid", "The time must be a date or RFC 3339.";
        Method => MethodNotAllowed, "method_not_allowed", "This method is not allowed here.";
        Nul => InvalidRequest, "text_with_nul", "No text may hold the NUL character.";
        PathUnknown => NotFound, "path_unknown", "There is no such thing.";
        MediaType => InvalidRequest, "content_type_unsupported", "Send the body as application/json.";
        CutOff => InvalidRequest, "body_too_large", "The body is too large or was cut off.";
        NotAnObject => InvalidRequest, "body_not_an_object", "The body must be a JSON object.";
        Repeated => InvalidRequest, "member_repeated", "The body has the same member twice.";
        UnknownMember => InvalidRequest, "member_unknown", "There is no such field.";
        WrongType => InvalidRequest, "member_of_wrong_type", "The field has the wrong type, or is missing.";
    }
}
