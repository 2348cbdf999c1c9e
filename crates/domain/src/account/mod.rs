//! Users and their sessions.

mod email;
pub(crate) mod proof;
mod session;
mod sign_in_refusal;
mod user;
mod user_agent;
mod zone;

pub use email::{Email, InvalidEmail};
pub use proof::{Level, PersonMethod, PersonProof};
pub use session::Session;
pub use sign_in_refusal::{SetupLinkRefusal, SignInRefusal};
pub use user::User;
pub use user_agent::Device;
pub use zone::{InvalidZone, Zone};
