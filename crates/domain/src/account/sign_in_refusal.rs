//! Refusals of sign-in, sign-up and setup.
use crate::platform::text::UnsafeName;

crate::platform::refusal::refusals! {
    /// The reason why a sign-in or sign-up was refused.
    pub enum SignInRefusal {
        Wrong => AccessDenied, "credentials_wrong", "The email address or the password is wrong.";
        TooManyAttempts => SlowDown, "sign_in_slowed_down", "Too many failed sign-in attempts for this address.";
        TooManyAtAccount => SlowDown, "sign_in_account_slowed_down", "Too many failed sign-in attempts for this address from different places. Use a browser you have signed in with before, or wait.";
        TooManyFromNetwork => SlowDown, "sign_in_network_slowed_down", "Too many failed sign-in attempts from your network.";
        TooManySignUps => SlowDown, "sign_up_slowed_down", "Too many accounts were created from your network.";
        SignUpOff => AccessDenied, "sign_up_off", "Accounts are made by whoever runs this server. Ask there for one.";
        EmailInvalid => InvalidRequest, "email_invalid", "This is not an email address.";
        NameLength => InvalidRequest, "name_invalid", "A name has 1 to 100 characters.";
        NameInvisible => InvalidRequest, "name_invisible", "The name has a character that cannot be seen or that changes the direction of writing. Type it anew.";
        NameMarks => InvalidRequest, "name_marks", "The name has more than four accents or other marks on one letter, or begins with one.";
        PasswordShort => InvalidRequest, "password_too_short", "A password has at least 10 characters.";
        PasswordLong => InvalidRequest, "password_too_long", "A password has at most 256 characters.";
        PasswordGuessable => InvalidRequest, "password_guessable", "This password is easy to guess. Use a longer one, without your name or address.";
        LastOperator => Conflict, "last_operator", "Somebody must run this server: name another operator first.";
        EmailTaken => InvalidRequest, "email_taken", "This address cannot be used to sign up. Sign in instead, or use another one.";
    }
}

crate::platform::refusal::refusals! {
    /// Why the link for the first operator does not work.
    pub enum SetupLinkRefusal {
        /// Used, expired, replaced by a newer one, or never issued.
        Invalid => AccessDenied, "setup_link_invalid", "This link was used before or has expired. Restart the server for a new one.";
        /// The server has an operator already, so links no longer work.
        HasOperator => AccessDenied, "setup_has_operator", "This server has an operator. Ask them for operator rights.";
        /// This browser has not opened a link recently.
        NotOpen => AccessDenied, "setup_not_open", "Open the link that the server printed again: in the browser that opened it, the page is good for an hour. Cookies must be allowed.";
    }
}

impl From<UnsafeName> for SignInRefusal {
    fn from(why: UnsafeName) -> Self {
        match why {
            UnsafeName::Length => Self::NameLength,
            UnsafeName::Invisible => Self::NameInvisible,
            UnsafeName::Marks => Self::NameMarks,
        }
    }
}
