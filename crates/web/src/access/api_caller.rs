//! The caller of a management API and its request.
use crate::WebState;
use crate::platform::problem::Problem;
use crate::platform::request::Incoming;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::access::Principal;
use flows::access::extent::Extent;
use flows::access::principal;
use flows::platform::management_error::ManagementRefusal;
use flows::{Ctx, Page};

/// A caller with a valid credential. The use case decides what it may do.
#[derive(Debug)]
pub struct ApiCaller {
    pub ctx: Ctx,
    pub principal: Principal,
    incoming: Incoming,
}

impl FromRequestParts<WebState> for ApiCaller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Problem> {
        let Ok(incoming) = Incoming::from_request_parts(parts, state).await;
        // We never store NUL, so no value can match; reject the query early.
        if incoming.query.pairs().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(ManagementRefusal::Nul.into());
        }
        let (app, ctx) = (state.app(), incoming.ctx.clone());
        let named = incoming.workspace();
        let principal = match incoming.bearer() {
            Some(token) => principal::by_bearer(app, &ctx, token, named).await?,
            None if incoming.is_session_of_other_site(state) => {
                return Err(principal::other_site(app, &ctx).into());
            }
            None => principal::by_session(app, &ctx, &incoming.session(state).await?, named).await?,
        };
        let mut ctx = ctx;
        ctx.facts = ctx.facts.by(&principal);
        Ok(Self { ctx, principal, incoming })
    }
}

impl ApiCaller {
    pub fn header(&self, name: &'static str) -> Option<&str> {
        self.incoming.header(name)
    }

    pub fn query(&self, name: &str) -> Option<&str> {
        self.incoming.query.get(name)
    }

    /// All query parameters.
    pub fn queries(&self) -> impl Iterator<Item = (&str, &str)> {
        self.incoming.query.pairs()
    }

    /// An integer query parameter within limits.
    pub fn number(&self, name: &'static str, default: i64, most: i64) -> Result<i64, Problem> {
        match self.incoming.query.get(name) {
            None => Ok(default),
            Some(text) => {
                let number = text.parse().ok().filter(|number| (1..=most).contains(number));
                number.ok_or_else(|| ManagementRefusal::Number.of(name).into())
            }
        }
    }

    /// `owner=operator` selects what belongs to the server as a whole; the default is the workspace.
    pub fn scope(&self) -> Result<Extent, Problem> {
        match self.query("owner") {
            None | Some("workspace") => Ok(Extent::Workspace),
            Some("operator") => Ok(Extent::Server),
            Some(_) => Err(ManagementRefusal::Choice.of("owner").into()),
        }
    }

    /// `page` from 1, with `limit` rows, at most 100.
    pub fn page(&self, limit: i64) -> Result<AskedPage, Problem> {
        let limit = self.number("limit", limit, 100)?;
        Ok(AskedPage { number: self.number("page", 1, 1_000_000)?, limit })
    }

    /// Like [`Self::page`], for the arrays of reference 004, which are complete unless they are very long.
    pub fn array_page(&self) -> Result<AskedPage, Problem> {
        let limit = self.number("limit", flows::MOST_OF_ARRAY, flows::MOST_OF_ARRAY)?;
        Ok(AskedPage { number: self.number("page", 1, 1_000_000)?, limit })
    }

    /// The revision in `If-Match`.
    pub fn expected(&self) -> Option<i64> {
        self.incoming.expected_revision()
    }
}

/// The requested page of a list.
#[derive(Debug, Clone, Copy)]
pub struct AskedPage {
    pub number: i64,
    pub limit: i64,
}

impl AskedPage {
    pub fn page(&self) -> Page {
        Page::new(self.number, self.limit)
    }

    pub fn of_array(&self) -> Page {
        Page::of_array(self.number, self.limit)
    }
}
