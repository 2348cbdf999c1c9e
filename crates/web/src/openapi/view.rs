//! The description as people read it: what the page of the documentation shows.
use serde_json::Value;

/// All of the page.
#[derive(Debug)]
pub struct Page {
    pub title: String,
    pub version: String,
    pub description: String,
    pub groups: Vec<Group>,
    pub schemas: Vec<Shape>,
}

/// Operations of one kind.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub description: String,
    pub operations: Vec<Operation>,
}

/// One thing that can be done.
#[derive(Debug)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// Where else it is served.
    pub also: Vec<String>,
    pub summary: String,
    pub description: String,
    /// How a caller may authenticate, one way each.
    pub security: Vec<String>,
    pub parameters: Vec<Member>,
    pub bodies: Vec<Body>,
    pub answers: Vec<Answer>,
}

/// A parameter, a header or a member of an object.
#[derive(Debug)]
pub struct Member {
    pub name: String,
    /// `query`, `path` or `header`; empty for members.
    pub place: String,
    pub required: bool,
    pub kind: Kind,
    pub description: String,
}

/// A body of one media type.
#[derive(Debug)]
pub struct Body {
    pub media: String,
    pub kind: Kind,
}

/// What comes back.
#[derive(Debug)]
pub struct Answer {
    pub status: String,
    pub description: String,
    pub bodies: Vec<Body>,
    pub headers: Vec<Member>,
}

/// An object by its name.
#[derive(Debug)]
pub struct Shape {
    pub name: String,
    pub description: String,
    pub members: Vec<Member>,
    /// What it is, where it has no members of its own.
    pub kind: Kind,
    pub example: String,
}

/// What values there are: words, around the name of an object where there is one.
#[derive(Debug, Default)]
pub struct Kind {
    pub before: String,
    pub object: Option<String>,
    pub after: String,
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

fn map(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn limits(schema: &Value) -> String {
    let limit = |name: &str, words: &str| {
        schema[name].as_number().map(|number| format!(", {words} {number}")).unwrap_or_default()
    };
    let (least, most) = (limit("minimum", "from"), limit("maximum", "to"));
    format!("{least}{most}{}{}", limit("maxLength", "up to"), limit("maxItems", "at most"))
}

impl Kind {
    fn words(before: impl Into<String>) -> Self {
        Self { before: before.into(), ..Self::default() }
    }

    fn read(schema: &Value) -> Self {
        if let Some(reference) = schema["$ref"].as_str() {
            return Self { object: reference.rsplit('/').next().map(str::to_owned), ..Self::default() };
        }
        if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
            let nullable = choices.iter().any(|one| one["type"] == "null");
            let others: Vec<Self> = choices.iter().filter(|one| one["type"] != "null").map(Self::read).collect();
            return Self::choice(others, nullable);
        }
        if let Some(values) = schema["enum"].as_array() {
            let values: Vec<_> = values.iter().filter_map(Value::as_str).collect();
            return Self::words(values.join(" | "));
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one],
            several => list(several).filter_map(Value::as_str).collect(),
        };
        let or_null = if types.contains(&"null") { " or null" } else { "" };
        match types.iter().find(|kind| **kind != "null") {
            Some(&"array") => {
                let Self { before, object, after } = Self::read(&schema["items"]);
                Self {
                    before: format!("list of {before}"),
                    object,
                    after: format!("{after}{}{or_null}", limits(schema)),
                }
            }
            Some(kind) => {
                let named = schema["format"].as_str().filter(|format| !format.starts_with("int")).unwrap_or(kind);
                Self::words(format!("{named}{}{or_null}", limits(schema)))
            }
            None => Self::words("anything"),
        }
    }

    /// One of several; a page names the first object and says the others in words.
    fn choice(kinds: Vec<Self>, nullable: bool) -> Self {
        let or_null = if nullable { " or null" } else { "" };
        let mut kinds = kinds.into_iter();
        let mut first = kinds.next().unwrap_or_default();
        for Self { before, object, after } in kinds {
            first.after = format!("{} or {before}{}{after}", first.after, object.unwrap_or_default());
        }
        first.after.push_str(or_null);
        first
    }
}

