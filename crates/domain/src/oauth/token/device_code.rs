//! Why a polling device gets no tokens (RFC 8628 §3.5).
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// The reason why a device gets no tokens, or none yet (RFC 8628 §3.5).
    pub enum DeviceCodeRefusal {
        Missing => InvalidRequest, "device_code_missing", "The device_code parameter is missing.",
            check "check-device-sent", advice "Send the device_code of the device authorization in the body.";
        Unknown => InvalidGrant, "device_code_unknown", "The device code is not valid.",
            check "check-device-valid", advice "Send the device_code as it was answered, whole. One that expired long ago is forgotten: begin again on the device.";
        WrongClient => InvalidGrant, "device_code_of_another_client", "The device code is not valid.",
            check "check-device-client", advice "Poll with the client_id that the device code was issued to.";
        Replayed => InvalidGrant, "device_code_replayed", "The device code was used before.",
            check "check-device-first-use", advice "The device has its tokens already. Stop polling as soon as they come, and store them first.";
        Denied => AccessDenied, "device_denied", "The user refused.",
            check "check-device-decision", advice "The person said no. Stop polling, and say so on the device.";
        Expired => ExpiredToken, "device_code_expired", "The device code has expired.",
            check "check-device-expiry", advice "Nobody decided in time. Stop polling, and begin again when the person is there.";
        TooFast => SlowDown, "device_polled_too_fast", "Wait 5 seconds longer between two requests from now on.",
            check "check-device-pace", advice "Wait for the seconds that interval says between two requests, and 5 seconds more after each slow_down.";
        Pending => AuthorizationPending, "device_undecided", "The user has not decided yet.",
            check "check-device-decided", advice "Nothing to change: poll again after the interval.";
        Resource => InvalidTarget, "resource_not_granted", "A requested resource was not part of the authorization.",
            check "check-device-resource", advice advice::RESOURCE_NOT_GRANTED;
        UserDisabled => InvalidGrant, "user_disabled", "The authorization is no longer valid.",
            check "check-code-user", advice advice::USER_DISABLED;
        MembershipLost => InvalidGrant, "membership_lost", "The authorization is no longer valid.",
            check "check-code-user", advice advice::MEMBERSHIP_LOST;
        ClientForbidden => InvalidGrant, "workspace_policy_forbids_client", "The workspace does not allow this application.",
            check "check-workspace-lets-in", advice advice::WORKSPACE_POLICY_FORBIDS_CLIENT;
        ConsentRevoked => InvalidGrant, "consent_revoked", "The authorization is no longer valid.",
            check "check-code-consent", advice advice::CONSENT_REVOKED;
    }
}
