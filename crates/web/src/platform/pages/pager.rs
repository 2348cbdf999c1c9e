//! Pagination.

/// Rows per page.
pub const ROWS: i64 = 20;

/// A page's position among the others, with links to its neighbours.
#[derive(Debug)]
pub struct Pager {
    pub number: i64,
    pub last: i64,
    /// Whether there are more rows than all pages together show.
    pub more: bool,
    /// The URL of the list with its filters, up to the page number.
    before: String,
    /// The ids of the first and last rows of the page, if neighbouring pages are found by them.
    rows: Option<(String, String)>,
}

impl Pager {
    /// `total` rows, with `limit` per page. `query` contains the filters, which all pages keep.
    pub fn new(path: &str, query: &[(&str, &str)], number: i64, limit: i64, total: i64) -> Self {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(query.iter().filter(|(_, value)| !value.is_empty()));
        let filters = form.finish();
        let joint = if filters.is_empty() { "" } else { "&" };
        let last = ((total + limit - 1) / limit.max(1)).max(1);
        Self { number, last, more: false, before: format!("{path}?{filters}{joint}page="), rows: None }
    }

    /// Pages of a search with `more` results than they show.
    pub fn limited(self, more: bool) -> Self {
        Self { more, ..self }
    }

    /// Pages of a list with keyset pagination: the ids of this page's first and last rows, if it has any.
    pub fn beside(self, rows: Option<(String, String)>) -> Self {
        Self { rows, ..self }
    }

    pub fn earlier(&self) -> Option<String> {
        let number = (self.number - 1).min(self.last);
        let place = self.rows.as_ref().filter(|_| number > 1).map(|(first, _)| format!("&before={first}"));
        (number >= 1).then(|| format!("{}{number}{}", self.before, place.unwrap_or_default()))
    }

    pub fn later(&self) -> Option<String> {
        let place = self.rows.as_ref().map(|(_, last)| format!("&after={last}"));
        (self.number < self.last).then(|| format!("{}{}{}", self.before, self.number + 1, place.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_keeps_the_filters() {
        let pager = Pager::new("/list", &[("q", "a&b"), ("trust", "")], 2, 10, 25);
        assert_eq!((pager.earlier().unwrap().as_str(), pager.last), ("/list?q=a%26b&page=1", 3));
        assert_eq!(pager.later().unwrap(), "/list?q=a%26b&page=3");
        let only = Pager::new("/list", &[], 1, 10, 0);
        assert_eq!((only.earlier(), only.later(), only.last), (None, None, 1));
        assert_eq!(Pager::new("/list", &[], 9, 10, 25).earlier().unwrap(), "/list?page=3", "beyond the end");
    }

    #[test]
    fn neighbours_are_found_by_the_rows_between() {
        let rows = Some(("usr_a".to_owned(), "usr_b".to_owned()));
        let at = |number| Pager::new("/list", &[], number, 10, 55).beside(rows.clone());
        let links = |pager: Pager| (pager.earlier().unwrap_or_default(), pager.later().unwrap_or_default());
        assert_eq!(links(at(1)), (String::new(), "/list?page=2&after=usr_b".to_owned()));
        assert_eq!(
            links(at(2)),
            ("/list?page=1".to_owned(), "/list?page=3&after=usr_b".to_owned()),
            "back to the start"
        );
        assert_eq!(links(at(6)), ("/list?page=5&before=usr_a".to_owned(), String::new()));
    }
}
