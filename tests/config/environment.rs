//! The environment as a layer.

use secrecy::ExposeSecret as _;

use super::{briefly, load_variables, load_with};

#[test]
fn the_short_names_of_the_plan_work_and_the_long_ones_win() {
    let settings = load_variables(&[
        ("AUTH_COOKIE_SECURE", "true"),
        ("CORS_ALLOW_ORIGINS", "https://a.example.org, https://b.example.org/"),
        ("TORRENTS_EXPOSE_STATIC", "true"),
        ("TORRENTS_MAX_SIZE_MB", "20"),
        ("LOG_LEVEL", "WARN"),
        ("WEB_CONCURRENCY", "4"),
        ("GRABFEED__SERVER__WORKERS", "3"),
        ("HOME", "/root"),
        ("GRABFEED_DATA", "/config"),
    ])
    .unwrap()
    .settings;
    assert_eq!(settings.auth.cookie_secure.as_str(), "true");
    assert_eq!(settings.cors.allow_origins, ["https://a.example.org", "https://b.example.org"]);
    assert!(settings.torrents.expose_static);
    assert_eq!(settings.torrents.max_size_bytes, 20 * 1024 * 1024);
    assert_eq!(settings.logging.level.as_str(), "warn");
    assert_eq!(settings.server.workers, Some(3));
}

#[test]
fn a_secret_file_is_read_without_its_last_line_break() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("key");
    let name = file.to_str().unwrap();
    let url = ("GRABFEED__PROWLARR__URL", "http://prowlarr:9696");
    for text in ["test-key-1", "test-key-1\n", "test-key-1\r\n"] {
        std::fs::write(&file, text).unwrap();
        let loaded = load_variables(&[url, ("GRABFEED__PROWLARR__API_KEY_FILE", name)]).unwrap();
        assert_eq!(loaded.settings.prowlarr.unwrap().api_key.expose_secret(), "test-key-1");
        let shown = loaded.provenance.get("prowlarr.api_key").unwrap().clone();
        assert_eq!(shown.origin.to_string(), "$GRABFEED__PROWLARR__API_KEY_FILE");
        assert_eq!(shown.value.unwrap(), ["********"]);
    }
    std::fs::write(&file, "test-key-1\n\n").unwrap();
    let report = load_variables(&[url, ("GRABFEED__PROWLARR__API_KEY_FILE", name)]).unwrap_err();
    assert_eq!(briefly(&report), ["$GRABFEED__PROWLARR__API_KEY_FILE prowlarr.api_key wrong-secret"]);
    std::fs::remove_file(&file).unwrap();
    let report = load_variables(&[url, ("GRABFEED__PROWLARR__API_KEY_FILE", name)]).unwrap_err();
    assert_eq!(briefly(&report), ["$GRABFEED__PROWLARR__API_KEY_FILE prowlarr.api_key file-missing"]);
}

#[test]
fn a_mistake_in_a_variable_names_the_variable() {
    for (variables, expected) in [
        (vec![("GRABFEED__SERVER__PROT", "1")], "$GRABFEED__SERVER__PROT  unknown-variable"),
        (vec![("GRABFEED__APPS__NAME", "x")], "$GRABFEED__APPS__NAME  unknown-variable"),
        (vec![("GRABFEED__APPS__01__NAME", "x")], "$GRABFEED__APPS__01__NAME  unknown-variable"),
        (vec![("GRABFEED__APPS__100__NAME", "x")], "$GRABFEED__APPS__100__NAME  unknown-variable"),
        (vec![("GRABFEED__SERVER__PORT", "080")], "$GRABFEED__SERVER__PORT server.port wrong-value"),
        (
            vec![("GRABFEED__METRICS__ENABLED", "1")],
            "$GRABFEED__METRICS__ENABLED metrics.enabled wrong-value",
        ),
        (vec![("LOG_LEVEL", "loud")], "$LOG_LEVEL logging.level wrong-value"),
        (
            vec![("GRABFEED__LOGGING__FILE", "a"), ("GRABFEED__LOGGING__FILE_FILE", "b")],
            "$GRABFEED__LOGGING__FILE logging.file variable-and-file",
        ),
    ] {
        let report = load_variables(&variables).unwrap_err();
        assert!(briefly(&report).iter().any(|finding| finding == expected), "{:?}", briefly(&report));
    }
}

#[test]
fn a_gap_in_the_list_of_apps_is_a_finding() {
    let variables = ["NAME", "TYPE", "URL", "API_KEY"].map(|key| format!("GRABFEED__APPS__2__{key}"));
    let values = ["radarr", "radarr", "http://r", "test-key-r"];
    let variables: Vec<_> = variables.iter().map(String::as_str).zip(values).collect();
    let report = load_variables(&variables).unwrap_err();
    assert_eq!(briefly(&report), ["$GRABFEED__APPS__2__API_KEY apps[2] list-gap"]);
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let loaded =
        load_with("server: {port: 5}\n", &[("GRABFEED__SERVER__PORT", ""), ("GRABFEED__NO__SUCH", "")]);
    assert_eq!(loaded.unwrap().settings.server.port, 5);
}
