//! The fields of a webhook's forms.
use crate::access::page_visitor::Posted;
use crate::platform::pages::frame::Frame;
use domain::events::EventKind;
use domain::webhooks::{EventSelection, Webhook, WebhookOwner};

/// The values typed.
#[derive(Debug, Default)]
pub struct Typed {
    pub url: String,
    pub description: String,
    /// Whether the webhook receives all events, including those added in later versions.
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

    /// Copies a field from `from`.
    pub fn take(&mut self, name: &str, from: &Self) {
        match name {
            "url" => self.url.clone_from(&from.url),
            "description" => self.description.clone_from(&from.description),
            _ => (self.all, self.events) = (from.all, from.events.clone()),
        }
    }

    /// The value of a field, for display and comparison.
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

    /// The names of the requested events.
    pub fn names(&self) -> Vec<String> {
        if self.all { vec!["*".to_owned()] } else { self.events.clone() }
    }
}

/// A kind of event to select.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    pub means: String,
    pub ticked: bool,
}

/// All kinds of events available to webhooks of this owner, with a description of each.
pub fn kinds(frame: &Frame, owner: WebhookOwner, typed: &Typed) -> Vec<Kind> {
    let kinds = EventKind::ALL.iter().filter(|kind| owner.may_ask_for(**kind));
    let one = |kind: &EventKind| Kind {
        name: kind.as_str(),
        means: frame.texts().of_code(&format!("event-{}", kind.as_str().replace(['.', '_'], "-")), kind.description()),
        ticked: typed.events.iter().any(|name| name == kind.as_str()),
    };
    kinds.map(one).collect()
}
