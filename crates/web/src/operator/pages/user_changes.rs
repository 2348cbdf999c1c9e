//! Disabling accounts, and changing operators.
use super::user;
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::field_error::Problem;
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::error;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::undo::Undo;
use axum::extract::{Path, State};
use axum::response::Response;
use flows::Failure;
use flows::operator::users;
use flows::platform::management_error::ManagementError;

/// A change to an account, named in the path: whether it is disabled, is an operator, or has a verified email address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UserChange {
    Disabled(bool),
    Operator(bool),
    EmailVerified(bool),
}

impl UserChange {
    fn parse(name: &str) -> Option<Self> {
        let all: [fn(bool) -> Self; 3] = [Self::Disabled, Self::Operator, Self::EmailVerified];
        all.into_iter().flat_map(|change| [true, false].map(change)).find(|change| change.name() == name)
    }

    /// The text keys of the confirmation: title, explanation, button.
    const fn asks(self) -> [&'static str; 3] {
        match self {
            Self::Disabled(true) => ["user-disable-title", "user-disable-means", "user-disable"],
            Self::Disabled(false) => ["user-enable-title", "user-enable-means", "user-enable"],
            Self::Operator(true) => ["user-make-title", "user-make-means", "user-make"],
            Self::Operator(false) => ["user-end-title", "user-end-means", "user-end"],
            Self::EmailVerified(true) => ["user-verify-title", "user-verify-means", "user-verify"],
            Self::EmailVerified(false) => ["user-unverify-title", "user-unverify-means", "user-unverify"],
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Disabled(true) => "disable",
            Self::Disabled(false) => "enable",
            Self::Operator(true) => "make-operator",
            Self::Operator(false) => "end-operator",
            Self::EmailVerified(true) => "verify-email",
            Self::EmailVerified(false) => "unverify-email",
        }
    }

    const fn reversed(self) -> Self {
        match self {
            Self::Disabled(disabled) => Self::Disabled(!disabled),
            Self::Operator(operator) => Self::Operator(!operator),
            Self::EmailVerified(verified) => Self::EmailVerified(!verified),
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Disabled(true) => "user-disabled",
            Self::Disabled(false) => "user-enabled",
            Self::Operator(true) => "user-made",
            Self::Operator(false) => "user-ended",
            Self::EmailVerified(true) => "user-verified",
            Self::EmailVerified(false) => "user-unverified",
        }
    }
}

pub async fn ask(
    State(state): State<WebState>,
    person: PageVisitor,
    Path((id, change)): Path<(String, String)>,
) -> Response {
    let one = match users::find(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(one) => one.found.user,
        Err(failure) => return person.refused(&state, &failure),
    };
    let Some(change) = UserChange::parse(&change) else { return error::not_found(State(state), person.incoming).await };
    let frame = person.frame(&state, Section::Users);
    let ends = match change {
        UserChange::Disabled(true) => Some("user.disabled"),
        UserChange::Operator(false) => Some("operator.removed"),
        UserChange::Disabled(false) | UserChange::Operator(true) | UserChange::EmailVerified(_) => None,
    };
    if let Some(kind) = ends {
        let may = users::may_end(state.app(), &person.ctx, &person.principal, &id, kind).await;
        if let Err(failure) = may {
            return show_refusal(&state, &person, &id, frame, &failure).await;
        }
    }
    let [title, means, button] = change.asks();
    let mut lines = vec![frame.rich(means, "who", one.email.as_str())];
    let locks_out =
        one.id == person.user.id && matches!(change, UserChange::Disabled(true) | UserChange::Operator(false));
    let after = if locks_out { After::ForGood } else { After::Undo };
    if locks_out {
        lines.push(frame.texts().rich("user-change-own", &[]));
    }
    let back = format!("{}/{}", person.path(&state, Section::Users), one.id);
    let page = Confirm {
        title: frame.fill(title, "name", &one.name),
        lines,
        after,
        action: format!("{back}/{}", change.name()),
        // The address that the operator confirmed; it may have changed by the time the form is sent.
        fields: vec![("email", one.email.to_string())],
        button: frame.say(button),
        back,
        frame,
    };
    page.show(&state, &person)
}

/// Shows a refusal on the account's page; anything else on a page of its own.
async fn show_refusal(
    state: &WebState,
    person: &PageVisitor,
    id: &str,
    frame: Frame,
    failure: &Failure<ManagementError>,
) -> Response {
    match Problem::of(failure, state, person, &frame) {
        Ok(problem) => user::show(state, person, id, frame, problem).await,
        Err(response) => *response,
    }
}

pub async fn post(
    State(state): State<WebState>,
    Path((id, change)): Path<(String, String)>,
    posted: Posted,
) -> Response {
    let person = posted.person;
    let Some(change) = UserChange::parse(&change) else { return error::not_found(State(state), person.incoming).await };
    let (app, ctx, who) = (state.app(), &person.ctx, &person.principal);
    let email = posted.form.get("email").unwrap_or_default().to_owned();
    let done = match change {
        UserChange::Disabled(disabled) => users::set_disabled(app, ctx, who, &id, disabled).await,
        UserChange::Operator(operator) => users::set_operator(app, ctx, who, &id, operator).await,
        UserChange::EmailVerified(verified) => {
            users::set_email_verified(app, ctx, who, &id, &email, verified).await.map(drop)
        }
    };
    if let Err(failure) = done {
        let frame = person.frame(&state, Section::Users);
        return show_refusal(&state, &person, &id, frame, &failure).await;
    }
    if change == UserChange::Operator(false) && id == person.user.id.to_string() {
        // They no longer have access to these pages.
        return person.done(&state, &person.path(&state, Section::Profile), change.done());
    }
    let path = format!("{}/{id}", person.path(&state, Section::Users));
    let undo = Undo::by(format!("{path}/{}", change.reversed().name()));
    let undo = if matches!(change, UserChange::EmailVerified(_)) { undo.with("email", &email) } else { undo };
    person.done_until_undone(&state, &path, change.done(), &undo)
}
