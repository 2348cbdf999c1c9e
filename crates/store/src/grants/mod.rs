//! Grants. Redeeming a code and rotating a refresh token are one guarded statement each. The number of affected rows is
//! the outcome, which is correct under any race, on both databases and across nodes.

pub mod app_policy;
pub mod bulk_revocation;
pub mod client_people;
pub mod consents;
pub mod own_names;
pub mod revoked_tokens;
pub mod spent_consents;
pub mod user_count;
pub mod workspace_apps;

use crate::clients::policy;
use crate::platform::dialect;
use crate::platform::epochs::lives;
use crate::platform::page::MAX_LIMIT;
use crate::platform::value::json;
use crate::workspace::read_roles;
use crate::{Row, StoreError, Tx, params};
use domain::account::PersonProof;
use domain::clients::SubType;
use domain::grants::authorization::{Access, Authorization};
use domain::grants::{EndReason, Grant, GrantContext, RefreshState};
use domain::platform::seal::TokenId;
use domain::{ClientId, GrantId, PersonalAccessTokenId, SessionId, Timestamp, UserId, WorkspaceId};

macro_rules! columns {
    () => {
        "g.id, g.client_id, g.user_id, g.sub_type, g.workspace_id, g.scopes, g.resources, g.claims, g.code_id, \
         g.session_id, g.auth_time, g.acr, g.nonce, g.created_at, g.expires_at, g.absolute_expires_at, g.last_used_at, \
         g.ended_at, g.ended_reason, g.refresh_seq, g.refresh_redeemed, g.refresh_used, g.refresh_issued_at, \
         g.home_workspace_id, g.names_person, g.by_token, g.epoch"
    };
}

fn read(row: &mut Row) -> Result<Grant, StoreError> {
    let (id, client_id, user_id) = (row.parse()?, row.client_id()?, row.parse()?);
    let access = Access {
        sub_type: row.with(SubType::parse)?,
        workspace_id: row.opt_parse()?,
        scopes: row.scopes()?,
        resources: row.json()?,
        claims: row.json()?,
    };
    let (code_id, session_id) = (row.token_id()?, row.opt_parse()?);
    let (authenticated_at, acr) = (row.opt_time()?, row.opt_text()?);
    let nonce = row.opt_text()?;
    let (created_at, expires_at, absolute_expires_at, last_used_at) =
        (row.time()?, row.time()?, row.time()?, row.time()?);
    let ended = row.opt_time()?.zip(row.opt_with(EndReason::parse)?);
    let (number, redeemed, used, issued_at) = (row.int()?, row.opt_int()?, row.bool()?, row.opt_time()?);
    let (home_workspace_id, names_person) = (row.opt_parse()?, row.bool()?);
    let authorization = Authorization {
        user_id,
        access,
        home_workspace_id,
        session_id,
        by_token: row.opt_parse()?,
        proof: PersonProof::stored(authenticated_at, acr.as_deref()),
        epoch: row.int()?,
    };
    Ok(Grant {
        id,
        client_id,
        authorization,
        code_id,
        nonce,
        created_at,
        expires_at,
        absolute_expires_at,
        last_used_at,
        ended,
        refresh: issued_at.map(|issued_at| RefreshState { number, redeemed, used, issued_at }),
        names_person,
    })
}

/// The result of redeeming a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redeemed {
    /// The grant has been created.
    First,
    /// The code was redeemed before; nothing changed.
    Replayed,
}

/// Redeems the code `grant.code_id` by inserting its grant.
pub async fn redeem(tx: &mut Tx, grant: &Grant) -> Result<Redeemed, StoreError> {
    let refresh = grant.refresh.as_ref();
    let Authorization { user_id, access, home_workspace_id, session_id, by_token, proof, epoch } = &grant.authorization;
    let inserted = tx
        .execute(
            "INSERT INTO grants (id, client_id, user_id, sub_type, workspace_id, scopes, resources, claims, code_id, \
             session_id, auth_time, acr, nonce, created_at, expires_at, absolute_expires_at, last_used_at, ended_at, \
             ended_reason, refresh_seq, refresh_redeemed, refresh_used, refresh_issued_at, home_workspace_id, \
             names_person, by_token, epoch) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, \
             $22, $23, $24, $25, $26, $27) ON CONFLICT (code_id) DO NOTHING",
            params![
                grant.id,
                &grant.client_id,
                *user_id,
                access.sub_type.as_str(),
                access.workspace_id,
                &access.scopes,
                json(&access.resources)?,
                json(&access.claims)?,
                &grant.code_id,
                *session_id,
                proof.as_ref().map(|proof| proof.at),
                proof.as_ref().and_then(|proof| proof.level.acr()),
                grant.nonce.as_ref(),
                grant.created_at,
                grant.expires_at,
                grant.absolute_expires_at,
                grant.last_used_at,
                grant.ended.map(|(at, _)| at),
                grant.ended.map(|(_, why)| why.as_str()),
                refresh.map_or(0, |r| r.number),
                refresh.and_then(|r| r.redeemed),
                refresh.is_some_and(|r| r.used),
                refresh.map(|r| r.issued_at),
                *home_workspace_id,
                grant.names_person,
                *by_token,
                *epoch,
            ],
        )
        .await?;
    Ok(if inserted == 1 { Redeemed::First } else { Redeemed::Replayed })
}

