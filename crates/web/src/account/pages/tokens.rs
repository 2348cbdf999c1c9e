//! The user's personal access tokens, and revoking them.
use crate::WebState;
use crate::access::confirm::{After, Confirm};
use crate::access::page_visitor::{PageVisitor, Posted};
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use crate::platform::pages::pager::{Pager, ROWS};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::Timestamp;
use domain::access::PersonalAccessToken;
use flows::account::tokens;
use flows::{Page, Paged};

#[derive(Template)]
#[template(path = "account/tokens.html")]
struct TokensPage {
    frame: Frame,
    path: String,
    tokens: Vec<PersonalAccessToken>,
    now: Timestamp,
    pager: Pager,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    let number = person.page_number();
    let found = tokens::page_tokens(state.app(), &person.ctx, &person.principal, Page::new(number, ROWS)).await;
    let Paged { items, total } = match found {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let path = person.path(&state, Section::Tokens);
    let page = TokensPage {
        frame: person.frame(&state, Section::Tokens),
        tokens: items,
        now: person.ctx.now,
        pager: Pager::new(&path, &[], number, ROWS, total),
        path,
    };
    person.show(&state, &page)
}

pub async fn ask(State(state): State<WebState>, Path(id): Path<String>, person: PageVisitor) -> Response {
    let token = match tokens::token(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(token) => token,
        Err(failure) => return person.refused(&state, &failure),
    };
    let (frame, back) = (person.frame(&state, Section::Tokens), person.path(&state, Section::Tokens));
    let confirm = Confirm {
        title: frame.say("tokens-ask"),
        lines: vec![frame.rich("tokens-ask-line", "name", &token.name)],
        after: After::ForGood,
        action: format!("{back}/{}/revoke", token.id),
        fields: Vec::new(),
        button: frame.say("tokens-revoke"),
        back,
        frame,
    };
    confirm.show(&state, &person)
}

pub async fn revoke(State(state): State<WebState>, Path(id): Path<String>, posted: Posted) -> Response {
    let person = &posted.person;
    match tokens::revoke_token(state.app(), &person.ctx, &person.principal, &id).await {
        Ok(()) => person.done(&state, &person.path(&state, Section::Tokens), "token-revoked"),
        Err(failure) => person.refused(&state, &failure),
    }
}
