//! Request parameters as they were sent.
use std::borrow::Cow;

/// The parameters of a request in the order in which they came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawParams(Vec<(String, String)>);

impl RawParams {
    /// From a query string or a form body (`application/x-www-form-urlencoded`).
    pub fn from_urlencoded(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// From a flat JSON object, for the mounts that take JSON: strings, numbers and booleans count as their text, `null`
    /// as omitted, a list of strings as a repeated parameter. Anything else is kept as its JSON text (`claims` may be an
    /// object).
    pub fn from_json(object: &serde_json::Map<String, serde_json::Value>) -> Self {
        use serde_json::Value;
        let mut pairs = Vec::with_capacity(object.len());
        for (name, value) in object {
            let mut put = |text: String| pairs.push((name.clone(), text));
            match value {
                Value::Null => {}
                Value::String(text) => put(text.clone()),
                Value::Array(items) if items.iter().all(Value::is_string) => {
                    items.iter().filter_map(Value::as_str).for_each(|text| put(text.to_owned()));
                }
                other => put(other.to_string()),
            }
        }
        Self(pairs)
    }

    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self(pairs.into_iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect())
    }

    /// The value of a parameter; an empty one counts as omitted (OAuth 2.1 §3.1).
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// All values of a parameter that may be repeated, such as `resource` (RFC 8707 §2).
    pub fn all<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.0.iter().filter(move |(n, v)| n == name && !v.is_empty()).map(|(_, v)| v.as_str())
    }

    /// The first parameter that came twice although it may not (OAuth 2.1 §3.1); `may_repeat` names those that may.
    pub fn repeated(&self, may_repeat: &[&str]) -> Option<Cow<'_, str>> {
        let mut seen: Vec<&str> = Vec::with_capacity(self.0.len());
        for (name, _) in self.0.iter().filter(|(n, _)| !may_repeat.contains(&n.as_str())) {
            if seen.contains(&name.as_str()) {
                return Some(Cow::Borrowed(name));
            }
            seen.push(name);
        }
        None
    }

    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checklist_13_14_repeated_and_empty() {
        let params = RawParams::from_urlencoded(b"a=1&b=&resource=x&resource=y");
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (Some("1"), None, None));
        assert_eq!(params.repeated(&["resource"]), None);
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(RawParams::from_urlencoded(b"a=1&a=1").repeated(&[]).as_deref(), Some("a"));
        assert_eq!(RawParams::from_urlencoded(b"resource=x&resource=y").repeated(&[]).as_deref(), Some("resource"));
    }

    #[test]
    fn json_counts_as_text() {
        let json = serde_json::json!({"a": "x", "n": 3, "b": true, "z": null, "o": {"k": 1}, "resource": ["x", "y"]});
        let params = RawParams::from_json(json.as_object().unwrap());
        assert_eq!(params.get("n"), Some("3"));
        assert_eq!(params.get("z"), None);
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(params.get("o"), Some("{\"k\":1}"));
    }
}
