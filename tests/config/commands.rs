//! `check` and `config`, as they are called by the command line.

use std::path::PathBuf;

use grabfeed::cli::check::{self, CheckArgs};
use grabfeed::cli::config::{self, ConfigArgs, ConfigCommand};
use grabfeed::config::{Inputs, SettingsFile};
use grabfeed::ops::text::Lang;
use serde_json::Value as Json;

use super::environment;

fn check(file: Option<PathBuf>, json: bool, inputs: Inputs) -> (u8, String) {
    let mut out = Vec::new();
    let code = check::run(&CheckArgs { file, json }, inputs, Lang::Fr, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

fn config(command: ConfigCommand, inputs: &Inputs) -> (u8, String) {
    let mut out = Vec::new();
    let code = config::run(&ConfigArgs { command }, inputs, Lang::Fr, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn check_says_ok_or_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("my.yml");
    assert_eq!(check(None, false, Inputs::default()).0, 0);

    std::fs::write(&path, "server:\n  port: 5\n").unwrap();
    let (code, said) = check(Some(path.clone()), false, Inputs::default());
    assert_eq!((code, said), (0, format!("OK\u{a0}: {} est valide.\n", path.display())));

    std::fs::write(&path, "server:\n  prot: 5\n").unwrap();
    let (code, said) = check(Some(path.clone()), false, Inputs::default());
    assert!(code == 2 && said.contains("my.yml:2:3"), "{said}");

    let (code, said) = check(Some(path), true, Inputs::default());
    let json: Json = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (code, &json["ok"], &json["findings"][0]["code"]),
        (2, &Json::Bool(false), &Json::from("unknown-key"))
    );

    let (code, said) = check(Some(directory.path().join("none.yml")), true, Inputs::default());
    let json: Json = serde_json::from_str(&said).unwrap();
    assert_eq!((code, &json["findings"][0]["code"]), (2, &Json::from("file-missing")));
}

#[test]
fn show_prints_every_key_with_its_origin_and_no_secret() {
    let inputs = Inputs {
        environment: environment(&[
            ("GRABFEED__PROWLARR__URL", "http://prowlarr:9696"),
            ("GRABFEED__PROWLARR__API_KEY", "test-key-prowlarr"),
            ("WEB_CONCURRENCY", "2"),
        ]),
        ..Inputs::default()
    };
    let (code, table) = config(ConfigCommand::Show { json: false }, &inputs);
    assert_eq!(code, 0);
    let line = |key: &str| table.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("prowlarr.api_key").contains("********") && line("prowlarr.api_key").ends_with("_API_KEY"));
    assert!(line("server.port").contains("4722") && line("server.port").ends_with("valeur par défaut"));
    let (_, json) = config(ConfigCommand::Show { json: true }, &inputs);
    assert!(!format!("{table}{json}").contains("test-key"));
    let json: Vec<Json> = serde_json::from_str(&json).unwrap();
    let workers = json.iter().find(|entry| entry["key"] == "server.workers").unwrap();
    assert_eq!(
        (&workers["value"], &workers["origin"], &workers["locked"]),
        (&Json::from(2), &Json::from("$WEB_CONCURRENCY"), &Json::Bool(true))
    );
}

#[test]
fn show_prints_the_findings_if_there_are_any() {
    let inputs = Inputs { file: SettingsFile::Required("no/such.yml".into()), ..Inputs::default() };
    let (code, said) = config(ConfigCommand::Show { json: false }, &inputs);
    assert!(code == 2 && said.contains("no/such.yml"), "{said}");
}

#[test]
fn the_documents_are_printed_whatever_the_settings_are() {
    let inputs = Inputs { file: SettingsFile::Required("no/such.yml".into()), ..Inputs::default() };
    for (command, part) in [
        (ConfigCommand::Schema, "2020-12"),
        (ConfigCommand::Default, "#port: 4722"),
        (ConfigCommand::Reference, "## `server`"),
    ] {
        let (code, said) = config(command, &inputs);
        assert!(code == 0 && said.contains(part), "{said}");
    }
}
