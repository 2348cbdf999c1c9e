//! The secrets of one application, as its owner sees them: two can live at once, so that a new one is brought in before
//! the old one is ended.
use crate::manage::{ManageRefusal, Unmanaged};
use crate::owned::{find, refused};
use crate::recorder::About;
use crate::{App, Ctx, Failure, Fault, applications, events};
use domain::access::{Operation, Principal};
use domain::client::ClientSecret;
use domain::{ClientSecretId, Secret, Timestamp};
use store::StoreError;

type Outcome<T> = Result<T, Failure<ManageRefusal>>;

/// Secrets that live at once.
pub const MOST: i64 = 2;

/// A secret, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretView {
    pub id: ClientSecretId,
    /// Its last characters.
    pub hint: String,
    pub created_at: Timestamp,
    /// Absent while it has no end.
    pub expires_at: Option<Timestamp>,
    /// To the hour.
    pub last_used_at: Option<Timestamp>,
}

impl From<&ClientSecret> for SecretView {
    fn from(secret: &ClientSecret) -> Self {
        Self {
            id: secret.id,
            hint: secret.hint.clone(),
            created_at: secret.created_at,
            expires_at: secret.expires_at,
            last_used_at: secret.last_used_at,
        }
    }
}

/// The secrets that live now, the oldest first; a public application has none.
pub async fn list(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<Vec<SecretView>> {
    let client = find(app, ctx, principal, Operation::ReadClients, id).await?;
    Ok(client.secrets.iter().map(SecretView::from).collect())
}

/// A secret that was made.
#[derive(Debug)]
pub struct Added {
    pub view: SecretView,
    /// Shown this once.
    pub secret: Secret,
}

/// One more secret; the others stay.
pub async fn add(app: &App, ctx: &Ctx, principal: &Principal, id: &str) -> Outcome<Added> {
    const KIND: &str = "client.secret_added";
    let client = find(app, ctx, principal, Operation::RotateSecret, id).await?;
    let about = About::owned(&client);
    if client.is_public() {
        return Err(refused(app, ctx, KIND, about, Unmanaged::NoSecret));
    }
    let (secret, stored) = applications::new_secret(app, ctx, &client.id);
    let view = SecretView::from(&stored);
    let detail = serde_json::json!({"secret": stored.id});
    let told = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let added = store::clients::add_secret_within(tx, &stored, MOST, told.now).await?;
            if added {
                events::emit(tx, &told, events::client_updated(&client)).await?;
            }
            Ok(added)
        })
    });
    if !work.await.map_err(|error: StoreError| Fault::from(error))? {
        return Err(refused(app, ctx, KIND, about, Unmanaged::SecretsTooMany));
    }
    app.record_with(ctx, KIND, "ok", about, detail);
    Ok(Added { view, secret })
}

/// Ends one secret now, the last one, too.
pub async fn end(app: &App, ctx: &Ctx, principal: &Principal, id: &str, secret: &str) -> Outcome<()> {
    const KIND: &str = "client.secret_ended";
    let client = find(app, ctx, principal, Operation::RotateSecret, id).await?;
    let about = About::owned(&client);
    let unknown = || refused(app, ctx, KIND, about.clone(), Unmanaged::SecretUnknown);
    let secret: ClientSecretId = secret.parse().map_err(|_| unknown())?;
    let told = ctx.clone();
    let work = app.store().write(move |tx| {
        Box::pin(async move {
            let ended = store::clients::remove_secret(tx, &client.id, secret).await?;
            if ended {
                events::emit(tx, &told, events::client_updated(&client)).await?;
            }
            Ok(ended)
        })
    });
    if !work.await.map_err(|error: StoreError| Fault::from(error))? {
        return Err(unknown());
    }
    app.record_with(ctx, KIND, "ok", about, serde_json::json!({"secret": secret}));
    Ok(())
}
