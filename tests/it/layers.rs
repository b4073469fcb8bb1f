//! The layers: who may import whom, as `docs/architecture.md` says it in two tables.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::markdown;

/// Who may import what of this crate.
struct Layer {
    /// `kind`, or `kinds/*` for every kind.
    module: String,
    allowed: Vec<String>,
}

/// A text of the sources that has its place, or none.
struct Place {
    text: String,
    only_in: Vec<String>,
}

/// A file of `src`, without comments and unit tests.
struct Source {
    /// From `src` on: `kind/decide.rs`.
    path: String,
    code: String,
}

impl Source {
    fn all() -> Vec<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let (mut folders, mut sources) = (vec![root.clone()], Vec::new());
        while let Some(folder) = folders.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|it| it == "rs") {
                    let text = fs::read_to_string(&path).unwrap();
                    let path = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                    sources.push(Self { code: without_comments_and_tests(&text), path });
                }
            }
        }
        sources.retain(|source| !is_test(&source.path));
        sources.sort_by(|one, other| one.path.cmp(&other.path));
        sources
    }

    /// The path of its module: `["kind", "decide"]`.
    fn module(&self) -> Vec<String> {
        let path = self.path.trim_end_matches(".rs");
        let path = path.strip_suffix("/mod").unwrap_or(path);
        path.split('/').filter(|name| !["lib", "main"].contains(name)).map(str::to_owned).collect()
    }

    /// Its row in the table of layers.
    fn layer(&self) -> String {
        match &self.module()[..] {
            [kinds, _, ..] if kinds == "kinds" => "kinds/*".to_owned(),
            [module, ..] => module.clone(),
            [] => "the crate's root".to_owned(),
        }
    }

    /// Every path into this crate that it names, from the crate's root on: `["kind", "view", "Verb"]`.
    fn imports(&self) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            if !self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
                expand(&self.code[at + "crate::".len()..], &[], &mut found);
            }
        }
        for (at, _) in self.code.match_indices("super::") {
            let mut base = self.module();
            base.pop();
            let mut rest = &self.code[at..];
            if self.code[..at].ends_with("super::") {
                continue;
            }
            rest = &rest["super::".len()..];
            while let Some(further) = rest.strip_prefix("super::") {
                base.pop();
                rest = further;
            }
            expand(rest, &base, &mut found);
        }
        found
    }
}

fn is_test(path: &str) -> bool {
    path.split('/').any(|part| ["tests", "tests.rs", "testing", "testing.rs"].contains(&part))
}

fn without_comments_and_tests(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    lines.map(|line| line.split(" // ").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Takes a use tree apart: `a::{b, c::d}` is `a::b` and `a::c::d`. Gives what follows it.
fn expand<'a>(tree: &'a str, base: &[String], found: &mut Vec<Vec<String>>) -> &'a str {
    let tree = tree.trim_start();
    if let Some(mut rest) = tree.strip_prefix('{') {
        loop {
            rest = rest.trim_start().trim_start_matches(',').trim_start();
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            let before = rest.len();
            rest = expand(rest, base, found);
            assert!(rest.len() < before, "no use tree: {rest:.80}");
        }
    }
    let end = tree.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '*')).unwrap_or(tree.len());
    let mut path = base.to_vec();
    path.push(tree[..end].to_owned());
    match tree[end..].strip_prefix("::") {
        Some(rest) if !rest.starts_with('<') => expand(rest, &path, found),
        _ => {
            found.push(path);
            let rest = &tree[end..];
            match rest.strip_prefix(" as ") {
                Some(named) => named.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_'),
                None => rest,
            }
        }
    }
}

fn architecture() -> String {
    markdown::read("docs/architecture.md")
}

fn layers() -> Vec<Layer> {
    let rows = markdown::table(&architecture(), &["module", "what it is", "may import"]);
    let layer = |row: Vec<String>| Layer {
        module: markdown::code(&row[0]).concat(),
        allowed: markdown::code(&row[2]),
    };
    rows.into_iter().map(layer).collect()
}

