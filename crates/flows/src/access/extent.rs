//! What a request is about: one workspace, or the whole server.

/// Whose webhooks and events a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The caller's workspace.
    Workspace,
    /// The whole server.
    Server,
}