/// Ends the grant created from a code. Returns it if this call ended it.
pub async fn end_by_code(
    tx: &mut Tx,
    code: TokenId,
    reason: EndReason,
    at: Timestamp,
) -> Result<Option<GrantId>, StoreError> {
    let sql = "UPDATE grants SET ended_at = $2, ended_reason = $3 WHERE code_id = $1 AND ended_at IS NULL RETURNING id";
    tx.one(sql, params![code, at, reason.as_str()]).await?.map(|mut row| row.parse()).transpose()
}

/// Reads the grant with everything that decides whether it and the access token `token` are valid, in one query.
///
/// The workspace of a user grant counts only as long as it allows the client.
pub async fn by_id_with_context(
    tx: &mut Tx,
    id: GrantId,
    token: Option<TokenId>,
) -> Result<Option<GrantContext>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        ", u.disabled_at, c.disabled_at, c.deleted_at, c.owner_workspace_id, r.expires_at, \
         CAST(CASE WHEN g.sub_type = 'workspace' OR ",
        policy::policy_allows!("w.app_policy", "w.id"),
        " THEN 1 ELSE 0 END AS BIGINT), c.access_epoch + u.epoch + COALESCE(k.epoch, 0), m.workspace_id, m.role, m.extra_roles \
         FROM grants g JOIN users u ON u.id = g.user_id JOIN clients c ON c.id = g.client_id \
         LEFT JOIN revoked_tokens r ON r.token_id = $2 \
         LEFT JOIN members m ON m.user_id = g.user_id AND m.workspace_id = COALESCE(g.workspace_id, g.home_workspace_id) \
         LEFT JOIN workspaces w ON w.id = m.workspace_id \
         LEFT JOIN client_workspaces k ON k.client_id = g.client_id AND k.workspace_id = g.workspace_id \
         WHERE g.id = $1"
    );
    let Some(mut row) = tx.one(sql, params![id, token]).await? else { return Ok(None) };
    let grant = read(&mut row)?;
    let user_active = row.opt_time()?.is_none();
    let client_ended = (row.opt_time()?, row.opt_time()?);
    let client_workspace = row.opt_parse()?;
    let token_revoked = row.opt_time()?.is_some();
    let counts = row.bool()?;
    let epoch = row.int()?;
    let tenant_id: Option<WorkspaceId> = row.opt_parse()?.filter(|_| counts);
    let roles = if tenant_id.is_some() { Some(read_roles(&mut row)?) } else { None };
    let client_active = client_ended == (None, None);
    Ok(Some(GrantContext {
        grant,
        epoch,
        user_active,
        client_active,
        roles,
        tenant_id,
        client_workspace,
        token_revoked,
    }))
}

/// The result of rotating a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotated {
    /// The grant has the new state.
    Moved,
    /// The grant has ended or is no longer in the expected state: read it and decide again.
    Lost,
}

/// Moves the refresh state of a grant from the expected state to the next one.
pub async fn rotate(
    tx: &mut Tx,
    id: GrantId,
    from: &RefreshState,
    to: &RefreshState,
    expires_at: Timestamp,
) -> Result<Rotated, StoreError> {
    let moved = tx
        .execute(
            "UPDATE grants SET refresh_seq = $4, refresh_redeemed = $5, refresh_used = $6, refresh_issued_at = $7, \
             last_used_at = $7, expires_at = $8 \
             WHERE id = $1 AND refresh_seq = $2 AND refresh_used = $3 AND ended_at IS NULL",
            params![id, from.number, from.used, to.number, to.redeemed, to.used, to.issued_at, expires_at],
        )
        .await?;
    Ok(if moved == 1 { Rotated::Moved } else { Rotated::Lost })
}

/// Records that an access token issued with this refresh number was used, so the response arrived. Returns `false` if
/// this is already recorded or another number is current.
pub async fn mark_used(tx: &mut Tx, id: GrantId, number: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE grants SET refresh_used = 1 \
               WHERE id = $1 AND refresh_seq = $2 AND refresh_used = 0 AND ended_at IS NULL";
    Ok(tx.execute(sql, params![id, number]).await? == 1)
}

/// Extends the idle limit. Returns `false` if the grant has ended.
pub async fn touch(
    tx: &mut Tx,
    id: GrantId,
    last_used_at: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE grants SET last_used_at = $2, expires_at = $3 WHERE id = $1 AND ended_at IS NULL";
    Ok(tx.execute(sql, params![id, last_used_at, expires_at]).await? == 1)
}

/// Returns `false` if the grant had already ended; the first reason is kept.
pub async fn end(tx: &mut Tx, id: GrantId, reason: EndReason, at: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE grants SET ended_at = $2, ended_reason = $3 WHERE id = $1 AND ended_at IS NULL";
    Ok(tx.execute(sql, params![id, at, reason.as_str()]).await? == 1)
}

