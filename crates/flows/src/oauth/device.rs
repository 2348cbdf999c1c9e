//! Starts the device authorization grant (RFC 8628): a device requests its codes, and a user enters one.
use crate::access::caller::Caller;
use crate::clients::resolve::{self, Accept};
use crate::oauth::authorize::interaction;
use crate::oauth::{client_authentication, diagnostics};
use crate::platform::attempts::Attempt;
use crate::platform::audit_log::AuditSubject;
use crate::platform::failure::refuse;
use crate::{Ctx, Failure, Fault, Server};
use domain::Secret;
use domain::clients::GrantType;
use domain::diagnosis::Endpoint;
use domain::grants::consent::Home;
use domain::oauth::authorize::decide::Interaction;
use domain::oauth::authorize::destination::WaitingDevice;
use domain::oauth::authorize::{AuthorizationRequest, AuthorizeRefusal, Destination};
use domain::oauth::client_authentication::ClientRefusal;
use domain::oauth::device::{DeviceAuthorization, DeviceState, INTERVAL, LIFETIME, UserCode};
use domain::oauth::device_request::{DeviceRequestRefusal, UserCodeRefusal as R};
use domain::oauth::presented::Presented;
use domain::platform::allowance::{DEVICES_IN_A_NETWORK, DEVICES_OF_A_CLIENT};
use domain::platform::refusal::{Named, Refusal, RefusalRow};
use domain::platform::seal::TokenId;
use serde_json::json;
use std::borrow::Cow;

const HERE: &str = Endpoint::DeviceAuthorization.as_str();

/// The reason why a device gets no codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceRefusal {
    Client(ClientRefusal),
    Request(DeviceRequestRefusal),
    Asked(Named<AuthorizeRefusal>),
}

impl Refusal for DeviceRefusal {
    fn row(&self) -> &'static RefusalRow {
        match self {
            Self::Client(refusal) => refusal.row(),
            Self::Request(refusal) => refusal.row(),
            Self::Asked(refusal) => refusal.row(),
        }
    }
    fn said(&self) -> Cow<'static, str> {
        match self {
            Self::Client(refusal) => refusal.said(),
            Self::Request(refusal) => refusal.said(),
            Self::Asked(refusal) => refusal.said(),
        }
    }
}

/// The codes of a device: one to poll with, one to show.
#[derive(Debug, Clone)]
pub struct DeviceCodes {
    pub device_code: Secret,
    pub user_code: UserCode,
    /// The page where the user enters the code.
    pub verification_uri: String,
    /// The page with the code in its address, for a link or QR code.
    pub verification_uri_complete: String,
    /// Seconds.
    pub expires_in: i64,
    /// Seconds between two polls.
    pub interval: i64,
}

/// Answers a device authorization request (RFC 8628 §3.1).
pub async fn request(
    app: &Server,
    ctx: &Ctx,
    presented: &Presented<'_>,
) -> Result<DeviceCodes, Failure<DeviceRefusal>> {
    let client = client_authentication::authenticate(app, ctx, presented).await;
    let (client, body) = (client.map_err(|f| f.map(DeviceRefusal::Client))?, presented.body);
    let keys = app.keys();
    let policy = app.settings().authorize_policy(&keys.public);
    let about = AuditSubject::client(&client.id);
    if !client.may_use(GrantType::DeviceCode) {
        let refusal = DeviceRequestRefusal::GrantNotAllowed;
        app.record_with(ctx, HERE, refusal.reason(), about, json!({}));
        return refuse(DeviceRefusal::Request(refusal));
    }
    let device = waiting_device(ctx).map_err(Failure::from)?;
    match AuthorizationRequest::validate(&client, Destination::Device(device.clone()), body, &policy, ctx.now) {
        Ok(request) => {
            // The limits are per node: nothing can be guessed here, but each request is stored for a while.
            let rules = [DEVICES_OF_A_CLIENT, DEVICES_IN_A_NETWORK];
            let allowances = app.throttle().of_network("device", client.id.as_str(), rules, ctx);
            if let Err(used_up) = app.throttle().draw(&allowances, ctx) {
                let refusal = DeviceRequestRefusal::TooOften;
                let detail = json!({"allowance": used_up.of.as_str()});
                app.record_outsider(ctx, HERE, refusal.reason(), about, detail);
                return refuse(DeviceRefusal::Request(refusal));
            }
            Ok(store_request(app, ctx, request, device).await?)
        }
        Err(refusal) => {
            let detail = diagnostics::by_authorization(app, Some(&client), body, refusal.why);
            app.record_with(ctx, HERE, refusal.reason(), about, detail);
            refuse(DeviceRefusal::Asked(refusal))
        }
    }
}

