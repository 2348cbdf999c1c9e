//! Inviting people into a workspace by a link that is good once.
use crate::manage::{ManageRefusal, Unmanaged};
use crate::members::acting_role;
use crate::owned::refused;
use crate::recorder::About;
use crate::{App, Ctx, Failure, membership};
use domain::access::{Denied, Operation, Principal};
use domain::identity::{Email, Invitation, InvitationState, Member, MemberRoles, Role};
use domain::{InvitationId, Secret, Timestamp, WorkspaceId};
use store::invitations::Named;
use store::{Page, Paged, StoreError};

type Outcome<T> = Result<T, Failure<ManageRefusal>>;

/// Seconds that an invitation is good for, unless it says otherwise, and at most.
pub const LIFETIME: i64 = 7 * 24 * 60 * 60;
pub const LONGEST_LIFETIME: i64 = 30 * 24 * 60 * 60;

/// An invitation as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationView {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    pub workspace_name: String,
    /// Who invites, where that is known.
    pub inviter: Option<String>,
    pub role: Role,
    /// Whom it was meant for; anybody who has the link may use it.
    pub email: Option<Email>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: InvitationState,
}

fn view(Named { invitation, workspace_name, inviter_name }: Named, now: Timestamp) -> InvitationView {
    InvitationView {
        state: invitation.state(now),
        id: invitation.id,
        workspace_id: invitation.workspace_id,
        workspace_name,
        inviter: inviter_name,
        role: invitation.role,
        email: invitation.email,
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
    }
}

/// Why an invitation in this state lets nobody in.
pub const fn unusable(state: InvitationState) -> Option<Unmanaged> {
    match state {
        InvitationState::Open => None,
        InvitationState::Used => Some(Unmanaged::InvitationUsed),
        InvitationState::Revoked => Some(Unmanaged::InvitationRevoked),
        InvitationState::Expired => Some(Unmanaged::InvitationExpired),
    }
}

/// What is asked for of a new invitation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked<'a> {
    pub role: &'a str,
    /// Whom it is meant for, for the list alone; may be empty.
    pub email: &'a str,
    /// Seconds, 1 to [`LONGEST_LIFETIME`]; without a word [`LIFETIME`].
    pub lifetime: Option<i64>,
}

/// An invitation that was just made. Its link holds the token, which is shown this once.
#[derive(Debug, Clone)]
pub struct Invited {
    pub invitation: Invitation,
    pub token: Secret,
}

fn read(ctx: &Ctx, asked: &Asked<'_>) -> Result<(Role, Option<Email>, Timestamp), ManageRefusal> {
    let role = asked.role.parse().map_err(|_| Unmanaged::Role.of("role"))?;
    let email = Some(asked.email.trim()).filter(|text| !text.is_empty()).map(Email::parse).transpose();
    let email = email.map_err(|_| Unmanaged::EmailInvalid.of("email"))?;
    let lifetime = asked.lifetime.unwrap_or(LIFETIME);
    if !(1..=LONGEST_LIFETIME).contains(&lifetime) {
        return Err(Unmanaged::Number.of("lifetime"));
    }
    Ok((role, email, ctx.now.plus(lifetime)))
}

/// Makes an invitation. Admins may; only owners invite owners.
pub async fn create(app: &App, ctx: &Ctx, principal: &Principal, asked: &Asked<'_>) -> Outcome<Invited> {
    const KIND: &str = "invitation.created";
    let workspace_id = principal.workspace_for(Operation::WriteMembers);
    let workspace_id = workspace_id.map_err(|denied| refused(app, ctx, KIND, About::default(), denied))?;
    let about = About::default().and_workspace(Some(workspace_id));
    let refuse = |r: ManageRefusal| refused(app, ctx, KIND, about.clone(), r);
    let (role, email, expires_at) = read(ctx, asked).map_err(refuse)?;
    let token = Secret::generate(&app.settings().token_prefix, "inv", &ctx.random());
    let invitation = Invitation {
        id: InvitationId::new(ctx.now, ctx.random()),
        workspace_id,
        role,
        hash: app.pepper().hash(token.expose()),
        email,
        created_by: principal.user,
        created_at: ctx.now,
        expires_at,
        used_at: None,
        used_by: None,
        revoked_at: None,
    };
    let (who, row) = (principal.clone(), invitation.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            match acting_role(tx, &who, workspace_id).await? {
                Some(Role::Owner) => {}
                Some(Role::Admin) if role != Role::Owner => {}
                Some(Role::Admin) => return Ok(Err(Unmanaged::OwnersOnly.of("role"))),
                _ => return Ok(Err(Denied::Role.into())),
            }
            store::invitations::insert(tx, &row).await?;
            Ok(Ok(()))
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManageRefusal>::from(error))?;
    outcome.map_err(refuse)?;
    let detail = serde_json::json!({"invitation": invitation.id, "role": role.as_str()});
    app.record_with(ctx, KIND, "ok", about, detail);
    Ok(Invited { invitation, token })
}

