//! What the pages of a client have in common.
use crate::WebState;
use crate::access::page_visitor::PageVisitor;
use axum::extract::Path;
use axum::response::Response;
use domain::access::Operation;
use domain::clients::Client;
use flows::clients::ownership;
use std::collections::HashMap;

/// The parameters of the page's path.
pub type Named = Path<HashMap<String, String>>;

/// The path parameter with this name.
pub fn named<'p>(path: &'p Named, name: &str) -> &'p str {
    path.get(name).map_or("", String::as_str)
}

/// A page of the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Settings,
    Secrets,
    Test,
    Users,
    Activity,
    Failures,
    Delete,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Overview,
        Self::Settings,
        Self::Secrets,
        Self::Test,
        Self::Users,
        Self::Activity,
        Self::Failures,
        Self::Delete,
    ];

    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Settings => "/settings",
            Self::Secrets => "/secrets",
            Self::Test => "/test",
            Self::Users => "/users",
            // Always with a range, so that each range has a single URL.
            Self::Activity => "/activity?days=30",
            Self::Failures => "/failures",
            Self::Delete => "/delete",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Overview => "dev-app-overview",
            Self::Settings => "dev-app-settings",
            Self::Secrets => "dev-app-secrets",
            Self::Test => "dev-app-test",
            Self::Users => "dev-app-users",
            Self::Activity => "dev-app-activity",
            Self::Failures => "dev-app-failures",
            Self::Delete => "dev-app-delete",
        }
    }

    /// The operation that the tab requires.
    const fn operation(self) -> Operation {
        match self {
            Self::Overview | Self::Test | Self::Activity => Operation::ReadClients,
            Self::Settings | Self::Delete => Operation::WriteClients,
            Self::Secrets => Operation::RotateSecret,
            Self::Users => Operation::ReadClientUsers,
            Self::Failures => Operation::ReadClientFailures,
        }
    }
}

/// A link to a tab.
#[derive(Debug)]
pub struct Link {
    pub href: String,
    pub key: &'static str,
    pub here: bool,
}

/// The client that a page is about.
#[derive(Debug)]
pub struct Application {
    pub client: Client,
    pub tabs: Vec<Link>,
    /// The text key of the page's own name.
    pub here: &'static str,
    /// The path of its list, and the text key of the list's name.
    pub list: String,
    pub section: &'static str,
    /// The client's own path.
    pub path: String,
}

impl Application {
    /// Loads the client named in the path, if the user may see this tab of it.
    pub async fn open(state: &WebState, person: &PageVisitor, path: &Named, tab: Tab) -> Result<Self, Box<Response>> {
        let id = named(path, "client");
        let found = ownership::find(state.app(), &person.ctx, &person.principal, tab.operation(), id).await;
        match found {
            Ok(client) => Ok(Self::of(state, person, client, tab)),
            Err(failure) => Err(Box::new(person.refused(state, &failure))),
        }
    }

    pub fn of(state: &WebState, person: &PageVisitor, client: Client, here: Tab) -> Self {
        let list = person.path(state, person.console());
        let path = format!("{list}/{}", client.id);
        let own = client.owner_user_id.is_some() && client.owner_user_id == person.principal.user;
        let tabs = Tab::ALL.into_iter().filter(|tab| own || person.principal.may(tab.operation()).is_ok());
        // Not every client authenticates with a secret.
        let tabs = tabs.filter(|tab| *tab != Tab::Secrets || client.has_secret());
        let link = |tab: Tab| Link { href: format!("{path}{}", tab.path()), key: tab.key(), here: tab == here };
        Self { tabs: tabs.map(link).collect(), here: here.key(), list, section: person.console().key(), path, client }
    }

    pub fn id(&self) -> &str {
        self.client.id.as_str()
    }

    /// The path of a tab, or of a page below one.
    pub fn at(&self, below: &str) -> String {
        format!("{}/{below}", self.path)
    }

    pub fn may(&self, key: &str) -> bool {
        self.tabs.iter().any(|tab| tab.key == key)
    }
}
