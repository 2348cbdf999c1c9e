//! Authorization requests of confidential clients with neither PKCE nor `nonce` (RFC 9700 §2.1.1), flagged in the console. If
//! PKCE is not required, nothing else tells the developer.
use crate::{Ctx, Fault, Server};
use domain::Day;
use domain::clients::Client;
use domain::platform::params::RawParams;
pub use store::clients::unprotected::Unprotected;

/// The number of days that the flag covers, including today. It disappears this many days after the app is fixed.
pub const DAYS: i64 = 7;

/// Counts an authorization request with neither, whatever its outcome. Only in memory.
pub(crate) fn note(app: &Server, ctx: &Ctx, client: &Client, params: &RawParams) {
    let protected = params.get("code_challenge").is_some() || params.get("nonce").is_some();
    if !protected && !client.is_public() {
        app.count_unprotected(client.id.clone(), ctx.now);
    }
}

/// The client's requests with neither in the last [`DAYS`] days; `None` if there were none.
pub async fn of_client(app: &Server, ctx: &Ctx, client: &Client) -> Result<Option<Unprotected>, Fault> {
    if client.is_public() {
        return Ok(None);
    }
    app.catch_up().await;
    let today = Day::of(ctx.now);
    let mut tx = app.store().read().await?;
    Ok(store::clients::unprotected::of_client(&mut tx, &client.id, (today.plus(1 - DAYS), today)).await?)
}