/// A device with a new code for its user.
fn waiting_device(ctx: &Ctx) -> Result<WaitingDevice, Fault> {
    // Rarely, too few of the random bytes are usable.
    let user_code = (0..16).find_map(|_| UserCode::from_random(&ctx.random()));
    let user_code = user_code.ok_or(Fault::Other("the random bytes make no user code"))?;
    Ok(WaitingDevice { id: TokenId::from_random(ctx.random()), user_code })
}

/// Stores the request of the device, which gets another code if its code is in use already.
async fn store_request(
    app: &Server,
    ctx: &Ctx,
    request: AuthorizationRequest,
    mut device: WaitingDevice,
) -> Result<DeviceCodes, Fault> {
    let settings = app.settings();
    for _ in 0..16 {
        let WaitingDevice { id, user_code } = device;
        let device_code = Secret::generate(&settings.token_prefix, "dc", &ctx.random());
        let kept = DeviceAuthorization {
            id,
            device_code: app.pepper().hash(device_code.expose()),
            user_code: app.pepper().hash(&format!("user_code\n{}", user_code.letters())),
            client_id: request.client_id.clone(),
            access: request.access.clone(),
            state: DeviceState::Pending,
            approval: None,
            last_polled_at: None,
            interval: INTERVAL,
            created_at: ctx.now,
            expires_at: ctx.now.plus(LIFETIME),
        };
        let work = app.store().write(move |tx| Box::pin(async move { store::oauth::device::insert(tx, &kept).await }));
        if work.await? {
            let verification_uri = settings.url("/device");
            let verification_uri_complete = format!("{verification_uri}?user_code={user_code}");
            return Ok(DeviceCodes {
                device_code,
                user_code,
                verification_uri,
                verification_uri_complete,
                expires_in: LIFETIME,
                interval: INTERVAL,
            });
        }
        device = waiting_device(ctx)?;
    }
    Err(Fault::Other("no user code is free"))
}

/// Looks up the code that a user entered. Returns the interaction for this browser that asks the user about the device.
pub async fn enter(
    app: &Server,
    ctx: &Ctx,
    typed: &str,
    caller: &Caller,
    browser: [u8; 32],
) -> Result<String, Failure<R>> {
    if typed.trim().is_empty() {
        return refuse(R::Missing);
    }
    let attempt = Attempt::at_user_codes(app, ctx, caller.user().map(|user| user.id));
    let reserved = match attempt.filter(app, ctx) {
        Ok(()) => attempt.reserve(app, ctx).await?,
        filtered => filtered,
    };
    if let Err(used_up) = reserved {
        let detail = json!({"allowance": used_up.of.as_str()});
        app.record_outsider(ctx, HERE, R::TooManyAttempts.reason(), AuditSubject::default(), detail);
        return refuse(R::TooManyAttempts);
    }
    let found = match UserCode::parse(typed) {
        None => None,
        Some(code) => {
            let hash = app.pepper().hash(&format!("user_code\n{}", code.letters()));
            let mut tx = app.store().read().await?;
            match store::oauth::device::by_user_code(&mut tx, &hash).await? {
                None => None,
                Some(device) => {
                    let client = resolve::client(&mut tx, &device.client_id, ctx.now, Accept::Active).await?;
                    client.map(|client| (code, device, client))
                }
            }
        }
    };
    let Some((user_code, device, client)) = found else {
        app.record_outsider(ctx, HERE, R::Unknown.reason(), AuditSubject::default(), json!({}));
        return refuse(R::Unknown);
    };
    // Gives back this attempt and no earlier ones: a guesser could enter the code of their own device between guesses.
    attempt.give_back(app).await?;
    if device.state != DeviceState::Pending {
        return refuse(R::Used);
    }
    if ctx.now >= device.expires_at {
        return refuse(R::Expired);
    }
    let interaction = Interaction {
        request: AuthorizationRequest::of_device(&client, &device, user_code),
        browser,
        expires_at: device.expires_at,
        fresh_session: None,
        account_selected: false,
        consent_shown_to: None,
        refusal_shown_to: None,
        home: Home::Unknown,
    };
    Ok(interaction::seal(app, ctx, &interaction)?)
}
