//! Turns values into settings. A fault names the setting and its source.
use super::fault::Fault;
use super::node::{Node, Value};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::forward_to_deserialize_any;
use std::collections::btree_map;
use std::iter::Enumerate;
use std::slice;

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        let read = match &self.value {
            Value::Nothing => visitor.visit_unit(),
            Value::Bool(is) => visitor.visit_bool(*is),
            Value::Integer(number) => visitor.visit_i64(*number),
            Value::Float(number) => visitor.visit_f64(*number),
            Value::Time => Err(Fault::invalid_type(Unexpected::Other("time"), &visitor)),
            Value::Text(text) => visitor.visit_borrowed_str(text),
            Value::Bare(text) => match text.as_str() {
                "true" => visitor.visit_bool(true),
                "false" => visitor.visit_bool(false),
                text => match (text.parse(), text.parse()) {
                    (Ok(number), _) => visitor.visit_i64(number),
                    (_, Ok(number)) if text.contains('.') => visitor.visit_f64(number),
                    _ => visitor.visit_borrowed_str(text),
                },
            },
            Value::List(items) => visitor.visit_seq(Items { rest: items.iter().enumerate() }),
            Value::Table(members) => visitor.visit_map(Members { rest: members.iter(), current: None }),
        };
        read.map_err(|fault: Fault| fault.at(&self.origin))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            // Also what looks like a number.
            Value::Bare(text) => visitor.visit_borrowed_str(text).map_err(|fault: Fault| fault.at(&self.origin)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match &self.value {
            Value::Nothing => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let read = match &self.value {
            Value::Text(text) | Value::Bare(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            _ => Err(Fault::unknown_variant("", variants)),
        };
        read.map_err(|fault: Fault| fault.at(&self.origin))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

struct Items<'de> {
    rest: Enumerate<slice::Iter<'de, Node>>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some((index, item)) = self.rest.next() else { return Ok(None) };
        seed.deserialize(item).map(Some).map_err(|fault| fault.at(&item.origin).in_item(index))
    }
}

struct Members<'de> {
    rest: btree_map::Iter<'de, String, Node>,
    current: Option<(&'de String, &'de Node)>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        self.current = self.rest.next();
        let Some((name, member)) = self.current else { return Ok(None) };
        let name_deserializer: StrDeserializer<'_, Fault> = name.as_str().into_deserializer();
        seed.deserialize(name_deserializer).map(Some).map_err(|fault| fault.at(&member.origin).in_member(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let Some((name, member)) = self.current.take() else { return Err(Fault::custom("a value without a name")) };
        seed.deserialize(member).map_err(|fault| fault.at(&member.origin).in_member(name))
    }
}
