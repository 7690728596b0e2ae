//! From what is given to `Settings`, or to the report of everything that is wrong.
//!
//! Owns: the order of the layers, and the checks that need more than one value. Must not know: YAML or variables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::file::{self, FileProblem};
use super::finding::{Findings, Place, Problem, ValueOrigin};
use super::key::{Key, Presence, Section};
use super::key_path::{KeyPath, SECTIONS};
use super::layer::{Checked, Layer, bare};
use super::provenance::Provenance;
use super::report::Report;
use super::section as s;
use super::settings::Settings;
use super::value::{FromValue, Value};
use super::{env, saved, together, walk, yaml};
use crate::ops::text::Lang;

/// Where the settings file is.
#[derive(Debug, Clone, Default)]
pub enum SettingsFile {
    /// There is none.
    #[default]
    None,
    /// Here, if it exists.
    IfPresent(PathBuf),
    /// Here; that it does not exist is a finding.
    Required(PathBuf),
}

/// Everything that settings are made of. It holds secrets as text, hence no `Debug`.
#[derive(Clone, Default)]
pub struct Inputs {
    /// The settings file.
    pub file: SettingsFile,
    /// The process's environment.
    pub environment: BTreeMap<String, String>,
    /// What was saved in the database, by key path (`sync.mode`, `apps[0].url`).
    pub saved: BTreeMap<String, serde_json::Value>,
}

/// Valid settings, and where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The origin of every value.
    pub provenance: Provenance,
}

/// Reads, merges and checks all layers. The errors are every finding at once.
pub fn load(inputs: &Inputs) -> Result<Loaded, Report> {
    let mut findings = Findings::default();
    let (source, from_file) = read_file(&inputs.file, &mut findings);
    let from_environment = env::layer(&inputs.environment, &mut findings);
    let from_database = saved::layer(&inputs.saved, &mut findings);

    let merged = Merged::new(&from_database, &from_file, &from_environment, &mut findings);
    if findings.is_complete() {
        merged.report_missing(&mut findings);
    }
    let merged = merged.with_defaults(&mut findings);
    together::report(&merged.values, &mut findings);
    report_duplicate_apps(&merged, &[&from_file, &from_environment, &from_database], &mut findings);
    if !findings.is_empty() {
        return Err(Report::new(findings, &source));
    }
    let built = build(&merged);
    let provenance = Provenance::new(&merged.values, merged.app_count());
    built.map(|settings| Loaded { settings, provenance }).ok_or_else(|| Report::new(findings, &source))
}

/// The language that the file or the environment asks for, whatever else is wrong with them.
pub fn language(inputs: &Inputs) -> Option<Lang> {
    let mut ignored = Findings::default();
    let environment = env::layer(&inputs.environment, &mut ignored);
    let (_, file) = read_file(&inputs.file, &mut ignored);
    let path = KeyPath { section: s::logging::SECTION.name, index: None, key: "language" };
    let key = path.declared()?;
    [environment, file].iter().find_map(|layer| {
        let checked = layer.values.get(&path)?.check(path, key, &mut ignored)?;
        Lang::from_value(Some(&checked.value))
    })
}

fn read_file(file: &SettingsFile, findings: &mut Findings) -> (String, Layer) {
    let (path, required) = match file {
        SettingsFile::None => return Default::default(),
        SettingsFile::IfPresent(path) => (path, false),
        SettingsFile::Required(path) => (path, true),
    };
    let name: Arc<str> = path.display().to_string().into();
    match file::read(path) {
        Ok(source) => {
            let root = yaml::parse(&source, &name, findings);
            let layer = root.map(|root| walk::layer(&root, findings)).unwrap_or_default();
            (source, layer)
        }
        Err(FileProblem::Missing) if !required => Default::default(),
        Err(problem) => {
            let place = Place { origin: ValueOrigin::File { name, line: 0, column: 0 }, span: None };
            findings.add(&place, "", Problem::File(problem));
            findings.mark_unread();
            Default::default()
        }
    }
}

/// The layers on top of each other.
struct Merged<'a> {
    values: BTreeMap<KeyPath, Checked>,
    /// Keys that some layer gives, valid or not.
    given: BTreeSet<KeyPath>,
    /// Where each section or entry begins, in the lowest layer that has it: the file can show the line.
    heads: BTreeMap<(&'static str, Option<usize>), &'a Place>,
}

impl<'a> Merged<'a> {
    /// Puts the file over the database and the environment over both. A list of the file replaces the database's as a
    /// whole; the environment adds to the file's entries by their index, or starts a list of its own.
    fn new(database: &'a Layer, file: &'a Layer, environment: &'a Layer, findings: &mut Findings) -> Self {
        let mut merged = Self { values: BTreeMap::new(), given: BTreeSet::new(), heads: BTreeMap::new() };
        let is_fixed = |section: &str| file.lists.contains(section) || environment.lists.contains(section);
        let above = |path: &KeyPath| file.values.contains_key(path) || environment.values.contains_key(path);
        // What is saved is checked only where it counts, so that a bad one can be overridden.
        let hidden = |path: &KeyPath| above(path) || path.index.is_some() && is_fixed(path.section);
        for (layer, is_database) in [(database, true), (file, false), (environment, false)] {
            for (path, given) in &layer.values {
                let Some(key) = path.declared() else { continue };
                if is_database && hidden(path) {
                    continue;
                }
                merged.given.insert(*path);
                if let Some(checked) = given.check(*path, key, findings) {
                    merged.values.insert(*path, checked);
                }
            }
            for (head, place) in &layer.heads {
                if !(is_database && head.1.is_some() && is_fixed(head.0)) {
                    merged.heads.entry(*head).or_insert(place);
                }
            }
        }
        merged
    }

