//! Which file names which: the modules of the package, and the names in their code resolved to files.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::source::Source;

type Path = Vec<String>;

/// The files of the package, each with the files that its program names.
pub(super) struct Graph {
    /// Path of a file → paths of the files that it names, without itself.
    pub edges: BTreeMap<String, BTreeSet<String>>,
}

/// A module: its file, what it declares, and what it passes on of others.
struct Module {
    file: String,
    code: String,
    passed_on: BTreeMap<String, Path>,
}

struct Modules(BTreeMap<Path, Module>);

impl Graph {
    /// Of these sources. What unit tests name does not count, nor do declarations and re-exports.
    pub(super) fn new(sources: &[Source]) -> Self {
        let modules = Modules::new(sources);
        let mut edges = BTreeMap::new();
        for (path, module) in &modules.0 {
            let mut named = BTreeSet::new();
            for name in named_paths(&module.code) {
                if let Some(target) = modules.resolve(path, &name, 0)
                    && let Some(found) = modules.0.get(&target)
                    && found.file != module.file
                {
                    named.insert(found.file.clone());
                }
            }
            edges.insert(module.file.clone(), named);
        }
        Self { edges }
    }

    /// Groups of files that all lead to each other.
    pub(super) fn circles(&self) -> Vec<Vec<String>> {
        let reach: BTreeMap<&String, BTreeSet<&String>> =
            self.edges.keys().map(|file| (file, self.reachable(file))).collect();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for (file, reached) in &reach {
            if !reached.contains(file) || seen.contains(file) {
                continue;
            }
            let circle: Vec<String> = reached
                .iter()
                .filter(|other| reach[**other].contains(file))
                .map(|other| (*other).clone())
                .collect();
            seen.extend(reach.keys().filter(|other| circle.contains(*other)).copied());
            circles.push(circle);
        }
        circles
    }

    fn reachable<'a>(&'a self, from: &String) -> BTreeSet<&'a String> {
        let mut found = BTreeSet::new();
        let mut open: Vec<&String> = self.edges[from].iter().collect();
        while let Some(file) = open.pop() {
            if found.insert(file) {
                open.extend(&self.edges[file]);
            }
        }
        found
    }
}

impl Modules {
    fn new(sources: &[Source]) -> Self {
        let mut modules = Self(BTreeMap::new());
        for source in sources.iter().filter(|source| !source.is_test()) {
            let module =
                Module { file: source.path.clone(), code: source.program(), passed_on: BTreeMap::new() };
            modules.0.insert(path_of(&source.path), module);
        }
        let paths: Vec<Path> = modules.0.keys().cloned().collect();
        for path in paths {
            let uses = passed_on(&modules.0[&path].code);
            let found: Vec<(String, Path)> = uses
                .into_iter()
                .filter_map(|used| Some((used.last()?.clone(), modules.resolve(&path, &used, 0)?)))
                .collect();
            if let Some(module) = modules.0.get_mut(&path) {
                module.passed_on.extend(found);
            }
        }
        modules
    }

    /// The module in which a name is at home, as far as the package knows it.
    fn resolve(&self, from: &Path, name: &[String], depth: usize) -> Option<Path> {
        let (mut at, mut rest): (Path, &[String]) = match name.first()?.as_str() {
            "crate" => (Vec::new(), &name[1..]),
            "self" => (from.clone(), &name[1..]),
            "super" => {
                let ups = name.iter().take_while(|part| *part == "super").count();
                (from[..from.len().checked_sub(ups)?].to_vec(), &name[ups..])
            }
            first if self.0.contains_key(&child(from, first)) => (from.clone(), name),
            _ => return None,
        };
        while let Some(next) = rest.first() {
            let below = child(&at, next);
            if self.0.keys().any(|path| path.starts_with(&below)) {
                (at, rest) = (below, &rest[1..]);
            } else if let Some(home) =
                self.0.get(&at).and_then(|module| module.passed_on.get(next)).filter(|_| depth < 5)
            {
                let home = home.clone();
                return if home == at { Some(at) } else { Some(home) };
            } else {
                break;
            }
        }
        Some(at)
    }
}

fn child(of: &[String], name: &str) -> Path {
    of.iter().cloned().chain([name.to_owned()]).collect()
}

fn path_of(file: &str) -> Path {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    inside.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

/// The paths that re-exports pass on.
fn passed_on(code: &str) -> Vec<Path> {
    let reexport = Regex::new(r"\bpub(?:\([a-z ]+\))?\s+use\s+([^;]+);").unwrap();
    reexport.captures_iter(code).flat_map(|found| expand(&found[1])).collect()
}

/// Every path that the code names: in imports, and where it is used.
fn named_paths(code: &str) -> Vec<Path> {
    let import = Regex::new(r"(pub(?:\([a-z ]+\))?\s+)?\buse\s+([^;]+);").unwrap();
    let inline = Regex::new(r"\b(?:crate|self|super)(?:\s*::\s*\w+)+").unwrap();
    let private = import.captures_iter(code).filter(|found| found.get(1).is_none());
    let mut paths: Vec<Path> = private.flat_map(|found| expand(&found[2])).collect();
    let without_imports = import.replace_all(code, "");
    paths.extend(inline.find_iter(&without_imports).flat_map(|found| expand(found.as_str())));
    paths
}

/// `a::{b, c::{self, d}}` as `a::b`, `a::c`, `a::c::d`.
fn expand(tree: &str) -> Vec<Path> {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let plain = tree.split(" as ").next().unwrap_or_default();
        let path: Path = plain.split("::").map(|part| part.trim().to_owned()).collect();
        return vec![path];
    };
    let prefix: Path =
        tree[..open].split("::").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    let inside = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let mut paths = Vec::new();
    for part in split_at_commas(inside) {
        for tail in expand(&part) {
            let tail = if tail == ["self"] { Vec::new() } else { tail };
            paths.push(prefix.iter().cloned().chain(tail).collect());
        }
    }
    paths
}

fn split_at_commas(list: &str) -> Vec<String> {
    let (mut parts, mut depth, mut part) = (Vec::new(), 0, String::new());
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    parts.retain(|part| !part.trim().is_empty());
    parts
}
