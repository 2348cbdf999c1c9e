//! `countersign key`.
use crate::cli::{Key as Command, NewKey};
use crate::config::Config;
use crate::session::{Session, workspace_id};
use crate::{master_key, output};
use anyhow::{Context as _, bail};
use domain::access::{ApiKey, PersonalAccessToken, management_scopes};
use domain::platform::text::display_name;
use domain::workspace::MemberRoles;
use domain::{ScopeSet, Timestamp, UserId};
use flows::access::credential_request;
use flows::platform::keys::Leaked;
use flows::unguarded::credentials as records;
use flows::unguarded::credentials::NewCredential;
use flows::workspace::api_keys::KeyWithCreator;
use serde_json::{Value, json};

/// Validates the request. A scope that has no effect is rejected: the credential would grant less than its creator expects.
fn read(session: &Session, new: &NewKey, operator: bool) -> anyhow::Result<NewCredential> {
    let scopes = match &new.scope {
        Some(scope) => ScopeSet::parse(scope)?,
        None => credential_request::every_scope(&session.app, operator),
    };
    if scopes.is_empty() {
        bail!("--scope names no scope");
    }
    if let Some(unknown) = credential_request::unknown_scope(&session.app, &scopes) {
        let own = management_scopes().collect::<Vec<_>>().join(", ");
        bail!("the scope `{unknown}` is neither declared in the catalogue nor one of this server's own: {own}");
    }
    let name = display_name(&new.name).context("--name")?;
    Ok(NewCredential { name, scopes, expires_at: new.expires_in.map(|seconds| session.ctx.now.plus(seconds)) })
}

/// The members that keys and tokens share.
struct Credential<'c> {
    id: String,
    name: &'c str,
    scopes: &'c ScopeSet,
    hint: &'c str,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    /// Only for a workspace's key.
    roles: Option<Vec<String>>,
    standing: Option<Standing>,
}

/// Whether the creator of a workspace's key still has the rights that the key was created with.
struct Standing {
    created_by: Option<UserId>,
    lost_rights: bool,
}

impl<'c> From<&'c KeyWithCreator> for Credential<'c> {
    fn from(KeyWithCreator { key, creator }: &'c KeyWithCreator) -> Self {
        let creator = creator.as_ref();
        let standing = Some(Standing { created_by: key.created_by, lost_rights: key.has_lost_rights(creator) });
        let ApiKey { id, name, scopes, hint, created_at, expires_at, last_used_at, revoked_at, roles, .. } = key;
        let (created_at, expires_at, last_used_at, revoked_at) = (*created_at, *expires_at, *last_used_at, *revoked_at);
        let (id, roles) = (id.to_string(), Some(roles.claim()));
        Self { id, name, scopes, hint, created_at, expires_at, last_used_at, revoked_at, roles, standing }
    }
}

impl<'c> From<&'c PersonalAccessToken> for Credential<'c> {
    fn from(token: &'c PersonalAccessToken) -> Self {
        let PersonalAccessToken { id, name, scopes, hint, created_at, expires_at, last_used_at, revoked_at, .. } =
            token;
        let (created_at, expires_at, last_used_at, revoked_at) = (*created_at, *expires_at, *last_used_at, *revoked_at);
        let (id, roles, standing) = (id.to_string(), None, None);
        Self { id, name, scopes, hint, created_at, expires_at, last_used_at, revoked_at, roles, standing }
    }
}

impl Credential<'_> {
    fn json(&self) -> Value {
        let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
        let mut value = json!({
            "id": self.id,
            "name": self.name,
            "scopes": self.scopes.iter().collect::<Vec<_>>(),
            "hint": self.hint,
            "created_at": self.created_at.rfc3339(),
            "expires_at": time(self.expires_at),
            "last_used_at": time(self.last_used_at),
            "revoked_at": time(self.revoked_at),
        });
        if let Some(roles) = &self.roles {
            value["roles"] = json!(roles);
        }
        if let Some(Standing { created_by, lost_rights }) = &self.standing {
            value["created_by"] = json!(created_by);
            value["lost_rights"] = json!(lost_rights);
        }
        value
    }

    fn line(&self, now: Timestamp) -> String {
        let state = match (self.revoked_at, self.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            _ if self.standing.as_ref().is_some_and(|standing| standing.lost_rights) => "lost-rights",
            (None, _) => "live",
        };
        let used = self.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", at.rfc3339()));
        format!("{} {} …{} {state} {used} {}", self.id, self.name, self.hint, self.scopes)
    }
}

