//! JSON in which no member of an object is repeated. `serde_json` alone keeps the last of two, and a proxy in front
//! perhaps the first (checklist 13).
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;

/// Why a text is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidJson {
    /// The text is not JSON (RFC 8259).
    #[error("not JSON")]
    Malformed,
    /// An object at any depth has two members with one name.
    #[error("a member came twice")]
    Repeated,
}

/// The value, unless the text is not JSON or repeats a member at any depth.
pub fn parse(text: &[u8]) -> Result<Value, InvalidJson> {
    serde_json::from_slice::<Strict>(text).map(|strict| strict.0).map_err(|error| {
        // Any JSON value fits, so only a repeated member is an error in the data.
        if error.is_data() { InvalidJson::Repeated } else { InvalidJson::Malformed }
    })
}

struct Strict(Value);

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }
    fn visit_unit<E: Error>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }
    fn visit_string<E: Error>(self, value: String) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Strict(items.into()))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
        let mut members = Map::new();
        while let Some((name, Strict(value))) = access.next_entry::<String, Strict>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom(InvalidJson::Repeated));
            }
        }
        Ok(Strict(members.into()))
    }
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn narrowing_point_5_a_repeated_member_is_refused_at_any_depth() {
        for twice in [
            r#"{"a": 1, "a": 1}"#,
            r#"{"a": 1, "\u0061": 2}"#,
            r#"{"a": {"b": 1, "b": 2}}"#,
            r#"[[{"a": 1, "a": 2}]]"#,
            r#"{"a": [{"b": {"c": 1, "c": 2}}]}"#,
        ] {
            assert_eq!(parse(twice.as_bytes()), Err(InvalidJson::Repeated), "{twice}");
        }
        let all = json!({"a": [1, -1, 1.5, true, null, "x", {"a": {"a": []}}], "b": u64::MAX});
        assert_eq!(parse(all.to_string().as_bytes()), Ok(all));
        for rubbish in ["", "{", "{\"a\":1}{", &"[".repeat(10_000)] {
            assert_eq!(parse(rubbish.as_bytes()), Err(InvalidJson::Malformed));
        }
    }
}
