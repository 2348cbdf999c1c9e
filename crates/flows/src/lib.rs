//! What Countersign does: one use case a file, each of which reads the store, asks the domain, and writes the outcome.
//! Nothing here knows of HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod account;
pub mod accounts;
pub mod activity;
pub mod app;
pub mod app_policy;
pub mod applications;
pub mod audit;
pub mod authorize;
pub mod change;
pub mod charts;
pub mod client_auth;
pub mod connections;
pub mod consents;
pub mod counter;
pub mod credentials;
pub mod ctx;
pub mod deliver;
pub mod discovery;
pub mod events;
pub mod failure;
pub mod failures;
pub mod forbidden;
pub mod idempotency;
pub mod introspect;
pub mod invitations;
pub mod jobs;
pub mod keys;
pub mod logout;
pub mod manage;
pub mod members;
pub mod membership;
mod next;
pub mod operator;
pub mod outbound;
pub mod owned;
mod page_refusal;
pub mod password;
pub mod principal;
pub mod profile;
pub mod recorder;
pub mod register;
pub mod revoke;
pub mod secrets;
mod sent;
pub mod session;
pub mod settings;
pub mod setup;
pub mod sign_in_refusal;
pub mod subject;
pub mod throttle;
pub mod token;
pub mod userinfo;
pub mod webhooks;
pub mod workspace_apps;

pub use app::App;
pub use ctx::{Clock, Ctx, Facts, Rng};
pub use failure::{Failure, Fault};
pub use keys::MasterKey;
pub use settings::{Brand, Lifetimes, PasswordHashing, Registration, RegistrationPolicy, Settings};
// Pages of lists are the store's; the web asks for them here.
pub use store::{Page, Paged};
