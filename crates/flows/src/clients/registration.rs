//! Dynamic client registration (RFC 7591) and its management (RFC 7592).
use crate::clients;
use crate::clients::ownership::{self, OwnerFilter};
use crate::clients::records::NewClient;
use crate::clients::registrar::Registrar;
use crate::clients::registration_refusal::here;
pub use crate::clients::registration_refusal::{AccessRefusal, RegisterRefusal};
use crate::platform::audit_log::AuditSubject;
use crate::platform::limits::AllowanceScope;
use crate::{Ctx, Failure, RegistrationPolicy, Server};
use domain::access::{Limit, Operation};
use domain::clients::metadata::{Metadata, MetadataFault, MetadataRefusal, OWN_MEMBERS, render};
use domain::clients::{Client, GrantType, Trust};
use domain::platform::allowance::Rule;
use domain::platform::refusal::Refusal as _;
use domain::resources::vouching;
use domain::{ClientId, ScopeSet, Secret};
use jose::SigningAlg;
use serde_json::{Map, Value};
use store::clients::ClientOwner;

/// A registration as it is returned, with its revision.
#[derive(Debug)]
pub struct Registered {
    pub metadata: Map<String, Value>,
    pub revision: i64,
}

type RegistrationResult = Result<Registered, Failure<RegisterRefusal>>;

/// Counts a registration against the limits of the network: for this metadata, and in total. Hosted agents share addresses, so
/// the total may be high; a client that registers the same metadata again and again has lost its earlier registration. The limits
/// are per node, because registration involves no guessing.
fn draw(app: &Server, ctx: &Ctx, json: &Value) -> Result<(), AccessRefusal> {
    let registration = &app.settings().registration;
    let hourly = |most| Rule::Draining { at_once: most, hourly: most };
    let rules = [registration.alike_per_hour, registration.per_address_per_hour].map(hourly);
    // Members are sorted by name, whatever their order in the request.
    let allowances = app.throttle().of_network("registration", &json.to_string(), rules, ctx);
    app.throttle().draw(&allowances, ctx).map_err(|used_up| match used_up.of {
        AllowanceScope::Place => AccessRefusal::TooManyAlike,
        AllowanceScope::Account | AllowanceScope::Network => AccessRefusal::TooMany,
    })
}

/// Checks that the caller may register. Returns the trust level of the new client.
fn admit(app: &Server, ctx: &Ctx, limit: &Limit, json: &Value) -> Result<Trust, AccessRefusal> {
    use AccessRefusal as R;
    let registration = &app.settings().registration;
    let trust = match (registration.policy, limit) {
        (RegistrationPolicy::Off, _) => return Err(R::Off),
        (RegistrationPolicy::Open, Limit::Nothing) => Trust::Anonymous,
        (RegistrationPolicy::SignedIn, Limit::Nothing) => return Err(R::SignInNeeded),
        (RegistrationPolicy::Token, Limit::Nothing) => return Err(R::TokenNeeded),
        _ => Trust::Unverified,
    };
    draw(app, ctx, json).map(|()| trust)
}

/// The owner of a new client: none for anonymous callers, otherwise the user or the workspace that the credential belongs to.
fn owner(app: &Server, ctx: &Ctx, registrar: &Registrar) -> Result<Option<ClientOwner>, Failure<RegisterRefusal>> {
    match registrar.principal().limit {
        Limit::Nothing | Limit::Registering => Ok(None),
        _ => ownership::owner(app, ctx, registrar.principal(), OwnerFilter::Caller, Operation::WriteClients)
            .map(Some)
            .map_err(|failure| failure.map(RegisterRefusal::Manage)),
    }
}

/// Checks the requested scopes and algorithm against what exists and what such a client may have (checklist 103). Scopes that the
/// client has already are kept. With `narrow`, other scopes are dropped, and the request is refused only if none remains;
/// otherwise it is refused.
pub(crate) fn fit(
    app: &Server,
    trust: Trust,
    has: &ScopeSet,
    mut asked: Metadata,
    narrow: bool,
) -> Result<Metadata, MetadataFault> {
    let catalogue = &app.settings().catalogue;
    let exists = |name: &str| catalogue.scope(name).is_some();
    let open = |name: &str| exists(name) && (has.contains(name) || app.settings().is_open_to(trust, name));
    if asked.default_scope {
        asked.config.scopes = catalogue.default_scopes().filter(open);
    }
    let unknown = asked.config.scopes.iter().any(|name| !exists(name));
    let why = if unknown { MetadataRefusal::ScopeUnknown } else { MetadataRefusal::ScopeNotAllowed };
    if narrow {
        asked.narrow_scopes(open, why)?;
    } else if !asked.config.scopes.iter().all(open) {
        return Err(why.of("scope"));
    }
    let alg = asked.config.id_token_signed_response_alg.unwrap_or_default();
    if app.keys().algs().all(|known| known != alg) {
        return Err(MetadataRefusal::Alg.of("id_token_signed_response_alg"));
    }
    Ok(asked)
}

