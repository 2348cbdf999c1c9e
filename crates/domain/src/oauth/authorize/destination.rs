//! Where the response of an authorization goes.
use super::AuthorizeRefusal;
use crate::clients::{Client, redirect_uri};
use crate::oauth::device::UserCode;
use crate::platform::params::RawParams;
use crate::platform::seal::TokenId;
use serde::{Deserialize, Serialize};

/// Parameters that may be sent more than once (RFC 8707 §2).
pub(super) const MAY_REPEAT: &[&str] = &["resource"];

/// Where the response of an authorization goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Destination {
    /// The browser carries it to the client (OAuth 2.1 §4.1.2).
    Redirect(Callback),
    /// A device polls for it (RFC 8628 §3.4).
    Device(WaitingDevice),
}

/// A device that waits for the user's answer (RFC 8628), with the code it shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingDevice {
    /// The id of its request.
    pub id: TokenId,
    /// The code that the user compares.
    pub user_code: UserCode,
}

impl Destination {
    /// The right to redirect, if the response is a redirect.
    pub const fn callback(&self) -> Option<&Callback> {
        match self {
            Self::Redirect(callback) => Some(callback),
            Self::Device(_) => None,
        }
    }

    /// Where the browser goes with the response; `None` for a device.
    pub fn redirect_uri(&self) -> Option<&str> {
        self.callback().map(Callback::redirect_uri)
    }

    /// The device that waits for the response.
    pub const fn device(&self) -> Option<&WaitingDevice> {
        match self {
            Self::Redirect(_) => None,
            Self::Device(device) => Some(device),
        }
    }
}

/// How the response reaches the client (OAuth 2.0 Multiple Response Types §2.1, Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// In the query of the redirect URI. The default for codes.
    #[default]
    Query,
    /// In the fragment of the redirect URI.
    Fragment,
    /// In the body of a POST that a page of this server sends.
    FormPost,
}

impl ResponseMode {
    /// In the order in which discovery lists them.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];
    /// The value of `response_mode`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// The right to send a response to a client's redirect URI. Only the code here can create one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    redirect_uri: String,
    mode: ResponseMode,
    state: Option<String>,
    /// False for self-registered clients that were never used, unless the redirect is harmless. If false, errors are
    /// shown on a page here.
    carries_errors: bool,
}

impl Callback {
    /// The client-and-redirect check. A refusal is shown on a page, never sent anywhere. `framed` says that the request
    /// was loaded in a frame of another page.
    pub fn establish(client: &Client, params: &RawParams, framed: bool) -> Result<Self, AuthorizeRefusal> {
        use AuthorizeRefusal as R;
        if !client.is_active() {
            return Err(R::ClientDisabled);
        }
        let registered = &client.config.redirect_uris;
        if params
            .repeated(MAY_REPEAT)
            .is_some_and(|n| matches!(&*n, "redirect_uri" | "client_id" | "response_mode" | "state"))
        {
            return Err(R::AnswerRepeated);
        }
        let redirect_uri = match (params.get("redirect_uri"), registered.as_slice()) {
            (Some(asked), all) => {
                let known = all.iter().any(|one| redirect_uri::matches(one, asked, client.config.application_type));
                if known { asked.to_owned() } else { return Err(R::RedirectMismatch) }
            }
            (None, [only]) => only.clone(),
            (None, _) => return Err(R::RedirectMissing),
        };
        let mode = match params.get("response_mode") {
            None => ResponseMode::Query,
            Some(text) => ResponseMode::ALL.into_iter().find(|m| m.as_str() == text).ok_or(R::ResponseModeUnknown)?,
        };
        let state = params.get("state").map(str::to_owned);
        // RFC 9700 §4.11.2: a stranger's client would turn this server into an open redirector. A redirect on the
        // device misleads no one, and in a frame the user sees neither the redirect nor a page of this server.
        let carries_errors = !client.is_untried() || redirect_uri::is_on_device(&redirect_uri) || framed;
        Ok(Self { redirect_uri, mode, state, carries_errors })
    }

    /// Exactly as the request named it, or the only registered one.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }
    /// How the response is sent.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }
    /// The value of `state`, which the response repeats; `None` if there was none.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }
    /// Whether errors may be sent there. Otherwise a page of this server shows them.
    pub fn carries_errors(&self) -> bool {
        self.carries_errors
    }

    /// The redirect URI with the parameters of the response: appended to the registered query, which is kept
    /// (checklist 2), or in the fragment. For `form_post` the redirect URI alone.
    pub fn location(&self, answer: &[(&str, &str)]) -> String {
        let encoded = || {
            let mut text = form_urlencoded::Serializer::new(String::new());
            text.extend_pairs(answer);
            text.finish()
        };
        match self.mode {
            ResponseMode::FormPost => self.redirect_uri.clone(),
            ResponseMode::Fragment => format!("{}#{}", self.redirect_uri, encoded()),
            ResponseMode::Query => {
                let joint = match self.redirect_uri.find('?') {
                    None => "?",
                    Some(_) if self.redirect_uri.ends_with(['?', '&']) => "",
                    Some(_) => "&",
                };
                format!("{}{joint}{}", self.redirect_uri, encoded())
            }
        }
    }
}