    /// The sections that are there, each with its index if it is an entry of a list.
    fn present(&self) -> Vec<(&'static Section, Option<usize>)> {
        let mut present = Vec::new();
        for section in SECTIONS {
            let entries = self.heads.keys().filter(|(name, _)| *name == section.name);
            match section.presence {
                Presence::Always => present.push((section, None)),
                _ => present.extend(entries.map(|(_, index)| (section, *index))),
            }
        }
        present
    }

    fn report_missing(&self, findings: &mut Findings) {
        for (section, index) in self.present() {
            let Some(place) = self.heads.get(&(section.name, index)) else { continue };
            let is_gap = index
                .is_some_and(|index| index > 0 && !self.heads.contains_key(&(section.name, Some(index - 1))));
            if is_gap {
                findings.add(place, format!("{}[{}]", section.name, index.unwrap_or(0)), Problem::ListGap);
            }
            for key in section.keys.iter().filter(|key| key.required) {
                let path = KeyPath { section: section.name, index, key: key.name };
                if !self.given.contains(&path) {
                    findings.add(place, path.to_string(), Problem::Missing(key));
                }
            }
        }
    }

    fn with_defaults(mut self, findings: &mut Findings) -> Self {
        for (section, index) in self.present() {
            for key in section.keys {
                let path = KeyPath { section: section.name, index, key: key.name };
                if !self.values.contains_key(&path) {
                    let checked = default_of(key).and_then(|given| given.check(path, key, findings));
                    self.values.extend(checked.map(|checked| (path, checked)));
                }
            }
        }
        self
    }

    fn app_count(&self) -> usize {
        self.heads.keys().filter(|(section, _)| *section == s::apps::SECTION.name).count()
    }

    fn value(&self, section: &'static str, index: Option<usize>, key: &'static str) -> Option<&Value> {
        self.values.get(&KeyPath { section, index, key }).map(|checked| &checked.value)
    }
}

fn default_of(key: &'static Key) -> Option<super::layer::Given> {
    key.default.map(|text| bare(key, text, Place { origin: ValueOrigin::Default, span: None }))
}

fn report_duplicate_apps(merged: &Merged<'_>, layers: &[&Layer], findings: &mut Findings) {
    let mut first: BTreeMap<String, KeyPath> = BTreeMap::new();
    for (path, checked) in &merged.values {
        let Value::AppName(name) = &checked.value else { continue };
        if let Some(other) = first.get(name.as_str()) {
            let given = layers.iter().filter_map(|layer| layer.values.get(path));
            let place = given.map(|given| &given.place).find(|place| place.origin == checked.origin);
            let unknown = Place { origin: checked.origin.clone(), span: None };
            let problem = Problem::DuplicateApp { first: other.to_string() };
            findings.add(place.unwrap_or(&unknown), path.to_string(), problem);
        } else {
            first.insert(name.to_string(), *path);
        }
    }
}

fn build(merged: &Merged<'_>) -> Option<Settings> {
    let section = |section: &'static Section| move |key| merged.value(section.name, None, key);
    let has = |section: &'static Section| merged.heads.contains_key(&(section.name, None));
    let apps = (0..merged.app_count())
        .map(|index| s::apps::App::build(|key| merged.value(s::apps::SECTION.name, Some(index), key)));
    Some(Settings {
        server: s::server::Server::build(section(&s::server::SECTION))?,
        database: s::database::Database::build(section(&s::database::SECTION))?,
        prowlarr: if has(&s::prowlarr::SECTION) {
            Some(s::prowlarr::Prowlarr::build(section(&s::prowlarr::SECTION))?)
        } else {
            None
        },
        jackett: if has(&s::jackett::SECTION) {
            Some(s::jackett::Jackett::build(section(&s::jackett::SECTION))?)
        } else {
            None
        },
        apps: apps.collect::<Option<Vec<_>>>()?,
        sync: s::sync::Sync::build(section(&s::sync::SECTION))?,
        matching: s::matching::Matching::build(section(&s::matching::SECTION))?,
        network: s::network::Network::build(section(&s::network::SECTION))?,
        torrents: s::torrents::Torrents::build(section(&s::torrents::SECTION))?,
        feeds: s::feeds::Feeds::build(section(&s::feeds::SECTION))?,
        auth: s::auth::Auth::build(section(&s::auth::SECTION))?,
        oidc: if has(&s::oidc::SECTION) {
            Some(s::oidc::Oidc::build(section(&s::oidc::SECTION))?)
        } else {
            None
        },
        cors: s::cors::Cors::build(section(&s::cors::SECTION))?,
        logging: s::logging::Logging::build(section(&s::logging::SECTION))?,
        metrics: s::metrics::Metrics::build(section(&s::metrics::SECTION))?,
    })
}
