//! What the rules need to know about a file of Rust: its modules, imports, paths, items, functions and texts. Code that only tests
//! compile is left out.
use anyhow::{Context, Result};
use proc_macro2::{Span, TokenStream, TokenTree};
use std::collections::BTreeSet;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, Item, Lit, Pat, Type, UseTree, Visibility};

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
    /// Functions directly in the file.
    pub functions: Vec<Function>,
    /// String literals, with their lines.
    pub texts: Vec<(String, usize)>,
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
    /// `pub mod`, for other crates.
    pub public: bool,
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

/// A path in an expression, a type or a macro.
#[derive(Debug)]
pub struct Reference {
    pub inside: Vec<String>,
    pub path: Vec<String>,
    pub line: usize,
}

#[derive(Debug)]
pub struct Function {
    pub name: String,
    /// `pub`, for other crates.
    pub public: bool,
    pub asynchronous: bool,
    /// Names and types, such as `&Client`.
    pub parameters: Vec<(String, String)>,
    /// All names in the types of its parameters and of what it returns.
    pub types: BTreeSet<String>,
}

pub fn parse(text: &str) -> Result<Source> {
    let file = syn::parse_file(text).context("this is not Rust")?;
    let mut reader = Reader { inside: vec![], source: Source::default() };
    reader.source.inline.push(vec![]);
    reader.visit_file(&file);
    Ok(reader.source)
}

fn line(span: Span) -> usize {
    span.start().line
}

/// `#[cfg(test)]`
fn is_for_tests(attributes: &[Attribute]) -> bool {
    let is_test = |attribute: &Attribute| attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"));
    attributes.iter().any(|attribute| attribute.path().is_ident("cfg") && is_test(attribute))
}

fn item_attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// The text of tokens without spaces, such as `Option<&str>`.
fn compact(tokens: &impl quote::ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

struct Reader {
    /// The enclosing inline modules.
    inside: Vec<String>,
    source: Source,
}

impl Reader {
    fn define(&mut self, name: &syn::Ident) {
        self.source.items.insert((self.inside.clone(), name.to_string()));
    }

    fn import(&mut self, tree: &UseTree, prefix: &[String], public: bool) {
        let mut leaf = |path: &[String], name: Option<String>, span: Span| {
            let import = Import { inside: self.inside.clone(), path: path.to_vec(), name, line: line(span), public };
            self.source.imports.push(import);
        };
        let with = |word: &syn::Ident| -> Vec<String> {
            // `use a::{self}` imports `a`.
            let itself = word == "self" && !prefix.is_empty();
            prefix.iter().cloned().chain((!itself).then(|| word.to_string())).collect()
        };
        match tree {
            UseTree::Path(path) => self.import(&path.tree, &with(&path.ident), public),
            UseTree::Name(name) => {
                let path = with(&name.ident);
                leaf(&path, path.last().cloned(), name.ident.span());
            }
            UseTree::Rename(rename) => {
                leaf(&with(&rename.ident), Some(rename.rename.to_string()), rename.ident.span());
            }
            UseTree::Glob(glob) => leaf(prefix, None, glob.star_token.span),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, prefix, public);
                }
            }
        }
    }

    fn refer(&mut self, path: Vec<String>, line: usize) {
        if path.len() > 1 {
            self.source.references.push(Reference { inside: self.inside.clone(), path, line });
        }
    }

    /// Finds paths and texts where the syntax is a macro's own.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(sign)) if sign.as_char() == ':');
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => self.literal(&Lit::new(literal.clone())),
                TokenTree::Ident(first) => {
                    let follows = at > 2 && is_colon(at - 2) && is_colon(at - 3);
                    let mut path = vec![first.to_string()];
                    while let (true, true, Some(TokenTree::Ident(next))) =
                        (is_colon(at), is_colon(at + 1), tokens.get(at + 2))
                    {
                        path.push(next.to_string());
                        at += 3;
                    }
                    if !follows {
                        self.refer(path, line(first.span()));
                    }
                }
                TokenTree::Punct(_) => {}
            }
        }
    }

    fn literal(&mut self, literal: &Lit) {
        if let Lit::Str(text) = literal {
            self.source.texts.push((text.value(), line(text.span())));
        }
    }

    fn module(&mut self, module: &syn::ItemMod) {
        let (name, test) = (module.ident.to_string(), is_for_tests(&module.attrs));
        let Some((braces, items)) = &module.content else {
            let path = module.attrs.iter().filter(|attribute| attribute.path().is_ident("path"));
            let mut path = path.filter_map(|attribute| match &attribute.meta {
                syn::Meta::NameValue(pair) => match &pair.value {
                    syn::Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
                    _ => None,
                },
                _ => None,
            });
            let (path, public) = (path.next_back(), matches!(module.vis, Visibility::Public(_)));
            self.source.declared.push(Module { inside: self.inside.clone(), name, path, test, public });
            return;
        };
        if test {
            self.source.test_lines += line(braces.span.close()) - line(module.mod_token.span) + 1;
            return;
        }
        self.inside.push(name);
        self.source.inline.push(self.inside.clone());
        for item in items {
            self.module_item(item);
        }
        self.inside.pop();
    }

    /// An item directly in a module.
    fn module_item(&mut self, item: &Item) {
        if !is_for_tests(item_attributes(item)) {
            match item {
                Item::Const(item) => self.define(&item.ident),
                Item::Enum(item) => self.define(&item.ident),
                Item::Fn(item) => {
                    self.define(&item.sig.ident);
                    if self.inside.is_empty() {
                        self.source.functions.push(function(item));
                    }
                }
                Item::Static(item) => self.define(&item.ident),
                Item::Struct(item) => self.define(&item.ident),
                Item::Trait(item) => self.define(&item.ident),
                Item::Type(item) => self.define(&item.ident),
                Item::Union(item) => self.define(&item.ident),
                _ => {}
            }
        }
        self.visit_item(item);
    }
}

