//! The rules of `ARCHITECTURE.md`, each a function from sources to complaints.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::source::Source;

/// What each room may import. A room that is not here is no room of the house.
pub(super) const MAY_IMPORT: [(&str, &[&str]); 18] = [
    ("domain", &[]),
    ("ops", &["domain"]),
    ("config", &["domain", "ops"]),
    ("store", &["config", "domain", "ops"]),
    ("upstream", &["config", "domain", "ops"]),
    ("intake", BELOW_FLOW),
    ("matching", BELOW_FLOW),
    ("fetch", BELOW_FLOW),
    ("publish", BELOW_FLOW),
    ("auth", BELOW_FLOW),
    (
        "pipeline",
        &["intake", "matching", "fetch", "publish", "auth", "store", "upstream", "config", "domain", "ops"],
    ),
    ("admin", &["pipeline", "publish", "auth", "store", "upstream", "config", "domain", "ops"]),
    ("web", BELOW_FACES),
    ("demo", &["config", "domain", "ops"]),
    (
        "service",
        &[
            "web", "admin", "pipeline", "intake", "matching", "fetch", "publish", "auth", "store",
            "upstream", "config", "domain", "ops",
        ],
    ),
    (
        "cli",
        &[
            "service", "demo", "admin", "pipeline", "intake", "matching", "fetch", "publish", "auth",
            "store", "upstream", "config", "domain", "ops",
        ],
    ),
    ("main", &["cli", "service", "ops"]),
    ("lib", &[]),
];
const BELOW_FLOW: &[&str] = &["store", "upstream", "config", "domain", "ops"];
const BELOW_FACES: &[&str] = &[
    "admin", "pipeline", "intake", "matching", "fetch", "publish", "auth", "store", "upstream", "config",
    "domain", "ops",
];

/// Libraries with walls around them, and the rooms inside the walls.
pub(super) const WALLS: [(&str, &[&str]); 8] = [
    ("sqlx", &["store"]),
    ("reqwest", &["upstream", "fetch"]),
    ("axum", &["web"]),
    ("clap", &["cli", "main"]),
    ("fluent_bundle", &["ops"]),
    ("prometheus_client", &["ops"]),
    ("tracing_subscriber", &["ops"]),
    ("granit_parser", &["config"]),
];

/// What only the edges may do, and which files are edges.
pub(super) const EDGES: [(&str, &[&str]); 4] = [
    (r"\bSystemTime::now\b|\bTimestamp::now\b|\bZoned::now\b", &["src/ops/clock.rs"]),
    (r"\benv::(var|vars|var_os|vars_os|set_var)\b", &["src/main.rs"]),
    (r"\bprocess::(exit|abort)\b", &["src/main.rs"]),
    (r"\b(e?println|e?print|dbg|todo|unimplemented)!", &[]),
];

/// The most lines of a file.
pub(super) const LONGEST_FILE_LINES: usize = 400;

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Imports go down only, and steps of the flow never import each other.
pub(super) fn imports_go_down(sources: &[Source]) -> Vec<String> {
    let table: BTreeMap<&str, &[&str]> = MAY_IMPORT.into_iter().collect();
    let path = pattern(r"\b(crate|grabfeed|super(?:\s*::\s*super)*)\s*::\s*(\{|\w+)");
    let mut complaints = Vec::new();
    for source in sources {
        let Some(room) = source.room() else { continue };
        let Some(allowed) = table.get(room) else {
            complaints.push(format!("{}: `{room}` is no room of the house", source.path));
            continue;
        };
        let code = source.code();
        for found in path.captures_iter(&code) {
            let ups = found[1].matches("super").count();
            if ups > 0 && ups < source.depth() {
                continue; // stays inside the room
            }
            let whole = found.get_match();
            let names =
                if &found[2] == "{" { heads(&code[whole.end()..]) } else { vec![found[2].to_owned()] };
            for name in names {
                let is_room = table.contains_key(name.as_str());
                if is_room && name != room && !allowed.contains(&name.as_str()) {
                    let line = line_of(&code, whole.start());
                    complaints.push(format!("{}:{line}: `{room}` imports `{name}`", source.path));
                }
            }
        }
    }
    complaints
}

