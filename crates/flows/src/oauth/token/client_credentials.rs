//! Client credentials (OAuth 2.1 §4.2): tokens in the client's own name. Reads and writes nothing.
use super::issue::{TokenResponse, access_lifetime, access_token};
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::clients::{Client, GrantType};
use domain::events::{EventData, EventKind};
use domain::oauth::payload::{AccessPayload, Bearer};
use domain::oauth::token::MachineRefusal as R;
use domain::platform::params::RawParams;
use domain::platform::scope::ScopeSet;
use domain::resources::OF_A_USER;

pub(super) fn issue(app: &Server, ctx: &Ctx, client: &Client, body: &RawParams) -> Result<TokenResponse, Failure<R>> {
    if client.is_public() {
        return refuse(R::PublicClient);
    }
    let Some(voucher) = client.voucher() else { return refuse(R::NotVouched) };
    let (registered, catalogue) = (&client.config.scopes, &app.settings().catalogue);
    let scopes = match body.get("scope") {
        // Without a scope parameter: all registered scopes that the client may have in its own name (documented default, OAuth
        // 2.1 §1.4.1).
        None => {
            let withheld = client.withheld(catalogue, registered);
            let open = registered.filter(|name| voucher.covers(catalogue, name) && !withheld.contains(name));
            let closed = open.is_empty() && registered.iter().any(|name| !OF_A_USER.contains(&name));
            if closed {
                return refuse(R::ScopeNotOpen);
            }
            open
        }
        Some(text) => ScopeSet::parse(text).map_err(|_| Failure::Refused(R::ScopeMalformed))?,
    };
    if !scopes.is_subset(registered) {
        return refuse(R::ScopeNotRegistered);
    }
    if scopes.iter().any(|name| OF_A_USER.contains(&name)) {
        return refuse(R::ScopeNeedsUser);
    }
    if !scopes.iter().all(|name| voucher.covers(catalogue, name)) {
        return refuse(R::ScopeNotOpen);
    }
    if !client.withheld(catalogue, &scopes).is_empty() {
        return refuse(R::ScopeWithheld);
    }
    let audience = app.settings().resources().named(body).map_err(|_| Failure::Refused(R::Resource))?;
    let expires_in = access_lifetime(app, client);
    let payload = AccessPayload {
        bearer: Bearer::Client { id: client.id.clone(), epoch: client.credential_epoch },
        scopes,
        audience,
        issued_at: ctx.now,
        expires_at: ctx.now.plus(expires_in),
    };
    let access_token = access_token(app, ctx, client, &payload, (client.id.as_str(), None))?;
    let scope = payload.scopes.to_string();
    app.count_access(&client.id, None, ctx.now);
    app.outbox().note(ctx, EventKind::TokenIssued, || EventData::TokenIssued {
        client_id: client.id.clone(),
        grant_type: GrantType::ClientCredentials,
        grant_id: None,
        user_id: None,
        workspace_id: None,
        sub_type: None,
        scope: payload.scopes,
        expires_in,
    });
    Ok(TokenResponse { access_token, token_type: "Bearer", expires_in, refresh_token: None, scope, id_token: None })
}
