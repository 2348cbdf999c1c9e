//! An operation: its request and its responses.
use super::json::{list, map, text};
use super::kind::Kind;
use super::prose::Prose;
use crate::docs::mounts;
use crate::platform::mounts::ALSO_AT;
use serde_json::Value;

/// One operation.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// The aliases of its path.
    pub also: Vec<String>,
    pub summary: String,
    pub description: Prose,
    /// The alternatives for authentication, each with the schemes it combines. An alternative without schemes needs none.
    pub security: Vec<Vec<String>>,
    pub parameters: Vec<Member>,
    pub bodies: Vec<Body>,
    pub answers: Vec<Answer>,
}

/// A parameter, a header or a member of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub name: String,
    /// `query`, `path` or `header`; empty for a member.
    pub place: String,
    pub required: bool,
    pub kind: Kind,
    pub description: Prose,
}

/// A request body of one media type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    pub media: String,
    pub kind: Kind,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: String,
    pub description: Prose,
    pub bodies: Vec<Body>,
    pub headers: Vec<Member>,
}

impl Member {
    /// A member or header with the schema of its values.
    pub fn new(name: &str, described: &Value, schema: &Value) -> Self {
        Self {
            name: name.to_owned(),
            place: text(described, "in"),
            required: described["required"] == true,
            kind: Kind::read(schema),
            description: Prose::read(described, "description"),
        }
    }
}

fn bodies(content: &Value) -> Vec<Body> {
    let body = |(media, body): (&String, &Value)| Body { media: media.clone(), kind: Kind::read(&body["schema"]) };
    map(content).map(body).collect()
}

fn answers(document: &Value, operation: &Value) -> Vec<Answer> {
    let answer = |(status, response): (&String, &Value)| {
        let named = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let response = named.and_then(|pointer| document.pointer(pointer)).unwrap_or(response);
        let headers = map(&response["headers"]).map(|(name, header)| Member::new(name, header, &header["schema"]));
        Answer {
            status: status.clone(),
            description: Prose::read(response, "description"),
            bodies: bodies(&response["content"]),
            headers: headers.collect(),
        }
    };
    map(&operation["responses"]).map(answer).collect()
}

impl Operation {
    pub fn read(document: &Value, path: &str, method: &str, operation: &Value) -> Self {
        let parameter = |one: &Value| Member::new(&text(one, "name"), one, &one["schema"]);
        Self {
            id: text(operation, "operationId"),
            method: method.to_uppercase(),
            path: path.to_owned(),
            also: mounts::places(&operation[ALSO_AT]).map(|(place, _)| place.to_owned()).collect(),
            summary: text(operation, "summary"),
            description: Prose::read(operation, "description"),
            security: list(&operation["security"])
                .map(|way| map(way).map(|(name, _)| name.clone()).collect())
                .collect(),
            parameters: list(&operation["parameters"]).map(parameter).collect(),
            bodies: bodies(&operation["requestBody"]["content"]),
            answers: answers(document, operation),
        }
    }

    /// The types used in the request and the responses.
    pub fn kinds(&self) -> impl Iterator<Item = &Kind> {
        let answered = self.answers.iter().flat_map(|answer| {
            answer.bodies.iter().map(|body| &body.kind).chain(answer.headers.iter().map(|header| &header.kind))
        });
        let sent = self.bodies.iter().map(|body| &body.kind);
        self.parameters.iter().map(|parameter| &parameter.kind).chain(sent).chain(answered)
    }
}
