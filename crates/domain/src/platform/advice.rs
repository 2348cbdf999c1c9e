//! Advice that several tables of refusals share: where the same reason occurs, the same helps.

pub(crate) const PARAMETER_REPEATED: &str = "Send each parameter once. Only resource may be repeated.";
pub(crate) const CLIENT_UNKNOWN: &str =
    "Check the client_id. It was never issued here, belongs to another installation, or the application was deleted.";
pub(crate) const CLIENT_DISABLED: &str = "The application is disabled. Ask the operator of this server to enable it.";
pub(crate) const RESPONSE_TYPE_UNSUPPORTED: &str =
    "Use response_type=code with PKCE in place of the implicit and hybrid flows.";
pub(crate) const SCOPE_MALFORMED: &str = "Separate scopes by single spaces, and send each in printable ASCII.";
pub(crate) const SCOPE_UNKNOWN: &str = "Correct the spelling of the scope, or ask the operator to add it.";
pub(crate) const SCOPE_AWAITS_REVIEW: &str =
    "The app changed since the operator reviewed it. Ask the operator to review it again, or ask for other scopes.";
pub(crate) const SCOPE_NOT_REGISTERED: &str = "Add the scope to the app in its settings, or do not request it.";
pub(crate) const SUB_TYPE_UNKNOWN: &str = "Send sub_type=workspace or sub_type=user.";
pub(crate) const RESOURCE_UNKNOWN: &str = "Request one of known_resources, or ask the operator to add the resource.";
pub(crate) const WORKSPACE_POLICY_FORBIDS_CLIENT: &str = "The workspace only lets in the applications that its owners chose. Ask an owner of the workspace to allow this one.";
pub(crate) const GRANT_TYPE_NOT_REGISTERED: &str = "Add the grant type to those of the application.";
pub(crate) const RESOURCE_NOT_GRANTED: &str =
    "Name the resource in the authorization request, too, or leave it out here.";
pub(crate) const USER_DISABLED: &str =
    "The person's account is disabled. Nothing to change in the application: let somebody else sign in.";
pub(crate) const MEMBERSHIP_LOST: &str =
    "The person left the workspace. Let them authorize the application for another one.";
pub(crate) const CONSENT_REVOKED: &str = "The person took the permission back. Ask for it again before you go on.";
pub(crate) const CODE_REPLAYED: &str = "Redeem each code once. Look for a repeated request: a retry, a page loaded twice, two handlers. All that the first use gave is ended.";
pub(crate) const GRANT_EXPIRED: &str =
    "The authorization was not used for too long, or is too old. Let the person sign in again.";
pub(crate) const CLIENT_CREDENTIALS_FOR_PUBLIC_CLIENT: &str =
    "Register the application as confidential: only one with a secret can act in its own name.";
pub(crate) const CLIENT_CREDENTIALS_NOT_VOUCHED: &str = "Create the client in a workspace, or ask the operator to verify it. A client that registered itself acts only for people.";
pub(crate) const TOKEN_MISSING: &str =
    "Send the token: in the Authorization header at userinfo, in the parameter token elsewhere.";
pub(crate) const PERSONAL_TOKEN_ENDED: &str = "The personal access token that the person authorized the application with was revoked or has expired. Ask for access again.";
