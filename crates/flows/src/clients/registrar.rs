//! Authentication at the registration endpoints: every bearer becomes a principal before a use case runs.
use crate::access::principal;
use crate::clients::registration_refusal::{AccessRefusal, RegisterRefusal, here};
use crate::clients::resolve::{self, Accept};
use crate::platform::audit_log::AuditSubject;
use crate::{Ctx, Failure, Server};
use domain::access::{Credential, Limit, Principal};
use domain::clients::Client;
use domain::platform::refusal::Refusal as _;
use domain::{ClientId, Secret};

/// An authenticated caller of the registration endpoints. Only this module creates one.
#[derive(Debug)]
pub struct Registrar {
    principal: Principal,
    /// The client's own registration access token, because responses repeat it (RFC 7592 §3).
    token: Option<Secret>,
}

type RegistrarResult = Result<Registrar, Failure<RegisterRefusal>>;

impl Registrar {
    /// A caller that is neither a user nor a workspace.
    const fn stranger(limit: Limit, credential: Credential) -> Self {
        let (user, workspace, responsible) = (None, None, None);
        let principal = Principal { user, workspace, operator: false, limit, credential, responsible };
        Self { principal, token: None }
    }

    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    pub(crate) const fn token(&self) -> Option<&Secret> {
        self.token.as_ref()
    }
}

/// Whether the token is an initial access token. Compares all of them, so that the time reveals nothing.
fn is_initial(app: &Server, token: &str) -> bool {
    let hash = app.pepper().hash(token);
    app.settings().registration.initial_access_tokens.iter().fold(false, |found, one| (*one == hash) | found)
}

async fn by_bearer(app: &Server, ctx: &Ctx, token: &str, named: Option<&str>) -> RegistrarResult {
    let principal = principal::by_bearer(app, ctx, token, named).await;
    let principal = principal.map_err(|failure| failure.map(RegisterRefusal::Manage))?;
    Ok(Registrar { principal, token: None })
}

/// Authenticates a request to register a client: anonymous, with an initial access token, or as a known caller. An unknown bearer
/// is refused; it never registers anonymously. `named` is the workspace that a user wants to act in.
pub async fn to_register(app: &Server, ctx: &Ctx, token: Option<&str>, named: Option<&str>) -> RegistrarResult {
    match token {
        None => Ok(Registrar::stranger(Limit::Nothing, Credential::Nothing)),
        Some(token) if is_initial(app, token) => Ok(Registrar::stranger(Limit::Registering, Credential::InitialToken)),
        Some(token) => by_bearer(app, ctx, token, named).await,
    }
}

/// Authenticates a request to manage the client: with its registration access token, or as a known caller. A wrong registration
/// access token is 401, whether or not the client exists (RFC 7592 §2.1).
pub async fn to_manage(app: &Server, ctx: &Ctx, id: &str, token: Option<&str>, named: Option<&str>) -> RegistrarResult {
    let refused = |why: AccessRefusal, client: Option<&Client>| {
        match client {
            Some(client) => {
                app.record_outsider(ctx, "client.management", why.reason(), AuditSubject::owned(client), here());
            }
            None => app.record(ctx, "client.management", why.reason(), AuditSubject::default()),
        }
        Err(Failure::Refused(RegisterRefusal::Access(why)))
    };
    let Some(token) = token else { return refused(AccessRefusal::TokenMissing, None) };
    let client = match ClientId::parse(id) {
        Ok(id) => {
            let mut tx = app.store().read().await?;
            resolve::client(&mut tx, &id, ctx.now, Accept::NotDeleted).await?
        }
        Err(_) => None,
    };
    if let Some(client) = &client
        && client.registration_token_hash == Some(app.pepper().hash(token))
    {
        let id = client.id.clone();
        let stranger = Registrar::stranger(Limit::Registration(id.clone()), Credential::Registration(id));
        return Ok(Registrar { token: Some(Secret::new(token)), ..stranger });
    }
    let prefix = app.settings().token_prefix.as_str();
    if token.strip_prefix(prefix).is_some_and(|rest| rest.starts_with("_crt_")) {
        return refused(AccessRefusal::WrongToken, client.as_ref());
    }
    by_bearer(app, ctx, token, named).await
}
