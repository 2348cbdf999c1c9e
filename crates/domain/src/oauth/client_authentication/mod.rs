//! Client authentication (OAuth 2.1 §2.4): the credentials in a request, and whether they match the client's
//! registration.
mod refusal;
mod registered;
pub mod secret;

pub use refusal::ClientRefusal;
pub use registered::{check_named, registered};

use crate::clients::AuthMethod;
use crate::clients::authentication::{ClientMethodRow, ProofSource, enabled_methods};
use crate::oauth::client_authentication::secret::Header;
use crate::oauth::presented::Presented;
use crate::platform::params::RawParams;
use crate::{ClientId, Secret};

/// What a request shows to prove which client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence<'r> {
    None,
    Secret(Secret),
    /// A JWT that the client signed (RFC 7523 §2.2), not verified yet.
    Assertion(&'r str),
}

/// The client that a request names, and the proof that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProof<'r> {
    pub client_id: ClientId,
    pub method: AuthMethod,
    pub evidence: Evidence<'r>,
}

/// The `client_assertion_type` of a JWT (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The evidence of one source, if the request has any.
fn evidence<'r>(
    source: ProofSource,
    header: &Header,
    body: &'r RawParams,
) -> Option<Result<Evidence<'r>, ClientRefusal>> {
    match source {
        ProofSource::Nothing => None,
        ProofSource::BasicHeader => match header {
            Header::NotBasic | Header::Named(_) => None,
            Header::Malformed => Some(Err(ClientRefusal::Malformed)),
            Header::Basic(_, secret) => Some(Ok(Evidence::Secret(secret.clone()))),
        },
        ProofSource::BodySecret => body.get("client_secret").map(|secret| Ok(Evidence::Secret(Secret::new(secret)))),
        ProofSource::Assertion => {
            let is_jwt = body.get("client_assertion_type") == Some(JWT_BEARER);
            body.get("client_assertion").filter(|_| is_jwt).map(|assertion| Ok(Evidence::Assertion(assertion)))
        }
    }
}

impl<'r> ClientProof<'r> {
    /// Reads the proof of a request: that of one enabled method, or only a `client_id`.
    pub fn read(presented: &Presented<'r>) -> Result<Self, ClientRefusal> {
        Self::read_with(enabled_methods(), presented)
    }

    fn read_with(
        methods: impl Iterator<Item = &'static ClientMethodRow>,
        presented: &Presented<'r>,
    ) -> Result<Self, ClientRefusal> {
        use ClientRefusal as R;
        let header = Header::parse(presented.authorization);
        let shown = |row: &ClientMethodRow| Some((row.method, evidence(row.source, &header, presented.body)?));
        let mut all = methods.filter_map(shown);
        let (method, evidence) = match (all.next(), all.next()) {
            (_, Some(_)) => return Err(R::TwoMethods),
            (Some((method, evidence)), None) => (method, evidence?),
            (None, None) => (AuthMethod::None, Evidence::None),
        };
        let named = match (header.client(), presented.body.get("client_id")) {
            (Some(user), Some(posted)) if user != posted => return Err(R::TwoMethods),
            (user, posted) => user.or(posted).ok_or(R::Missing)?,
        };
        let client_id = ClientId::parse(named).map_err(|_| R::Unknown)?;
        Ok(Self { client_id, method, evidence })
    }
}

/// The client that a request names, even if the request is otherwise invalid.
pub fn named(authorization: Option<&str>, params: &RawParams) -> Option<ClientId> {
    let header = Header::parse(authorization);
    ClientId::parse(header.client().or_else(|| params.get("client_id"))?).ok()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
