//! Why a device gets no codes (RFC 8628 §3.2), and why a code that a user enters is refused (§3.3).
use crate::platform::advice;

crate::platform::refusal::refusals! {
    /// Why a device gets no codes, apart from what is wrong with its parameters.
    pub enum DeviceRequestRefusal {
        GrantNotAllowed => UnauthorizedClient, "grant_type_not_registered", "The client is not registered for this grant type.",
            check "check-device-grant", advice advice::GRANT_TYPE_NOT_REGISTERED;
        TooOften => SlowDown, "device_authorization_slowed_down", "Too many devices asked for codes from this address. Wait before trying again.",
            check "check-device-rate", advice "Ask for codes once for each sign-in, and poll until they expire; wait before the next one.";
    }
}

crate::platform::refusal::refusals! {
    /// The reason why a code that a user entered is refused.
    pub enum UserCodeRefusal {
        Missing => InvalidRequest, "user_code_missing", "Enter the code that your device shows.";
        Unknown => InvalidRequest, "user_code_unknown", "No device waits for this code. Compare it letter by letter.";
        Expired => InvalidRequest, "user_code_expired", "This code has expired. Start again on the device to get a new one.";
        Used => InvalidRequest, "user_code_used", "This code was used already. Start again on the device to get a new one.";
        TooManyAttempts => SlowDown, "user_code_slowed_down", "Too many wrong codes.";
    }
}
