//! A workspace's app policy: which clients its owners allow.
use crate::clients::resolve::{self, Accept};
use crate::grants::bulk_revocation::RevocationContext;
pub use crate::grants::end_disallowed::EndedCounts;
use crate::grants::end_disallowed::end_forbidden;
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::refused::refused;
use crate::workspace::members::acting_role;
use crate::{Ctx, Expected, Failure, Server};
use domain::access::{Operation, PermissionDenied, Principal};
use domain::clients::Trust;
use domain::workspace::{AppPolicy, Role};
use domain::{ClientId, Timestamp, WorkspaceId, events};
pub use store::grants::app_policy::PolicyEffect;
use store::{Page, Paged, StoreError, Tx};

/// A client on a workspace's list of allowed apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedClient {
    pub client_id: ClientId,
    pub client_name: String,
    pub trust: Trust,
    pub logo: Option<String>,
    pub homepage: Option<String>,
    pub since: Timestamp,
}

fn workspace(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    operation: Operation,
    kind: &'static str,
) -> Managed<WorkspaceId> {
    principal.workspace_for(operation).map_err(|denied| refused(app, ctx, kind, AuditSubject::default(), denied))
}

fn rule(app: &Server, ctx: &Ctx, kind: &'static str, about: AuditSubject, text: &str) -> Managed<AppPolicy> {
    AppPolicy::parse(text).ok_or_else(|| refused(app, ctx, kind, about, ManagementRefusal::Choice.of("policy")))
}

/// The current policy.
pub async fn read(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<AppPolicy> {
    let workspace = workspace(app, ctx, principal, Operation::ReadAppPolicy, "app_policy.read")?;
    let mut tx = app.store().read().await?;
    Ok(store::grants::app_policy::read(&mut tx, workspace).await?.unwrap_or_default())
}

/// The clients on the list, latest first. The list is kept while a different policy is in effect.
pub async fn listed(app: &Server, ctx: &Ctx, principal: &Principal, page: Page) -> Managed<Paged<ListedClient>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadAppPolicy, "app_policy.read")?;
    let mut tx = app.store().read().await?;
    let Paged { items, total } = store::grants::app_policy::page(&mut tx, workspace, page).await?;
    let one = |(client, since): (domain::clients::Client, Timestamp)| ListedClient {
        client_id: client.id,
        client_name: client.name,
        trust: client.trust,
        logo: client.config.logo_uri,
        homepage: client.config.client_uri,
        since,
    };
    Ok(Paged { items: items.into_iter().map(one).collect(), total })
}

/// The clients with access to the workspace that are not on the list, by name.
pub async fn unlisted(app: &Server, ctx: &Ctx, principal: &Principal) -> Managed<Vec<(ClientId, String)>> {
    let workspace = workspace(app, ctx, principal, Operation::ReadApps, "app.list")?;
    let mut tx = app.store().read().await?;
    Ok(store::grants::app_policy::unlisted(&mut tx, workspace, ctx.now).await?)
}

/// Previews a policy: how many clients and users would lose access, and how many clients would no longer learn of the workspace.
pub async fn preview(app: &Server, ctx: &Ctx, principal: &Principal, policy: &str) -> Managed<PolicyEffect> {
    const KIND: &str = "app_policy.read";
    let workspace = workspace(app, ctx, principal, Operation::ReadAppPolicy, KIND)?;
    let policy = rule(app, ctx, KIND, AuditSubject::default().and_workspace(Some(workspace)), policy)?;
    let mut tx = app.store().read().await?;
    Ok(store::grants::app_policy::effect(&mut tx, workspace, policy, ctx.now).await?)
}

/// A change by an owner.
enum PolicyChange {
    /// The new policy, and the one that it may replace, if specified.
    Rule(AppPolicy, Option<String>),
    List(ClientId),
    Unlist(ClientId),
}

