//! Settings from environment variables: `COUNTERSIGN_` and the name, with `__` between levels.
use super::node::{Node, Origin, Value};
use std::collections::BTreeMap;
use std::ffi::OsString;

const PREFIX: &str = "COUNTERSIGN_";

/// Variables with the prefix that are read elsewhere, or are not settings.
const NOT_SETTINGS: [&str; 2] = ["master_key", "new_master_key"];

/// The settings in these variables.
pub fn settings(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Node {
    let mut all = Node::empty(Origin::Default);
    let mut variables: Vec<_> = variables.into_iter().collect();
    variables.sort();
    for (variable, text) in variables {
        let variable = variable.to_string_lossy();
        let Some((prefix, name)) = variable.trim().split_at_checked(PREFIX.len()) else { continue };
        let name = name.to_ascii_lowercase();
        let is_setting = !NOT_SETTINGS.contains(&name.as_str()) && !name.starts_with("test_");
        if !prefix.eq_ignore_ascii_case(PREFIX) || !is_setting || name.split("__").any(str::is_empty) {
            continue;
        }
        let origin = Origin::Variable(variable.trim().to_owned());
        let mut node = value(&text.to_string_lossy(), &origin);
        for level in name.rsplit("__") {
            node = Node { value: Value::Table(BTreeMap::from([(level.to_owned(), node)])), origin: origin.clone() };
        }
        all = all.merge(node);
    }
    all
}

/// Reads `[a, b]` as a list, `{a = b}` as a table, `"a"` as a text, and everything else as it is.
fn value(text: &str, origin: &Origin) -> Node {
    let mut parser = Parser { rest: text, origin };
    match parser.value() {
        Some(node) if parser.rest.is_empty() => node,
        _ => Node { value: Value::Bare(text.to_owned()), origin: origin.clone() },
    }
}

struct Parser<'t> {
    rest: &'t str,
    origin: &'t Origin,
}

impl Parser<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(|c: char| c.is_ascii_whitespace());
    }

    fn eat(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }

    fn value(&mut self) -> Option<Node> {
        self.skip_space();
        let value = match self.rest.chars().next() {
            Some('[') => {
                let mut items = Vec::new();
                self.delimited('[', ']', |parser| {
                    items.push(parser.value()?);
                    Some(())
                })?;
                Value::List(items)
            }
            Some('{') => {
                let mut members = BTreeMap::new();
                self.delimited('{', '}', |parser| {
                    let name = parser.name()?;
                    members.insert(name, parser.value()?);
                    Some(())
                })?;
                Value::Table(members)
            }
            Some('"') => Value::Text(self.quoted()?),
            _ => {
                let end = self.rest.find([',', '[', ']', '{', '}']).unwrap_or(self.rest.len());
                let (text, rest) = self.rest.split_at(end);
                self.rest = rest;
                Value::Bare(text.trim().to_owned())
            }
        };
        self.skip_space();
        Some(Node { value, origin: self.origin.clone() })
    }

    /// Items between two characters, separated by commas. A comma may follow the last one.
    fn delimited(&mut self, open: char, close: char, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.eat(open)?;
        loop {
            self.skip_space();
            if self.eat(close).is_some() {
                return Some(());
            }
            item(self)?;
            if self.eat(',').is_none() {
                return self.eat(close);
            }
        }
    }

    fn name(&mut self) -> Option<String> {
        let name = if self.rest.starts_with('"') {
            self.quoted()?
        } else {
            let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let end = self.rest.find(|c| !part(c)).unwrap_or(self.rest.len());
            let (name, rest) = self.rest.split_at(end);
            self.rest = rest;
            name.to_owned()
        };
        self.skip_space();
        self.eat('=')?;
        (!name.is_empty()).then_some(name)
    }

    /// A text in quotation marks, with the escapes of TOML.
    fn quoted(&mut self) -> Option<String> {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let (text, rest) = self.rest.split_at(end?.0 + 1);
        self.rest = rest;
        match toml::de::DeValue::parse(text).ok()?.into_inner() {
            toml::de::DeValue::String(text) => Some(text.into_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes a value in a way that shows its structure.
    fn written(node: &Node) -> String {
        match &node.value {
            Value::Text(text) => format!("text {text:?}"),
            Value::Bare(text) => format!("bare {text:?}"),
            Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(", ")),
            Value::Table(members) => {
                let members: Vec<_> = members.iter().map(|(name, node)| format!("{name}: {}", written(node))).collect();
                format!("{{{}}}", members.join(", "))
            }
            _ => "something else".to_owned(),
        }
    }

    #[test]
    fn texts_of_variables_are_lists_tables_and_everything_else() {
        for (text, expected) in [
            ("", r#"bare """#),
            ("true", r#"bare "true""#),
            (" a b ", r#"bare "a b""#),
            ("\" a \"", r#"text " a ""#),
            (r#""\t\"\u00e4\\""#, r#"text "\t\"ä\\""#),
            (r#""open"#, r#"bare "\"open""#),
            (r#""\x""#, r#"bare "\"\\x\"""#),
            ("[]", "[]"),
            ("[1, two ,\"t,hree\",]", r#"[bare "1", bare "two", text "t,hree"]"#),
            ("[[a],{b=c}]", r#"[[bare "a"], {b: bare "c"}]"#),
            ("{a=1, \"b.c\" = [ d ]}", r#"{a: bare "1", b.c: [bare "d"]}"#),
            ("[a", r#"bare "[a""#),
            ("[a] b", r#"bare "[a] b""#),
            ("{=a}", r#"bare "{=a}""#),
            ("postgres://u:a,b[c]@h/d", r#"bare "postgres://u:a,b[c]@h/d""#),
        ] {
            assert_eq!(written(&value(text, &Origin::Default)), expected, "{text}");
        }
    }

    #[test]
    fn names_of_variables_have_levels_and_some_are_no_settings() {
        let variable = |name: &str, text: &str| (OsString::from(name), OsString::from(text));
        let all = settings([
            variable("COUNTERSIGN_A", "1"),
            variable("countersign_b__C", "2"),
            variable("COUNTERSIGN_B", "{d=3}"),
            variable("COUNTERSIGN_MASTER_KEY", "x"),
            variable("COUNTERSIGN_NEW_MASTER_KEY", "x"),
            variable("COUNTERSIGN_TEST_POSTGRES", "x"),
            variable("COUNTERSIGN_", "x"),
            variable("COUNTERSIGN_E__", "x"),
            variable("COUNTERSIG", "x"),
            variable("PATH", "x"),
        ]);
        assert_eq!(written(&all), r#"{a: bare "1", b: {c: bare "2", d: bare "3"}}"#);
        let b = all.member("b").unwrap().origins();
        assert_eq!(
            b,
            [&Origin::Variable("countersign_b__C".to_owned()), &Origin::Variable("COUNTERSIGN_B".to_owned())]
        );
    }
}