/// The invitations that can be used, the newest first.
pub async fn list(app: &App, ctx: &Ctx, principal: &Principal, page: Page) -> Outcome<Paged<InvitationView>> {
    let workspace = principal.workspace_for(Operation::ReadInvitations);
    let workspace = workspace.map_err(|denied| refused(app, ctx, "invitation.list", About::default(), denied))?;
    let mut tx = app.store().read().await?;
    let Paged { items, total } = store::invitations::list_open(&mut tx, workspace, page, ctx.now).await?;
    Ok(Paged { items: items.into_iter().map(|named| view(named, ctx.now)).collect(), total })
}

/// One of them.
pub async fn find(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<InvitationView> {
    const KIND: &str = "invitation.read";
    let workspace = principal.workspace_for(Operation::ReadInvitations);
    let workspace = workspace.map_err(|denied| refused(app, ctx, KIND, About::default(), denied))?;
    let about = About::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, KIND, about.clone(), Unmanaged::InvitationUnknown);
    let id: InvitationId = id.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let found = store::invitations::open(&mut tx, workspace, id, ctx.now).await?;
    drop(tx);
    found.map(|named| view(named, ctx.now)).ok_or_else(unknown)
}

/// Withdraws an invitation that was not used yet.
pub async fn revoke(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<()> {
    const KIND: &str = "invitation.revoked";
    let workspace = principal.workspace_for(Operation::WriteMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, KIND, About::default(), denied))?;
    let about = About::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, KIND, about.clone(), Unmanaged::InvitationUnknown);
    let (id, now): (InvitationId, _) = (id.parse().map_err(|_| unknown())?, ctx.now);
    let work =
        app.store().write(move |tx| Box::pin(async move { store::invitations::revoke(tx, workspace, id, now).await }));
    if !work.await.map_err(|error: StoreError| Failure::<ManageRefusal>::from(error))? {
        return Err(unknown());
    }
    app.record_with(ctx, KIND, "ok", about, serde_json::json!({"invitation": id}));
    Ok(())
}

/// What the holder of a link reads before accepting; nobody needs to be signed in.
pub async fn look(app: &App, ctx: &Ctx, token: &str) -> Outcome<InvitationView> {
    let hash = app.pepper().hash(token);
    let mut tx = app.store().read().await?;
    let found = store::invitations::by_hash(&mut tx, &hash).await?;
    drop(tx);
    let unknown = || refused(app, ctx, "invitation.read", About::default(), Unmanaged::InvitationUnknown);
    found.map(|named| view(named, ctx.now)).ok_or_else(unknown)
}

/// The person becomes a member, and the link is used up. Somebody who is one already is told so, and the link stays good.
pub async fn accept(app: &App, ctx: &Ctx, principal: &Principal, token: &str) -> Outcome<InvitationView> {
    const KIND: &str = "invitation.accepted";
    let user = principal.person_for(Operation::JoinWorkspace);
    let user_id = user.map_err(|denied| refused(app, ctx, KIND, About::default(), denied))?;
    let (hash, of) = (app.pepper().hash(token), ctx.clone());
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let Some(found) = store::invitations::by_hash(tx, &hash).await? else {
                return Ok(Err((None, Unmanaged::InvitationUnknown)));
            };
            let (id, workspace_id) = (found.invitation.id, found.invitation.workspace_id);
            store::workspaces::hold(tx, workspace_id).await?;
            if store::workspaces::member(tx, user_id, workspace_id).await?.is_some() {
                return Ok(Err((Some(workspace_id), Unmanaged::AlreadyMember)));
            }
            if !store::invitations::use_up(tx, id, user_id, of.now).await? {
                // Others may have been faster: what became of it is read anew.
                let now = store::invitations::by_hash(tx, &hash).await?;
                let why = now.and_then(|named| unusable(named.invitation.state(of.now)));
                return Ok(Err((Some(workspace_id), why.unwrap_or(Unmanaged::InvitationUnknown))));
            }
            let roles = MemberRoles::only(found.invitation.role);
            let member = Member { user_id, workspace_id, roles, created_at: of.now, updated_at: of.now };
            membership::put(tx, &of, &member).await?;
            Ok(Ok(found))
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManageRefusal>::from(error))?;
    let found = outcome
        .map_err(|(workspace, why)| refused(app, ctx, KIND, About::user(user_id).and_workspace(workspace), why))?;
    let view = view(found, ctx.now);
    let detail = serde_json::json!({"invitation": view.id, "role": view.role.as_str()});
    app.record_with(ctx, KIND, "ok", About::user(user_id).and_workspace(Some(view.workspace_id)), detail);
    Ok(InvitationView { state: InvitationState::Used, ..view })
}
