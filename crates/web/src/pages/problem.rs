//! What is wrong with a form that a person sent.
use crate::WebState;
use crate::pages::frame::Frame;
use crate::pages::meanwhile::Meanwhile;
use crate::person::Person;
use axum::response::Response;
use domain::oauth::error::{ErrorCode, Refusal as _};
use flows::Failure;
use flows::manage::ManageRefusal;

/// The field at fault, and what to do about it. Nothing of both is no problem.
#[derive(Debug, Default)]
pub struct Problem {
    pub member: String,
    pub said: String,
    /// What somebody else saved since the form was opened.
    pub meanwhile: Meanwhile,
}

impl Problem {
    pub fn is_some(&self) -> bool {
        !self.said.is_empty()
    }

    /// Whether the field with this name is at fault.
    pub fn is_of(&self, name: &str) -> bool {
        self.is_some() && self.member == name
    }

    /// The same of a form in which nothing is typed: where what it was opened with is no longer there, the page shows what is.
    pub fn of_choice(
        failure: &Failure<ManageRefusal>,
        state: &WebState,
        person: &Person,
        frame: &Frame,
    ) -> Result<Self, Box<Response>> {
        match failure {
            late if is_late(late) => Ok(Self { said: frame.say("form-too-late"), ..Self::default() }),
            failure => Self::of(failure, state, person, frame),
        }
    }

    /// What a refusal says of the form, or of one of its fields; a page of its own for what no change of the form would
    /// mend.
    pub fn of(
        failure: &Failure<ManageRefusal>,
        state: &WebState,
        person: &Person,
        frame: &Frame,
    ) -> Result<Self, Box<Response>> {
        match failure {
            late if is_late(late) => Ok(Self { said: frame.say("form-changed-meanwhile"), ..Self::default() }),
            Failure::Refused(refusal) if mendable(refusal.code()) || refusal.member().is_some() => Ok(Self {
                member: refusal.member().unwrap_or_default().to_owned(),
                said: frame.texts().refusal(refusal),
                ..Self::default()
            }),
            failure => Err(Box::new(person.refused(state, failure))),
        }
    }
}

/// Whether somebody else changed it since it was read.
pub fn is_late(failure: &Failure<ManageRefusal>) -> bool {
    matches!(failure, Failure::Refused(refusal) if refusal.code() == ErrorCode::PreconditionFailed)
}

/// Whether another try with the form may do.
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
