//! Finds the modules, imports, paths and items of a file.
use super::lexer::{Kind, Token, tokens};
use std::collections::BTreeSet;

/// The contents of a file.
#[derive(Debug, Default)]
pub struct Source {
    /// `mod name;`
    pub declared: Vec<Module>,
    /// The inline modules; the first one, without a name, is the file itself.
    pub inline: Vec<Vec<String>>,
    pub imports: Vec<Import>,
    pub references: Vec<Reference>,
    /// Items defined directly in a module: (the inline module, the name).
    pub items: BTreeSet<(Vec<String>, String)>,
    /// `#[macro_export]` places these at the crate's root.
    pub exported_macros: BTreeSet<String>,
    /// Number of lines in `#[cfg(test)] mod … { … }`.
    pub test_lines: usize,
}

#[derive(Debug)]
pub struct Module {
    /// The inline module that declares it.
    pub inside: Vec<String>,
    pub name: String,
    /// `#[path = "…"]`
    pub path: Option<String>,
    /// Under `#[cfg(test)]`.
    pub test: bool,
}

/// One leaf of a `use`.
#[derive(Debug)]
pub struct Import {
    pub inside: Vec<String>,
    pub path: Vec<String>,
    /// Its local name; `None` for `*`.
    pub name: Option<String>,
    pub line: usize,
    /// `pub use`: a re-export, which is not a use in this file.
    pub public: bool,
}

/// A path in an expression, a type, or an attribute.
#[derive(Debug)]
pub struct Reference {
    pub inside: Vec<String>,
    pub path: Vec<String>,
    pub line: usize,
}

pub fn parse(text: &str) -> Source {
    let mut parser = Parser { tokens: tokens(text), ..Parser::default() };
    parser.source.inline.push(vec![]);
    while parser.at < parser.tokens.len() {
        parser.step();
    }
    parser.source
}

#[derive(Default)]
struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// The enclosing inline modules, with the depth of their braces.
    inside: Vec<(String, usize)>,
    test: bool,
    path: Option<String>,
    public: bool,
    macro_export: bool,
    source: Source,
}

const DEFINERS: [&str; 8] = ["fn", "struct", "enum", "trait", "type", "const", "static", "union"];

impl Parser {
    fn kind(&self, ahead: usize) -> Option<&Kind> {
        self.tokens.get(self.at + ahead).map(|t| &t.kind)
    }

    fn is(&self, ahead: usize, sign: char) -> bool {
        self.kind(ahead) == Some(&Kind::Punct(sign))
    }

