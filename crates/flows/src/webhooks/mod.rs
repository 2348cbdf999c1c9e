//! Webhooks, as their owners manage them, and the deliveries.

pub mod deliver;
pub mod manage;
