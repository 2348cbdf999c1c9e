//! Request parameters as sent.
use std::borrow::Cow;
use std::collections::HashSet;

/// The parameters of a request, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RawParams(Vec<(String, String)>);

impl RawParams {
    /// Parses a query string or a form body (`application/x-www-form-urlencoded`).
    pub fn from_urlencoded(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// Reads a JSON object, for endpoints that accept JSON. Parameters are strings; `null` counts as omitted. The few
    /// that may have another type are listed in [`kind`]. Any other type is an error, which names the parameter.
    pub fn from_json(object: &serde_json::Map<String, serde_json::Value>) -> Result<Self, String> {
        use serde_json::Value;
        let mut pairs = Vec::with_capacity(object.len());
        for (name, value) in object {
            let mut put = |text: String| pairs.push((name.clone(), text));
            match (value, kind(name)) {
                (Value::String(text), _) => put(text.clone()),
                (Value::Array(items), Kind::Texts) if items.iter().all(Value::is_string) => {
                    items.iter().filter_map(Value::as_str).for_each(|text| put(text.to_owned()));
                }
                (Value::Number(number), Kind::Number) => put(number.to_string()),
                (Value::Bool(flag), Kind::Flag) => put(flag.to_string()),
                (Value::Object(_), Kind::Object) | (Value::Array(_), Kind::Array) => put(value.to_string()),
                // Unknown parameters are ignored, whatever their type (RFC 6749 §3.1).
                (Value::Null, _) | (_, Kind::Unknown) => {}
                _ => return Err(name.clone()),
            }
        }
        Ok(Self(pairs))
    }

    /// Name and value of each parameter, decoded.
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

    /// The first parameter that is repeated although it may not be (OAuth 2.1 §3.1); `may_repeat` names those that may.
    pub fn repeated(&self, may_repeat: &[&str]) -> Option<Cow<'_, str>> {
        // An attacker can send as many names as fit, so each is examined only once.
        let mut seen = HashSet::with_capacity(self.0.len());
        let mut once = self.0.iter().map(|(name, _)| name.as_str()).filter(|name| !may_repeat.contains(name));
        once.find(|name| !seen.insert(*name)).map(Cow::Borrowed)
    }

    /// Name and value of each parameter, in the order of the request.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

/// The JSON type a parameter may have besides a string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// May be repeated (RFC 8707 §2).
    Texts,
    Number,
    Flag,
    /// For example `claims`, which is itself JSON.
    Object,
    Array,
    Unknown,
}

/// The parameters of the token-like endpoints, the authorization request and its decision.
fn kind(name: &str) -> Kind {
    #[rustfmt::skip]
    const TEXTS: &[&str] = &[
        "acr_values", "action", "client_assertion", "client_assertion_type", "client_id", "client_secret", "code",
        "code_challenge", "code_challenge_method", "code_verifier", "device_code", "display", "dpop_jkt", "grant_type",
        "id_token_hint", "interaction", "login_hint", "nonce", "post_logout_redirect_uri", "prompt", "redirect_uri",
        "refresh_token", "request", "request_uri", "requested_token_type", "response_mode", "response_type", "scope",
        "state", "sub_type", "subject_token", "subject_token_type", "token", "token_type_hint", "ui_locales",
        "access_token", "user_code", "workspace",
    ];
    match name {
        "resource" | "audience" => Kind::Texts,
        "max_age" => Kind::Number,
        "decision" | "granular" | "stay_connected" => Kind::Flag,
        "claims" | "registration" => Kind::Object,
        "authorization_details" => Kind::Array,
        _ if TEXTS.contains(&name) => Kind::Text,
        _ => Kind::Unknown,
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
    fn point_6_5_json_values_have_the_type_of_their_parameter() {
        let read = |json: serde_json::Value| RawParams::from_json(json.as_object().unwrap());
        let good = serde_json::json!({"scope": "x", "max_age": 3, "decision": true, "state": null, "claims": {"k": 1},
            "resource": ["x", "y"], "metadata": {"mine": [1]}});
        let params = read(good).unwrap();
        assert_eq!((params.get("max_age"), params.get("decision")), (Some("3"), Some("true")));
        assert_eq!((params.get("state"), params.get("metadata")), (None, None));
        assert_eq!(params.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(params.get("claims"), Some("{\"k\":1}"));
        for (name, value) in [
            ("scope", serde_json::json!(["openid"])),
            ("client_id", serde_json::json!(7)),
            ("code", serde_json::json!({})),
            ("grant_type", serde_json::json!(true)),
            ("resource", serde_json::json!([1])),
            ("resource", serde_json::json!({"uri": "x"})),
            ("max_age", serde_json::json!([3])),
            ("claims", serde_json::json!([])),
        ] {
            let body = serde_json::Value::Object([(name.to_owned(), value)].into_iter().collect());
            assert_eq!(read(body), Err(name.to_owned()));
        }
    }
}
