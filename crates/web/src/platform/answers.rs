//! The refusals that operations share.
use super::schema::error::{OAuthError, Problem};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Content, ContentBuilder, Header, HeaderBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{ToResponse, ToSchema};

fn content<T: ToSchema>() -> Content {
    let schema = utoipa::openapi::Ref::from_schema_name(T::name());
    ContentBuilder::new().schema(Some(schema)).build()
}

pub fn text_header(description: &str) -> Header {
    let schema = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(schema)).description(Some(description)).build()
}

fn oauth(description: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description).content("application/json", content::<OAuthError>())
}

fn problem(description: &str) -> ResponseBuilder {
    ResponseBuilder::new().description(description).content("application/problem+json", content::<Problem>())
}

fn challenged(response: ResponseBuilder) -> ResponseBuilder {
    let header = text_header("How to authenticate (RFC 9110 §11.6.1).");
    response.header("www-authenticate", header)
}

/// A reference to one of them.
pub fn refer<R: for<'r> ToResponse<'r>>() -> RefOr<Response> {
    RefOr::Ref(utoipa::openapi::Ref::from_response_name(R::response().0))
}

macro_rules! answers {
    ($($name:ident = $response:expr;)*) => {
        $(#[derive(Debug)]
        pub struct $name;

        impl<'r> ToResponse<'r> for $name {
            fn response() -> (&'r str, RefOr<Response>) {
                (stringify!($name), RefOr::T($response.build()))
            }
        })*

        /// All of them.
        pub fn all() -> impl Iterator<Item = (&'static str, RefOr<Response>)> {
            [$($name::response()),*].into_iter()
        }
    };
}

answers! {
    OAuth400 = oauth("The request is at fault.");
    OAuth401 = challenged(oauth("The client, the token or the user is not who they should be."));
    OAuth403 = oauth("It is not allowed.");
    OAuth404 = oauth("There is no such client, or it is another's.");
    OAuth409 = oauth("It was changed meanwhile.");
    OAuth412 = oauth("It was changed since: `If-Match` names another revision.");
    OAuth429 = oauth("Too many requests.");
    OAuth500 = oauth("The server failed.");
    OAuth503 = oauth("The server is not available for the moment.");
    Problem400 = problem("The request is at fault.");
    Problem401 = challenged(problem("There is no credential, or it is not valid."));
    Problem403 = challenged(problem("The credential, the role or the workspace does not allow it."));
    Problem404 = problem("There is no such thing, or it is somebody else's.");
    Problem409 = problem("It does not fit with what is there, or was sent before.");
    Problem412 = problem("It was changed meanwhile: `If-Match` names another revision.");
    Problem500 = problem("The server failed.");
    Problem503 = problem("The server is not available for the moment.");
}
