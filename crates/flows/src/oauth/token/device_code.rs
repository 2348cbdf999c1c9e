//! Redeems a device code: a device polls until its user has decided (RFC 8628 §3.4).
use super::issue::TokenResponse;
use crate::oauth::token::new_grant::{Allowed, GrantNotCreated};
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Server};
use domain::clients::{Client, GrantType};
use domain::oauth::device::{DeviceAuthorization, DeviceState, INTERVAL};
use domain::oauth::token::DeviceCodeRefusal as R;
use domain::platform::params::RawParams;
use domain::resources::indicator::all_granted;
use store::StoreError;
use store::oauth::device::PollTiming;

impl From<GrantNotCreated> for R {
    fn from(why: GrantNotCreated) -> Self {
        match why {
            GrantNotCreated::UserDisabled => Self::UserDisabled,
            GrantNotCreated::MembershipLost => Self::MembershipLost,
            // `TokenEnded` cannot occur: users approve devices on a page, with a session and never with a token.
            GrantNotCreated::ConsentRevoked | GrantNotCreated::TokenEnded => Self::ConsentRevoked,
            GrantNotCreated::ClientForbidden => Self::ClientForbidden,
            GrantNotCreated::Replayed => Self::Replayed,
        }
    }
}

pub(super) async fn redeem(
    app: &Server,
    ctx: &Ctx,
    client: &Client,
    body: &RawParams,
) -> Result<TokenResponse, Failure<R>> {
    let Some(text) = body.get("device_code") else { return refuse(R::Missing) };
    let found = {
        let mut tx = app.store().read().await?;
        store::oauth::device::by_device_code(&mut tx, &app.pepper().hash(text)).await?
    };
    let Some(mut device) = found else { return refuse(R::Unknown) };
    if device.client_id != client.id {
        return refuse(R::WrongClient);
    }
    match device.state {
        DeviceState::Redeemed => return refuse(R::Replayed),
        DeviceState::Denied => return refuse(R::Denied),
        _ if ctx.now >= device.expires_at => return refuse(R::Expired),
        DeviceState::Pending => return refuse(wait(app, ctx, &device).await?),
        DeviceState::Approved => {}
    }
    let Some(approval) = device.approval.take() else { return refuse(R::Pending) };
    let asked = app.settings().resources().named(body).map_err(|_| Failure::Refused(R::Resource))?;
    if !all_granted(&asked, &device.access.resources) {
        return refuse(R::Resource);
    }
    let allowed = Allowed {
        client,
        id: device.id,
        authorization: &approval.authorization,
        refreshable: approval.refreshable,
        ends_at: None,
        nonce: None,
        resources: asked,
        by: GrantType::DeviceCode,
    };
    allowed.begin(app, ctx).await.map_err(|failure| failure.map(R::from))
}

/// No decision yet: records the poll, and whether it came too early.
async fn wait(app: &Server, ctx: &Ctx, device: &DeviceAuthorization) -> Result<R, StoreError> {
    let (id, now) = (device.id, ctx.now);
    let polled = app.store().write(move |tx| Box::pin(store::oauth::device::poll(tx, id, INTERVAL, now))).await?;
    Ok(match polled {
        PollTiming::InTime => R::Pending,
        PollTiming::TooEarly => {
            ctx.later.wait(device.interval.saturating_add(INTERVAL));
            R::TooFast
        }
    })
}
