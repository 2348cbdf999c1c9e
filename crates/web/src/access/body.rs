//! The JSON bodies of the management APIs. A body is a struct; its `OpenAPI` schema is derived from the same struct.
use crate::WebState;
use crate::access::body_reader::{self, BodyFault};
use crate::platform::body::{NotMembers, has_nul, media_type, members};
use crate::platform::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use flows::platform::management_error::ManagementRefusal;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, IgnoredAny};
use serde_json::{Map, Value};
use std::marker::PhantomData;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A JSON object that is to be read as `T`; empty without a body.
///
/// It is received before the handler runs, but read by the handler: whether the caller may do this at all comes first.
#[derive(Debug)]
pub struct Body<T> {
    members: Map<String, Value>,
    shape: PhantomData<fn() -> T>,
}

impl<T> FromRequest<WebState> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &WebState) -> Result<Self, Problem> {
        let media = media_type(&request);
        let Ok(bytes) = Bytes::from_request(request, state).await else {
            return Err(ManagementRefusal::CutOff.into());
        };
        let members = match media.as_str() {
            "" | "application/json" if bytes.is_empty() => Map::new(),
            "application/json" => members(&bytes).map_err(|why| match why {
                NotMembers::NotAnObject => ManagementRefusal::NotAnObject,
                NotMembers::Repeated => ManagementRefusal::Repeated,
            })?,
            _ => return Err(ManagementRefusal::MediaType.into()),
        };
        if members.iter().any(|(name, value)| name.contains('\0') || has_nul(value)) {
            return Err(ManagementRefusal::Nul.into());
        }
        Ok(Self { members, shape: PhantomData })
    }
}

impl<T> Body<T> {
    /// The members as they were sent.
    pub fn members(&self) -> &Map<String, Value> {
        &self.members
    }
}

impl<T: DeserializeOwned> Body<T> {
    /// The body as its struct. A fault names its member. A member that the struct does not have is refused.
    ///
    /// A member that is sent must have a value: `Option` stands for a member that may be left out, not for `null`. A type that
    /// takes `null` says so in its own `Deserialize`.
    pub fn read(self) -> Result<T, Problem> {
        body_reader::read(self.members).map_err(|fault| match fault {
            BodyFault::Unknown(name) => ManagementRefusal::UnknownMember.of(name).into(),
            BodyFault::WrongType(name) => ManagementRefusal::WrongType.of(name).into(),
        })
    }
}

/// A member that responses contain and requests cannot set. It is accepted with any value and ignored, so that a response can be
/// changed and sent back.
#[derive(Debug, Default)]
pub struct ReadOnly;

impl<'de> Deserialize<'de> for ReadOnly {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl PartialSchema for ReadOnly {
    fn schema() -> RefOr<Schema> {
        let any = ObjectBuilder::new().schema_type(SchemaType::AnyValue).read_only(true);
        any.description(Some("Only in responses; ignored in requests.")).into()
    }
}

impl ToSchema for ReadOnly {}
