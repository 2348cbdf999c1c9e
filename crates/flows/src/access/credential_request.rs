//! Requests for new API keys and personal access tokens: which scopes are available, and reading a request.
use crate::access::new_credential::NewCredential;
use crate::platform::management_error::{ManagementError, ManagementRefusal};
use crate::{Ctx, Server};
use domain::access::{Limit, Principal, is_operator_scope, management_scopes, offered_scopes};
use domain::platform::text::display_name;
use domain::{ScopeSet, Timestamp};
pub use store::access::credentials::KeyWithCreator;

/// The requested properties of a new credential.
#[derive(Debug, Clone, Default)]
pub struct CredentialRequest {
    pub name: String,
    pub scopes: Vec<String>,
    pub roles: Vec<String>,
    pub expires_at: Option<Timestamp>,
}

/// The first scope that neither the catalogue nor a management operation of this server defines.
pub fn unknown_scope<'s>(app: &Server, scopes: &'s ScopeSet) -> Option<&'s str> {
    let exists = |name: &str| management_scopes().any(|s| s == name) || app.settings().catalogue.scope(name).is_some();
    scopes.iter().find(|name| !exists(name))
}

/// All scopes that a key or token can have, for an operator or for other users.
pub fn every_scope(app: &Server, operator: bool) -> ScopeSet {
    let own: Vec<&str> = offered_scopes().filter(|name| operator || !is_operator_scope(name)).collect();
    ScopeSet::from_names(own.into_iter().chain(app.settings().catalogue.names())).unwrap_or_default()
}

/// Reads a request for a credential. Refuses scopes that the caller does not have.
pub(crate) fn read(
    app: &Server,
    ctx: &Ctx,
    principal: &Principal,
    asked: &CredentialRequest,
) -> Result<NewCredential, ManagementError> {
    let name = display_name(&asked.name).map_err(|_| ManagementRefusal::Text.of("name"))?;
    let names = asked.scopes.iter().map(String::as_str);
    let scopes = ScopeSet::from_names(names).map_err(|_| ManagementRefusal::Scope.of("scopes"))?;
    if scopes.is_empty() {
        return Err(ManagementRefusal::ScopesMissing.of("scopes"));
    }
    if unknown_scope(app, &scopes).is_some() {
        return Err(ManagementRefusal::Scope.of("scopes"));
    }
    let operators = !principal.operator && scopes.iter().any(is_operator_scope);
    let beyond = match &principal.limit {
        Limit::Role => operators,
        Limit::Scopes(own) => !scopes.is_subset(own) || operators,
        Limit::Nothing | Limit::Registering | Limit::Registration(_) => true,
    };
    if beyond {
        return Err(ManagementRefusal::ScopeBeyond.of("scopes"));
    }
    if asked.expires_at.is_some_and(|end| end <= ctx.now) {
        return Err(ManagementRefusal::Time.of("expires_at"));
    }
    Ok(NewCredential { name, scopes, expires_at: asked.expires_at })
}

/// The scopes that the caller may give to a credential: the server's own, and those that the operator declares.
pub fn scopes_to_give(app: &Server, principal: &Principal) -> Vec<String> {
    let own = offered_scopes().filter(|name| principal.operator || !is_operator_scope(name)).map(str::to_owned);
    let is_own = |name: &&str| management_scopes().any(|own| own == *name);
    let declared = app.settings().catalogue.names().filter(|name| !is_own(name)).map(str::to_owned);
    let mut names: Vec<String> = own.chain(declared).collect();
    if let Limit::Scopes(scopes) = &principal.limit {
        names.retain(|name| scopes.contains(name));
    }
    names
}
