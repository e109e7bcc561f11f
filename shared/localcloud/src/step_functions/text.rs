//! From a definition's text to its JSON: placeholders are filled in, and a name that is given twice is an error, where
//! serde_json would silently take the second.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

/// Replaces `${name}` as Terraform's `templatefile` does, where `$${` and `%%{` stand for `${` and `%{`. Anything else
/// of its language (expressions, `%{ if }`) is an error, as is a name without a value.
///
/// Source: Terraform, "Strings and templates".
pub(super) fn substitute(template: &str, values: &[(&str, &str)]) -> Result<String, Vec<String>> {
    let mut text = String::with_capacity(template.len());
    let mut faults = Vec::new();
    let mut rest = template;
    while let Some(brace) = rest.find("${").into_iter().chain(rest.find("%{")).min() {
        let (before, marker) = (&rest[..brace], &rest[brace..=brace]);
        rest = &rest[brace + 2..];
        if let Some(literal) = before.strip_suffix(marker) {
            text.extend([literal, marker, "{"]);
            continue;
        }
        text.push_str(before);
        let name = if marker == "$" { rest.split_once('}') } else { None };
        let value = name.and_then(|(name, _)| values.iter().find(|(known, _)| *known == name.trim()));
        match (name, value) {
            (Some((_, after)), Some((_, value))) => {
                text.push_str(value);
                rest = after;
            }
            (Some((name, after)), None) => {
                faults.push(format!("${{{name}}} has no value"));
                rest = after;
            }
            (None, _) => faults.push(format!("{marker}{{ begins something of Terraform's that is not supported")),
        }
    }
    text.push_str(rest);
    if faults.is_empty() { Ok(text) } else { Err(faults) }
}

/// Parses JSON in which no object has a name twice.
pub(super) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str::<Strict>(text).map(|strict| strict.0)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = fields.next_entry::<String, _>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!("{name:?} is given twice")));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_in_as_terraform_does() {
        let fill = |text: &str| substitute(text, &[("a", "1"), ("b", "${a}")]);
        assert_eq!(fill("x ${a} ${ b } $a {} %"), Ok("x 1 ${a} $a {} %".to_owned()));
        assert_eq!(fill("$${a} %%{if} ${a}"), Ok("${a} %{if} 1".to_owned()));
        let faults = fill("${c} %{ if x } ${a").unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert!(faults[0].contains("${c} has no value"), "{faults:?}");
    }

    #[test]
    fn a_name_given_twice_is_an_error() {
        assert!(parse(r#"{"a":[1,-2,1.5,"x",null,true,{"b":{}}]}"#).is_ok());
        assert!(parse(r#"{"a":{"b":1,"b":2}}"#).unwrap_err().to_string().contains("\"b\" is given twice"));
    }
}
