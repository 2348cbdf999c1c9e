//! Refusals of changes to webhooks. They are here, apart from the use cases, because the management APIs return them.
use domain::platform::outbound::OutboundRefusal;

domain::refusals! {
    /// The reason why a webhook was not created or changed.
    pub enum WebhookRefusal {
        UrlMalformed => InvalidRequest, "webhook_url_malformed", "The URL must be absolute and have at most 2048 characters.";
        UrlScheme => InvalidRequest, "webhook_url_scheme", "The URL must be https.";
        UrlCredentials => InvalidRequest, "webhook_url_credentials", "The URL must not hold a user name or password.";
        UrlFragment => InvalidRequest, "webhook_url_fragment", "The URL must not hold a fragment.";
        UrlPort => InvalidRequest, "webhook_url_port", "The port must be 443, 80, or 1024 or above.";
        UrlAddress => InvalidRequest, "webhook_url_address", "The address is not one of the public internet.";
        Description => InvalidRequest, "webhook_description_long", "The description must have at most 200 characters.";
        Events => InvalidRequest, "webhook_event_unknown", "Name at least one event of the catalogue, or an asterisk for all.";
        EventElsewhere => InvalidRequest, "webhook_event_of_server", "Signing in and the server's keys belong to no workspace. Only webhooks of the server can receive these events.";
        TooMany => Conflict, "webhooks_too_many", "There are 50 webhooks already.";
        Unknown => NotFound, "webhook_unknown", "There is no such webhook or delivery.";
        Changed => PreconditionFailed, "changed_meanwhile", "It was changed meanwhile. Read it again and repeat the change.";
    }
}

impl WebhookRefusal {
    /// The member of the request that is at fault; empty if none is.
    pub const fn member(self) -> &'static str {
        match self {
            Self::UrlMalformed
            | Self::UrlScheme
            | Self::UrlCredentials
            | Self::UrlFragment
            | Self::UrlPort
            | Self::UrlAddress => "url",
            Self::Description => "description",
            Self::Events | Self::EventElsewhere => "events",
            Self::TooMany | Self::Unknown | Self::Changed => "",
        }
    }
}

impl From<OutboundRefusal> for WebhookRefusal {
    fn from(refusal: OutboundRefusal) -> Self {
        match refusal {
            OutboundRefusal::Malformed => Self::UrlMalformed,
            OutboundRefusal::Scheme => Self::UrlScheme,
            OutboundRefusal::Credentials => Self::UrlCredentials,
            OutboundRefusal::Fragment => Self::UrlFragment,
            OutboundRefusal::Port => Self::UrlPort,
            OutboundRefusal::Address => Self::UrlAddress,
        }
    }
}