    fn ident(&self, ahead: usize) -> Option<&str> {
        match self.kind(ahead) {
            Some(Kind::Ident(word)) => Some(word),
            _ => None,
        }
    }

    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |t| t.line)
    }

    fn module(&self) -> Vec<String> {
        self.inside.iter().map(|(name, _)| name.clone()).collect()
    }

    fn step(&mut self) {
        if self.is(0, '#') && (self.is(1, '[') || (self.is(1, '!') && self.is(2, '['))) {
            return self.attribute();
        }
        match self.ident(0).map(str::to_owned).as_deref() {
            Some("pub") => {
                self.public = true;
                self.at += 1;
                if self.is(0, '(') {
                    self.skip_group('(', ')');
                }
            }
            Some("mod") if self.ident(1).is_some() => self.module_item(),
            Some(_) if self.test => self.skip_item(),
            Some("use") if !self.is(1, '<') => self.import(),
            Some("macro_rules") if self.is(1, '!') => {
                if let (Some(name), true) = (self.ident(2).map(str::to_owned), self.macro_export) {
                    self.source.exported_macros.insert(name);
                }
                self.at += 3;
                self.forget();
            }
            Some(word) => {
                let top = self.inside.last().map_or(0, |(_, depth)| *depth);
                let defines = DEFINERS.contains(&word) && self.depth == top;
                if let Some(name) = self.ident(1).filter(|_| defines).map(str::to_owned) {
                    self.source.items.insert((self.module(), name));
                }
                self.reference();
            }
            None => self.sign(),
        }
    }

    fn sign(&mut self) {
        if self.is(0, '{') {
            self.depth += 1;
        } else if self.is(0, '}') {
            if self.inside.last().is_some_and(|(_, depth)| *depth == self.depth) {
                self.inside.pop();
            }
            self.depth = self.depth.saturating_sub(1);
        }
        self.at += 1;
        self.forget();
    }

    fn forget(&mut self) {
        (self.test, self.path, self.public, self.macro_export) = (false, None, false, false);
    }

    fn attribute(&mut self) {
        let inner = self.is(1, '!');
        let start = self.at;
        self.at += 1 + usize::from(inner);
        self.skip_group('[', ']');
        let words: Vec<&Kind> = self.tokens[start..self.at].iter().map(|t| &t.kind).collect();
        let has = |word: &str| words.iter().any(|kind| matches!(kind, Kind::Ident(w) if w == word));
        match words.get(2) {
            Some(Kind::Ident(word)) if word == "cfg" && !inner => self.test |= has("test") && !has("not"),
            Some(Kind::Ident(word)) if word == "macro_export" => self.macro_export = true,
            Some(Kind::Ident(word)) if word == "path" => {
                self.path = words.iter().find_map(|kind| match kind {
                    Kind::Text(text) => Some(text.clone()),
                    _ => None,
                });
            }
            _ => {}
        }
    }

    fn skip_group(&mut self, open: char, close: char) {
        let mut depth = 0_usize;
        while self.at < self.tokens.len() {
            depth += usize::from(self.is(0, open));
            depth -= usize::from(self.is(0, close));
            self.at += 1;
            if depth == 0 {
                return;
            }
        }
    }

    /// Skips an item or field that is only compiled for tests.
    fn skip_item(&mut self) {
        let is_use = self.ident(0) == Some("use");
        while self.at < self.tokens.len() {
            if self.is(0, '(') {
                self.skip_group('(', ')');
            } else if self.is(0, '{') {
                self.skip_group('{', '}');
                if !is_use {
                    break;
                }
            } else if self.is(0, '}') {
                break;
            } else {
                self.at += 1;
                if matches!(self.tokens[self.at - 1].kind, Kind::Punct(';')) {
                    break;
                }
            }
        }
        self.forget();
    }

    fn module_item(&mut self) {
        let name = self.ident(1).unwrap_or_default().to_owned();
        let first = self.line();
        self.at += 2;
        if self.is(0, ';') {
            let path = self.path.take();
            self.source.declared.push(Module { inside: self.module(), name, path, test: self.test });
            self.at += 1;
        } else if self.is(0, '{') && self.test {
            self.skip_group('{', '}');
            let last = self.tokens.get(self.at - 1).map_or(first, |t| t.line);
            self.source.test_lines += last - first + 1;
        } else if self.is(0, '{') {
            self.depth += 1;
            self.inside.push((name, self.depth));
            self.source.inline.push(self.module());
            self.at += 1;
        }
        self.forget();
    }

    fn import(&mut self) {
        self.at += 1;
        let public = self.public;
        self.import_tree(&[], public);
        self.forget();
    }

    fn import_tree(&mut self, prefix: &[String], public: bool) {
        let (mut path, line) = (prefix.to_vec(), self.line());
        let mut name = None;
        while self.at < self.tokens.len() {
            if let Some(word) = self.ident(0).map(str::to_owned) {
                self.at += 1;
                if word == "as" {
                    name = self.ident(0).map(str::to_owned);
                    self.at += 1;
                } else if word != "self" || path.is_empty() {
                    path.push(word);
                }
            } else if self.kind(0) == Some(&Kind::PathSep) {
                self.at += 1;
            } else if self.is(0, '{') {
                self.at += 1;
                while self.at < self.tokens.len() && !self.is(0, '}') {
                    self.import_tree(&path, public);
                    self.at += usize::from(self.is(0, ','));
                }
                self.at += 1;
                return;
            } else if self.is(0, '*') {
                self.at += 1;
                self.source.imports.push(Import { inside: self.module(), path, name: None, line, public });
                return;
            } else {
                break;
            }
        }
        let name = name.or_else(|| path.last().cloned());
        self.source.imports.push(Import { inside: self.module(), path, name, line, public });
    }

    /// Reads a path, or skips a single name.
    fn reference(&mut self) {
        let line = self.line();
        let mut path = vec![];
        let follows = self.at.checked_sub(1).is_some_and(|i| self.tokens[i].kind == Kind::PathSep);
        while let Some(word) = self.ident(0).map(str::to_owned) {
            path.push(word);
            self.at += 1;
            if self.kind(0) != Some(&Kind::PathSep) {
                break;
            }
            self.at += 1;
        }
        if path.len() > 1 && !follows {
            self.source.references.push(Reference { inside: self.module(), path, line });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(paths: impl Iterator<Item = Vec<String>>) -> Vec<String> {
        paths.map(|path| path.join("::")).collect()
    }

    #[test]
    fn imports_and_paths_are_found_where_they_stand() {
        let source = parse(
            "use crate::{a::{self, B as C}, d::*};\npub use e::F;\nmod g { fn h() { super::i::<crate::j::K>(); } }\n\
             fn l() -> m::N { let x: Vec<o::P> = vec![]; crate::q!() }",
        );
        let imports: Vec<_> = source.imports.iter().map(|i| (i.path.join("::"), i.name.as_deref(), i.public)).collect();
        assert_eq!(
            imports,
            [
                ("crate::a".to_owned(), Some("a"), false),
                ("crate::a::B".to_owned(), Some("C"), false),
                ("crate::d".to_owned(), None, false),
                ("e::F".to_owned(), Some("F"), true),
            ]
        );
        let paths = texts(source.references.iter().map(|r| r.path.clone()));
        assert_eq!(paths, ["super::i", "crate::j::K", "m::N", "o::P", "crate::q"]);
        assert_eq!(source.references[0].inside, ["g"]);
        assert!(source.references[2].inside.is_empty());
        assert!(source.items.contains(&(vec!["g".to_owned()], "h".to_owned())));
    }

    #[test]
    fn what_only_tests_compile_is_left_out_and_its_lines_counted() {
        let source = parse(
            "mod a;\n#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod b;\n#[cfg(test)]\nuse crate::c::{D};\n#[cfg(test)]\nfn e() { crate::f::g() }\n\
             #[cfg(test)]\nmod tests {\n    use crate::h;\n}\nfn after() { crate::i::j() }\n#[cfg(not(test))]\nfn k() { crate::l::m() }",
        );
        assert_eq!(source.test_lines, 3);
        assert!(source.imports.is_empty());
        assert_eq!(texts(source.references.iter().map(|r| r.path.clone())), ["crate::i::j", "crate::l::m"]);
        let declared: Vec<_> = source.declared.iter().map(|m| (m.name.as_str(), m.path.as_deref(), m.test)).collect();
        assert_eq!(declared, [("a", None, false), ("b", Some("b_tests.rs"), true)]);
    }
}
