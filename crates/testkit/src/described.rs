//! Checks every response in a scenario against the description at `/docs/openapi.json`. A response with a status, media type or
//! member that is not described fails the test that caused it.
use axum::http::{HeaderMap, Method, StatusCode, header};
use serde_json::{Map, Value};

/// Checks the response to a request, if the request is described.
pub fn check(document: &Value, method: &Method, path: &str, status: StatusCode, headers: &HeaderMap, body: &str) {
    let Some(operation) = operation(document, method, path) else { return };
    let what = format!("{method} {path} answered {status} {body}");
    let responses = operation["responses"].as_object().unwrap();
    // A method or size rejected by the router itself does not belong to an operation.
    let response = responses.get(status.as_str()).unwrap_or_else(|| panic!("undescribed status: {what}"));
    let response = follow(document, response);
    for name in response["headers"].as_object().into_iter().flat_map(Map::keys) {
        let optional = matches!(name.as_str(), "link" | "www-authenticate");
        assert!(optional || headers.contains_key(name), "no {name}: {what}");
    }
    let Some(content) = response["content"].as_object() else {
        assert!(body.is_empty(), "undescribed body: {what}");
        return;
    };
    let media = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default();
    let schema = &content.get(media).unwrap_or_else(|| panic!("undescribed media type {media}: {what}"))["schema"];
    let value = match media {
        // JSON Lines are plain text, as pages are.
        "application/jsonl" | "text/html" => body.into(),
        _ => serde_json::from_str(body).unwrap_or_else(|_| panic!("no JSON: {what}")),
    };
    if let Err(fault) = fits(document, schema, &value) {
        panic!("{fault}: {what}");
    }
}

/// The operation whose matching path has the longest literal part.
fn operation<'d>(document: &'d Value, method: &Method, path: &str) -> Option<&'d Value> {
    let fits = |template: &str| {
        let (mut left, mut right) = (template.split('/'), path.split('/'));
        loop {
            match (left.next(), right.next()) {
                (None, None) => return true,
                (Some(name), Some(part)) if name.starts_with('{') && !part.is_empty() => {}
                (Some(one), Some(other)) if one == other => {}
                _ => return false,
            }
        }
    };
    let found = document["paths"].as_object()?.iter().filter(|(template, _)| fits(template));
    let (_, item) = found.min_by_key(|(template, _)| template.matches('{').count())?;
    item.get(method.as_str().to_lowercase())
}

fn follow<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
        None => value,
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn names(types: &[Value], value: &Value) -> bool {
    types.iter().any(|one| one == type_of(value))
}

/// Keywords that are checked below, and those that say little or nothing about a response.
const KNOWN: [&str; 19] = [
    "readOnly",
    "type",
    "enum",
    "oneOf",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "propertyNames",
    "maxItems",
    "pattern",
    "format",
    "description",
    "example",
    "examples",
];

/// Whether the value matches the schema, with nothing left over. An unknown keyword is an error.
fn fits(document: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = follow(document, schema);
    if ["type", "oneOf", "enum"].iter().all(|keyword| schema.get(keyword).is_none()) {
        let described = schema.as_object().is_some_and(|all| all.keys().all(|keyword| keyword == "description"));
        return if described { Ok(()) } else { Err(format!("{schema} says nothing of the type")) };
    }
    let wrong = |why: &str| Err(format!("{value} {why} of {schema}"));
    for (keyword, argument) in schema.as_object().unwrap() {
        if !KNOWN.contains(&keyword.as_str()) {
            return Err(format!("the keyword {keyword} is not known here"));
        }
        match keyword.as_str() {
            "type" if argument != type_of(value) && !argument.as_array().is_some_and(|all| names(all, value)) => {
                return wrong("is not of the type");
            }
            "enum" if !argument.as_array().unwrap().contains(value) => return wrong("is none of the values"),
            "minimum" if value.is_number() && value.as_i64() < argument.as_i64() => {
                return wrong("is below the minimum");
            }
            "maximum" if value.is_number() && value.as_i64() > argument.as_i64() => {
                return wrong("is above the maximum");
            }
            "minLength"
                if value.as_str().is_some_and(|text| (text.chars().count() as u64) < argument.as_u64().unwrap()) =>
            {
                return wrong("is too short");
            }
            "maxLength"
                if value.as_str().is_some_and(|text| text.chars().count() as u64 > argument.as_u64().unwrap()) =>
            {
                return wrong("is too long");
            }
            "oneOf" => {
                let fitting = argument.as_array().unwrap().iter().filter(|one| fits(document, one, value).is_ok());
                if fitting.count() != 1 {
                    return wrong("is not one");
                }
            }
            _ => {}
        }
    }
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| fits(document, &schema["items"], item)),
        Value::Object(members) => object(document, schema, members),
        _ => Ok(()),
    }
}

fn object(document: &Value, schema: &Value, members: &Map<String, Value>) -> Result<(), String> {
    if schema.get("oneOf").is_some() {
        return Ok(());
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            return Err(format!("the member {name} is missing"));
        }
    }
    let others = schema.get("additionalProperties").filter(|others| others.is_object());
    for (name, value) in members {
        match schema["properties"].get(name).or(others) {
            Some(schema) => fits(document, schema, value)?,
            None => return Err(format!("the member {name} is not described")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_described_is_told() {
        let document = json!({"s": {"type": "object", "required": ["a"], "properties": {
            "a": {"type": "integer", "minimum": 1}, "b": {"oneOf": [{"type": "null"}, {"type": "string", "enum": ["x"]}]},
            "c": {"type": ["array", "null"], "items": {"type": "string", "maxLength": 2}}}}});
        let fits = |value: Value| fits(&document, &json!({"$ref": "#/s"}), &value);
        for good in [json!({"a": 1}), json!({"a": 2, "b": null, "c": null}), json!({"a": 3, "b": "x", "c": ["xy"]})] {
            assert_eq!(fits(good), Ok(()));
        }
        for bad in [
            json!({}),
            json!([]),
            json!({"a": "1"}),
            json!({"a": 0}),
            json!({"a": 1.5}),
            json!({"a": 1, "b": "y"}),
            json!({"a": 1, "c": ["xyz"]}),
            json!({"a": 1, "c": [1]}),
            json!({"a": 1, "d": 1}),
        ] {
            assert!(fits(bad.clone()).is_err(), "{bad}");
        }
        let (unknown, value) = (json!({"not": {}}), json!(1));
        assert!(super::fits(&document, &unknown, &value).is_err());
    }

    #[test]
    fn a_literal_path_goes_before_a_parameter() {
        let document =
            json!({"paths": {"/a/{id}": {"get": 1}, "/a/b": {"get": 2, "post": 3}, "/a/{id}/c": {"get": 4}}});
        let find = |method, path| operation(&document, &method, path).cloned();
        assert_eq!(find(Method::GET, "/a/b"), Some(json!(2)));
        assert_eq!(find(Method::GET, "/a/x"), Some(json!(1)));
        assert_eq!(find(Method::GET, "/a/x/c"), Some(json!(4)));
        assert_eq!((find(Method::PUT, "/a/b"), find(Method::GET, "/a/"), find(Method::GET, "/x")), (None, None, None));
    }
}
