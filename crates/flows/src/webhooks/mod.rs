//! Webhooks as their owners manage them, and deliveries.

pub mod deliver;
pub mod manage;