/// The first names of a list in braces: of `a::{b, c}, d}` they are `a` and `d`.
fn heads(list: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 1;
    let mut name = String::new();
    let mut at_head = true;
    for c in list.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && c == ',' {
            names.push(std::mem::take(&mut name));
            at_head = true;
        } else if at_head && (c.is_alphanumeric() || c == '_') {
            name.push(c);
        } else if !c.is_whitespace() {
            at_head = false;
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

/// A library is named inside its walls only.
pub(super) fn walls_hold(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (library, rooms) in WALLS {
        let named = pattern(&format!(r"\b{library}\s*::|\buse\s+{library}\b"));
        for source in sources.iter().filter(|source| source.room().is_some_and(|room| !rooms.contains(&room)))
        {
            let code = source.code();
            let complain = |found: regex::Match<'_>| {
                format!("{}:{}: names `{library}`", source.path, line_of(&code, found.start()))
            };
            complaints.extend(named.find_iter(&code).map(complain));
        }
    }
    complaints
}

/// Clock, environment, exit and standard output are touched at the edges only.
pub(super) fn edges_only(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (deed, edges) in EDGES {
        let deed = pattern(deed);
        // The tool for the terminal prints and ends; it is no part of the product.
        let product = sources.iter().filter(|source| !source.path.starts_with("crates/xtask/"));
        for source in product.filter(|source| !edges.contains(&source.path.as_str())) {
            let code = source.program();
            let complain = |found: regex::Match<'_>| {
                format!("{}:{}: `{}`", source.path, line_of(&code, found.start()), found.as_str())
            };
            complaints.extend(deed.find_iter(&code).map(complain));
        }
    }
    complaints
}

/// No file is longer than a person reads in one go.
pub(super) fn files_are_short(sources: &[Source]) -> Vec<String> {
    let lines = |source: &Source| source.text.lines().count();
    let long = sources.iter().filter(|source| lines(source) > LONGEST_FILE_LINES);
    long.map(|source| format!("{}: {} lines", source.path, lines(source))).collect()
}

/// Every module says first what it owns.
pub(super) fn modules_open_with_their_subject(sources: &[Source]) -> Vec<String> {
    let silent = sources.iter().filter(|source| !source.is_test() && !source.text.starts_with("//! "));
    silent.map(|source| format!("{}: does not open with `//!`", source.path)).collect()
}

/// A lint is excepted with `expect` and a reason, never with `allow`.
pub(super) fn exceptions_have_reasons(sources: &[Source]) -> Vec<String> {
    let exception = pattern(r"#!?\[(allow|expect)\(([^\]]*)\)\]");
    let mut complaints = Vec::new();
    for source in sources {
        let code = source.code();
        for found in exception.captures_iter(&code) {
            if &found[1] == "allow" || !found[2].contains("reason") {
                let line = line_of(&code, found.get_match().start());
                complaints.push(format!("{}:{line}: {}", source.path, &found[1]));
            }
        }
    }
    complaints
}

