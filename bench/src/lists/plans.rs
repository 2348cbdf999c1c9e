//! The statements behind the lists, as the store sends them, and their SQLite query plans.
use crate::seed::{Seeded, client_id};
use domain::{Day, Timestamp};
use store::access::credentials;
use store::audit::search::{Filter, Order};
use store::clients::{self, ClientOwner, activity};
use store::grants::consents;
use store::platform::query_plan::{Plan, explain, plans};
use store::{Page, Tx, audit, webhooks, workspace};

/// Collects the query plans of a function's statements under its name.
struct Collected {
    tx: Tx,
    all: Vec<(&'static str, Plan)>,
}

impl Collected {
    fn under(&mut self, name: &'static str) {
        self.all.extend(plans(&mut self.tx).into_iter().map(|plan| (name, plan)));
    }
}

/// Every list and count that an API returns, with its query plan.
pub async fn of(seeded: &Seeded) -> anyhow::Result<Vec<(&'static str, Plan)>> {
    let mut found = Collected { tx: explain(&seeded.database())?, all: Vec::new() };
    let (page, now, day) = (Page::default(), Timestamp::default(), Day::from_number(0));
    let (workspace, ada, client) = (seeded.workspace, seeded.ada, client_id(0));
    clients::list_for_owner(&mut found.tx, ClientOwner::Workspace(workspace), page, now).await?;
    found.under("clients of a workspace");
    clients::list_for_owner(&mut found.tx, ClientOwner::User(ada), page, now).await?;
    found.under("clients of a user");
    clients::by_id(&mut found.tx, &client, now).await?;
    found.under("a client");
    activity::stats(&mut found.tx, &[&client]).await?;
    found.under("users and last activity of clients");
    consents::list_for_client_users(&mut found.tx, &client, page).await?;
    found.under("users of a client");
    activity::of_client(&mut found.tx, &client, day, day).await?;
    found.under("activity of a client");
    activity::of_owner(&mut found.tx, ClientOwner::Workspace(workspace), None, (day, day), 100).await?;
    found.under("activity of a workspace's clients");
    consents::list_for_user(&mut found.tx, ada).await?;
    found.under("consents of a user");
    workspace::list_members(&mut found.tx, workspace, page).await?;
    found.under("members of a workspace");
    credentials::list_api_keys(&mut found.tx, workspace).await?;
    found.under("API keys of a workspace");
    credentials::list_personal_tokens(&mut found.tx, ada).await?;
    found.under("personal access tokens of a user");
    webhooks::list(&mut found.tx, domain::webhooks::WebhookOwner::from(Some(workspace)), page).await?;
    found.under("webhooks of a workspace");
    let filter = Filter { workspace: Some(workspace), ..Filter::default() };
    audit::search::list(&mut found.tx, &filter, Order::NewestFirst, None, 100).await?;
    found.under("audit events of a workspace");
    Ok(found.all)
}
