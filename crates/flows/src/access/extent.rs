//! The extent of a request: one workspace or the whole server.

/// Selects the webhooks and events that a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The caller's workspace.
    Workspace,
    /// The whole server.
    Server,
}