fn function(item: &syn::ItemFn) -> Function {
    struct Names(BTreeSet<String>);
    impl<'a> Visit<'a> for Names {
        fn visit_ident(&mut self, name: &'a syn::Ident) {
            self.0.insert(name.to_string());
        }
    }
    let mut names = Names(BTreeSet::new());
    let mut parameters = vec![];
    for argument in &item.sig.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        names.visit_type(&argument.ty);
        let name = match &*argument.pat {
            Pat::Ident(pattern) => pattern.ident.to_string(),
            _ => String::new(),
        };
        parameters.push((name, without_lifetimes(&argument.ty)));
    }
    names.visit_return_type(&item.sig.output);
    Function {
        name: item.sig.ident.to_string(),
        public: matches!(item.vis, Visibility::Public(_)),
        asynchronous: item.sig.asyncness.is_some(),
        parameters,
        types: names.0,
    }
}

fn without_lifetimes(kind: &Type) -> String {
    match kind {
        Type::Reference(reference) => format!("&{}", without_lifetimes(&reference.elem)),
        other => compact(other),
    }
}

impl<'a> Visit<'a> for Reader {
    fn visit_file(&mut self, file: &'a syn::File) {
        file.items.iter().for_each(|item| self.module_item(item));
    }

    fn visit_item(&mut self, item: &'a Item) {
        match item {
            Item::Mod(module) => self.module(module),
            _ if is_for_tests(item_attributes(item)) => {}
            Item::Use(import) => self.import(&import.tree, &[], !matches!(import.vis, Visibility::Inherited)),
            Item::Macro(item) => {
                let exported = item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"));
                self.source.exported_macros.extend(item.ident.as_ref().filter(|_| exported).map(ToString::to_string));
                visit::visit_item_macro(self, item);
            }
            _ => visit::visit_item(self, item),
        }
    }