/// Drops the grant types that need a voucher. Refuses if nothing would remain.
fn without_voucher(mut asked: Metadata) -> Result<Metadata, MetadataFault> {
    let kept = vouching::without_voucher(&asked.config.grant_types);
    if kept.is_empty() && !asked.config.grant_types.is_empty() {
        return Err(MetadataRefusal::NotVouched.of("grant_types"));
    }
    asked.drop_grant(GrantType::ClientCredentials);
    asked.config.grant_types = kept;
    Ok(asked)
}

/// Registers a client.
pub async fn create(app: &Server, ctx: &Ctx, registrar: &Registrar, json: &Value) -> RegistrationResult {
    let refused = |refusal: RegisterRefusal| {
        app.record(ctx, "client.registered", refusal.reason(), AuditSubject::default());
        Failure::Refused(refusal)
    };
    let owner = owner(app, ctx, registrar)?;
    let limit = &registrar.principal().limit;
    let trust = admit(app, ctx, limit, json).map_err(|r| refused(RegisterRefusal::Access(r)))?;
    let asked = Metadata::read(json, &app.settings().registration_terms(owner.is_some()));
    let asked = asked.and_then(|asked| fit(app, trust, &ScopeSet::default(), asked, true));
    // Only a workspace can vouch for a self-registered client.
    let vouched = matches!(owner, Some(ClientOwner::Workspace(_)));
    let asked = asked.and_then(|asked| if vouched { Ok(asked) } else { without_voucher(asked) });
    let asked = asked.map_err(|fault| refused(RegisterRefusal::Metadata(fault.why)))?;
    let new = NewClient {
        name: asked.name,
        client_type: asked.client_type,
        auth_method: asked.auth_method,
        trust,
        owner_user_id: match owner {
            Some(ClientOwner::User(id)) => Some(id),
            _ => None,
        },
        owner_workspace_id: match owner {
            Some(ClientOwner::Workspace(id)) => Some(id),
            _ => None,
        },
        config: asked.config,
        registration_token: true,
    };
    let created = clients::records::create(app, ctx, new).await?;
    let mut answer = render(&created.client);
    show_secret(&mut answer, created.secret.as_ref());
    if let Some(token) = created.registration_token {
        show_management(app, &mut answer, &created.client.id, &token);
    }
    Ok(Registered { metadata: answer, revision: created.client.revision })
}

/// `client_secret_expires_at` is required beside a secret; 0 says never (RFC 7591 §3.2.1).
fn show_secret(answer: &mut Map<String, Value>, secret: Option<&Secret>) {
    if let Some(secret) = secret {
        answer.insert("client_secret".to_owned(), secret.expose().into());
        answer.insert("client_secret_expires_at".to_owned(), 0.into());
    }
}

fn show_management(app: &Server, answer: &mut Map<String, Value>, id: &ClientId, token: &Secret) {
    answer.insert("registration_access_token".to_owned(), token.expose().into());
    let uri = app.settings().url(&format!("/oauth2/register/{id}"));
    answer.insert("registration_client_uri".to_owned(), uri.into());
}

/// Returns the client if the caller may perform the operation on it.
async fn managed(
    app: &Server,
    ctx: &Ctx,
    registrar: &Registrar,
    operation: Operation,
    id: &str,
) -> Result<Client, Failure<RegisterRefusal>> {
    let found = ownership::find(app, ctx, registrar.principal(), operation, id).await;
    found.map_err(|failure| failure.map(RegisterRefusal::Manage))
}

/// RFC 7592 §2.1.
pub async fn read(app: &Server, ctx: &Ctx, registrar: &Registrar, id: &str) -> RegistrationResult {
    let client = managed(app, ctx, registrar, Operation::ReadClients, id).await?;
    let mut answer = render(&client);
    if let Some(token) = registrar.token() {
        show_management(app, &mut answer, &client.id, token);
    }
    Ok(Registered { metadata: answer, revision: client.revision })
}

