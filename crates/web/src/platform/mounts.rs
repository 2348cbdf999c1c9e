//! Endpoints that are served at several paths, because several published APIs have them.
use crate::WebState;
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// The extension of an operation with its further paths, each with the suffix of its operation ids there. The served description
/// has a copy of the operation instead.
pub const ALSO_AT: &str = "x-also-at";

/// What replaces `/oauth2` at the other mounts of the protocol.
pub const PROTOCOL: &[(&str, &str)] = &[("/api/oauth2", "api"), ("/api/v1/oauth2", "v1")];

pub fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
}

pub trait AlsoAt {
    /// Adds endpoints at the path that they name and at further ones. Each comes with a suffix that tells the operation ids
    /// apart. What is below `/oauth2` takes prefixes in its place; everything else takes whole paths.
    fn routes_also_at(self, others: &[(&str, &str)], routes: UtoipaMethodRouter<WebState>) -> Self;
}

impl AlsoAt for OpenApiRouter<WebState> {
    fn routes_also_at(
        mut self,
        others: &[(&str, &str)],
        (schemas, mut paths, methods): UtoipaMethodRouter<WebState>,
    ) -> Self {
        for (first, item) in &mut paths.paths {
            let below = first.strip_prefix("/oauth2").unwrap_or_default();
            let all: Vec<_> = others.iter().map(|(place, suffix)| (format!("{place}{below}"), *suffix)).collect();
            for (path, _) in &all {
                #[expect(clippy::disallowed_methods, reason = "the description gets a copy of the first")]
                let with_other = self.route(path, methods.clone());
                self = with_other;
            }
            for operation in operations(item) {
                operation.extensions = Some(ExtensionsBuilder::new().add(ALSO_AT, json!(all)).build());
            }
        }
        self.routes((schemas, paths, methods))
    }
}