fn places() -> Vec<Place> {
    let rows = markdown::table(&architecture(), &["what", "only in"]);
    let each = rows.into_iter().flat_map(|row| {
        let only_in = markdown::code(&row[1]);
        assert!(!only_in.is_empty() || row[1] == "nowhere", "{row:?}");
        markdown::code(&row[0]).into_iter().map(move |text| Place { text, only_in: only_in.clone() })
    });
    each.collect()
}

/// Whether a file is at, or below, a place such as `kinds/*/observe.rs`.
fn is_in(path: &str, place: &str) -> bool {
    let (path, place): (Vec<_>, Vec<_>) = (path.split('/').collect(), place.split('/').collect());
    place.len() <= path.len() && place.iter().zip(&path).all(|(want, is)| *want == "*" || want == is)
}

#[test]
fn no_module_imports_what_its_layer_may_not() {
    let layers = layers();
    let mut wrong = Vec::new();
    for source in Source::all() {
        let (own, module) = (source.layer(), source.module());
        let Some(first) = module.first() else { continue };
        let Some(layer) = layers.iter().find(|layer| layer.module == own) else {
            wrong.push(format!("{}: `{own}` is not in the table", source.path));
            continue;
        };
        for import in source.imports() {
            let own_kind = own != "kinds/*" || module.get(1) == import.get(1);
            let inside = import.first() == Some(first) && own_kind;
            let path = import.join("::");
            let allowed = layer.allowed.iter().any(|it| path == *it || path.starts_with(&format!("{it}::")));
            if !inside && !allowed {
                wrong.push(format!("{}: {path}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "not allowed by docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn what_has_one_place_is_nowhere_else() {
    let places = places();
    let mut wrong = Vec::new();
    for source in Source::all() {
        for place in &places {
            let named = source.code.match_indices(&place.text).any(|(at, _)| {
                let before = source.code[..at].chars().next_back();
                !place.text.starts_with(char::is_alphabetic)
                    || !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            });
            if named && !place.only_in.iter().any(|it| is_in(&source.path, it)) {
                wrong.push(format!("{}: `{}`", source.path, place.text));
            }
        }
    }
    assert!(wrong.is_empty(), "not allowed by docs/architecture.md:\n{}", wrong.join("\n"));
}

#[test]
fn every_row_is_about_something() {
    let sources = Source::all();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    for layer in layers() {
        let used = |allowed: &String| {
            let path: Vec<_> = allowed.split("::").collect();
            let owned = sources.iter().filter(|source| source.layer() == layer.module);
            owned.flat_map(Source::imports).any(|import| {
                import.len() >= path.len() && import.iter().zip(&path).all(|(is, want)| is == want)
            })
        };
        let idle: Vec<_> = layer.allowed.iter().filter(|allowed| !used(allowed)).collect();
        assert!(idle.is_empty(), "{} does not import {idle:?}; take it out of the table", layer.module);
    }
    for place in places() {
        for only_in in &place.only_in {
            let named = |source: &Source| is_in(&source.path, only_in) && source.code.contains(&place.text);
            assert!(sources.iter().any(named), "`{}` is not in {only_in}", place.text);
        }
    }
    let lib = fs::read_to_string(root.join("lib.rs")).unwrap();
    for module in lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')) {
        assert!(layers().iter().any(|layer| layer.module == module), "{module} is not in the table");
        assert!(lib.contains(&format!("//! | [`{module}`] |")), "{module} is not on the crate's page");
    }
}

#[test]
fn use_trees_are_taken_apart() {
    let mut found = Vec::new();
    expand("a::{b, c::{self, d as e}, f::*};", &[], &mut found);
    let found: Vec<_> = found.iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["a::b", "a::c::self", "a::c::d", "a::f::*"]);
    let source = Source {
        path: "kinds/x/state.rs".to_owned(),
        code: "use super::{A, spec::B};\nuse super::super::y::C;\nfn f(_: crate::plan::Plan) {}".to_owned(),
    };
    let imports: Vec<_> = source.imports().iter().map(|path| path.join("::")).collect();
    assert_eq!(imports, ["plan::Plan", "kinds::x::A", "kinds::x::spec::B", "kinds::y::C"]);
}
