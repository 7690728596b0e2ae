//! `check` and `config`: what they say of the settings, and that nothing but mistakes keeps the service from starting.

use std::fs;
use std::time::{Duration, Instant};

use crate::support::household::Household;

/// Ten mistakes, with the lines in which they are.
const MISTAKES: &str = "\
server:
  prot: 4722
  host: not an address
sync:
  mode: sometimes
  interval_seconds: soon
apps:
  - name: radarr
    type: radar
    url: ftp://radarr
    api_key: test-key-radarr
logging:
  level: loud
network:
  retries: -1
matchin:
  min_score: 3
torrents:
  max_size_mb: 0
";
const LINES: [u64; 10] = [2, 3, 5, 6, 9, 10, 13, 15, 16, 19];

#[test]
fn check_shows_ten_mistakes_at_once_with_their_lines_in_both_languages() {
    let household = Household::new(&[]);
    let file = household.data().join("settings.yml");
    fs::write(&file, MISTAKES).unwrap();
    for (lang, sum) in [("fr", "10 erreurs"), ("en", "10 mistakes")] {
        let began = Instant::now();
        let (code, said) = household.answers(&["--lang", lang, "check"]);
        assert!(code == 2 && began.elapsed() < Duration::from_secs(2), "{code} {:?}", began.elapsed());
        assert!(said.contains(sum), "{said}");
        for line in LINES {
            assert!(said.contains(&format!("{}:{line}:", file.display())), "line {line}: {said}");
        }
        assert!(!said.contains("test-key"), "{said}");
    }
    let (code, said) = household.answers(&["check", file.to_str().unwrap(), "--json"]);
    let json: serde_json::Value = serde_json::from_str(&said).unwrap();
    let mut lines: Vec<u64> = json["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| finding["line"].as_u64().unwrap())
        .collect();
    lines.sort_unstable();
    assert_eq!((code, lines.as_slice()), (2, LINES.as_slice()));
    // Nothing starts half-broken: every command that needs settings tells the same.
    for command in [&["serve"][..], &["key", "list"], &["sync"], &["config", "show"], &["healthcheck"]] {
        let (code, said) = household.answers(command);
        assert!(code == 2 && said.contains("10 erreurs"), "{command:?}: {code} {said}");
    }
}

#[tokio::test]
async fn the_service_starts_with_an_empty_file_and_with_none() {
    let household = Household::new(&[]);
    assert!(household.start().await.stop());
    fs::write(household.data().join("settings.yml"), "").unwrap();
    assert_eq!(household.answers(&["check"]).0, 0);
    assert!(household.start().await.stop());
    // The default file is valid and changes nothing.
    let before = household.says(&["config", "show"]);
    fs::write(household.data().join("settings.yml"), household.says(&["config", "default"])).unwrap();
    assert_eq!(household.says(&["config", "show"]), before);
    assert!(household.start().await.stop());
}

#[test]
fn config_show_tells_where_each_value_comes_from_and_no_secret() {
    let mut household = Household::new(&[("PROWLARR__URL", "http://127.0.0.1:9")]);
    household.set("PROWLARR__API_KEY", "test-key-prowlarr");
    let said = household.says(&["config", "show"]) + &household.says(&["config", "show", "--json"]);
    assert!(said.contains("GRABFEED__SERVER__PORT") && !said.contains("test-key"), "{said}");
    let schema: serde_json::Value = serde_json::from_str(&household.says(&["config", "schema"])).unwrap();
    assert!(schema["properties"]["sync"].is_object());
    assert!(household.says(&["--lang", "en", "config", "default"]) != household.says(&["config", "default"]));
}
