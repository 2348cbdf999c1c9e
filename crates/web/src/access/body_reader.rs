//! Reads the members of a body into a struct. Errors name the member at fault.
use serde::de::value::{MapDeserializer, SeqDeserializer, StringDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};
use serde_path_to_error::Segment;
use std::fmt;

/// What is wrong with a body, and with which member.
#[derive(Debug, PartialEq, Eq)]
pub enum BodyFault {
    Unknown(String),
    /// The member has the wrong type, or is missing.
    WrongType(String),
}

pub fn read<T: DeserializeOwned>(members: Map<String, Value>) -> Result<T, BodyFault> {
    serde_path_to_error::deserialize(Given(Value::Object(members))).map_err(|error| {
        let member = error.path().iter().find_map(|segment| match segment {
            Segment::Map { key } => Some(key.clone()),
            Segment::Seq { .. } | Segment::Enum { .. } | Segment::Unknown => None,
        });
        match error.into_inner() {
            Misread::Unknown(name) => BodyFault::Unknown(member.unwrap_or(name)),
            Misread::Missing(name) => BodyFault::WrongType(member.unwrap_or_else(|| name.to_owned())),
            Misread::Value => BodyFault::WrongType(member.unwrap_or_default()),
        }
    })
}

/// Why a value could not be read. The path to it is recorded by `serde_path_to_error`.
#[derive(Debug)]
enum Misread {
    /// An object has a member that its struct does not have.
    Unknown(String),
    /// An object lacks a member that its struct requires.
    Missing(&'static str),
    Value,
}

impl fmt::Display for Misread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(f, "unknown member {name}"),
            Self::Missing(name) => write!(f, "missing member {name}"),
            Self::Value => f.write_str("wrong type"),
        }
    }
}

impl std::error::Error for Misread {}

impl Error for Misread {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::Value
    }
    fn missing_field(name: &'static str) -> Self {
        Self::Missing(name)
    }
}

/// A value of a body. Unlike `serde_json`, it refuses unknown members whatever the struct says, reads members in the order of the
/// struct, so that the same body always has the same fault, and takes `null` for no value of an `Option`.
struct Given(Value);

impl IntoDeserializer<'_, Misread> for Given {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

fn given(members: Map<String, Value>) -> impl Iterator<Item = (String, Given)> {
    members.into_iter().map(|(name, value)| (name, Given(value)))
}

impl<'de> Deserializer<'de> for Given {
    type Error = Misread;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(value), ..) => visitor.visit_u64(value),
                (None, Some(value), _) => visitor.visit_i64(value),
                (None, None, Some(value)) => visitor.visit_f64(value),
                (None, None, None) => Err(Misread::Value),
            },
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Given))),
            Value::Object(members) => visitor.visit_map(MapDeserializer::new(given(members))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Misread> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        let Value::Object(mut members) = self.0 else { return Err(Misread::Value) };
        if let Some(unknown) = members.keys().find(|name| !names.contains(&name.as_str())) {
            return Err(Misread::Unknown(unknown.clone()));
        }
        let ordered = names.iter().filter_map(|name| members.remove_entry(*name));
        visitor.visit_map(MapDeserializer::new(ordered.map(|(name, value)| (name, Given(value)))))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misread> {
        let Value::String(name) = self.0 else { return Err(Misread::Value) };
        visitor.visit_enum(StringDeserializer::<Misread>::new(name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::body::ReadOnly;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, Deserialize)]
    struct Example {
        name: String,
        #[serde(default)]
        list: Vec<String>,
        flag: Option<bool>,
        number: Option<i64>,
        place: Option<Place>,
        #[serde(default, rename = "id")]
        _id: ReadOnly,
    }

    #[derive(Debug, Deserialize, PartialEq, Eq)]
    #[serde(rename_all = "snake_case")]
    enum Place {
        Here,
    }

    fn example(body: &Value) -> Result<Example, BodyFault> {
        read(body.as_object().unwrap().clone())
    }

    #[test]
    fn point_4_1_a_fault_names_its_member() {
        let unknown = |name: &str| BodyFault::Unknown(name.to_owned());
        let wrong = |name: &str| BodyFault::WrongType(name.to_owned());
        for (body, fault) in [
            (json!({}), wrong("name")),
            (json!({"name": 1}), wrong("name")),
            (json!({"name": null}), wrong("name")),
            (json!({"name": "x", "list": "y"}), wrong("list")),
            (json!({"name": "x", "list": ["y", 1]}), wrong("list")),
            (json!({"name": "x", "list": null}), wrong("list")),
            (json!({"name": "x", "flag": "yes"}), wrong("flag")),
            (json!({"name": "x", "flag": null}), wrong("flag")),
            (json!({"name": "x", "number": 1.0}), wrong("number")),
            (json!({"name": "x", "number": u64::MAX}), wrong("number")),
            (json!({"name": "x", "place": "there"}), wrong("place")),
            (json!({"name": "x", "place": {"here": 1}}), wrong("place")),
            (json!({"name": "x", "Name": "y"}), unknown("Name")),
            // An unknown member comes first: it is more likely a spelling mistake of a missing one.
            (json!({"nam": "x", "flag": 1}), unknown("nam")),
            (json!({"flag": 1, "list": 2, "name": 3}), wrong("name")),
        ] {
            assert_eq!(example(&body).unwrap_err(), fault, "{body}");
        }
    }

    #[test]
    fn point_4_1_a_member_may_be_left_out_and_what_is_only_read_is_ignored() {
        let least = example(&json!({"name": "x"})).unwrap();
        assert_eq!((least.name.as_str(), least.list.len(), least.flag, least.number), ("x", 0, None, None));
        for id in [json!("whk_1"), json!(null), json!([{"a": 1}])] {
            let body = json!({"id": id, "list": ["a"], "name": "x", "flag": false, "number": -1, "place": "here"});
            let full = example(&body).unwrap();
            assert_eq!(
                (full.list.as_slice(), full.flag, full.number),
                (["a".to_owned()].as_slice(), Some(false), Some(-1))
            );
            assert_eq!(full.place, Some(Place::Here));
        }
    }
}