/// Applies the change if the caller is still an owner, and ends access that is no longer allowed, in one transaction.
async fn change(
    tx: &mut Tx,
    ctx: &Ctx,
    context: &RevocationContext,
    who: &Principal,
    id: WorkspaceId,
    change: PolicyChange,
) -> Changed {
    if acting_role(tx, who, id).await? != Some(Role::Owner) {
        return Ok(Err(PermissionDenied::Role.into()));
    }
    let mut before = AppPolicy::default();
    match change {
        PolicyChange::Rule(policy, only_from) => {
            before = store::grants::app_policy::read(tx, id).await?.unwrap_or_default();
            if only_from.is_some_and(|from| from != before.as_str()) {
                return Ok(Err(ManagementRefusal::Changed.into()));
            }
            store::grants::app_policy::set(tx, id, policy, ctx.now).await?;
        }
        PolicyChange::List(client) => {
            if resolve::client(tx, &client, ctx.now, Accept::NotDeleted).await?.is_none() {
                return Ok(Err(ManagementRefusal::ClientUnknown.into()));
            }
            store::grants::app_policy::list(tx, id, &client, ctx.now).await?;
            return Ok(Ok((EndedCounts::default(), before)));
        }
        PolicyChange::Unlist(client) => {
            if !store::grants::app_policy::unlist(tx, id, &client).await? {
                return Ok(Err(ManagementRefusal::ClientUnknown.into()));
            }
        }
    }
    Ok(Ok((end_forbidden(tx, context, id).await?, before)))
}

/// What ended, and the previous policy.
type Changed = Result<Result<(EndedCounts, AppPolicy), ManagementError>, StoreError>;

async fn write(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    of: events::Change,
    about: AuditSubject,
    mut detail: serde_json::Value,
    what: PolicyChange,
) -> Managed<(EndedCounts, AppPolicy)> {
    let kind = of.as_str();
    let workspace = principal.workspace_for(Operation::WriteAppPolicy);
    let workspace = workspace.map_err(|denied| refused(app, ctx, kind, AuditSubject::default(), denied))?;
    let about = about.and_workspace(Some(workspace));
    let (who, by, behind, context) = (principal.clone(), ctx.clone(), about.clone(), RevocationContext::new(app, ctx));
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let (ended, before) = match change(tx, &by, &context, &who, workspace, what).await? {
                Ok(changed) => changed,
                Err(refusal) => return Ok(Err(refusal)),
            };
            ended.write(&mut detail);
            changes::within(tx, &by, ChangeRecord::of(of, behind).with(detail)).await?;
            Ok(Ok((ended, before)))
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))?;
    outcome.map_err(|refusal| refused(app, ctx, kind, about, refusal))
}

/// Changes the policy. Access of clients that it does not allow ends immediately.
pub async fn set(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    policy: impl Into<Expected<'_, &str>>,
) -> Managed<(EndedCounts, AppPolicy)> {
    const OF: events::Change = events::Change::AppPolicyChanged;
    let id = workspace(app, ctx, principal, Operation::WriteAppPolicy, OF.as_str())?;
    let Expected { to, only_from } = policy.into();
    let policy = rule(app, ctx, OF.as_str(), AuditSubject::default().and_workspace(Some(id)), to)?;
    let detail = serde_json::json!({"policy": policy.as_str()});
    write(
        app,
        ctx,
        principal,
        OF,
        AuditSubject::default(),
        detail,
        PolicyChange::Rule(policy, only_from.map(str::to_owned)),
    )
    .await
}

/// Adds a client to the list, even if it is on it already.
pub async fn allow(app: &Server, ctx: &Ctx, principal: &Principal, client: &str) -> Managed<()> {
    const OF: events::Change = events::Change::AppPolicyClientListed;
    let client = client_named(app, ctx, principal, OF.as_str(), client)?;
    let about = AuditSubject::client(&client);
    write(app, ctx, principal, OF, about, serde_json::json!({}), PolicyChange::List(client)).await.map(drop)
}

/// Removes a client from the list. If the list is in effect, its access ends immediately.
pub async fn disallow(app: &Server, ctx: &Ctx, principal: &Principal, client: &str) -> Managed<EndedCounts> {
    const OF: events::Change = events::Change::AppPolicyClientUnlisted;
    let client = client_named(app, ctx, principal, OF.as_str(), client)?;
    let about = AuditSubject::client(&client);
    write(app, ctx, principal, OF, about, serde_json::json!({}), PolicyChange::Unlist(client))
        .await
        .map(|(ended, _)| ended)
}

fn client_named(app: &Server, ctx: &Ctx, principal: &Principal, kind: &'static str, text: &str) -> Managed<ClientId> {
    let id = workspace(app, ctx, principal, Operation::WriteAppPolicy, kind)?;
    let about = AuditSubject::default().and_workspace(Some(id));
    ClientId::parse(text).map_err(|_| refused(app, ctx, kind, about, ManagementRefusal::ClientUnknown))
}
