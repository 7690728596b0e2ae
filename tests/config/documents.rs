//! What is generated from the table of keys: it is fresh, and it is true.

use std::path::{Path, PathBuf};

use grabfeed::config::key::Kind;
use grabfeed::config::key_path::SECTIONS;
use grabfeed::config::{describe, finding, reference, schema, template};
use grabfeed::ops::text::Lang;

use super::load_text;

fn documents() -> [(PathBuf, String); 3] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    [
        (folder.join("configuration.fr.md"), reference::reference(Lang::Fr)),
        (folder.join("configuration.en.md"), reference::reference(Lang::En)),
        (folder.join("settings.schema.json"), format!("{:#}\n", schema::schema(Lang::Fr))),
    ]
}

#[test]
fn the_generated_documents_are_fresh() {
    for (path, text) in documents() {
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == text,
            "{} is stale; write it with: cargo test --test it config::documents -- --ignored",
            path.file_name().unwrap().display()
        );
    }
}

#[test]
#[ignore = "writes the generated documents"]
fn write_the_generated_documents() {
    for (path, text) in documents() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

#[test]
fn the_default_file_loads_as_it_is_and_with_every_key_uncommented() {
    for lang in Lang::ALL {
        let file = template::default_file(lang);
        let loaded = load_text(&file).unwrap_or_else(|report| panic!("{}", report.render(lang)));
        assert!(loaded.provenance.iter().all(|shown| !shown.is_locked()));
        let uncommented = file.lines().filter_map(uncommented).collect::<Vec<_>>().join("\n");
        let loaded = load_text(&uncommented).unwrap_or_else(|report| panic!("{}", report.render(lang)));
        assert!(
            loaded.provenance.iter().all(grabfeed::config::provenance::Shown::is_locked),
            "{uncommented}"
        );
    }
}

/// The line without its `#` if it holds a key; `None` if it is prose, which has exactly one space after the `#`.
fn uncommented(line: &str) -> Option<String> {
    match line.strip_prefix("  #") {
        Some(rest) if rest.starts_with(' ') && !rest.starts_with("  ") => None,
        Some(rest) => Some(format!("  {rest}")),
        None => Some(line.to_owned()),
    }
}

#[test]
fn every_sentence_that_the_code_asks_for_exists_in_both_languages() {
    let mut ids: Vec<String> = Vec::new();
    for section in SECTIONS {
        ids.push(format!("config-section-{}", section.name));
        ids.extend(section.keys.iter().map(|key| describe::key_id(section.name, key.name)));
    }
    ids.extend(finding::Hint::ALL.iter().map(|hint| format!("config-hint-{}", hint.as_str())));
    ids.extend(finding::Syntax::ALL.iter().map(|syntax| format!("config-problem-{}", syntax.as_str())));
    ids.extend(
        grabfeed::config::file::FileProblem::ALL
            .iter()
            .map(|problem| format!("config-problem-{}", problem.as_str())),
    );
    for id in ids {
        for lang in ["fr", "en"] {
            let catalogue =
                Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(lang).join("config.ftl");
            let catalogue = std::fs::read_to_string(catalogue).unwrap();
            assert!(catalogue.contains(&format!("\n{id} =")), "{id} in {lang}");
        }
    }
}

#[test]
fn every_declared_key_has_what_the_documents_need() {
    for key in SECTIONS.into_iter().flat_map(|section| section.keys) {
        let has_value = key.default.is_some_and(|default| !default.is_empty());
        assert!(has_value || key.example.is_some(), "{} has neither a default nor an example", key.name);
        assert!(!(key.required && key.default.is_some()), "{} is required and has a default", key.name);
        assert!(
            key.unit == grabfeed::config::key::Unit::None
                || matches!(key.kind, Kind::Integer(..) | Kind::Decimal(..))
        );
    }
}

#[test]
fn the_schema_names_every_section_and_key() {
    let schema = schema::schema(Lang::En);
    for section in SECTIONS {
        let object = &schema["properties"][section.name];
        let keys = if object["items"].is_null() { object } else { &object["items"] };
        assert_eq!(keys["additionalProperties"], false);
        for key in section.keys {
            assert!(keys["properties"][key.name]["description"].is_string(), "{}.{}", section.name, key.name);
        }
    }
}
