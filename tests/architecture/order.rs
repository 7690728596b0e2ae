//! Rules about single files: no circles, the order inside `web`, and who may change the database.

use std::collections::BTreeSet;

use regex::Regex;

use super::graph::Graph;
use super::source::Source;

/// The rooms whose files may lead to each other: a command dispatches to its parts, which answer in its words.
const DISPATCHES: [&str; 1] = ["cli"];

/// The floors of `web`, the lowest first. A file names files of floors below its own, or of its own folder.
pub(super) const FLOORS_OF_WEB: [&[&str]; 8] = [
    &[
        "problem",
        "base",
        "common_headers",
        "shared_lookup",
        "feed_lookups",
        "outgoing",
        "places",
        "standing_body",
        "wire",
    ],
    &["state"],
    &["middleware"],
    &["input"],
    &["access"],
    &["public", "api", "ui"],
    &["routes"],
    &["serve"],
];

/// Who may name functions of the store that write.
pub(super) const WRITERS: [&str; 4] = ["store", "admin", "pipeline", "auth"];

/// What the crates that stand alone must not name. That they name no crate above them is the compiler's to say; but for
/// their tests, they do not even know that the product exists.
const FORBIDDEN_IN_CRATES: [(&str, &[&str]); 4] = [
    (
        "torrent",
        &[
            "std::fs",
            "std::net",
            "std::io",
            "tokio",
            "axum",
            "reqwest",
            "sqlx",
            "grabfeed_domain",
            "grabfeed::",
        ],
    ),
    ("domain", &["std::fs", "std::net", "std::io", "tokio", "axum", "reqwest", "sqlx", "rand", "grabfeed::"]),
    ("demo", &["reqwest", "sqlx", "rand", "grabfeed::"]),
    ("xtask", &["grabfeed"]),
];

/// Each crate keeps its rules.
pub(super) fn crates_name_nothing_above_them(sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        let name = source.path.split('/').nth(1).unwrap_or_default();
        let Some((_, forbidden)) = FORBIDDEN_IN_CRATES.iter().find(|(known, _)| *known == name) else {
            complaints.push(format!("{}: a crate without rules", source.path));
            continue;
        };
        let code = source.program();
        for word in *forbidden {
            let named =
                Regex::new(&format!(r"\b{word}{}", if word.ends_with(':') { "" } else { r"\b" })).unwrap();
            if let Some(found) = named.find(&code) {
                let line = code[..found.start()].matches('\n').count() + 1;
                complaints.push(format!("{}:{line}: names `{word}`", source.path));
            }
        }
    }
    complaints
}

/// No file of a room leads back to itself by way of other files of the room.
pub(super) fn no_circles(sources: &[Source]) -> Vec<String> {
    let rooms: BTreeSet<&str> = sources.iter().filter_map(Source::room).collect();
    let mut complaints = Vec::new();
    for room in rooms.into_iter().filter(|room| !DISPATCHES.contains(room)) {
        let of_room: Vec<Source> =
            sources.iter().filter(|source| source.room() == Some(room)).cloned().collect();
        let circles = Graph::new(&of_room).circles();
        complaints.extend(circles.into_iter().map(|circle| format!("circle: {}", circle.join(", "))));
    }
    complaints
}

/// Files of `web` name only what lies below them.
pub(super) fn web_is_in_order(sources: &[Source]) -> Vec<String> {
    let of_web: Vec<Source> = sources.iter().filter(|source| source.room() == Some("web")).cloned().collect();
    let mut complaints = Vec::new();
    for (file, named) in Graph::new(&of_web).edges {
        let Some((name, floor)) = floor_of(&file) else {
            if file != "src/web/mod.rs" {
                complaints.push(format!("{file}: on no floor of `web`"));
            }
            continue;
        };
        for other in named {
            let Some((other_name, other_floor)) = floor_of(&other) else { continue };
            if other_floor > floor || (other_floor == floor && other_name != name && floor > 0) {
                complaints.push(format!("{file}: names {other}"));
            }
        }
    }
    complaints
}

fn floor_of(file: &str) -> Option<(&str, usize)> {
    let name = file.strip_prefix("src/web/")?.split(['/', '.']).next()?;
    let floor = FLOORS_OF_WEB.iter().position(|floor| floor.contains(&name))?;
    Some((name, floor))
}

/// The functions of the store that write: those that begin a transaction.
pub(super) fn writing_functions(store: &[Source]) -> BTreeSet<String> {
    let function = Regex::new(r"\b(pub )?(?:pub\([a-z]+\) )?(?:async )?fn (\w+)").unwrap();
    let mut writing = BTreeSet::new();
    for source in store {
        let code = source.program();
        let starts: Vec<_> = function.captures_iter(&code).collect();
        for (index, found) in starts.iter().enumerate() {
            let from = found.get_match().end();
            let to = starts.get(index + 1).map_or(code.len(), |next| next.get_match().start());
            if found.get(1).is_some() && code[from..to].contains("self.begin(") {
                writing.insert(found[2].to_owned());
            }
        }
    }
    writing
}

/// Nobody changes the database but the rooms that own deeds.
pub(super) fn only_deeds_write(sources: &[Source], writing: &BTreeSet<String>) -> Vec<String> {
    let called = Regex::new(r"\bstore(?:\(\))?\s*\.\s*(\w+)\s*\(").unwrap();
    let mut complaints = Vec::new();
    let others = sources.iter().filter(|source| source.room().is_some_and(|room| !WRITERS.contains(&room)));
    for source in others {
        let code = source.program();
        for found in called.captures_iter(&code).filter(|found| writing.contains(&found[1])) {
            let line = code[..found.get_match().start()].matches('\n').count() + 1;
            complaints.push(format!("{}:{line}: calls `{}` of the store", source.path, &found[1]));
        }
    }
    complaints
}