fn bodies(content: &Value) -> Vec<Body> {
    let body = |(media, body): (&String, &Value)| Body { media: media.clone(), kind: Kind::read(&body["schema"]) };
    map(content).map(body).collect()
}

fn headers(headers: &Value) -> Vec<Member> {
    let header = |(name, header): (&String, &Value)| Member {
        name: name.clone(),
        place: String::new(),
        required: false,
        kind: Kind::read(&header["schema"]),
        description: text(header, "description"),
    };
    map(headers).map(header).collect()
}

fn answers(document: &Value, operation: &Value) -> Vec<Answer> {
    let answer = |(status, response): (&String, &Value)| {
        let named = response["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        let response = named.and_then(|pointer| document.pointer(pointer)).unwrap_or(response);
        Answer {
            status: status.clone(),
            description: text(response, "description"),
            bodies: bodies(&response["content"]),
            headers: headers(&response["headers"]),
        }
    };
    map(&operation["responses"]).map(answer).collect()
}

fn parameters(operation: &Value) -> Vec<Member> {
    let parameter = |parameter: &Value| Member {
        name: text(parameter, "name"),
        place: text(parameter, "in"),
        required: parameter["required"] == true,
        kind: Kind::read(&parameter["schema"]),
        description: text(parameter, "description"),
    };
    list(&operation["parameters"]).map(parameter).collect()
}

fn security(operation: &Value) -> Vec<String> {
    let ways = list(&operation["security"]).map(|way| {
        let schemes: Vec<_> = map(way).map(|(name, _)| name.as_str()).collect();
        if schemes.is_empty() { "none".to_owned() } else { schemes.join(" and ") }
    });
    ways.collect()
}

fn example(schema: &Value) -> String {
    let example = schema.get("example").or_else(|| schema["examples"].get(0));
    example.map(|value| format!("{value:#}")).unwrap_or_default()
}

fn members(schema: &Value) -> Vec<Member> {
    let is_required = |name: &str| list(&schema["required"]).any(|one| one == name);
    let member = |(name, member): (&String, &Value)| Member {
        name: name.clone(),
        place: String::new(),
        required: is_required(name),
        kind: Kind::read(member),
        description: text(member, "description"),
    };
    map(&schema["properties"]).map(member).collect()
}

impl Page {
    /// A text in parts: words and code by turns, as backticks have it.
    #[expect(clippy::unused_self, reason = "templates call what they are given")]
    pub fn parts<'t>(&self, text: &'t str) -> Vec<&'t str> {
        text.split('`').collect()
    }

    /// Reads the document as it is before its paths are mounted elsewhere.
    pub fn read(document: &Value) -> Self {
        let schema = |(name, schema): (&String, &Value)| Shape {
            name: name.clone(),
            description: text(schema, "description"),
            members: members(schema),
            kind: Kind::read(schema),
            example: example(schema),
        };
        let info = &document["info"];
        Self {
            title: text(info, "title"),
            version: text(info, "version"),
            description: text(info, "description"),
            groups: list(&document["tags"]).map(|tag| group(document, tag)).collect(),
            schemas: map(&document["components"]["schemas"]).map(schema).collect(),
        }
    }
}

fn group(document: &Value, tag: &Value) -> Group {
    let mut operations = Vec::new();
    for (path, item) in map(&document["paths"]) {
        for method in ["get", "post", "put", "patch", "delete"] {
            let operation = &item[method];
            if list(&operation["tags"]).any(|one| *one == tag["name"]) {
                operations.push(read_operation(document, path, method, operation));
            }
        }
    }
    Group { name: text(tag, "name"), description: text(tag, "description"), operations }
}

fn read_operation(document: &Value, path: &str, method: &str, operation: &Value) -> Operation {
    Operation {
        id: text(operation, "operationId"),
        method: method.to_uppercase(),
        path: path.to_owned(),
        also: super::mounts::places(path).map(|(place, _)| place).collect(),
        summary: text(operation, "summary"),
        description: text(operation, "description"),
        security: security(operation),
        parameters: parameters(operation),
        bodies: bodies(&operation["requestBody"]["content"]),
        answers: answers(document, operation),
    }
}
