//! Who the person is.
use crate::WebState;
use crate::pages::frame::Frame;
use crate::pages::nav::Section;
use crate::person::Person;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::identity::User;

#[derive(Template)]
#[template(path = "account/profile.html")]
struct ProfilePage<'p> {
    frame: Frame,
    user: &'p User,
}

pub async fn get(State(state): State<WebState>, person: Person) -> Response {
    let page = ProfilePage { frame: person.frame(&state, Section::Profile), user: &person.user };
    person.show(&state, &page)
}
