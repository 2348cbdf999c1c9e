//! Invitations into a workspace, by a link that works once.
use crate::platform::audit_log::AuditSubject;
use crate::platform::changes::{self, ChangeRecord};
use crate::platform::idempotency::last_step::{Last, Plain};
use crate::platform::idempotency::stored_response::{Keep, KeptResponse};
use crate::platform::management_error::{Managed, ManagementError, ManagementRefusal};
use crate::platform::one_time_link::{self, OpenedLink};
use crate::platform::refused::refused;
use crate::workspace::members::acting_role;
use crate::workspace::membership;
use crate::{Ctx, Failure, Server};
use domain::access::{Operation, PermissionDenied, Principal};
use domain::account::Email;
use domain::events::Change;
use domain::workspace::{Invitation, InvitationState, Member, MemberRoles, Role};
use domain::{InvitationId, Secret, SecretHash, Timestamp, UserId, WorkspaceId};
use serde_json::json;
use store::workspace::invitations::NamedInvitation;
use store::{Page, Paged, StoreError};

/// The default and maximum lifetime of an invitation, in seconds.
pub const LIFETIME: i64 = 7 * 24 * 60 * 60;
pub const LONGEST_LIFETIME: i64 = 30 * 24 * 60 * 60;

/// An invitation as users see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationView {
    pub id: InvitationId,
    pub workspace_id: WorkspaceId,
    pub workspace_name: String,
    /// The name of the inviter, if it is known.
    pub inviter: Option<String>,
    pub role: Role,
    /// The intended recipient. Anyone with the link can use it.
    pub email: Option<Email>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: InvitationState,
    /// The user who accepted it.
    pub used_by: Option<UserId>,
}

fn view(
    NamedInvitation { invitation, workspace_name, inviter_name, inviting }: NamedInvitation,
    now: Timestamp,
) -> InvitationView {
    InvitationView {
        state: invitation.state(inviting, now),
        id: invitation.id,
        workspace_id: invitation.workspace_id,
        workspace_name,
        inviter: inviter_name,
        role: invitation.role,
        email: invitation.email,
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
        used_by: invitation.used_by,
    }
}

/// The viewer of an invitation, who may be signed in and may be a member of its workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InvitationViewer {
    pub user: Option<UserId>,
    pub member: bool,
}

impl InvitationView {
    /// The reason why this viewer cannot use the invitation.
    pub fn unusable(&self, reader: InvitationViewer) -> Option<ManagementRefusal> {
        unusable(self.state, self.used_by, reader)
    }

    /// Whether it was meant for a different email address.
    pub fn is_for_another(&self, email: &Email) -> bool {
        self.email.as_ref().is_some_and(|meant| meant.key() != email.key())
    }
}

fn unusable(state: InvitationState, used_by: Option<UserId>, reader: InvitationViewer) -> Option<ManagementRefusal> {
    match state {
        InvitationState::Used if reader.member && used_by.is_some() && used_by == reader.user => {
            Some(ManagementRefusal::InvitationAccepted)
        }
        _ if reader.member => Some(ManagementRefusal::AlreadyMember),
        InvitationState::Open => None,
        InvitationState::Used => Some(ManagementRefusal::InvitationUsed),
        InvitationState::Revoked => Some(ManagementRefusal::InvitationRevoked),
        InvitationState::Expired => Some(ManagementRefusal::InvitationExpired),
        InvitationState::Paused => Some(ManagementRefusal::InviterDisabled),
    }
}

/// The requested properties of a new invitation.
#[derive(Debug, Clone, Copy, Default)]
pub struct InvitationRequest<'a> {
    pub role: &'a str,
    /// The intended recipient, shown only in the list; may be empty.
    pub email: &'a str,
    /// The lifetime in seconds, 1 to [`LONGEST_LIFETIME`]; the default is [`LIFETIME`].
    pub lifetime: Option<i64>,
}

/// A new invitation. Its link contains the token, which is shown only once.
#[derive(Debug, Clone)]
pub struct Invited {
    pub invitation: Invitation,
    pub token: Secret,
}

fn read(ctx: &Ctx, asked: &InvitationRequest<'_>) -> Result<(Role, Option<Email>, Timestamp), ManagementError> {
    let role = asked.role.parse().map_err(|_| ManagementRefusal::Role.of("role"))?;
    let email = Some(asked.email.trim()).filter(|text| !text.is_empty()).map(Email::parse).transpose();
    let email = email.map_err(|_| ManagementRefusal::EmailInvalid.of("email"))?;
    let lifetime = asked.lifetime.unwrap_or(LIFETIME);
    if !(1..=LONGEST_LIFETIME).contains(&lifetime) {
        return Err(ManagementRefusal::Number.of("lifetime"));
    }
    Ok((role, email, ctx.now.plus(lifetime)))
}

/// Creates an invitation. Requires an admin; only owners may invite owners.
pub async fn create(app: &Server, ctx: &Ctx, principal: &Principal, asked: &InvitationRequest<'_>) -> Managed<Invited> {
    create_and(app, ctx, principal, asked, Plain).await
}

