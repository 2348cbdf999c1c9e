//! Validation problems of a form.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::merge::Meanwhile;
use axum::response::Response;
use domain::platform::refusal::{ErrorCode, Refusal as _};
use flows::Failure;
use flows::platform::management_error::ManagementError;

/// The field at fault and how to fix it. Empty if there is no problem.
#[derive(Debug, Default)]
pub struct Problem {
    pub member: String,
    pub said: String,
    /// The field's label on the page, if it has one, with the line number in it.
    pub place: String,
    /// What others have saved since the form was opened.
    pub meanwhile: Meanwhile,
}

/// Text keys of the field labels. The problem of a field that is not listed is shown without a label.
const FIELDS: [(&str, &str); 34] = [
    ("client_name", "dev-field-name"),
    ("description", "dev-field-description"),
    ("client_uri", "dev-field-homepage"),
    ("logo_uri", "dev-field-logo"),
    ("tos_uri", "dev-field-terms"),
    ("policy_uri", "dev-field-policy"),
    ("grant_types", "dev-field-grants"),
    ("token_endpoint_auth_method", "dev-field-auth"),
    ("redirect_uris", "dev-field-redirects"),
    ("post_logout_redirect_uris", "dev-field-logout"),
    ("scope", "dev-field-scopes"),
    ("default_sub_type", "dev-field-sub"),
    ("access_token_format", "dev-field-format"),
    ("access_token_lifetime_seconds", "dev-field-access-lifetime"),
    ("refresh_token_lifetime_seconds", "dev-field-refresh-lifetime"),
    ("id_token_lifetime_seconds", "dev-field-id-lifetime"),
    ("allowed_user_ids", "dev-field-allowed"),
    ("name", "word-name"),
    ("role", "word-role"),
    ("roles", "word-role"),
    ("scopes", "scopes-title"),
    ("expires", "word-expires"),
    ("expires_at", "word-expires"),
    ("lifetime", "invitations-lifetime"),
    ("email", "invitations-email"),
    ("client", "policy-add-id"),
    ("current_password", "security-current"),
    ("new_password", "security-new"),
    ("zone", "profile-zone"),
    ("url", "webhooks-url"),
    ("events", "webhooks-events"),
    ("from", "audit-from"),
    ("to", "audit-to"),
    ("owner", "client-owner-new"),
];

/// The label of a field; empty if it has none.
fn field(frame: &Frame, member: &str) -> String {
    let known = FIELDS.iter().find(|(name, _)| *name == member);
    known.map(|(_, label)| frame.say(label)).unwrap_or_default()
}

impl Problem {
    /// Adds the line of the field that is at fault, counted from 1, if there is one.
    #[must_use]
    pub fn in_line(self, frame: &Frame, line: Option<usize>) -> Self {
        match line {
            Some(line) => {
                Self { place: frame.fill_two("form-problem-line", "field", &self.place, "line", line), ..self }
            }
            None => self,
        }
    }

    pub fn is_some(&self) -> bool {
        !self.said.is_empty()
    }

    /// Whether this field is at fault.
    pub fn is_of(&self, name: &str) -> bool {
        self.is_some() && self.member == name
    }

    /// Like [`Self::of`], for a form without text input: if the object has changed since the form was opened, the page shows
    /// its current state.
    pub fn of_choice(
        failure: &Failure<ManagementError>,
        state: &WebState,
        person: &PageVisitor,
        frame: &Frame,
    ) -> Result<Self, Box<Response>> {
        match failure {
            late if is_late(late) => Ok(Self { said: frame.say("form-too-late"), ..Self::default() }),
            failure => Self::of(failure, state, person, frame),
        }
    }

    /// Converts a refusal to a problem of the form or one of its fields. Returns a separate page if no change
    /// of the form would help.
    pub fn of(
        failure: &Failure<ManagementError>,
        state: &WebState,
        person: &PageVisitor,
        frame: &Frame,
    ) -> Result<Self, Box<Response>> {
        match failure {
            late if is_late(late) => Ok(Self { said: frame.say("form-changed-meanwhile"), ..Self::default() }),
            Failure::Refused(refusal) if mendable(refusal.code()) || refusal.member().is_some() => Ok(Self {
                member: refusal.member().unwrap_or_default().to_owned(),
                said: frame.texts().refusal_for_now(refusal, &person.ctx.later),
                place: field(frame, refusal.member().unwrap_or_default()),
                ..Self::default()
            }),
            failure => Err(Box::new(person.refused(state, failure))),
        }
    }
}

/// Whether the object was changed by someone else since it was read.
pub fn is_late(failure: &Failure<ManagementError>) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.code() == ErrorCode::PreconditionFailed)
}

/// Whether correcting the form may help.
fn mendable(code: ErrorCode) -> bool {
    use ErrorCode as E;
    matches!(
        code,
        E::InvalidRequest
            | E::InvalidClientMetadata
            | E::InvalidRedirectUri
            | E::InvalidScope
            | E::Conflict
            | E::SlowDown
    )
}
