//! The token endpoint (OAuth 2.1 §3.2).

pub(crate) mod new_grant;

mod authorization_code;
mod client_credentials;
mod device_code;
mod issue;
mod refresh_token;

pub use authorization_code::checks as code_checks;
pub use issue::TokenResponse;

use crate::oauth::{client_authentication, diagnostics};
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::clients::grant_type::{GrantRow, enabled_grant};
use domain::clients::{Client, GrantType};
use domain::diagnosis::Endpoint;
use domain::oauth::client_authentication::ClientRefusal;
use domain::oauth::presented::Presented;
use domain::oauth::token::{CodeRefusal, DeviceCodeRefusal, MachineRefusal, RefreshRefusal, RequestRefusal};
use domain::platform::params::RawParams;
use domain::platform::refusal::{Named, Refusal, RefusalRow};
use domain::resources::indicator::UnknownResource;
use serde_json::Value;

/// The reason why no token was issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRefusal {
    Request(RequestRefusal),
    Client(ClientRefusal),
    Code(CodeRefusal),
    Refresh(RefreshRefusal),
    Machine(MachineRefusal),
    Device(DeviceCodeRefusal),
}

impl Refusal for TokenRefusal {
    fn row(&self) -> &'static RefusalRow {
        match self {
            Self::Request(r) => r.row(),
            Self::Client(r) => r.row(),
            Self::Code(r) => r.row(),
            Self::Refresh(r) => r.row(),
            Self::Machine(r) => r.row(),
            Self::Device(r) => r.row(),
        }
    }
}

/// Answers a token request.
pub async fn exchange(
    app: &Server,
    ctx: &Ctx,
    presented: &Presented<'_>,
) -> Result<TokenResponse, Failure<Named<TokenRefusal>>> {
    let Presented { endpoint, body, .. } = *presented;
    let client = client_authentication::authenticate(app, ctx, presented).await;
    let client = client.map_err(|f| f.map(|refusal| TokenRefusal::Client(refusal).into()))?;
    let answer = by_grant_type(app, ctx, &client, body).await;
    // A poll before the user has decided is not a failure.
    let undecided =
        |why: &Failure<_>| matches!(why, Failure::Refused(TokenRefusal::Device(DeviceCodeRefusal::Pending)));
    if let Err(failure) = &answer
        && !undecided(failure)
    {
        let detail = facts(app, &client, body, failure);
        app.record_with(ctx, endpoint.as_str(), failure.reason(), AuditSubject::client(&client.id), detail);
    }
    answer.map_err(|failure| failure.map(|refusal| named(app, body, refusal)))
}

/// The refusal with the resource that it is about.
fn named(app: &Server, body: &RawParams, refusal: TokenRefusal) -> Named<TokenRefusal> {
    use TokenRefusal as T;
    let about_resource = matches!(
        refusal,
        T::Code(CodeRefusal::Resource)
            | T::Refresh(RefreshRefusal::Resource)
            | T::Device(DeviceCodeRefusal::Resource)
            | T::Machine(MachineRefusal::Resource)
    );
    match app.settings().resources().named(body) {
        Err(UnknownResource(asked)) if about_resource => Named::of(refusal, &asked),
        Ok(asked) if about_resource => Named::of(refusal, &asked.join(" ")),
        _ => refusal.into(),
    }
}

/// The endpoint for diagnosis, depending on the requested grant type.
pub fn endpoint_of(body: &RawParams) -> Endpoint {
    let grant = body.get("grant_type").and_then(enabled_grant);
    grant.map_or(Endpoint::Token, |row| Endpoint::of_grant(row.grant_type))
}

/// The parts of a token request that are relevant for its refusal.
fn facts(app: &Server, client: &Client, body: &RawParams, failure: &Failure<TokenRefusal>) -> Value {
    use TokenRefusal as T;
    let Failure::Refused(why) = failure else { return diagnostics::named(body, &["grant_type"]) };
    match why {
        T::Code(CodeRefusal::RedirectMismatch) => diagnostics::named(body, &["grant_type", "redirect_uri"]),
        T::Machine(MachineRefusal::Resource) => diagnostics::resources(app, body, &["grant_type", "resource"]),
        T::Code(CodeRefusal::Resource)
        | T::Refresh(RefreshRefusal::Resource)
        | T::Device(DeviceCodeRefusal::Resource) => diagnostics::named(body, &["grant_type", "resource"]),
        T::Machine(MachineRefusal::ScopeNotOpen) => {
            let mut facts = diagnostics::named(body, &["grant_type"]);
            let open = |name: &str| client.voucher().is_some_and(|by| by.covers(&app.settings().catalogue, name));
            facts["scopes"] = diagnostics::scopes(body, |name| !open(name));
            facts
        }
        T::Machine(MachineRefusal::ScopeNotRegistered) => {
            let mut facts = diagnostics::named(body, &["grant_type"]);
            facts["scopes"] = diagnostics::scopes(body, |name| !client.config.scopes.contains(name));
            facts
        }
        T::Refresh(RefreshRefusal::ScopeMalformed | RefreshRefusal::ScopeBeyondGrant)
        | T::Machine(MachineRefusal::ScopeMalformed | MachineRefusal::ScopeNeedsUser) => {
            diagnostics::named(body, &["grant_type", "scope"])
        }
        _ => diagnostics::named(body, &["grant_type"]),
    }
}

async fn by_grant_type(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    body: &RawParams,
) -> Result<TokenResponse, Failure<TokenRefusal>> {
    let Some(asked) = body.get("grant_type") else {
        return refuse(TokenRefusal::Request(RequestRefusal::GrantTypeMissing));
    };
    let Some(&GrantRow { grant_type: grant, .. }) = enabled_grant(asked) else {
        return refuse(TokenRefusal::Request(RequestRefusal::GrantTypeUnknown));
    };
    if !client.may_use(grant) {
        return refuse(TokenRefusal::Request(RequestRefusal::GrantTypeNotAllowed));
    }
    match grant {
        GrantType::AuthorizationCode => {
            authorization_code::redeem(app, ctx, client, body).await.map_err(|f| f.map(TokenRefusal::Code))
        }
        GrantType::RefreshToken => {
            refresh_token::refresh(app, ctx, client, body).await.map_err(|f| f.map(TokenRefusal::Refresh))
        }
        GrantType::ClientCredentials => {
            client_credentials::issue(app, ctx, client, body).map_err(|f| f.map(TokenRefusal::Machine))
        }
        GrantType::DeviceCode => {
            device_code::redeem(app, ctx, client, body).await.map_err(|f| f.map(TokenRefusal::Device))
        }
    }
}
