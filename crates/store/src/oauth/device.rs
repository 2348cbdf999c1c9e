//! Device authorization requests (RFC 8628). Each step is one guarded statement: the number of affected rows is the
//! outcome.
use crate::platform::dialect;
use crate::platform::value::json;
use crate::{Row, StoreError, Tx, params};
use domain::account::PersonProof;
use domain::clients::SubType;
use domain::grants::authorization::{Access, Authorization};
use domain::oauth::device::{DeviceApproval, DeviceAuthorization, DeviceState};
use domain::platform::seal::TokenId;
use domain::{ClientId, ScopeSet, SecretHash, Timestamp};

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT id, device_code, user_code, client_id, scopes, resources, sub_type, state, user_id, workspace_id, \
             granted_scopes, stays, session_id, auth_time, home_workspace_id, epoch, last_polled_at, poll_interval, created_at, expires_at \
             FROM device_authorizations WHERE ",
            $condition
        )
    };
}

fn read(row: &mut Row) -> Result<DeviceAuthorization, StoreError> {
    let (id, device_code, user_code, client_id) = (row.token_id()?, row.hash()?, row.hash()?, row.client_id()?);
    let (scopes, resources) = (row.scopes()?, row.json()?);
    let access = Access { scopes, resources, ..Access::empty(row.with(SubType::parse)?) };
    let state = row.with(DeviceState::parse)?;
    let (user, workspace_id) = (row.opt_parse()?, row.opt_parse()?);
    let granted = row.opt_with(|text| ScopeSet::parse(text).ok())?;
    let refreshable = row.bool()?;
    let (session_id, authenticated_at, home_workspace_id) = (row.opt_parse()?, row.opt_time()?, row.opt_parse()?);
    let epoch = row.int()?;
    let approval = user.zip(granted).map(|(user_id, scopes)| DeviceApproval {
        authorization: Authorization {
            user_id,
            access: Access { workspace_id, scopes, ..access.clone() },
            home_workspace_id,
            session_id,
            by_token: None,
            proof: PersonProof::stored(authenticated_at, None),
            epoch,
        },
        refreshable,
    });
    Ok(DeviceAuthorization {
        id,
        device_code,
        user_code,
        client_id,
        access,
        state,
        approval,
        last_polled_at: row.opt_time()?,
        interval: row.int()?,
        created_at: row.time()?,
        expires_at: row.time()?,
    })
}

/// Stores a pending request. Returns `false` if one of its codes is taken.
pub async fn insert(tx: &mut Tx, device: &DeviceAuthorization) -> Result<bool, StoreError> {
    let sql = "INSERT INTO device_authorizations (id, device_code, user_code, client_id, scopes, resources, sub_type, \
               state, poll_interval, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
               ON CONFLICT DO NOTHING";
    let inserted = tx
        .execute(
            sql,
            params![
                device.id,
                &device.device_code,
                &device.user_code,
                &device.client_id,
                &device.access.scopes,
                json(&device.access.resources)?,
                device.access.sub_type.as_str(),
                DeviceState::Pending.as_str(),
                device.interval,
                device.created_at,
                device.expires_at,
            ],
        )
        .await?;
    Ok(inserted == 1)
}

/// The request with this device code, in any state.
pub async fn by_device_code(tx: &mut Tx, hash: &SecretHash) -> Result<Option<DeviceAuthorization>, StoreError> {
    tx.one(select!("device_code = $1"), params![hash]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The request with this user code, in any state.
pub async fn by_user_code(tx: &mut Tx, hash: &SecretHash) -> Result<Option<DeviceAuthorization>, StoreError> {
    tx.one(select!("user_code = $1"), params![hash]).await?.map(|mut row| read(&mut row)).transpose()
}

/// The result of a poll.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PollTiming {
    /// The device waited long enough.
    InTime,
    /// The interval has been increased.
    TooEarly,
}

/// Records a poll. A device that polls too early must wait `more` seconds longer from now on.
pub async fn poll(tx: &mut Tx, id: TokenId, more: i64, now: Timestamp) -> Result<PollTiming, StoreError> {
    let in_time = "UPDATE device_authorizations SET last_polled_at = $2 \
                   WHERE id = $1 AND (last_polled_at IS NULL OR last_polled_at + poll_interval <= $2)";
    if tx.execute(in_time, params![id, now]).await? == 1 {
        return Ok(PollTiming::InTime);
    }
    let early =
        "UPDATE device_authorizations SET last_polled_at = $2, poll_interval = poll_interval + $3 WHERE id = $1";
    tx.execute(early, params![id, now, more]).await?;
    Ok(PollTiming::TooEarly)
}

/// Records a user's approval. Returns `false` if the request was already answered or has expired.
pub async fn approve(tx: &mut Tx, id: TokenId, approval: &DeviceApproval, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE device_authorizations SET state = 'approved', user_id = $2, workspace_id = $3, \
               granted_scopes = $4, session_id = $5, auth_time = $6, home_workspace_id = $7, stays = $8, epoch = $10 \
               WHERE id = $1 AND state = 'pending' AND expires_at > $9";
    let DeviceApproval { authorization, refreshable } = approval;
    // Users approve devices on a page, with a session and never with a personal access token.
    let Authorization { user_id, access, home_workspace_id, session_id, by_token: _, proof, epoch } = authorization;
    let (workspace_id, scopes) = (access.workspace_id, &access.scopes);
    let auth_time = proof.as_ref().map(|proof| proof.at);
    let params = params![
        id,
        *user_id,
        workspace_id,
        scopes,
        *session_id,
        auth_time,
        *home_workspace_id,
        *refreshable,
        now,
        *epoch
    ];
    Ok(tx.execute(sql, params).await? == 1)
}

/// Records a user's refusal. Returns `false` if the request was already answered or has expired.
pub async fn deny(tx: &mut Tx, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
    let sql =
        "UPDATE device_authorizations SET state = 'denied' WHERE id = $1 AND state = 'pending' AND expires_at > $2";
    Ok(tx.execute(sql, params![id, now]).await? == 1)
}

/// Redeems an approval. Only the first call returns `true`.
pub async fn redeem(tx: &mut Tx, id: TokenId, client: &ClientId, now: Timestamp) -> Result<bool, StoreError> {
    let sql = "UPDATE device_authorizations SET state = 'redeemed' \
               WHERE id = $1 AND client_id = $2 AND state = 'approved' AND expires_at > $3";
    Ok(tx.execute(sql, params![id, client, now]).await? == 1)
}

/// Deletes at most `limit` requests that expired before `before`.
pub async fn delete_expired(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<u64, StoreError> {
    dialect::lock_cleaning(tx).await?;
    let sql = "DELETE FROM device_authorizations WHERE id IN \
               (SELECT id FROM device_authorizations WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    tx.execute(sql, params![before, limit]).await
}
