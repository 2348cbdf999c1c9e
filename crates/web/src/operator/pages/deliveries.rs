//! Owners of webhooks with pending or failed deliveries.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use crate::platform::pages::frame::Frame;
use crate::platform::pages::nav::Section;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::clients::redirect_uri::display_host;
use domain::webhooks::DeliveryState;
use flows::operator::server::{self, WebhookDeliveries};

#[derive(Template)]
#[template(path = "operator/deliveries.html")]
struct DeliveriesPage {
    frame: Frame,
    dead: bool,
    rows: Vec<WebhookRow>,
    path: String,
    health: String,
    /// The paths of the workspaces and of the server's own webhooks.
    workspaces: String,
    webhooks: String,
    state: &'static str,
}

struct WebhookRow {
    /// The URL of a workspace's webhook may contain a secret, so the operator sees only the host.
    shown: String,
    webhook: WebhookDeliveries,
}

pub async fn get(State(state): State<WebState>, person: PageVisitor) -> Response {
    // An unknown state shows the deliveries that need attention.
    let wanted = DeliveryState::parse(person.query("state"));
    let dead = wanted != Some(DeliveryState::Pending);
    let found = match server::deliveries(state.app(), &person.ctx, &person.principal, dead).await {
        Ok(found) => found,
        Err(failure) => return person.refused(&state, &failure),
    };
    let row = |webhook: WebhookDeliveries| WebhookRow {
        shown: if webhook.workspace.is_some() { display_host(&webhook.url) } else { webhook.url.clone() },
        webhook,
    };
    let health = person.path(&state, Section::Health);
    let page = DeliveriesPage {
        dead,
        rows: found.into_iter().map(row).collect(),
        path: format!("{health}/deliveries"),
        workspaces: person.path(&state, Section::Workspaces),
        webhooks: person.path(&state, Section::AllWebhooks),
        state: if dead { DeliveryState::Dead } else { DeliveryState::Pending }.as_str(),
        frame: person.frame(&state, Section::Health),
        health,
    };
    person.show(&state, &page)
}
