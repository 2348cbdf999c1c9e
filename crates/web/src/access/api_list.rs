//! How lists are answered.
use crate::WebState;
use crate::access::api_caller::AskedPage;
use crate::platform::respond::json_response;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::{IntoParams, ToSchema};

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Manager::page` reads")]
pub struct PageQuery {
    /// From 1, which it is unless something else is said.
    #[param(nullable = false, minimum = 1, maximum = 1_000_000)]
    page: Option<i64>,
    /// Rows of a page.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<i64>,
}

/// Which part of an array.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Manager::array_page` reads")]
pub struct ArrayQuery {
    /// From 1, which it is unless something else is said.
    #[param(nullable = false, minimum = 1, maximum = 1_000_000)]
    page: Option<i64>,
    /// Rows of a page; 1000 unless something else is said.
    #[param(nullable = false, minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// It is gone.
#[derive(Serialize, ToSchema)]
pub struct Deleted {
    /// Always true.
    deleted: bool,
}

pub fn deleted() -> Response {
    json_response(StatusCode::OK, &Deleted { deleted: true })
}

/// How many pages there are.
fn pages(total: i64, limit: i64) -> i64 {
    (total + limit - 1) / limit.max(1)
}

/// Reference 000: the items, and how many there are in all.
pub fn paginated(items: &[Map<String, Value>], total: i64, limit: i64) -> Response {
    let pagination = json!({"total_count": total, "max_page": pages(total, limit)});
    json_response(StatusCode::OK, &json!({"items": items, "pagination": pagination}))
}

/// The same in the words of reference 002.
pub fn paginated_camel(items: &[Map<String, Value>], total: i64, limit: i64) -> Response {
    let pagination = json!({"totalCount": total, "maxPage": pages(total, limit)});
    json_response(StatusCode::OK, &json!({"items": items, "pagination": pagination}))
}

/// Reference 004: an array. How many there are in all, and where the next page is, say the headers (RFC 8288).
pub fn array(state: &WebState, path: &str, items: &[impl Serialize], total: i64, asked: &AskedPage) -> Response {
    let mut response = json_response(StatusCode::OK, &items);
    response.headers_mut().insert("x-total-count", HeaderValue::from(total));
    let AskedPage { number, limit } = *asked;
    if number < pages(total, limit) {
        link_next(state, &mut response, &format!("{path}?page={}&limit={limit}", number + 1));
    }
    response
}

/// Names the path of what comes next (RFC 8288).
pub fn link_next(state: &WebState, response: &mut Response, path: &str) {
    let link = format!("<{}>; rel=\"next\"", state.app().settings().url(path));
    if let Ok(value) = HeaderValue::try_from(link) {
        response.headers_mut().insert(header::LINK, value);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_last_page_may_be_short() {
        for (total, limit, expected) in [(0, 10, 0), (1, 10, 1), (10, 10, 1), (11, 10, 2), (100, 1, 100)] {
            assert_eq!(super::pages(total, limit), expected);
        }
    }
}
