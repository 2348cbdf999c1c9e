//! Links that contain a secret. Opening one leaves a pass in the browser, so that the secret goes no further. The pass is sealed,
//! and valid only in that browser and for a short time.
use crate::{Ctx, Fault, Server};
use domain::platform::seal::{Payload, Purpose, TokenId, exactly};
use domain::{Secret, SecretHash, Timestamp};
use serde::{Deserialize, Serialize};

/// Seconds that a pass is valid: enough to sign up or sign in on the way.
pub const LIFETIME: i64 = 60 * 60;

/// What the browser sends instead of the secret. `pass` is empty if it has none.
#[derive(Debug, Clone, Copy)]
pub struct OpenedLink<'p> {
    pub pass: &'p Secret,
    /// The browser that sends it.
    pub browser: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct Pass {
    /// The hash of the link's secret.
    hash: [u8; 32],
    browser: [u8; 32],
    until: Timestamp,
}

impl Payload for Pass {
    /// Version 0 had the same fields.
    fn upgrade(version: u8, plain: &[u8]) -> Option<Self> {
        (version == 0).then(|| exactly(plain)).flatten()
    }
}

/// Issues a pass to a browser that showed the secret with this hash.
pub(crate) fn issue(app: &Server, ctx: &Ctx, hash: &SecretHash, browser: [u8; 32]) -> Result<String, Fault> {
    let pass = Pass { hash: *hash.as_bytes(), browser, until: ctx.now.plus(LIFETIME) };
    Ok(app.keys().sealer.seal(Purpose::Pass, TokenId::from_random(ctx.random()), &pass)?)
}

/// The hash of the link's secret, if the pass is valid in this browser.
pub(crate) fn read(app: &Server, ctx: &Ctx, held: OpenedLink<'_>) -> Result<Option<SecretHash>, Fault> {
    let pass = app.opened::<Pass>(Purpose::Pass, held.pass.expose())?.map(|(_, pass)| pass);
    let good = pass.filter(|pass| pass.browser == held.browser && ctx.now < pass.until);
    Ok(good.and_then(|pass| SecretHash::from_slice(&pass.hash)))
}
