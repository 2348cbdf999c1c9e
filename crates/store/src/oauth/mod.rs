//! What the protocol stores besides grants.

pub mod device;