/// Which grants to end together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GrantSelection {
    /// All grants of this user.
    User(UserId),
    /// All grants of this user to this client, in any workspace.
    UserAndClient(UserId, ClientId),
    /// `None` selects the user's personal grants.
    UserClientWorkspace(UserId, ClientId, Option<WorkspaceId>),
    /// The user's grants to any client in this workspace.
    UserInWorkspace(UserId, WorkspaceId),
    /// The grants that belong to this browser session.
    Session(SessionId),
    /// Grants authorized with this personal access token.
    ByToken(PersonalAccessTokenId),
}

macro_rules! selected {
    ($condition:expr) => {
        (
            concat!("SELECT id FROM grants WHERE ended_at IS NULL AND ", $condition, " ORDER BY id FOR UPDATE"),
            concat!(
                "UPDATE grants SET ended_at = $4, ended_reason = $5 WHERE ended_at IS NULL AND ",
                $condition,
                " RETURNING id, client_id, user_id, workspace_id"
            ),
        )
    };
}

/// The statements that lock the grants and that end and return them, with their parameters. All statements take the
/// same three parameters, so that one call serves every selection; an unused one is compared with itself.
fn selected(whose: GrantSelection) -> ((&'static str, &'static str), [String; 3]) {
    let (texts, first, second, third) = match whose {
        GrantSelection::User(u) => (selected!("user_id = $1 AND $2 = $2 AND $3 = $3"), u.to_string(), None, None),
        GrantSelection::Session(s) => (selected!("session_id = $1 AND $2 = $2 AND $3 = $3"), s.to_string(), None, None),
        GrantSelection::ByToken(t) => (selected!("by_token = $1 AND $2 = $2 AND $3 = $3"), t.to_string(), None, None),
        GrantSelection::UserAndClient(u, c) => {
            (selected!("user_id = $1 AND client_id = $2 AND $3 = $3"), u.to_string(), Some(c.to_string()), None)
        }
        GrantSelection::UserInWorkspace(u, w) => {
            (selected!("user_id = $1 AND workspace_id = $2 AND $3 = $3"), u.to_string(), Some(w.to_string()), None)
        }
        GrantSelection::UserClientWorkspace(u, c, w) => (
            selected!("user_id = $1 AND client_id = $2 AND COALESCE(workspace_id, '') = $3"),
            u.to_string(),
            Some(c.to_string()),
            w.map(|w| w.to_string()),
        ),
    };
    (texts, [first, second.unwrap_or_default(), third.unwrap_or_default()])
}

/// All users with an active grant of the client.
pub async fn users_of(tx: &mut Tx, client: &ClientId) -> Result<Vec<UserId>, StoreError> {
    let sql = concat!(
        "SELECT DISTINCT g.user_id FROM grants g WHERE g.client_id = $1 AND g.ended_at IS NULL AND ",
        lives!("g"),
        " ORDER BY g.user_id"
    );
    tx.all(sql, params![client]).await?.iter_mut().map(Row::parse).collect()
}

/// A grant that was just ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedGrant {
    /// The grant's id.
    pub id: GrantId,
    /// The client that lost its access.
    pub client_id: ClientId,
    /// The user who had granted it.
    pub user_id: UserId,
    /// The workspace it was for; `None` for a personal grant.
    pub workspace_id: Option<WorkspaceId>,
}

pub(crate) fn read_ended(row: &mut Row) -> Result<EndedGrant, StoreError> {
    Ok(EndedGrant {
        id: row.parse()?,
        client_id: row.client_id()?,
        user_id: row.parse()?,
        workspace_id: row.opt_parse()?,
    })
}

/// Ends the selected grants, which belong to one user, and returns them.
pub async fn end_each(
    tx: &mut Tx,
    whose: GrantSelection,
    reason: EndReason,
    at: Timestamp,
) -> Result<Vec<EndedGrant>, StoreError> {
    let ((lock, update), [first, second, third]) = selected(whose);
    dialect::lock_rows(tx, lock, params![&first, &second, &third]).await?;
    let mut rows = tx.all(update, params![&first, &second, &third, at, reason.as_str()]).await?;
    rows.iter_mut().map(read_ended).collect()
}

/// The user's grants that are active at `now`, last used first; at most [`MAX_LIMIT`].
pub async fn list_for_user(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<Vec<Grant>, StoreError> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM grants g WHERE g.user_id = $1 AND g.ended_at IS NULL AND g.expires_at > $2 AND ",
        lives!("g"),
        " \
         ORDER BY g.last_used_at DESC, g.id LIMIT $3"
    );
    tx.all(sql, params![user, now, MAX_LIMIT]).await?.iter_mut().map(read).collect()
}

/// Deletes at most `limit` grants that expired before `before`. `before` must be long enough ago for their codes to
/// have expired too, because a replayed code is detected by this row.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    // In the order of `end_each`.
    let lock = "SELECT id FROM grants WHERE id IN \
                (SELECT id FROM grants WHERE expires_at < $1 ORDER BY expires_at LIMIT $2) ORDER BY id FOR UPDATE";
    dialect::lock_rows(tx, lock, params![before, limit]).await?;
    let sql = "DELETE FROM grants WHERE id IN \
               (SELECT id FROM grants WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