/// Restores defaults: answers show some of them as explicit values, and replacing the metadata with what was read must change
/// nothing.
fn as_before(client: &Client, names_scopes: bool, mut asked: Metadata) -> Metadata {
    let (had, config) = (&client.config, &mut asked.config);
    config.any_secret_method |= had.any_secret_method && asked.auth_method == client.auth_method;
    let default_alg = config.id_token_signed_response_alg == Some(SigningAlg::default());
    if default_alg && had.id_token_signed_response_alg.is_none() {
        config.id_token_signed_response_alg = None;
    }
    asked.default_scope &= !names_scopes;
    asked
}

/// RFC 7592 §2.2: replaces the registered metadata. A client whose method changes to one with a secret gets one; with
/// the change to another method it loses its secrets. `expected` is the revision that the caller read, if they sent one.
pub async fn replace(
    app: &Server,
    ctx: &Ctx,
    registrar: &Registrar,
    id: &str,
    expected: Option<i64>,
    json: &Value,
) -> RegistrationResult {
    let client = managed(app, ctx, registrar, Operation::WriteClients, id).await?;
    let about = AuditSubject::owned(&client);
    let refused = |refusal: RegisterRefusal| {
        app.record_with(ctx, "client.updated", refusal.reason(), about.clone(), here());
        Failure::Refused(refusal)
    };
    if expected.is_some_and(|revision| revision != client.revision) {
        return Err(refused(RegisterRefusal::Access(AccessRefusal::Stale)));
    }
    let mut json = json.clone();
    if let Some(object) = json.as_object_mut() {
        // §2.2 requires the client's own id and secret in the request; we allow leaving them out, but not changing them.
        if object.remove("client_id").is_some_and(|sent| sent != client.id.as_str()) {
            return Err(refused(RegisterRefusal::Metadata(MetadataRefusal::IdMismatch)));
        }
        if let Some(sent) = object.remove("client_secret") {
            let sent = sent.as_str().map(|secret| app.pepper().hash(secret));
            if sent.is_none_or(|hash| client.secrets.iter().all(|secret| secret.hash != hash)) {
                return Err(refused(RegisterRefusal::Metadata(MetadataRefusal::SecretChosen)));
            }
        }
    }
    if let Some(object) = json.as_object_mut() {
        // §2.2: a standard member that is left out is deleted. Our own members are kept, because the client may not know them.
        let kept = render(&client);
        for name in OWN_MEMBERS.iter().filter(|name| kept.contains_key(**name)) {
            object.entry(*name).or_insert_with(|| kept[*name].clone());
        }
    }
    let asked = Metadata::read(&json, &app.settings().registration_terms(!client.is_self_registered()));
    let asked = asked.and_then(|asked| {
        let asked = as_before(&client, json.get("scope").is_some(), asked);
        fit(app, client.trust_of_owner(false), &client.config.scopes, asked, true)
    });
    let asked = asked.and_then(|asked| if client.voucher().is_some() { Ok(asked) } else { without_voucher(asked) });
    let asked = asked.map_err(|fault| refused(RegisterRefusal::Metadata(fault.why)))?;
    // Only the owner or the operator sets these.
    let kept = client.config.clone();
    let changed = Client {
        name: asked.name,
        client_type: asked.client_type,
        auth_method: asked.auth_method,
        config: domain::clients::ClientConfig {
            description: kept.description,
            refresh_rotation: kept.refresh_rotation,
            allowed_user_ids: kept.allowed_user_ids,
            project_id: kept.project_id,
            ..asked.config
        },
        ..client
    };
    let updated = clients::records::update(app, ctx, changed).await?;
    let Some(clients::records::Updated { client: changed, secret }) = updated else {
        return Err(refused(RegisterRefusal::Access(AccessRefusal::Changed)));
    };
    let mut answer = render(&changed);
    show_secret(&mut answer, secret.as_ref());
    if let Some(token) = registrar.token() {
        show_management(app, &mut answer, &changed.id, token);
    }
    Ok(Registered { metadata: answer, revision: changed.revision })
}

/// RFC 7592 §2.3: the client and everything issued to it stop working immediately. The record is kept for the audit log.
pub async fn delete(app: &Server, ctx: &Ctx, registrar: &Registrar, id: &str) -> Result<(), Failure<RegisterRefusal>> {
    let client = managed(app, ctx, registrar, Operation::WriteClients, id).await?;
    clients::records::delete(app, ctx, &client.id).await?;
    Ok(())
}
