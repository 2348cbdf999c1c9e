//! The use cases of Countersign, one per file. Each reads the store, asks the domain and writes the outcome. Nothing here depends
//! on HTTP.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod access;
pub mod account;
pub mod audit;
pub mod clients;
pub mod diagnosis;
pub mod grants;
pub mod oauth;
pub mod operator;
pub mod platform;
pub mod sign_in;
pub mod webhooks;
pub mod workspace;

/// Use cases without a caller, for tests and for the command line, whose user has access to the database anyway. Code that
/// answers requests must not use them (`cargo xtask check`); it uses modules that take a principal and check it.
pub mod unguarded {
    pub mod accounts {
        pub use crate::account::users::*;
    }
    pub mod activity {
        pub use crate::clients::activity::*;
    }
    pub mod applications {
        pub use crate::clients::kinds::*;
        pub use crate::clients::records::*;
    }
    pub mod audit {
        use crate::audit::read::MayRead;

        /// The whole audit log.
        pub const EVERYTHING: MayRead = MayRead(None);
    }
    pub mod change {
        pub use crate::clients::change::*;
    }
    pub mod consents {
        pub use crate::grants::consents::*;
    }
    pub mod credentials {
        pub use crate::access::new_credential::{NewCredential, create_api_key, create_personal_access_token};
        pub use crate::account::token_records::*;
        pub use crate::workspace::api_key_records::*;
    }
    pub mod keys {
        pub use crate::operator::key_rotation::*;
    }
    pub mod members {
        pub use crate::workspace::member_records::*;
    }
    pub mod profile {
        pub use crate::account::profile_records::*;
    }
    pub mod sessions {
        pub use crate::access::session_records::*;
    }
    pub mod settings {
        pub use crate::operator::reloaded::*;
    }
    pub mod setup {
        pub use crate::sign_in::setup_link::*;
    }
    pub mod webhooks {
        use crate::webhooks::manage::MayChange;
        use domain::webhooks::WebhookOwner;

        /// All webhooks of an owner.
        pub const fn of(owner: WebhookOwner) -> MayChange {
            MayChange(owner)
        }
    }
    pub mod workspaces {
        pub use crate::workspace::records::*;
    }
}

pub use crate::platform::app::Server;
pub use crate::platform::context::{Clock, Ctx, Facts, Later, Rng};
pub use crate::platform::expected::Expected;
pub use crate::platform::failure::{Failure, Fault};
pub use crate::platform::keys::MasterKey;
pub use crate::platform::settings::{Brand, Lifetimes, PasswordHashing, Registration, RegistrationPolicy, Settings};
// Types of the store that the web uses for pages of lists.
pub use store::platform::search::SearchPage;
pub use store::{MOST_OF_ARRAY, Page, Paged, UserCursor};
