//! Seeds the demo's database. Its secrets are stored beside the database, readable only by the owner, so that a second start on
//! the same folder shows the same ones.
use anyhow::Context as _;
use domain::clients::Trust;
use domain::platform::refusal::Refusal;
use domain::workspace::{MemberRoles, Role};
use domain::{ClientId, ScopeSet, Secret, WorkspaceId};
use flows::access::credential_request::every_scope;
use flows::unguarded::accounts::{self, NewUser};
use flows::unguarded::applications::{self, ClientKind, Created, NewClient};
use flows::unguarded::credentials::{self, NewCredential};
use flows::unguarded::{members, workspaces};
use flows::{Ctx, Failure, Server};
use serde::{Deserialize, Serialize};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Everything the demo created.
#[derive(Clone, Serialize, Deserialize)]
pub struct Seed {
    pub issuer: String,
    pub app_url: String,
    pub users: Vec<SeedUser>,
    pub clients: Vec<SeedClient>,
    pub api_key: String,
    pub personal_access_token: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct SeedUser {
    pub email: String,
    pub password: String,
    pub id: String,
    pub workspaces: Vec<SeedWorkspace>,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct SeedWorkspace {
    pub id: String,
    pub name: String,
    pub role: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub struct SeedClient {
    pub client_id: String,
    pub client_secret: Option<String>,
    pub kind: String,
    pub redirect_uris: Vec<String>,
}

impl Seed {
    /// The client of this kind.
    pub fn client(&self, kind: &str) -> anyhow::Result<&SeedClient> {
        self.clients.iter().find(|c| c.kind == kind).with_context(|| format!("the demo has no {kind} client"))
    }
}

const FILE: &str = "demo.json";
const ALL: &str = "openid profile email offline_access contracts:read contracts:write";

fn callback(app_url: &str) -> String {
    format!("{app_url}/callback")
}

/// Fills the database, or reads what filled it from `folder`.
pub async fn load_or_make(app: &Server, ctx: &Ctx, folder: &Path, app_url: &str) -> anyhow::Result<Seed> {
    let path = folder.join(FILE);
    let issuer = &app.settings().issuer;
    let seed = match std::fs::read(&path) {
        Ok(bytes) => moved(app, ctx, serde_json::from_slice(&bytes)?, issuer, app_url).await?,
        Err(_) => make(app, ctx, issuer, app_url).await?,
    };
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    serde_json::to_writer(file, &seed)?;
    Ok(seed)
}

/// Moves the seed to other ports: updates the web client's redirect URI.
async fn moved(app: &Server, ctx: &Ctx, mut seed: Seed, issuer: &str, app_url: &str) -> anyhow::Result<Seed> {
    for client in seed.clients.iter_mut().filter(|c| c.kind == "web") {
        client.redirect_uris = vec![callback(app_url)];
        let id = ClientId::parse(&client.client_id)?;
        let trust = applications::find(app, ctx, &id).await?.map(|client| client.trust);
        applications::set_redirect_uris(app, ctx, &id, client.redirect_uris.clone()).await?;
        // Trust applies to specific redirect URIs. The demo's operator has seen the new one, so restore it.
        if let Some(trust) = trust {
            applications::set_trust(app, ctx, &id, trust).await?;
        }
    }
    issuer.clone_into(&mut seed.issuer);
    app_url.clone_into(&mut seed.app_url);
    Ok(seed)
}

/// Converts a refusal or fault to an error.
fn said<R: Refusal>(failure: Failure<R>) -> anyhow::Error {
    match failure {
        Failure::Refused(refusal) => anyhow::anyhow!(refusal.public()),
        Failure::Fault(fault) => fault.into(),
    }
}

async fn user(app: &Server, ctx: &Ctx, new: NewUser<'_>, workspaces: &[(&str, &str)]) -> anyhow::Result<SeedUser> {
    let password = Secret::new(domain::platform::encoding::base64url(&ctx.random::<12>()));
    let new = NewUser { password: Some(&password), ..new };
    let email = new.email;
    let user = accounts::create_user(app, ctx, new).await.map_err(said)?;
    let mut made = Vec::new();
    for (name, roles) in workspaces {
        let workspace = workspaces::create_workspace(app, ctx, name, None).await?;
        let roles = MemberRoles::parse(roles.split(','))?;
        let role = roles.role.to_string();
        members::put_member(app, ctx, user.id, workspace.id, roles).await?;
        made.push(SeedWorkspace { id: workspace.id.to_string(), name: workspace.name, role });
    }
    let (email, password) = (email.to_owned(), password.expose().to_owned());
    Ok(SeedUser { email, password, id: user.id.to_string(), workspaces: made })
}

async fn client(app: &Server, ctx: &Ctx, kind: &str, owner: WorkspaceId, new: NewClient) -> anyhow::Result<SeedClient> {
    let new = NewClient { owner_workspace_id: Some(owner), ..new };
    let Created { client, secret, .. } = applications::create(app, ctx, new).await?;
    Ok(SeedClient {
        client_id: client.id.to_string(),
        client_secret: secret.map(|s| s.expose().to_owned()),
        kind: kind.to_owned(),
        redirect_uris: client.config.redirect_uris,
    })
}

async fn make(app: &Server, ctx: &Ctx, issuer: &str, app_url: &str) -> anyhow::Result<Seed> {
    // Ada is also an operator.
    let new_ada = NewUser { name: "Ada Lovelace", email: "ada@example.com", password: None, operator: true };
    let hers = [("Analytical Engines", "owner"), ("Royal Society", "admin,compliance_officer")];
    let ada = user(app, ctx, new_ada, &hers).await?;
    let new_grace = NewUser { name: "Grace Hopper", email: "grace@example.com", password: None, operator: false };
    let grace = user(app, ctx, new_grace, &[("Compilers United", "owner")]).await?;
    let workspace: WorkspaceId = ada.workspaces[0].id.parse()?;
    // With a custom catalogue, use the scopes that it has.
    let catalogue = &app.settings().catalogue;
    let declared = |text: &str| ScopeSet::from_names(text.split(' ').filter(|name| catalogue.scope(name).is_some()));
    let all = declared(ALL)?;
    let schemes = &app.settings().registration.private_schemes;
    let web = NewClient::of_kind(
        "Ledger Sync",
        ClientKind::Web,
        vec![callback(app_url)],
        all.clone(),
        Trust::Verified,
        schemes,
    )?;
    let device = vec!["http://127.0.0.1/callback".to_owned(), "http://localhost/callback".to_owned()];
    let public = NewClient::of_kind("Contracts CLI", ClientKind::Public, device, all, Trust::Unverified, schemes)?;
    let machine = NewClient::of_kind(
        "Nightly export",
        ClientKind::Machine,
        Vec::new(),
        declared("contracts:read contracts:write")?,
        Trust::Unverified,
        schemes,
    )?;
    let clients = vec![
        client(app, ctx, "web", workspace, web).await?,
        client(app, ctx, "public", workspace, public).await?,
        client(app, ctx, "machine", workspace, machine).await?,
    ];
    let credential = |scopes: ScopeSet| NewCredential { name: "demo".to_owned(), scopes, expires_at: None };
    // The operator's key: rights that no role grants come from scopes.
    let everything = every_scope(app, true);
    let roles = MemberRoles::only(Role::Owner);
    let (_, api_key) =
        credentials::create_api_key(app, ctx, workspace, roles, None, credential(everything.clone())).await?;
    let personal = credential(everything);
    let (_, personal) = credentials::create_personal_access_token(app, ctx, ada.id.parse()?, personal).await?;
    Ok(Seed {
        issuer: issuer.to_owned(),
        app_url: app_url.to_owned(),
        users: vec![ada, grace],
        clients,
        api_key: api_key.expose().to_owned(),
        personal_access_token: personal.expose().to_owned(),
    })
}
