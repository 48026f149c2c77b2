//! No folder of `src` imports one that stands above it, as drawn in `ARCHITECTURE.md`, and no code goes around the gate.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use syn::{
    Attribute, ItemMod, ItemUse, UseTree,
    visit::{self, Visit},
};

/// A folder of `src`, or a file beside the folders.
type Room = String;

/// Rooms in the order of the drawing, the highest first.
fn order() -> Vec<Room> {
    let text = read(&root().join("ARCHITECTURE.md"));
    let drawing = text.split("\n## The house\n").nth(1).and_then(|rest| rest.split("```").nth(1));
    let lines = drawing.expect("a drawing of the house").lines().skip(1);
    lines
        .filter_map(|line| line.split_whitespace().next())
        .map(|name| name.trim_end_matches('/').to_owned())
        .collect()
}

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let own = files.into_iter().filter(|path| path.extension().is_some_and(|it| it == "rs"));
    own.chain(folders.iter().flat_map(|folder| self::files(folder))).collect()
}

/// Module path of a file in `src`, from the crate's root.
fn module(file: &Path) -> Vec<String> {
    let mut module: Vec<_> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    module.pop_if(|last| ["mod", "lib"].contains(&last.as_str()));
    module
}

/// Rooms named by a file, except in its own tests.
struct Named {
    module: Vec<String>,
    rooms: BTreeSet<Room>,
}

impl Named {
    fn path(&mut self, path: &[String]) {
        let mut at = match path.first().map(String::as_str) {
            Some("crate") => Vec::new(),
            Some("super") => self.module[..self.module.len().saturating_sub(1)].to_vec(),
            Some("self") => self.module.clone(),
            _ => return,
        };
        for part in &path[1..] {
            match part.as_str() {
                "super" => drop(at.pop()),
                part => at.push(part.to_owned()),
            }
        }
        // An item of the root itself begins with a capital letter, or is a function.
        let room = at.into_iter().next().filter(|name| name.starts_with(char::is_lowercase));
        self.rooms.insert(room.unwrap_or_else(|| "lib".to_owned()));
    }

    fn tree(&mut self, before: &[String], tree: &UseTree) {
        let behind = |name: &dyn ToString| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&behind(&path.ident), &path.tree),
            UseTree::Name(name) => self.path(&behind(&name.ident)),
            UseTree::Rename(name) => self.path(&behind(&name.ident)),
            UseTree::Glob(_) => self.path(before),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(before, tree)),
        }
    }
}

/// True for code compiled only for tests.
fn is_test(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string() == "test")
}

impl<'ast> Visit<'ast> for Named {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if !item.attrs.iter().any(is_test) {
            self.tree(&[], &item.tree);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<_> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        // `pub(crate)` names no room.
        if parts.len() > 1 {
            self.path(&parts);
        }
        visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        if let Some((_, items)) = item.content.as_ref().filter(|_| !item.attrs.iter().any(is_test)) {
            self.module.push(item.ident.to_string());
            items.iter().for_each(|item| self.visit_item(item));
            self.module.pop();
        }
    }
}

#[test]
fn no_folder_imports_one_above_it() {
    let (order, source) = (order(), root().join("src"));
    let height = |room: &str| {
        order.iter().position(|it| it == room).unwrap_or_else(|| panic!("{room} is not in the drawing"))
    };
    let mut upward = BTreeSet::new();
    for file in files(&source) {
        let file = file.strip_prefix(&source).expect("below src");
        if file.file_stem().is_some_and(|stem| stem == "tests") {
            continue;
        }
        let module = module(file);
        let room = module.first().cloned().unwrap_or_else(|| "lib".to_owned());
        let mut named = Named { module, rooms: BTreeSet::new() };
        named.visit_file(&syn::parse_file(&read(&source.join(file))).expect("Rust"));
        for other in named.rooms.iter().filter(|other| **other != room && height(other) < height(&room)) {
            upward.insert(format!("{} → {other}", file.display()));
        }
    }
    assert!(upward.is_empty(), "these import a room above theirs: {upward:#?}");
}

/// A name that only one file may use, besides the one that defines it.
#[test]
fn only_the_gate_opens_sessions_and_passes_passwords() {
    let source = root().join("src");
    for (name, definition) in
        [("at_the_gate", "store/accounts/locked.rs"), ("sessions::insert", "store/sessions.rs")]
    {
        let users: Vec<_> = files(&source)
            .into_iter()
            .filter(|file| read(file).contains(name))
            .map(|file| file.strip_prefix(&source).expect("below src").display().to_string())
            .filter(|file| file != definition)
            .collect();
        assert_eq!(users, ["auth/gate.rs"], "{name}");
    }
}
