//! Which layer wins, and that every value tells where it came from.

use grabfeed::config::{Inputs, SettingsFile, SyncMode, load};
use serde_json::json;

use super::{briefly, environment, load_text, load_with};

const RADARR: &str =
    "apps:\n- name: radarr\n  type: radarr\n  url: http://radarr:7878\n  api_key: test-key-file\n";

#[test]
fn the_environment_wins_over_the_file_the_file_over_the_database_and_all_over_the_defaults() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.yml");
    std::fs::write(&path, "sync:\n  interval_seconds: 30\nfeeds:\n  window: 60\n").unwrap();
    let saved = [
        ("sync.mode", json!("history_only")),
        ("sync.interval_seconds", json!(20)),
        ("feeds.window", json!(70)),
    ];
    let loaded = load(&Inputs {
        file: SettingsFile::Required(path.clone()),
        environment: environment(&[("GRABFEED__FEEDS__WINDOW", "80"), ("LOG_LEVEL", "DEBUG")]),
        saved: saved.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
    })
    .unwrap();
    assert_eq!(loaded.settings.sync.mode, SyncMode::HistoryOnly);
    assert_eq!(loaded.settings.sync.interval.as_secs(), 30);
    assert_eq!(loaded.settings.feeds.window, 80);
    let origin = |key| loaded.provenance.get(key).unwrap().origin.to_string();
    assert_eq!(origin("sync.mode"), "database");
    assert_eq!(origin("sync.interval_seconds"), format!("{}:2:21", path.display()));
    assert_eq!(origin("feeds.window"), "$GRABFEED__FEEDS__WINDOW");
    assert_eq!(origin("logging.level"), "$LOG_LEVEL");
    assert_eq!(origin("server.port"), "default");
    assert!(loaded.provenance.get("feeds.window").unwrap().is_locked());
    assert!(!loaded.provenance.get("sync.mode").unwrap().is_locked());
}

#[test]
fn a_variable_completes_the_app_of_the_same_place_in_the_file() {
    let text = RADARR.replace("  api_key: test-key-file\n", "");
    let loaded = load_with(
        text,
        &[
            ("GRABFEED__APPS__0__API_KEY", "test-key-variable"),
            ("GRABFEED__APPS__1__NAME", "sonarr"),
            ("GRABFEED__APPS__1__TYPE", "sonarr"),
            ("GRABFEED__APPS__1__URL", "http://sonarr:8989"),
            ("GRABFEED__APPS__1__API_KEY", "test-key-variable"),
        ],
    )
    .unwrap();
    let names: Vec<_> = loaded.settings.apps.iter().map(|app| app.name.as_str()).collect();
    assert_eq!(names, ["radarr", "sonarr"]);
    assert_eq!(
        loaded.provenance.get("apps[0].api_key").unwrap().origin.to_string(),
        "$GRABFEED__APPS__0__API_KEY"
    );
}

#[test]
fn a_list_in_the_file_replaces_the_databases_as_a_whole() {
    let saved = |name: &str| {
        let values = [
            ("name", json!(name)),
            ("type", json!("sonarr")),
            ("url", json!("http://s")),
            ("api_key", json!("test-key-s")),
        ];
        values.into_iter().map(|(key, value)| (format!("apps[0].{key}"), value)).collect()
    };
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.yml");
    for (text, expected) in
        [(RADARR, vec!["radarr"]), ("apps: []\n", vec![]), ("", vec!["saved"]), ("apps:\n", vec!["saved"])]
    {
        std::fs::write(&path, text).unwrap();
        let file = SettingsFile::IfPresent(path.clone());
        let loaded = load(&Inputs { file, saved: saved("saved"), ..Inputs::default() }).unwrap();
        let names: Vec<_> = loaded.settings.apps.iter().map(|app| app.name.as_str()).collect();
        assert_eq!(names, expected, "{text:?}");
    }
}

#[test]
fn a_bad_saved_value_is_a_finding_unless_something_overrides_it() {
    let saved = || [("feeds.window".to_owned(), json!("many"))].into_iter().collect();
    let report = load(&Inputs { saved: saved(), ..Inputs::default() }).unwrap_err();
    assert_eq!(briefly(&report), ["database feeds.window wrong-value"]);
    let variables = environment(&[("GRABFEED__FEEDS__WINDOW", "50")]);
    assert!(load(&Inputs { saved: saved(), environment: variables, ..Inputs::default() }).is_ok());
    let unknown = [("feeds.gone".to_owned(), json!(1))].into_iter().collect();
    let report = load(&Inputs { saved: unknown, ..Inputs::default() }).unwrap_err();
    assert_eq!(briefly(&report), ["database feeds.gone unknown-key"]);
}

#[test]
fn an_incomplete_app_and_two_of_one_name_are_findings() {
    let report = load_text("apps:\n- name: radarr\n  type: radarr\n").unwrap_err();
    assert_eq!(briefly(&report), ["2 apps[0].url missing", "2 apps[0].api_key missing"]);
    let report =
        load_text(format!("{RADARR}{}", RADARR.replace("apps:\n", "").replace(": radarr", ": RADARR")))
            .unwrap_err();
    assert_eq!(briefly(&report), ["6 apps[1].name duplicate-app"]);
}

#[test]
fn settings_do_not_show_their_secrets_when_debugged() {
    let text = format!(
        "{RADARR}prowlarr: {{url: http://p, api_key: test-key-file}}\ndatabase: {{url: \"postgres://u:test-key-file@h/d\"}}\n"
    );
    let loaded = load_text(text).unwrap();
    assert!(!format!("{loaded:?}").contains("test-key-file"));
}

#[test]
fn a_missing_file_is_no_mistake_where_it_is_optional() {
    let loaded =
        load(&Inputs { file: SettingsFile::IfPresent("no/such/settings.yml".into()), ..Inputs::default() });
    assert_eq!(loaded.unwrap().settings.server.port, 4722);
}
