//! Clients as their owners manage them, and as they register themselves.

pub(crate) mod activity;
pub(crate) mod change;
pub(crate) mod kinds;
pub mod manage;
pub mod ownership;
pub mod people;
pub(crate) mod records;
pub mod registrar;
pub mod registration;
pub(crate) mod registration_refusal;
pub(crate) mod resolve;
pub mod secrets;
pub mod unprotected;
