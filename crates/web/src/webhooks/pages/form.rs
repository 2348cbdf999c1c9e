//! What a webhook is made of, as its forms have it.
use crate::access::page_visitor::Posted;
use crate::platform::pages::frame::Frame;
use domain::events::EventKind;
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};

/// What was typed.
#[derive(Debug, Default)]
pub struct Typed {
    pub url: String,
    pub description: String,
    /// All events, also those of later versions.
    pub all: bool,
    pub events: Vec<String>,
}

impl Typed {
    pub fn posted(posted: &Posted) -> Self {
        Self {
            url: posted.field("url").trim().to_owned(),
            description: posted.field("description").to_owned(),
            all: posted.field("which") == "all",
            events: posted.form.all("events").map(ToOwned::to_owned).collect(),
        }
    }

    pub fn of(webhook: &Webhook) -> Self {
        let events = match &webhook.asked {
            EventSelection::All => Vec::new(),
            EventSelection::Kinds(kinds) => kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
        };
        Self {
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            all: webhook.asked == EventSelection::All,
            events,
        }
    }

    /// Takes a field over.
    pub fn take(&mut self, name: &str, from: &Self) {
        match name {
            "url" => self.url.clone_from(&from.url),
            "description" => self.description.clone_from(&from.description),
            _ => (self.all, self.events) = (from.all, from.events.clone()),
        }
    }

    /// A field to be read and compared.
    pub fn shown(&self, frame: &Frame, name: &str) -> String {
        match name {
            "url" => self.url.clone(),
            "description" => self.description.clone(),
            _ if self.all => frame.say("webhooks-all-events"),
            _ => {
                let mut events = self.events.clone();
                events.sort_unstable();
                events.join("\n")
            }
        }
    }

    /// The names that the webhook asks for.
    pub fn names(&self) -> Vec<String> {
        if self.all { vec!["*".to_owned()] } else { self.events.clone() }
    }
}

/// A kind of event, to tick.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    pub means: String,
    pub ticked: bool,
}

/// All kinds that the owner's webhooks can ask for, with what each means.
pub fn kinds(frame: &Frame, owner: WebhookOwner, typed: &Typed) -> Vec<Kind> {
    let kinds = EventKind::ALL.iter().filter(|kind| owner.may_ask_for(**kind));
    let one = |kind: &EventKind| Kind {
        name: kind.as_str(),
        means: frame.texts().of_code(&format!("event-{}", kind.as_str().replace(['.', '_'], "-")), kind.description()),
        ticked: typed.events.iter().any(|name| name == kind.as_str()),
    };
    kinds.map(one).collect()
}
