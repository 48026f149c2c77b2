//! The public interface is what `docs/public-items.txt` lists, and stays small.

use std::{collections::BTreeSet, fs, path::PathBuf};

use syn::{Attribute, Fields, File, ImplItem, Item, TraitItem, Type, UseTree, Visibility};

/// Most items that an application may have to know.
const MAX_ITEMS: usize = 150;

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// A module of the library: its path from the crate's root, and its code.
struct Module {
    path: Vec<String>,
    code: File,
}

impl Module {
    fn open(path: &[String]) -> Option<Self> {
        let source = root().join("src").join(path.join("/"));
        let files = [source.with_extension("rs"), source.join("mod.rs"), source.join("lib.rs")];
        let file = files.iter().find(|file| file.is_file())?;
        let text = fs::read_to_string(file).expect("a source file");
        let mut code = syn::parse_file(&text).expect("Rust");
        let declared: Vec<_> = code.items.iter().filter_map(record).flatten().collect();
        code.items.extend(declared);
        Some(Module { path: path.to_vec(), code })
    }

    /// Public names that come from elsewhere, with their paths.
    fn uses(&self) -> Vec<(String, Vec<String>)> {
        let mut found = Vec::new();
        for item in &self.code.items {
            if let Item::Use(item) = item
                && is_public(&item.vis)
                && !item.attrs.iter().any(is_internal)
            {
                leaves(&item.tree, &mut Vec::new(), &mut found);
            }
        }
        found
    }

    /// Lists the items that are public under `name`; `None` if the module has none.
    fn list(&self, name: &str, items: &mut BTreeSet<String>) -> Option<()> {
        if self.code.items.iter().any(|item| is_called(item, name)) {
            self.code.items.iter().for_each(|item| describe(item, name, items));
            return Some(());
        }
        let (_, path) = self.uses().into_iter().find(|(used, _)| used == name)?;
        self.follow(path, items);
        Some(())
    }

    /// Lists the items behind a path that this module uses.
    fn follow(&self, path: Vec<String>, items: &mut BTreeSet<String>) {
        let (name, before) = path.split_last().expect("a path");
        let inside = match before.first().map(String::as_str) {
            Some("crate" | "rooms") => before[1..].to_vec(),
            Some("self") => [&self.path, &before[1..]].concat(),
            Some("super") => [&self.path[..self.path.len() - 1], &before[1..]].concat(),
            _ => [&self.path, before].concat(),
        };
        let whole = [&inside[..], std::slice::from_ref(name)].concat();
        let known = Module::open(&inside).and_then(|module| module.list(name, items));
        match known.is_none().then(|| Module::open(&whole)) {
            None => {}
            Some(Some(module)) => module.list_all(name, items),
            Some(None) => _ = items.insert(format!("use {}", path.join("::"))),
        }
    }

    /// Lists everything that is public in a module which is public itself.
    fn list_all(&self, name: &str, items: &mut BTreeSet<String>) {
        items.insert(format!("mod {name}"));
        let own = self.code.items.iter().filter_map(called).map(|own| (own, None));
        let used = self.uses().into_iter().map(|(used, path)| (used, Some(path)));
        for (own, path) in own.chain(used).collect::<Vec<_>>() {
            match path {
                Some(path) => self.follow(path, items),
                None => _ = self.list(&own, items),
            }
        }
    }
}

fn leaves(tree: &UseTree, before: &mut Vec<String>, found: &mut Vec<(String, Vec<String>)>) {
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            found.push((name.clone(), [&before[..], &[name]].concat()));
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves(tree, before, found)),
        UseTree::Rename(_) | UseTree::Glob(_) => panic!("a public name is not renamed, and is named"),
    }
}

/// What `record!` declares.
fn record(item: &Item) -> Option<Vec<Item>> {
    let Item::Macro(item) = item else { return None };
    let declared = item.mac.path.is_ident("record").then(|| item.mac.parse_body::<File>())?;
    Some(declared.ok()?.items)
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// True for what is there only with or without the feature `internals`.
fn is_internal(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute.meta.require_list().is_ok_and(|list| list.tokens.to_string().contains("internals"))
}

/// Name of a public item.
fn called(item: &Item) -> Option<String> {
    let (visibility, name) = match item {
        Item::Struct(item) => (&item.vis, &item.ident),
        Item::Enum(item) => (&item.vis, &item.ident),
        Item::Trait(item) => (&item.vis, &item.ident),
        Item::Fn(item) => (&item.vis, &item.sig.ident),
        Item::Type(item) => (&item.vis, &item.ident),
        Item::Const(item) => (&item.vis, &item.ident),
        _ => return None,
    };
    is_public(visibility).then(|| name.to_string())
}

fn is_called(item: &Item, name: &str) -> bool {
    called(item).is_some_and(|called| called == name)
}

/// Describes what is public of `name`: an item, its fields, variants and methods.
fn describe(item: &Item, name: &str, items: &mut BTreeSet<String>) {
    match item {
        Item::Impl(item) => {
            let Type::Path(own) = &*item.self_ty else { return };
            if item.trait_.is_some() || own.path.segments.last().is_none_or(|last| last.ident != name) {
                return;
            }
            for item in &item.items {
                match item {
                    ImplItem::Fn(item) if is_public(&item.vis) => {
                        items.insert(format!("fn {name}::{}", item.sig.ident));
                    }
                    ImplItem::Const(item) if is_public(&item.vis) => {
                        items.insert(format!("const {name}::{}", item.ident));
                    }
                    _ => {}
                }
            }
        }
        item if !is_called(item, name) => {}
        Item::Struct(item) => {
            items.insert(format!("struct {name}"));
            let fields: Vec<_> = match &item.fields {
                Fields::Named(fields) => fields.named.iter().collect(),
                Fields::Unnamed(fields) => fields.unnamed.iter().collect(),
                Fields::Unit => Vec::new(),
            };
            for (place, field) in fields.into_iter().enumerate().filter(|(_, field)| is_public(&field.vis)) {
                let field = field.ident.as_ref().map_or(place.to_string(), ToString::to_string);
                items.insert(format!("field {name}::{field}"));
            }
        }
        Item::Enum(item) => {
            items.insert(format!("enum {name}"));
            items.extend(item.variants.iter().map(|variant| format!("variant {name}::{}", variant.ident)));
        }
        Item::Trait(item) => {
            items.insert(format!("trait {name}"));
            for item in &item.items {
                match item {
                    TraitItem::Fn(item) => _ = items.insert(format!("fn {name}::{}", item.sig.ident)),
                    TraitItem::Const(item) => _ = items.insert(format!("const {name}::{}", item.ident)),
                    _ => {}
                }
            }
        }
        _ => _ = items.insert(format!("fn {name}")),
    }
}

#[test]
fn the_public_interface_is_as_listed() {
    let lib = Module::open(&[]).expect("src/lib.rs");
    let mut items = BTreeSet::new();
    for (_, path) in lib.uses() {
        lib.follow(path, &mut items);
    }
    let text: String = items.iter().flat_map(|item| [item.as_str(), "\n"]).collect();
    let listed = root().join("docs/public-items.txt");
    if std::env::var_os("LATCHKEY_WRITE_LIST").is_some() {
        fs::write(&listed, &text).expect("a file is written");
    }
    let known = fs::read_to_string(&listed).unwrap_or_default();
    assert_eq!(text, known, "if this is meant, run the test with LATCHKEY_WRITE_LIST=1");
    assert!(items.len() <= MAX_ITEMS, "{} items are public", items.len());
}
