//! The settings file against the table of keys.
//!
//! Owns: unknown and repeated keys, and values of the wrong shape. Must not know: YAML's text (`yaml`), or which
//! values are valid (`scalar`).

use std::collections::HashMap;

use super::finding::{Findings, Place, Problem, ValueOrigin};
use super::key::{Key, Kind, Presence, Section};
use super::key_path::{KeyPath, SECTIONS, section_named};
use super::layer::{Given, Layer, Raw};
use super::nearest::nearest;
use super::scalar::Style;
use super::yaml::{Content, Node};

/// Reads the tree of a whole file.
pub(super) fn layer(root: &Node, findings: &mut Findings) -> Layer {
    let mut walk = Walk { layer: Layer::default(), findings };
    walk.root(root);
    walk.layer
}

struct Walk<'a> {
    layer: Layer,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn root(&mut self, root: &Node) {
        match &root.content {
            Content::Mapping(entries) => {
                for (name, head, value) in self.named(entries, "") {
                    match section_named(name) {
                        Some(section) => self.section(section, head, value),
                        None => self.unknown(head, &clip(name), || nearest_anywhere(name)),
                    }
                }
            }
            _ if is_null(root) => {}
            Content::Refused => {}
            _ => self.findings.add(&root.place, "", Problem::RootNotSections),
        }
    }

    /// The entries whose key is text and not a repetition; the others are reported.
    fn named<'n>(&mut self, entries: &'n [(Node, Node)], path: &str) -> Vec<(&'n str, &'n Node, &'n Node)> {
        let mut first: HashMap<&str, usize> = HashMap::new();
        let mut named = Vec::new();
        for (head, value) in entries {
            let Content::Scalar { text, plain } = &head.content else {
                if !matches!(head.content, Content::Refused) {
                    self.findings.add(&head.place, path, Problem::KeyNotText);
                }
                continue;
            };
            let line = line_of(&head.place.origin);
            if *plain && text == "<<" {
                self.findings.add(&head.place, path, Problem::MergeKey);
            } else if let Some(first_line) = first.get(text.as_str()) {
                let problem = Problem::DuplicateKey { first_line: *first_line };
                self.findings.add(&head.place, join(path, text), problem);
            } else {
                first.insert(text, line);
                named.push((text.as_str(), head, value));
            }
        }
        named
    }

    /// Reports a name that means nothing. Looking for the one that was meant costs more than all the rest of the
    /// reading, so it is not done for findings that are only counted.
    fn unknown(&mut self, head: &Node, path: &str, nearest: impl FnOnce() -> Option<String>) {
        let nearest = if self.findings.is_full() { None } else { nearest() };
        self.findings.add(&head.place, path, Problem::UnknownKey { nearest });
    }

    fn section(&mut self, section: &'static Section, head: &Node, value: &Node) {
        if is_null(value) {
            return;
        }
        match (&value.content, section.presence) {
            (Content::Refused, _) => {}
            (Content::Sequence(entries), Presence::List) => {
                self.layer.lists.insert(section.name);
                for (index, entry) in entries.iter().enumerate() {
                    self.keys(section, Some(index), entry, entry);
                }
            }
            (_, Presence::List) => self.findings.add(&value.place, section.name, Problem::ExpectedList),
            _ => self.keys(section, None, head, value),
        }
    }

    fn keys(&mut self, section: &'static Section, index: Option<usize>, head: &Node, value: &Node) {
        let path =
            index.map_or_else(|| section.name.to_owned(), |index| format!("{}[{index}]", section.name));
        let entries = match &value.content {
            Content::Mapping(entries) => entries,
            Content::Refused => return,
            _ => return self.findings.add(&value.place, path, Problem::ExpectedKeys),
        };
        self.layer.heads.insert((section.name, index), head.place.clone());
        for (name, head, value) in self.named(entries, &path) {
            if let Some(key) = section.key(name) {
                self.key(KeyPath { section: section.name, index, key: key.name }, key, head, value);
            } else {
                let nearest = || nearest(name, section.keys.iter().map(|key| key.name)).map(str::to_owned);
                self.unknown(head, &join(&path, name), nearest);
            }
        }
    }

    fn key(&mut self, path: KeyPath, key: &'static Key, head: &Node, value: &Node) {
        let raw = match (&value.content, key.kind) {
            (Content::Refused, _) => return,
            _ if is_null(value) => Raw::Null,
            (Content::Sequence(items), Kind::List(_)) => {
                Raw::List(items.iter().filter_map(|item| self.item(path, item)).collect())
            }
            (_, Kind::List(_)) => {
                return self.findings.add(&value.place, path.to_string(), Problem::ExpectedList);
            }
            (Content::Scalar { text, plain }, _) => Raw::Scalar(text.clone(), style(*plain)),
            _ => return self.findings.add(&value.place, path.to_string(), Problem::ExpectedValue),
        };
        // A key without a value is shown at the key: where nothing stands there is nothing to show.
        let place = if matches!(raw, Raw::Null) { &head.place } else { &value.place };
        self.layer.values.insert(path, Given { raw, place: place.clone() });
    }

    fn item(&mut self, path: KeyPath, item: &Node) -> Option<(String, Style, Place)> {
        match &item.content {
            Content::Scalar { text, plain } if !is_null(item) => {
                Some((text.clone(), style(*plain), item.place.clone()))
            }
            Content::Refused => None,
            _ => {
                self.findings.add(&item.place, path.to_string(), Problem::ExpectedValue);
                None
            }
        }
    }
}

fn style(plain: bool) -> Style {
    if plain { Style::Plain } else { Style::Quoted }
}

fn is_null(node: &Node) -> bool {
    matches!(&node.content, Content::Scalar { text, plain: true }
        if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
}

fn line_of(origin: &ValueOrigin) -> usize {
    match origin {
        ValueOrigin::File { line, .. } => *line,
        _ => 0,
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { clip(name) } else { clip(&format!("{path}.{name}")) }
}

/// A key as it was written, made fit to print.
fn clip(name: &str) -> String {
    crate::domain::text::clean(name, 80)
}

/// The section with a similar name, or the section in which a key of this name stands.
fn nearest_anywhere(name: &str) -> Option<String> {
    let inside = || SECTIONS.into_iter().find(|section| section.key(name).is_some());
    nearest(name, SECTIONS.into_iter().map(|section| section.name))
        .map(str::to_owned)
        .or_else(|| inside().map(|section| format!("{}.{name}", section.name)))
}