/// Like [`create`], but stores the response under the idempotency key in the same transaction.
pub async fn create_kept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &InvitationRequest<'_>,
    keep: Keep<Invited>,
) -> Managed<KeptResponse> {
    create_and(app, ctx, principal, asked, keep).await
}

async fn create_and<L: Last<Invited>>(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &InvitationRequest<'_>,
    last: L,
) -> Managed<L::Out> {
    const KIND: &str = "invitation.created";
    let workspace_id = principal.workspace_for(Operation::WriteMembers);
    let workspace_id = workspace_id.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))?;
    let about = AuditSubject::default().and_workspace(Some(workspace_id));
    let refuse = |r: ManagementError| refused(app, ctx, KIND, about.clone(), r);
    let (role, email, expires_at) = read(ctx, asked).map_err(refuse)?;
    let token = Secret::generate(&app.settings().token_prefix, "inv", &ctx.random());
    let invitation = Invitation {
        id: InvitationId::new(ctx.now, ctx.random()),
        workspace_id,
        role,
        hash: app.pepper().hash(token.expose()),
        email,
        created_by: principal.responsible,
        created_at: ctx.now,
        expires_at,
        used_at: None,
        used_by: None,
        revoked_at: None,
    };
    let (who, of, behind) = (principal.clone(), ctx.clone(), about.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            match acting_role(tx, &who, workspace_id).await? {
                Some(Role::Owner) => {}
                Some(Role::Admin) if role != Role::Owner => {}
                Some(Role::Admin) => return Ok(Err(ManagementRefusal::OwnersOnly.of("role"))),
                _ => return Ok(Err(PermissionDenied::Role.into())),
            }
            store::workspace::invitations::insert(tx, &invitation).await?;
            let detail = json!({"invitation": invitation.id, "role": role.as_str()});
            changes::within(tx, &of, ChangeRecord::of(Change::InvitationCreated, behind).with(detail)).await?;
            last.within(tx, Invited { invitation, token }).await.map(Ok)
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))?;
    outcome.map_err(refuse)
}

/// The invitations that can still be used, newest first.
pub async fn list(app: &Server, ctx: &Ctx, principal: &Principal, page: Page) -> Managed<Paged<InvitationView>> {
    let workspace = principal.workspace_for(Operation::ReadInvitations);
    let workspace =
        workspace.map_err(|denied| refused(app, ctx, "invitation.list", AuditSubject::default(), denied))?;
    let mut tx = app.store().read().await?;
    let Paged { items, total } = store::workspace::invitations::list_open(&mut tx, workspace, page, ctx.now).await?;
    Ok(Paged { items: items.into_iter().map(|named| view(named, ctx.now)).collect(), total })
}

/// One of the workspace's invitations.
pub async fn find(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<InvitationView> {
    const KIND: &str = "invitation.read";
    let workspace = principal.workspace_for(Operation::ReadInvitations);
    let workspace = workspace.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::InvitationUnknown);
    let id: InvitationId = id.parse().map_err(|_| unknown())?;
    let mut tx = app.store().read().await?;
    let found = store::workspace::invitations::open(&mut tx, workspace, id, ctx.now).await?;
    drop(tx);
    found.map(|named| view(named, ctx.now)).ok_or_else(unknown)
}

/// Revokes an invitation that has not been used yet.
pub async fn revoke(app: &Server, ctx: &Ctx, principal: &Principal, id: &str) -> Managed<()> {
    const KIND: &str = "invitation.revoked";
    let workspace = principal.workspace_for(Operation::WriteMembers);
    let workspace = workspace.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))?;
    let about = AuditSubject::default().and_workspace(Some(workspace));
    let unknown = || refused(app, ctx, KIND, about.clone(), ManagementRefusal::InvitationUnknown);
    let id: InvitationId = id.parse().map_err(|_| unknown())?;
    let (of, behind) = (ctx.clone(), about.clone());
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let revoked = store::workspace::invitations::revoke(tx, workspace, id, of.now).await?;
            if revoked {
                let record = ChangeRecord::of(Change::InvitationRevoked, behind).with(json!({"invitation": id}));
                changes::within(tx, &of, record).await?;
            }
            Ok(revoked)
        })
    });
    if work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))? {
        Ok(())
    } else {
        Err(unknown())
    }
}

/// The result of opening a link, for the browser that opened it.
#[derive(Debug)]
pub struct Opened {
    pub id: InvitationId,
    pub pass: Secret,
}

/// Opens the link with this token in this browser.
pub async fn open(app: &Server, ctx: &Ctx, token: &str, browser: [u8; 32]) -> Managed<Opened> {
    let hash = app.pepper().hash(token);
    let NamedInvitation { invitation, .. } = by_hash(app, ctx, &hash).await?;
    Ok(Opened { id: invitation.id, pass: Secret::new(one_time_link::issue(app, ctx, &hash, browser)?) })
}