fn list(session: &Session, all: &[Credential<'_>]) -> anyhow::Result<()> {
    let items: Vec<_> = all.iter().map(Credential::json).collect();
    output::show(session.json, &json!({"items": items}), |_| {
        all.iter().map(|one| one.line(session.ctx.now)).collect::<Vec<_>>().join("\n")
    })
}

fn revoked(session: &Session, found: bool) -> anyhow::Result<()> {
    if !found {
        bail!("there is no such live key or token");
    }
    output::show(session.json, &json!({"revoked": true}), |_| "done".to_owned())
}

pub async fn run(session: Session, command: Command, config: &Config) -> anyhow::Result<()> {
    let (app, ctx) = (&session.app, &session.ctx);
    match command {
        Command::List => {
            let here = app.keys();
            let mut all = here.jwks.clone();
            all["sealing_keys"] = json!(here.sealing().collect::<Vec<_>>());
            output::show(session.json, &all, |all| {
                let keys = all["keys"].as_array().into_iter().flatten();
                let signing =
                    keys.map(|k| format!("{} {}", k["kid"].as_str().unwrap_or(""), k["alg"].as_str().unwrap_or("")));
                let sealing = here.sealing().map(|number| format!("{number} sealing key"));
                signing.chain(sealing).collect::<Vec<_>>().join("\n")
            })?;
        }
        Command::RotateMaster => return master_key::replace(config, session).await,
        Command::Expel { key } => {
            let leaked = key.parse().map_or_else(|_| Leaked::Signing(key.clone()), Leaked::Sealing);
            if !flows::unguarded::keys::expel_key(app, ctx, &leaked).await? {
                bail!("there is no such key: see `countersign key list`");
            }
            output::show(session.json, &json!({"expelled": key}), |_| {
                "expelled; a running server follows within seconds".to_owned()
            })?;
        }
        Command::Rotate { force } => {
            if !flows::unguarded::keys::rotate_keys(app, ctx, force).await? {
                bail!("the next keys were published less than a day ago: wait, or use --force if a key must go now");
            }
            output::show(session.json, &json!({"rotated": true}), |_| {
                "rotated; a running server follows within seconds".to_owned()
            })?;
        }
        Command::CreateApi { workspace, roles, new } => {
            let (workspace, new) = (workspace_id(&workspace)?, read(&session, &new, false)?);
            let roles = MemberRoles::parse(roles.iter().map(String::as_str))?;
            let (key, secret) = records::create_api_key(app, ctx, workspace, roles, None, new).await?;
            let value = json!({"id": key.id, "name": key.name, "api_key": secret.expose()});
            output::show(session.json, &value, |_| format!("api_key (shown once): {}", secret.expose()))?;
        }
        Command::ListApi { workspace } => {
            let all = records::api_keys_of(app, workspace_id(&workspace)?).await?;
            list(&session, &all.iter().map(Credential::from).collect::<Vec<_>>())?;
        }
        Command::AdoptApi { workspace, id } => {
            let id = id.parse().with_context(|| format!("`{id}` is not the id of an API key"))?;
            if !records::adopt_for_operator(app, ctx, workspace_id(&workspace)?, id).await? {
                bail!("there is no such live key");
            }
            output::show(session.json, &json!({"id": id, "adopted": true}), |_| "done".to_owned())?;
        }
        Command::RevokeApi { workspace, id } => {
            let id = id.parse().with_context(|| format!("`{id}` is not the id of an API key"))?;
            let found = records::end_api_key(app, ctx, workspace_id(&workspace)?, id).await?;
            revoked(&session, found)?;
        }
        Command::CreatePersonal { email, new } => {
            let user = session.user(&email).await?;
            let new = read(&session, &new, user.is_operator)?;
            let (token, secret) = records::create_personal_access_token(app, ctx, user.id, new).await?;
            let value = json!({"id": token.id, "name": token.name, "personal_access_token": secret.expose()});
            output::show(session.json, &value, |_| format!("personal_access_token (shown once): {}", secret.expose()))?;
        }
        Command::ListPersonal { email } => {
            let all = records::tokens_of(app, session.user(&email).await?.id).await?;
            list(&session, &all.iter().map(Credential::from).collect::<Vec<_>>())?;
        }
        Command::RevokePersonal { email, id } => {
            let id = id.parse().with_context(|| format!("`{id}` is not the id of a personal access token"))?;
            let found = records::end_token(app, ctx, session.user(&email).await?.id, id).await?;
            revoked(&session, found)?;
        }
    }
    session.close().await
}
