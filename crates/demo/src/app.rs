//! The sample application, written like a third party would: with the `openidconnect` crate and none of our code.
use crate::page;
use crate::seed::Seed;
use anyhow::{Context as _, anyhow};
use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreProviderMetadata};
use openidconnect::{
    AdditionalClaims, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    TokenResponse as _, UserInfoClaims,
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;

/// Maximum number of pending sign-ins.
const MOST_PENDING: usize = 1000;

/// The state of a sign-in between leaving the application and coming back.
struct Pending {
    verifier: PkceCodeVerifier,
    nonce: Nonce,
}

struct Inner {
    issuer: String,
    client_id: String,
    client_secret: String,
    redirect_uri: String,
    http: Http,
    /// Keyed by `state`, which must match a cookie of the browser; oldest first.
    pending: Mutex<VecDeque<(String, Pending)>>,
}

type App = Arc<Inner>;

/// The claims beyond OpenID Connect's standard ones.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Extra {
    tenant_id: Option<String>,
    #[serde(default)]
    roles: Vec<String>,
}

impl AdditionalClaims for Extra {}

#[expect(clippy::disallowed_methods, reason = "the sample application is a third party and speaks to the demo only")]
pub fn router(seed: &Seed) -> anyhow::Result<Router> {
    let web = seed.client("web")?;
    let app: App = Arc::new(Inner {
        issuer: seed.issuer.clone(),
        client_id: web.client_id.clone(),
        client_secret: web.client_secret.clone().unwrap_or_default(),
        redirect_uri: web.redirect_uris.first().cloned().context("the web client has a redirect URI")?,
        http: Http(reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?),
        pending: Mutex::default(),
    });
    Ok(Router::new()
        .route("/", get(async || Html(page::home())))
        .route("/start", get(start))
        .route("/callback", get(callback))
        .with_state(app))
}

/// Sends the crate's requests through reqwest.
#[derive(Clone)]
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let request = self.0.request(parts.method, parts.uri.to_string()).headers(parts.headers).body(body);
            let sent = request.send().await?;
            let mut response = HttpResponse::new(Vec::new());
            *response.status_mut() = sent.status();
            *response.headers_mut() = sent.headers().clone();
            *response.body_mut() = sent.bytes().await?.to_vec();
            Ok(response)
        })
    }
}

impl Inner {
    async fn metadata(&self) -> anyhow::Result<CoreProviderMetadata> {
        Ok(CoreProviderMetadata::discover_async(IssuerUrl::new(self.issuer.clone())?, &self.http).await?)
    }
}

#[derive(Debug, Deserialize)]
struct Start {
    sub_type: String,
}

async fn start(State(app): State<App>, Query(start): Query<Start>) -> Response {
    match begin(&app, &start.sub_type).await {
        Ok((url, state)) => {
            let cookie = format!("ledger_state={state}; Path=/; HttpOnly; SameSite=Lax");
            ([(header::SET_COOKIE, cookie)], Redirect::to(&url)).into_response()
        }
        Err(error) => problem(&error),
    }
}

async fn begin(app: &Inner, sub_type: &str) -> anyhow::Result<(String, String)> {
    let client = CoreClient::from_provider_metadata(
        app.metadata().await?,
        ClientId::new(app.client_id.clone()),
        Some(ClientSecret::new(app.client_secret.clone())),
    )
    .set_redirect_uri(RedirectUrl::new(app.redirect_uri.clone())?);
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let request = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|s| Scope::new(s.to_owned())))
        .add_extra_param("sub_type", sub_type)
        .set_pkce_challenge(challenge);
    let (url, state, nonce) = request.url();
    let mut pending = app.pending.lock();
    if pending.len() >= MOST_PENDING {
        pending.pop_front();
    }
    pending.push_back((state.secret().clone(), Pending { verifier, nonce }));
    Ok((url.to_string(), state.secret().clone()))
}

fn problem(error: &anyhow::Error) -> Response {
    (StatusCode::BAD_GATEWAY, Html(page::failed("failed", &format!("{error:#}")))).into_response()
}

#[derive(Debug, Deserialize)]
struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

async fn callback(State(app): State<App>, headers: HeaderMap, Query(answer): Query<Callback>) -> Response {
    let cookies = headers.get(header::COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let state = answer.state.clone().unwrap_or_default();
    let mine = cookies.split("; ").any(|pair| pair == format!("ledger_state={state}"));
    let pending = {
        let mut all = app.pending.lock();
        let at = all.iter().position(|(known, _)| *known == state);
        at.and_then(|at| all.remove(at))
    };
    let Some((_, pending)) = pending.filter(|_| mine) else {
        return (
            StatusCode::BAD_REQUEST,
            Html(page::failed("invalid_state", "This answer belongs to no request of this browser.")),
        )
            .into_response();
    };
    if answer.iss.as_deref() != Some(app.issuer.as_str()) {
        return (StatusCode::BAD_REQUEST, Html(page::failed("invalid_issuer", "The answer came from another server.")))
            .into_response();
    }
    if let Some(error) = answer.error {
        return Html(page::failed(&error, &answer.error_description.unwrap_or_default())).into_response();
    }
    match finish(&app, answer.code.unwrap_or_default(), pending).await {
        Ok(html) => Html(html).into_response(),
        Err(error) => problem(&error),
    }
}

async fn finish(app: &Inner, code: String, pending: Pending) -> anyhow::Result<String> {
    let client = CoreClient::from_provider_metadata(
        app.metadata().await?,
        ClientId::new(app.client_id.clone()),
        Some(ClientSecret::new(app.client_secret.clone())),
    )
    .set_redirect_uri(RedirectUrl::new(app.redirect_uri.clone())?);
    let tokens = client
        .exchange_code(AuthorizationCode::new(code))?
        .set_pkce_verifier(pending.verifier)
        .request_async(&app.http)
        .await?;
    let id_token = tokens.id_token().ok_or_else(|| anyhow!("no ID token came"))?;
    let claims = id_token.claims(&client.id_token_verifier(), &pending.nonce)?;
    let userinfo: UserInfoClaims<Extra, CoreGenderClaim> = client
        .user_info(tokens.access_token().to_owned(), Some(claims.subject().to_owned()))?
        .request_async(&app.http)
        .await
        .map_err(|error| anyhow!("userinfo: {error}"))?;
    let mut facts = vec![
        ("token type".to_owned(), tokens.token_type().as_ref().to_owned()),
        ("expires in".to_owned(), tokens.expires_in().map(|d| format!("{} s", d.as_secs())).unwrap_or_default()),
        (
            "scopes".to_owned(),
            tokens.scopes().map(|all| all.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" ")).unwrap_or_default(),
        ),
        ("refresh token".to_owned(), if tokens.refresh_token().is_some() { "received" } else { "none" }.to_owned()),
    ];
    for (kind, value) in [("ID token", serde_json::to_value(claims)?), ("userinfo", serde_json::to_value(&userinfo)?)] {
        for (name, value) in value.as_object().into_iter().flatten() {
            facts.push((format!("{kind}: {name}"), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
    }
    Ok(page::received(claims.subject().as_str(), &facts))
}