async fn by_hash(app: &Server, ctx: &Ctx, hash: &SecretHash) -> Managed<NamedInvitation> {
    let mut tx = app.store().read().await?;
    let found = store::workspace::invitations::by_hash(&mut tx, hash).await?;
    drop(tx);
    found.ok_or_else(|| {
        refused(app, ctx, "invitation.read", AuditSubject::default(), ManagementRefusal::InvitationUnknown)
    })
}

/// The hash of the link's secret, from the pass of the browser that opened the link.
fn shown(app: &Server, ctx: &Ctx, kind: &'static str, held: OpenedLink<'_>) -> Managed<SecretHash> {
    one_time_link::read(app, ctx, held)?
        .ok_or_else(|| refused(app, ctx, kind, AuditSubject::default(), ManagementRefusal::InvitationNotOpen))
}

/// Shows an invitation before it is accepted, to the browser that opened its link. No sign-in is required.
pub async fn look(app: &Server, ctx: &Ctx, id: &str, held: OpenedLink<'_>) -> Managed<InvitationView> {
    const KIND: &str = "invitation.read";
    let hash = shown(app, ctx, KIND, held)?;
    let found = by_hash(app, ctx, &hash).await?;
    if found.invitation.id.to_string() != id {
        return Err(refused(app, ctx, KIND, AuditSubject::default(), ManagementRefusal::InvitationNotOpen));
    }
    Ok(view(found, ctx.now))
}

/// A request to accept an invitation.
#[derive(Debug, Clone, Copy)]
pub struct Accepting<'a> {
    pub id: &'a str,
    pub held: OpenedLink<'a>,
    /// Whether the user confirmed that they accept although it was meant for a different address.
    pub anyway: bool,
}

/// Makes the user a member and uses up the link. If they are a member already, this is refused, and the link stays valid.
pub async fn accept(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    accepting: Accepting<'_>,
) -> Managed<InvitationView> {
    const KIND: &str = "invitation.accepted";
    let user = principal.person_for(Operation::JoinWorkspace);
    let user_id = user.map_err(|denied| refused(app, ctx, KIND, AuditSubject::default(), denied))?;
    let hash = shown(app, ctx, KIND, accepting.held)?;
    let (named, of, anyway) = (accepting.id.to_owned(), ctx.clone(), accepting.anyway);
    let work = app.write(ctx, move |tx| {
        Box::pin(async move {
            let Some(found) = store::workspace::invitations::by_hash(tx, &hash).await? else {
                return Ok(Err((None, ManagementRefusal::InvitationUnknown.into())));
            };
            let (id, workspace_id) = (found.invitation.id, found.invitation.workspace_id);
            if id.to_string() != named {
                return Ok(Err((None, ManagementRefusal::InvitationNotOpen.into())));
            }
            store::workspace::hold(tx, workspace_id).await?;
            let member = store::workspace::member(tx, user_id, workspace_id).await?.is_some();
            let reader = InvitationViewer { user: Some(user_id), member };
            // Read again after locking the workspace: another request may have used it.
            let Some(found) = store::workspace::invitations::by_hash(tx, &hash).await? else {
                return Ok(Err((Some(workspace_id), ManagementRefusal::InvitationUnknown.into())));
            };
            let read = view(found, of.now);
            if let Some(why) = read.unusable(reader) {
                return Ok(Err((Some(workspace_id), why.into())));
            }
            let user = store::account::users::by_id(tx, user_id).await?;
            // Disabling a user ends their sessions, but this request may have been faster.
            if user.as_ref().is_some_and(|user| !user.is_active()) {
                return Ok(Err((Some(workspace_id), ManagementRefusal::AccountDisabled.into())));
            }
            if !anyway && user.is_none_or(|user| read.is_for_another(&user.email)) {
                return Ok(Err((Some(workspace_id), ManagementRefusal::InvitationForAnother.of("anyway"))));
            }
            if !store::workspace::invitations::use_up(tx, id, user_id, of.now).await? {
                return Ok(Err((Some(workspace_id), ManagementRefusal::InvitationUsed.into())));
            }
            let roles = MemberRoles::only(read.role);
            let member = Member { user_id, workspace_id, roles, created_at: of.now, updated_at: of.now };
            let event = membership::put(tx, &of, &member).await?;
            let record = ChangeRecord::of(
                Change::InvitationAccepted,
                AuditSubject::user(user_id).and_workspace(Some(workspace_id)),
            )
            .with(json!({"invitation": read.id, "role": read.role.as_str()}))
            .events(event);
            changes::within(tx, &of, record).await?;
            Ok(Ok(read))
        })
    });
    let outcome = work.await.map_err(|error: StoreError| Failure::<ManagementError>::from(error))?;
    let joined = outcome.map_err(|(workspace, why): (_, ManagementError)| {
        refused(app, ctx, KIND, AuditSubject::user(user_id).and_workspace(workspace), why)
    })?;
    Ok(InvitationView { state: InvitationState::Used, used_by: Some(user_id), ..joined })
}
