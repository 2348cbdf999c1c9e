//! Client assertions: JWTs that a client signed with one of its keys (`private_key_jwt`).
use crate::platform::failure::refuse;
use crate::platform::fetched_keys::KeysFault;
use crate::{Ctx, Failure, Server};
use domain::clients::{AuthMethod, Client};
use domain::oauth::client_authentication::ClientRefusal as R;
use domain::oauth::client_authentication::assertion::{self, Expected};
use jose::foreign::KeySet;
use serde_json::Value;
use std::sync::Arc;
use store::grants::revoked_tokens::{SingleUse, use_assertion};

/// Seconds after which a caller may try again whose keys could not be fetched: not sooner than they are fetched again.
const TRY_AGAIN: i64 = 60;

/// Verifies an assertion of the client, and uses it up.
pub(super) async fn check(app: &Server, ctx: &Ctx, client: &Client, assertion: &str) -> Result<(), Failure<R>> {
    if !client.is_active() {
        return refuse(R::Disabled);
    }
    if !client.accepts(AuthMethod::PrivateKeyJwt) {
        return refuse(R::WithoutKeys);
    }
    let keys = keys(app, ctx, client, assertion).await?;
    let token_endpoint = token_endpoint(app);
    let expected = expected(app, ctx, token_endpoint.as_deref());
    let accepted = assertion::check(assertion, &client.id, &client.config.keys, &keys, &expected);
    let accepted = accepted.map_err(Failure::Refused)?;
    let id = client.id.clone();
    let work = app
        .store()
        .write(move |tx| Box::pin(async move { use_assertion(tx, &id, &accepted.jti, accepted.remember_until).await }));
    match work.await? {
        SingleUse::First => Ok(()),
        SingleUse::Replayed => refuse(R::AssertionReplayed),
    }
}

/// The client's keys: those it registered, or those at its URL.
async fn keys(app: &Server, ctx: &Ctx, client: &Client, assertion: &str) -> Result<Arc<KeySet>, Failure<R>> {
    let registered = &client.config.keys;
    if let Some(set) = &registered.jwks {
        return KeySet::from_json(set).map(Arc::new).map_err(|_| Failure::Refused(R::KeysInvalid));
    }
    let Some(url) = &registered.jwks_uri else { return refuse(R::WithoutKeys) };
    let fetched = app.fetched_keys().get(ctx, url, assertion::key_id(assertion).as_deref()).await?;
    fetched.map_err(|fault| {
        Failure::Refused(match fault {
            KeysFault::Unreachable => {
                ctx.later.wait(TRY_AGAIN);
                R::KeysUnreachable
            }
            KeysFault::Invalid => R::KeysInvalid,
        })
    })
}

fn token_endpoint(app: &Server) -> Option<String> {
    let settings = app.settings();
    settings.client_assertion_token_endpoint.then(|| settings.url("/oauth2/token"))
}

fn expected<'e>(app: &'e Server, ctx: &Ctx, token_endpoint: Option<&'e str>) -> Expected<'e> {
    Expected { issuer: &app.settings().issuer, token_endpoint, now: ctx.now }
}

/// What the developer of the client needs to see of a refused assertion.
pub(super) fn facts(app: &Server, ctx: &Ctx, client: Option<&Client>, assertion: &str, why: R) -> Value {
    let registered = client.map(|client| client.config.keys.clone()).unwrap_or_default();
    let token_endpoint = token_endpoint(app);
    assertion::facts(assertion, &registered, why, &expected(app, ctx, token_endpoint.as_deref()))
}
