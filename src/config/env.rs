//! The environment as a layer of settings.
//!
//! Owns: the names of variables (`GRABFEED__SECTION__KEY`, `GRABFEED__APPS__0__KEY`, the short names, `…_FILE`).
//! Must not know: the process's environment, which is handed in as a map.

use std::collections::BTreeMap;
use std::path::Path;

use super::file;
use super::finding::{Findings, Place, Problem, ValueOrigin};
use super::key::{Key, Presence, Section};
use super::key_path::{KeyPath, SECTIONS};
use super::layer::{Layer, bare};
use super::nearest::nearest;

const PREFIX: &str = "GRABFEED__";
const FILE_SUFFIX: &str = "_FILE";
/// An index larger than this is a slip, not an app.
const LARGEST_INDEX: usize = 99;

/// The long name of a key's variable; `N` stands for the index in a list.
pub fn variable(section: &Section, key: &Key, index: Option<&str>) -> String {
    let section_name = section.name.to_uppercase();
    let key_name = key.name.to_uppercase();
    match section.presence {
        Presence::List => format!("{PREFIX}{section_name}__{}__{key_name}", index.unwrap_or("N")),
        _ => format!("{PREFIX}{section_name}__{key_name}"),
    }
}

/// Reads the variables that are ours. An empty one counts as not set, as Compose passes it for an unset one.
pub(super) fn layer(environment: &BTreeMap<String, String>, findings: &mut Findings) -> Layer {
    let mut layer = Layer::default();
    let set = environment.iter().filter(|(_, value)| !value.is_empty());
    // Short names come first, so that a long name, which says more, wins over them.
    let (long, short): (Vec<_>, Vec<_>) = set.partition(|(name, _)| name.starts_with(PREFIX));
    for (name, value) in short.into_iter().chain(long) {
        let Some((path, key, is_file)) = meaning(name) else {
            if name.starts_with(PREFIX) {
                let place = Place { origin: ValueOrigin::Variable(shown(name)), span: None };
                findings.add(&place, "", Problem::UnknownVariable { nearest: nearest_variable(name) });
            }
            continue;
        };
        let twice = !is_file
            && environment.get(&format!("{name}{FILE_SUFFIX}")).is_some_and(|other| !other.is_empty());
        let place = Place {
            origin: if is_file {
                ValueOrigin::VariableFile(name.clone())
            } else {
                ValueOrigin::Variable(name.clone())
            },
            span: None,
        };
        if twice {
            findings.add(&place, path.to_string(), Problem::VariableAndFile);
            continue;
        }
        let text = match is_file.then(|| file::read(Path::new(value))) {
            None => value.clone(),
            Some(Ok(text)) => without_last_newline(text),
            Some(Err(problem)) => {
                findings.add(&place, path.to_string(), Problem::File(problem));
                findings.mark_unread();
                continue;
            }
        };
        layer.heads.entry((path.section, path.index)).or_insert_with(|| place.clone());
        if path.index.is_some() {
            layer.lists.insert(path.section);
        }
        layer.values.insert(path, bare(key, &text, place));
    }
    layer
}

fn without_last_newline(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

/// The key that a variable sets, and whether it names a file.
fn meaning(name: &str) -> Option<(KeyPath, &'static Key, bool)> {
    let exact = |name: &str| long_name(name).or_else(|| short_name(name));
    if let Some((path, key)) = exact(name) {
        return Some((path, key, false));
    }
    exact(name.strip_suffix(FILE_SUFFIX)?).map(|(path, key)| (path, key, true))
}

fn long_name(name: &str) -> Option<(KeyPath, &'static Key)> {
    let mut parts = name.strip_prefix(PREFIX)?.split("__");
    let section_name = parts.next()?;
    let section = SECTIONS.into_iter().find(|section| section.name.to_uppercase() == section_name)?;
    let index = match section.presence {
        Presence::List => Some(index(parts.next()?)?),
        _ => None,
    };
    let key_name = parts.next()?;
    let key = section.keys.iter().find(|key| key.name.to_uppercase() == key_name)?;
    parts.next().is_none().then_some((KeyPath { section: section.name, index, key: key.name }, key))
}

fn index(digits: &str) -> Option<usize> {
    let index: usize = digits.parse().ok().filter(|index| *index <= LARGEST_INDEX)?;
    (index.to_string() == digits).then_some(index)
}

fn short_name(name: &str) -> Option<(KeyPath, &'static Key)> {
    SECTIONS.into_iter().find_map(|section| {
        let key = section.keys.iter().find(|key| key.short_variable == Some(name))?;
        Some((KeyPath { section: section.name, index: None, key: key.name }, key))
    })
}

fn nearest_variable(name: &str) -> Option<String> {
    let index = name.split("__").find(|part| index(part).is_some()).unwrap_or("0");
    let names: Vec<String> = SECTIONS
        .into_iter()
        .flat_map(|section| section.keys.iter().map(move |key| variable(section, key, Some(index))))
        .collect();
    nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
}

fn shown(name: &str) -> String {
    crate::domain::text::clean(name, 100)
}