/// The exceptions of the whole package are as many as `Cargo.toml` says.
pub(super) fn exceptions_are_counted(manifest: &str) -> Vec<String> {
    let said = pattern(r"counted: (\d+)\.").captures(manifest).map(|found| found[1].to_owned());
    let lints = manifest.split("[workspace.lints.clippy]").nth(1).unwrap_or_default();
    let counted = pattern(r#"(?m)^\w+ = "allow""#).find_iter(lints).count().to_string();
    if said.as_deref() == Some(&counted) {
        Vec::new()
    } else {
        vec![format!("counted {counted}, said {said:?}")]
    }
}

/// Every public function of the store that asks a database is called by the tests that run on both engines.
pub(super) fn store_functions_are_tested(store: &[Source], tests: &[Source]) -> Vec<String> {
    let function = pattern(r"\bpub async fn (\w+)");
    let called = pattern(r"\b(\w+)\s*(?:::<[^>]*>)?\(");
    let tests: Vec<String> = tests.iter().map(Source::code).collect();
    let called: BTreeSet<&str> = tests
        .iter()
        .flat_map(|code| called.captures_iter(code))
        .map(|found| found.extract::<1>().1[0])
        .collect();
    let mut complaints = Vec::new();
    for source in store {
        let code = source.program();
        for found in function.captures_iter(&code) {
            if !called.contains(&found[1]) {
                complaints.push(format!("{}: `{}` is in no test of the store", source.path, &found[1]));
            }
        }
    }
    complaints
}

/// Both engines have the same steps of migration.
pub(super) fn migrations_are_twins(sqlite: &[Source], postgres: &[Source]) -> Vec<String> {
    let names = |sources: &[Source]| -> BTreeSet<String> {
        sources.iter().filter_map(|source| source.path.rsplit('/').next().map(str::to_owned)).collect()
    };
    let (sqlite, postgres) = (names(sqlite), names(postgres));
    sqlite.symmetric_difference(&postgres).map(|name| format!("{name}: one engine only")).collect()
}

/// What a person reads is in the catalogues: no French in code, and no sentence in the rooms that face people.
pub(super) fn sentences_are_in_catalogues(sources: &[Source]) -> Vec<String> {
    let french = pattern(r#""[^"\n]*[àâçéèêëîïôûùœÀÇÉÈÊ«][^"\n]*""#);
    let sentence = pattern(r#""[A-Z][a-z’]*( [\w’,:;()-]+){2,}[.!?]""#);
    let mut complaints = Vec::new();
    // The demo's releases have the names that releases have.
    for source in sources.iter().filter(|source| !source.path.starts_with("crates/demo/")) {
        let code = source.program_with_texts();
        let faces = matches!(source.room(), Some("web" | "cli" | "service" | "main"));
        // A reason given to the compiler, and what the API's document describes, are read by developers.
        let lines = code
            .lines()
            .enumerate()
            .filter(|(_, line)| !["reason =", "#[error(", "description"].iter().any(|of| line.contains(of)));
        for (index, line) in lines {
            if french.is_match(line) || faces && sentence.is_match(line) {
                complaints.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    complaints
}

/// The files that a document links to or names inside `src/` exist.
pub(super) fn documents_name_what_exists(documents: &[Source], exists: impl Fn(&str) -> bool) -> Vec<String> {
    let named = pattern(r"\]\(([\w./-]+)\)|`(src/[\w./-]+)`");
    let mut complaints = Vec::new();
    for document in documents {
        for found in named.captures_iter(&document.text) {
            let Some(path) = found.get(1).or(found.get(2)).map(|path| path.as_str()) else { continue };
            // A module may be named without the ending of its file.
            if !exists(path) && !exists(&format!("{path}.rs")) {
                complaints.push(format!("{}: `{path}` does not exist", document.path));
            }
        }
    }
    complaints
}

/// The tests that a document names as proofs (`lib: store::tests::x`, `web::access::x`) exist.
pub(super) fn proofs_exist(document: &Source, sources: &[Source]) -> Vec<String> {
    let named = pattern(r"`(?:lib: )?((?:\w+::)+)(\w+)`");
    let mut complaints = Vec::new();
    for found in named.captures_iter(&document.text) {
        let (Some(path), Some(function)) = (found.get(1), found.get(2)) else { continue };
        let room = path.as_str().split("::").next().unwrap_or_default();
        let function = pattern(&format!(r"\bfn {}\b", function.as_str()));
        let in_room = |source: &&Source| source.path.split(['/', '.']).any(|part| part == room);
        if !sources.iter().filter(in_room).any(|source| function.is_match(&source.text)) {
            complaints.push(format!("{}: {} does not exist", document.path, &found[0]));
        }
    }
    complaints
}
