//! The registration of a client of each kind, shared by the command line and the demo.
use crate::cli::Kind;
use anyhow::{Context as _, bail};
use domain::ScopeSet;
use domain::clients::{ApplicationType, AuthMethod, ClientConfig, ClientType, GrantType, Trust, redirect_uri};
use flows::unguarded::applications::NewClient;

/// The registration of a client of this kind.
pub fn new_client(
    name: &str,
    kind: Kind,
    redirect_uris: Vec<String>,
    scopes: ScopeSet,
    trust: Trust,
    schemes: &[String],
) -> anyhow::Result<NewClient> {
    let application_type = if kind == Kind::Public { ApplicationType::Native } else { ApplicationType::Web };
    for uri in &redirect_uris {
        redirect_uri::check_registration(uri, application_type, schemes).with_context(|| uri.clone())?;
    }
    if redirect_uris.is_empty() && kind != Kind::Machine {
        bail!("at least one --redirect-uri is required");
    }
    let (client_type, auth_method, grant_types) = match kind {
        Kind::Web => (
            ClientType::Confidential,
            AuthMethod::ClientSecretBasic,
            vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        ),
        Kind::Public => {
            (ClientType::Public, AuthMethod::None, vec![GrantType::AuthorizationCode, GrantType::RefreshToken])
        }
        Kind::Machine => (ClientType::Confidential, AuthMethod::ClientSecretBasic, vec![GrantType::ClientCredentials]),
    };
    let code = grant_types.contains(&GrantType::AuthorizationCode);
    Ok(NewClient {
        name: domain::platform::text::display_name(name)?,
        client_type,
        auth_method,
        trust,
        owner_user_id: None,
        owner_workspace_id: None,
        config: ClientConfig {
            redirect_uris,
            grant_types,
            response_types: if code { vec!["code".to_owned()] } else { Vec::new() },
            scopes,
            application_type,
            any_secret_method: kind != Kind::Public,
            ..ClientConfig::default()
        },
        registration_token: false,
    })
}
