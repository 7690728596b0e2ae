//! The table of all sections, and where a value belongs in it.

use std::fmt;

use super::key::{Key, Presence, Section};
use super::section;

/// Every section, in the order in which documents list them.
pub static SECTIONS: [&Section; 15] = [
    &section::server::SECTION,
    &section::database::SECTION,
    &section::prowlarr::SECTION,
    &section::jackett::SECTION,
    &section::apps::SECTION,
    &section::sync::SECTION,
    &section::matching::SECTION,
    &section::network::SECTION,
    &section::torrents::SECTION,
    &section::feeds::SECTION,
    &section::auth::SECTION,
    &section::oidc::SECTION,
    &section::cors::SECTION,
    &section::logging::SECTION,
    &section::metrics::SECTION,
];

/// The section with this name.
pub fn section_named(name: &str) -> Option<&'static Section> {
    SECTIONS.into_iter().find(|section| section.name == name)
}

/// Where a value belongs: section, place in the list if the section is one, key. Written `apps[0].url`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyPath {
    /// The section's name.
    pub section: &'static str,
    /// Which entry, counted from 0, if the section is a list.
    pub index: Option<usize>,
    /// The key's name.
    pub key: &'static str,
}

impl KeyPath {
    /// Reads the written form back; `None` if no such key exists.
    pub fn parse(text: &str) -> Option<Self> {
        let (head, key) = text.split_once('.')?;
        let (name, index) = match head.split_once('[') {
            Some((name, rest)) => (name, Some(rest.strip_suffix(']')?.parse().ok()?)),
            None => (head, None),
        };
        let section = section_named(name)?;
        let key = section.key(key)?.name;
        (index.is_some() == (section.presence == Presence::List)).then_some(Self {
            section: section.name,
            index,
            key,
        })
    }

    /// What was declared for it.
    pub fn declared(&self) -> Option<&'static Key> {
        section_named(self.section)?.key(self.key)
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}].{}", self.section, self.key),
            None => write!(f, "{}.{}", self.section, self.key),
        }
    }
}
