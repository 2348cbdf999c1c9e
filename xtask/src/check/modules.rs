//! The files of a crate as a tree of modules.
use super::rust::{self, Source};
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub struct File {
    pub path: PathBuf,
    /// Its path in the crate: `["token", "issue"]`.
    pub module: Vec<String>,
    pub source: Source,
    /// Declared under `#[cfg(test)]`, or in such a file.
    pub test: bool,
}

/// All files of the target with the root file `root`.
pub fn files(root: &Path) -> Result<Vec<File>> {
    let folder = root.parent().context("a root file without a folder")?;
    let mut files = vec![];
    load(&mut files, root.to_path_buf(), folder, vec![], false)?;
    Ok(files)
}

/// `folder` is where the modules that `path` declares are searched.
fn load(files: &mut Vec<File>, path: PathBuf, folder: &Path, module: Vec<String>, test: bool) -> Result<()> {
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let source = rust::parse(&text).with_context(|| path.display().to_string())?;
    let index = files.len();
    files.push(File { path, module, source, test });
    let mut children = vec![];
    let file = &files[index];
    for declared in &file.source.declared {
        let folder = declared.inside.iter().fold(folder.to_path_buf(), |folder, name| folder.join(name));
        let below = folder.join(&declared.name);
        let found = match &declared.path {
            // Relative to the folder of the file itself, not to the folder of its modules.
            Some(path) => vec![file.path.parent().unwrap_or(&folder).join(path)],
            None => vec![folder.join(format!("{}.rs", declared.name)), below.join("mod.rs")],
        };
        let Some(path) = found.into_iter().find(|path| path.is_file()) else {
            bail!("{}: no file for `mod {}`", file.path.display(), declared.name);
        };
        let module = [&file.module[..], &declared.inside[..], std::slice::from_ref(&declared.name)].concat();
        children.push((path, below, module, test || declared.test));
    }
    for (path, folder, module, test) in children {
        load(files, path, &folder, module, test)?;
    }
    Ok(())
}

/// Resolves paths to files.
pub struct Resolver<'a> {
    files: &'a [File],
    /// All modules, including inline ones.
    modules: BTreeMap<Vec<String>, usize>,
}

impl<'a> Resolver<'a> {
    pub fn new(files: &'a [File]) -> Self {
        let mut modules = BTreeMap::new();
        for (index, file) in files.iter().enumerate() {
            for inline in &file.source.inline {
                modules.insert([&file.module[..], &inline[..]].concat(), index);
            }
        }
        Self { files, modules }
    }

    pub fn is_module(&self, module: &[String]) -> bool {
        self.modules.contains_key(module)
    }

    /// Resolves a path written in `module` to one from the crate's root. Returns `None` if it leads to
    /// another crate or a local name.
    pub fn absolute(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        self.absolute_within(module, path, 0)
    }

    fn absolute_within(&self, module: &[String], path: &[String], depth: usize) -> Option<Vec<String>> {
        let (first, rest) = path.split_first()?;
        let mut base = module.to_vec();
        let mut rest = rest;
        match first.as_str() {
            "crate" => base.clear(),
            "self" => {}
            "super" => {
                base.pop()?;
                while let Some((_, after)) = rest.split_first().filter(|(word, _)| *word == "super") {
                    base.pop()?;
                    rest = after;
                }
            }
            name => {
                base.push(name.to_owned());
                if !self.is_module(&base) {
                    base.pop();
                    base = self.import(&base, name, depth)?;
                }
            }
        }
        base.extend_from_slice(rest);
        Some(base)
    }

    /// The origin of a name that `module` imports.
    fn import(&self, module: &[String], name: &str, depth: usize) -> Option<Vec<String>> {
        // Imports can form a cycle. The compiler rejects that, so a bound is enough.
        if depth > 16 {
            return None;
        }
        let file = &self.files[*self.modules.get(module)?];
        let inline = &module[file.module.len()..];
        let import = file.source.imports.iter().find(|i| i.inside == inline && i.name.as_deref() == Some(name))?;
        // `use name;` or `use name as other;` of another crate.
        if import.path.len() == 1 && import.path[0] == name {
            return None;
        }
        self.absolute_within(module, &import.path, depth + 1)
    }

    /// The file that defines the item at `path` from the root, following re-exports.
    pub fn file(&self, path: &[String]) -> Option<usize> {
        self.file_within(path, 0)
    }

    fn file_within(&self, path: &[String], depth: usize) -> Option<usize> {
        if depth > 16 {
            return None;
        }
        let known = (0..=path.len()).rev().find(|length| self.is_module(&path[..*length]))?;
        let (module, rest) = path.split_at(known);
        let index = *self.modules.get(module)?;
        let Some(name) = rest.first() else { return Some(index) };
        let file = &self.files[index];
        let inline = &module[file.module.len()..];
        if file.source.items.contains(&(inline.to_vec(), name.clone())) {
            return Some(index);
        }
        if let Some(mut target) = self.import(module, name, depth) {
            target.extend_from_slice(&rest[1..]);
            return self.file_within(&target, depth + 1);
        }
        let exports = |file: &File| file.source.exported_macros.contains(name);
        if let Some(macros) = self.files.iter().position(exports).filter(|_| module.is_empty()) {
            return Some(macros);
        }
        let globs = file.source.imports.iter().filter(|i| i.inside == inline && i.name.is_none());
        for glob in globs {
            let Some(mut target) = self.absolute_within(module, &glob.path, depth + 1) else { continue };
            target.extend_from_slice(rest);
            match self.file_within(&target, depth + 1) {
                Some(found) if self.defines(found, name) => return Some(found),
                _ => {}
            }
        }
        Some(index)
    }

    fn defines(&self, file: usize, name: &str) -> bool {
        self.files[file].source.items.iter().any(|(_, item)| item == name)
    }
}
