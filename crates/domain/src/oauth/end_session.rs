//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): which client requests it, and where the browser may go
//! afterwards.
use super::id_token::Hint;
use crate::clients::Client;
use crate::platform::params::RawParams;
use crate::{ClientId, SessionId, UserId};

crate::platform::refusal::refusals! {
    /// Why a logout request was refused.
    pub enum LogoutRefusal {
        Repeated => InvalidRequest, "parameter_repeated", "A parameter was sent more than once.";
        HintInvalid => InvalidRequest, "id_token_hint_invalid", "The id_token_hint is not an ID token of this server.";
        ClientMismatch => InvalidRequest, "client_id_mismatch", "The client_id is not the one that the id_token_hint was issued to.";
        ClientUnknown => InvalidClient, "client_unknown", "No client has this client_id.";
        RedirectWithoutClient => InvalidRequest, "redirect_without_client", "post_logout_redirect_uri needs an id_token_hint or a client_id.";
        RedirectNotRegistered => InvalidRequest, "post_logout_redirect_uri_not_registered", "The post_logout_redirect_uri is not one that the client registered.";
    }
}

use LogoutRefusal as R;

/// The client named in a request, by hint or by id; if both are given they must agree (§2).
pub fn named_client(params: &RawParams, hint: Option<&Hint>) -> Result<Option<ClientId>, R> {
    let by_id = params.get("client_id").map(|id| ClientId::parse(id).map_err(|_| R::ClientUnknown)).transpose()?;
    let by_hint = hint.map(|hint| ClientId::parse(&hint.aud).map_err(|_| R::HintInvalid)).transpose()?;
    match (by_id, by_hint) {
        (Some(id), Some(hint)) if id != hint => Err(R::ClientMismatch),
        (id, hint) => Ok(id.or(hint)),
    }
}

/// Where the browser goes afterwards: compared as text with what the client registered, with `state` added (§3). If the
/// hint names no client, the browser stays here.
pub fn destination(params: &RawParams, client: Option<&Client>) -> Result<Option<String>, R> {
    let Some(uri) = params.get("post_logout_redirect_uri") else { return Ok(None) };
    let Some(client) = client else {
        return if params.get("id_token_hint").is_some() { Ok(None) } else { Err(R::RedirectWithoutClient) };
    };
    if !client.config.post_logout_redirect_uris.iter().any(|registered| registered == uri) {
        return Err(R::RedirectNotRegistered);
    }
    let Some(state) = params.get("state") else { return Ok(Some(uri.to_owned())) };
    let joint = if uri.contains('?') { '&' } else { '?' };
    let state: String = form_urlencoded::byte_serialize(state.as_bytes()).collect();
    Ok(Some(format!("{uri}{joint}state={state}")))
}

/// Whether the hint refers to this browser's session; then no confirmation is needed (§2).
pub fn is_own(hint: &Hint, user: UserId, session: SessionId) -> bool {
    hint.sid == Some(session) || (hint.sid.is_none() && hint.sub == user.to_string())
}
