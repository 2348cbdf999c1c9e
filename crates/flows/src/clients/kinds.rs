//! New clients as the operator creates them: by what they are for.
use super::records::NewClient;
use domain::ScopeSet;
use domain::clients::redirect_uri::{self, InvalidRedirectUri};
use domain::clients::{ApplicationType, AuthMethod, ClientConfig, ClientType, GrantType, Trust};
use domain::platform::text::{UnsafeName, display_name};

/// What a client is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientKind {
    Web,
    Public,
    Machine,
}

/// Why there is no such client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidClient {
    #[error("{0}: {1}")]
    RedirectUri(String, InvalidRedirectUri),
    #[error("at least one redirect URI is required")]
    NoRedirectUri,
    #[error(transparent)]
    Name(#[from] UnsafeName),
}

impl NewClient {
    /// A client of this kind, without an owner. `schemes` are the private-use schemes that redirect URIs may use.
    pub fn of_kind(
        name: &str,
        kind: ClientKind,
        redirect_uris: Vec<String>,
        scopes: ScopeSet,
        trust: Trust,
        schemes: &[String],
    ) -> Result<Self, InvalidClient> {
        let application_type = if kind == ClientKind::Public { ApplicationType::Native } else { ApplicationType::Web };
        for uri in &redirect_uris {
            redirect_uri::check_registration(uri, application_type, schemes)
                .map_err(|reason| InvalidClient::RedirectUri(uri.clone(), reason))?;
        }
        if redirect_uris.is_empty() && kind != ClientKind::Machine {
            return Err(InvalidClient::NoRedirectUri);
        }
        let (client_type, auth_method, grant_types) = match kind {
            ClientKind::Web => (
                ClientType::Confidential,
                AuthMethod::ClientSecretBasic,
                vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
            ),
            ClientKind::Public => {
                (ClientType::Public, AuthMethod::None, vec![GrantType::AuthorizationCode, GrantType::RefreshToken])
            }
            ClientKind::Machine => {
                (ClientType::Confidential, AuthMethod::ClientSecretBasic, vec![GrantType::ClientCredentials])
            }
        };
        let code = grant_types.contains(&GrantType::AuthorizationCode);
        Ok(Self {
            name: display_name(name)?,
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
                any_secret_method: kind != ClientKind::Public,
                ..ClientConfig::default()
            },
            registration_token: false,
        })
    }
}
