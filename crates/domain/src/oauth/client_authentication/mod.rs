//! Client authentication (OAuth 2.1 §2.4): the credentials in a request, and whether they match the client's
//! registration.
pub mod assertion;
mod refusal;
mod registered;
pub mod secret;

pub use refusal::ClientRefusal;
pub use registered::{check_named, registered};

use crate::clients::AuthMethod;
use crate::clients::authentication::{ClientMethodRow, ProofSource, enabled_methods};
use crate::oauth::client_authentication::assertion::JWT_BEARER;
use crate::oauth::client_authentication::secret::Header;
use crate::oauth::presented::Presented;
use crate::platform::params::RawParams;
use crate::{ClientId, Secret};

/// What a request shows to prove which client sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence<'r> {
    /// The client only names itself.
    None,
    /// A client secret, in the header or in the body.
    Secret(Secret),
    /// A JWT that the client signed (RFC 7523 §2.2), not verified yet.
    Assertion(&'r str),
}

/// The client that a request names, and the proof that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientProof<'r> {
    /// The client that the request claims to come from. It is proven only once the evidence is checked.
    pub client_id: ClientId,
    /// The method that the request uses, whatever the client has registered.
    pub method: AuthMethod,
    /// What has to be checked for that method.
    pub evidence: Evidence<'r>,
}

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
        ProofSource::Assertion => match (body.get("client_assertion"), body.get("client_assertion_type")) {
            (None, None) => None,
            (Some(assertion), Some(JWT_BEARER)) => Some(Ok(Evidence::Assertion(assertion))),
            (Some(_), Some(_)) => Some(Err(ClientRefusal::AssertionType)),
            (Some(_), None) | (None, Some(_)) => Some(Err(ClientRefusal::AssertionIncomplete)),
        },
    }
}

impl<'r> ClientProof<'r> {
    /// Reads the proof of a request: that of one enabled method, or only a `client_id`.
    pub fn read(presented: &Presented<'r>) -> Result<Self, ClientRefusal> {
        use ClientRefusal as R;
        let header = Header::parse(presented.authorization);
        let shown = |row: &ClientMethodRow| Some((row.method, evidence(row.source, &header, presented.body)?));
        let mut all = enabled_methods().filter_map(shown);
        let (method, evidence) = match (all.next(), all.next()) {
            (_, Some(_)) => return Err(R::TwoMethods),
            (Some((method, evidence)), None) => (method, evidence?),
            (None, None) => (AuthMethod::None, Evidence::None),
        };
        let named = match (header.client(), presented.body.get("client_id")) {
            (Some(user), Some(posted)) if user != posted => return Err(R::TwoMethods),
            (user, posted) => user.or(posted),
        };
        let client_id = match evidence {
            Evidence::Assertion(assertion) => assertion::client(assertion, named)?,
            Evidence::None | Evidence::Secret(_) => {
                ClientId::parse(named.ok_or(R::Missing)?).map_err(|_| R::Unknown)?
            }
        };
        Ok(Self { client_id, method, evidence })
    }
}

/// The client that a request names, even if the request is otherwise invalid.
pub fn named(authorization: Option<&str>, params: &RawParams) -> Option<ClientId> {
    let header = Header::parse(authorization);
    match header.client().or_else(|| params.get("client_id")) {
        Some(id) => ClientId::parse(id).ok(),
        None => assertion::subject(params.get("client_assertion")?),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
