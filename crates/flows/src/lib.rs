//! What Countersign does: one use case a file, each of which reads the store, asks the domain, and writes the outcome.
//! Nothing here knows of HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod account;
mod accounts;
mod activity;
pub mod all_clients;
pub mod all_users;
pub mod all_workspaces;
pub mod app;
pub mod app_policy;
mod applications;
mod asker;
mod attempts;
pub mod audit;
pub mod audit_search;
pub mod authorize;
mod budgets;
mod change;
pub mod charts;
mod claim;
mod cleaning;
pub mod client_auth;
pub mod client_people;
pub mod connections;
mod consents;
pub mod counter;
mod credential_records;
pub mod credentials;
pub mod ctx;
mod decided;
pub mod deliver;
pub mod device;
pub mod discovery;
pub mod events;
mod facts;
mod failure;
pub mod failures;
pub mod forbidden;
mod holding;
pub mod idempotency;
pub mod in_force;
mod interaction;
pub mod introspect;
pub mod invitations;
pub mod jobs;
mod kept;
pub mod keys;
mod last;
pub mod logout;
pub mod manage;
pub mod mark;
pub mod members;
pub mod membership;
mod next;
pub mod operator;
pub mod outbound;
pub mod own_workspaces;
pub mod owned;
mod pace;
mod page_refusal;
pub mod pass;
pub mod password;
mod password_memory;
pub mod principal;
mod profile;
pub mod recorder;
pub mod register;
mod register_refusal;
pub mod registrar;
mod reloaded;
mod revocations;
pub mod revoke;
mod rotation;
mod scene;
pub mod secrets;
mod sent;
pub mod server;
pub mod session;
mod session_records;
mod set_to;
pub mod settings;
pub mod setup;
mod setup_link;
pub mod sign_in_refusal;
mod signed_out;
pub mod standing;
pub mod subject;
pub mod throttle;
pub mod token;
mod told;
mod turns;
pub mod unprotected;
pub mod userinfo;
mod waiting;
mod watch;
mod webhook_refusal;
pub mod webhooks;
pub mod workspace_apps;

/// Use cases without a caller, for the command line, whose user has the database anyway, and for tests. Nothing that answers
/// requests may use them (`cargo xtask check`): their caller is checked by the module that takes a principal.
pub mod unguarded {
    pub mod accounts {
        pub use crate::accounts::*;
    }
    pub mod activity {
        pub use crate::activity::*;
    }
    pub mod applications {
        pub use crate::applications::*;
    }
    pub mod audit {
        use crate::audit::MayRead;

        /// The whole log.
        pub const EVERYTHING: MayRead = MayRead(None);
    }
    pub mod change {
        pub use crate::change::*;
    }
    pub mod consents {
        pub use crate::consents::*;
    }
    pub mod credentials {
        pub use crate::credential_records::*;
    }
    pub mod keys {
        pub use crate::rotation::*;
    }
    pub mod profile {
        pub use crate::profile::*;
    }
    pub mod sessions {
        pub use crate::session_records::*;
    }
    pub mod settings {
        pub use crate::reloaded::*;
    }
    pub mod setup {
        pub use crate::setup_link::*;
    }
    pub mod webhooks {
        use crate::webhooks::MayChange;
        use domain::webhook::Owner;

        /// All webhooks of an owner.
        pub const fn of(owner: Owner) -> MayChange {
            MayChange(owner)
        }
    }
}

pub use app::App;
pub use ctx::{Clock, Ctx, Facts, Later, Rng};
pub use failure::{Failure, Fault};
pub use keys::MasterKey;
pub use set_to::SetTo;
pub use settings::{Brand, Lifetimes, PasswordHashing, Registration, RegistrationPolicy, Settings};
// Pages of lists are the store's; the web asks for them here.
pub use store::search::Found;
pub use store::{Beside, MOST_OF_ARRAY, Page, Paged};
