//! The tables of refusals that can occur at each endpoint.
use crate::access::{ManagementRefusal, PermissionDenied};
use crate::account::{SetupLinkRefusal, SignInRefusal};
use crate::clients::metadata::MetadataRefusal;
use crate::clients::registration::AccessRefusal;
use crate::oauth::authorize::{AuthorizeRefusal, InteractionRefusal};
use crate::oauth::client_authentication::ClientRefusal;
use crate::oauth::device_request::{DeviceRequestRefusal, UserCodeRefusal};
use crate::oauth::end_session::LogoutRefusal;
use crate::oauth::endpoint::Endpoint;
use crate::oauth::presented_token::{ForeignToken, InactiveToken, TokenParameterRefusal};
use crate::oauth::token::{CodeRefusal, DeviceCodeRefusal, MachineRefusal, RefreshRefusal, RequestRefusal};
use crate::oauth::userinfo::UserinfoRefusal;
use crate::platform::refusal::{FaultRefusal, RefusalRows};
use crate::webhooks::WebhookRefusal;

/// All tables.
pub const ALL: &[RefusalRows] = &[
    ClientRefusal::ROWS,
    AuthorizeRefusal::ROWS,
    InteractionRefusal::ROWS,
    RequestRefusal::ROWS,
    CodeRefusal::ROWS,
    RefreshRefusal::ROWS,
    MachineRefusal::ROWS,
    DeviceCodeRefusal::ROWS,
    DeviceRequestRefusal::ROWS,
    UserCodeRefusal::ROWS,
    TokenParameterRefusal::ROWS,
    ForeignToken::ROWS,
    InactiveToken::ROWS,
    UserinfoRefusal::ROWS,
    LogoutRefusal::ROWS,
    AccessRefusal::ROWS,
    MetadataRefusal::ROWS,
    PermissionDenied::ROWS,
    ManagementRefusal::ROWS,
    WebhookRefusal::ROWS,
    SignInRefusal::ROWS,
    SetupLinkRefusal::ROWS,
    FaultRefusal::ROWS,
];

/// What an authenticated client can be told at this endpoint. Of a table that several endpoints share, only the rows count
/// whose check the endpoint makes.
pub const fn answered(endpoint: Endpoint) -> &'static [RefusalRows] {
    match endpoint {
        Endpoint::Authorization => &[AuthorizeRefusal::ROWS, InteractionRefusal::ROWS],
        Endpoint::Token => &[RequestRefusal::ROWS],
        Endpoint::TokenByCode => &[RequestRefusal::ROWS, CodeRefusal::ROWS],
        Endpoint::TokenByRefresh => &[RequestRefusal::ROWS, RefreshRefusal::ROWS],
        Endpoint::TokenByClient => &[RequestRefusal::ROWS, MachineRefusal::ROWS],
        Endpoint::TokenByDevice => &[RequestRefusal::ROWS, DeviceCodeRefusal::ROWS],
        Endpoint::DeviceAuthorization => &[DeviceRequestRefusal::ROWS, AuthorizeRefusal::ROWS],
        Endpoint::Introspection => &[TokenParameterRefusal::ROWS],
        Endpoint::Revocation => &[TokenParameterRefusal::ROWS, ForeignToken::ROWS],
        Endpoint::Userinfo => &[UserinfoRefusal::ROWS, InactiveToken::ROWS],
        Endpoint::Registration => &[AccessRefusal::ROWS, MetadataRefusal::ROWS],
        Endpoint::Management => &[PermissionDenied::ROWS, ManagementRefusal::ROWS, MetadataRefusal::ROWS],
    }
}

/// What is only recorded: introspection answers that a token is not active, and a fault of the server is not refused.
pub const fn recorded(endpoint: Endpoint) -> &'static [RefusalRows] {
    match endpoint {
        Endpoint::Introspection => &[InactiveToken::ROWS, ForeignToken::ROWS, FaultRefusal::ROWS],
        _ => &[FaultRefusal::ROWS],
    }
}