    fn visit_impl_item(&mut self, item: &'a syn::ImplItem) {
        let attributes: &[Attribute] = match item {
            syn::ImplItem::Const(item) => &item.attrs,
            syn::ImplItem::Fn(item) => &item.attrs,
            syn::ImplItem::Type(item) => &item.attrs,
            _ => &[],
        };
        if !is_for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'a syn::Field) {
        if !is_for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_field_value(&mut self, field: &'a syn::FieldValue) {
        if !is_for_tests(&field.attrs) {
            visit::visit_field_value(self, field);
        }
    }

    fn visit_local(&mut self, local: &'a syn::Local) {
        if !is_for_tests(&local.attrs) {
            visit::visit_local(self, local);
        }
    }

    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        if !is_for_tests(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    // Attributes name items in order to describe them, as the table of the API does. That is no use of them.
    fn visit_attribute(&mut self, _: &'a Attribute) {}

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        self.visit_path(&call.path);
        self.tokens(call.tokens.clone());
    }

    fn visit_lit(&mut self, literal: &'a Lit) {
        self.literal(literal);
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        if path.leading_colon.is_none() {
            self.refer(path.segments.iter().map(|segment| segment.ident.to_string()).collect(), line(path.span()));
        }
        visit::visit_path(self, path);
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
             fn l() -> m::N { let x: Vec<o::P> = vec![r::S]; crate::q!(\"t\") }",
        )
        .unwrap();
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
        assert_eq!(paths, ["super::i", "crate::j::K", "m::N", "o::P", "r::S", "crate::q"]);
        assert_eq!(source.references[0].inside, ["g"]);
        assert!(source.references[2].inside.is_empty());
        assert!(source.items.contains(&(vec!["g".to_owned()], "h".to_owned())));
        assert_eq!(source.texts, [("t".to_owned(), 4)]);
    }

    #[test]
    fn what_only_tests_compile_is_left_out_and_its_lines_counted() {
        let source = parse(
            "mod a;\n#[cfg(test)]\n#[path = \"b_tests.rs\"]\nmod b;\n#[cfg(test)]\nuse crate::c::{D};\n#[cfg(test)]\nfn e() { crate::f::g() }\n\
             #[cfg(test)]\nmod tests {\n    use crate::h;\n}\nfn after() { crate::i::j() }\n#[cfg(not(test))]\nfn k() { crate::l::m() }",
        )
        .unwrap();
        assert_eq!(source.test_lines, 3);
        assert!(source.imports.is_empty());
        assert_eq!(texts(source.references.iter().map(|r| r.path.clone())), ["crate::i::j", "crate::l::m"]);
        let declared: Vec<_> = source.declared.iter().map(|m| (m.name.as_str(), m.path.as_deref(), m.test)).collect();
        assert_eq!(declared, [("a", None, false), ("b", Some("b_tests.rs"), true)]);
    }

    #[test]
    fn functions_have_names_parameters_and_types() {
        let source = parse(
            "pub async fn a<'c>(app: &Server, client: &'c Client, s: Option<&str>) -> Live {}\npub(crate) fn b() {}\n\
             mod c { pub fn d() {} }\nimpl E { pub fn f() {} }",
        )
        .unwrap();
        let [a, b] = &source.functions[..] else { panic!("{:?}", source.functions) };
        assert_eq!((a.name.as_str(), a.public, a.asynchronous), ("a", true, true));
        let parameters: Vec<_> = a.parameters.iter().map(|(name, kind)| (name.as_str(), kind.as_str())).collect();
        assert_eq!(parameters, [("app", "&Server"), ("client", "&Client"), ("s", "Option<&str>")]);
        assert_eq!(
            a.types.iter().map(String::as_str).collect::<Vec<_>>(),
            ["Client", "Live", "Option", "Server", "c", "str"]
        );
        assert_eq!((b.name.as_str(), b.public, b.asynchronous), ("b", false, false));
    }

    #[test]
    fn what_is_not_rust_is_an_error() {
        assert!(parse("fn {").is_err());
    }
}
