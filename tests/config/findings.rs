//! What a report says, and what it must not say.

use std::time::{Duration, Instant};

use grabfeed::ops::text::Lang;

use super::{briefly, load_text, load_with};

const TEN_MISTAKES: &str = "\
server:
  prot: 4722
  url_base: grabfeed/
prowlarr:
  url: http://prowlarr:9696
apps:
  - name: radarr
    type: radar
    url: radarr:7878
    api_key: test-key-radarr
  - name: Radarr
    type: radarr
    url: http://user:test-password@radarr:7878
    api_key: ${RADARR_KEY}
sync:
  interval_seconds: 1e3
  interval_seconds: 60
";

#[test]
fn ten_mistakes_are_ten_findings_with_their_lines() {
    let started = Instant::now();
    let report = load_text(TEN_MISTAKES).unwrap_err();
    assert_eq!(
        briefly(&report),
        [
            "2 server.prot unknown-key",
            "3 server.url_base wrong-value",
            "4 prowlarr.api_key missing",
            "8 apps[0].type wrong-value",
            "9 apps[0].url wrong-value",
            "11 apps[1].name duplicate-app",
            "13 apps[1].url wrong-value",
            "14 apps[1].api_key wrong-secret",
            "16 sync.interval_seconds wrong-value",
            "17 sync.interval_seconds duplicate-key",
        ]
    );
    for lang in Lang::ALL {
        let text = report.render(lang);
        for line in [2, 3, 4, 8, 9, 11, 13, 14, 16, 17] {
            assert!(text.contains(&format!("settings.yml:{line}:")), "{line}\n{text}");
        }
        assert!(!text.contains("config-"), "a sentence is missing:\n{text}");
    }
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_report_is_drawn_in_the_language_asked_for() {
    let report = load_text("server:\n  prot: 1\n  port: 080\n").unwrap_err();
    let name = report.findings[0].origin.to_string().replace(":2:3", "");
    assert_eq!(
        report.render(Lang::Fr).replace(&name, "settings.yml"),
        "\
erreur\u{a0}: `server.prot` n’est pas un réglage connu.
 --> settings.yml:2:3
  |
2 |   prot: …
  |   ^^^^
  |
  = aide\u{a0}: Vouliez-vous écrire `port`\u{a0}?

erreur\u{a0}: `server.port` n’accepte pas `080`.
 --> settings.yml:3:9
  |
3 |   port: 080
  |         ^^^ attendu\u{a0}: un nombre entier de 1 à 65535
  |
  = aide\u{a0}: Enlevez les zéros du début.

2 erreurs dans les réglages\u{a0}: le service ne démarrerait pas.
"
    );
}

#[test]
fn no_report_shows_a_secret_whatever_the_mistake() {
    const SECRET: &str = "s3cret";
    let files = [
        "prowlarr:\n  api_keyy: s3cret\n",
        "prowlarr:\n  api_key: \"s3cret\n",
        "prowlarr:\n  api_key: |\n    s3cret\n\tx\n",
        "prowlarr: {url: x, api_key: s3cret}\n",
        "prowlarr:\n  api_key: [s3cret]\n",
        "prowlarr:\n  api_key: {a: s3cret}\n",
        "prowlarr:\n  api_key: !tag s3cret\n",
        "prowlarr:\n  api_key: &anchor s3cret\n",
        "prowlarr:\n  api_key: s3cret\u{7}\n",
        "prowlarr:\n  api_key: ' s3cret'\n  url: http://h/?apikey=s3cret\n",
        "prowlarr:\n  api_key: s3cret: x\n",
        "prowlarr:\n  url: http://user:s3cret@h\n",
        "prowlarr:\n  url: h?apikey=s3cret\n",
        "prowlarr:\n  prot: x # s3cret\n",
        "prowlarr: s3cret\n",
        "prowlarr:\n- s3cret\n",
        "apps: s3cret\n",
        "apps:\n- s3cret\n",
        "apps: [{name: a, type: x, webhook_secret: s3cret}]\n",
        "database:\n  url: mysql://u:s3cret@h\n",
        "database:\n  url: mysql://u:s3cret@h\n  url: postgres://u:s3cret@h\n",
        "cors:\n  allow_origins: [\"https://u:s3cret@h\"]\n",
        "s3cret\n",
        "- s3cret\n",
        "[s3cret\n",
        "apikey: s3cret\n",
    ];
    for text in files {
        let report = load_text(text).expect_err(text);
        for lang in Lang::ALL {
            let shown = format!("{}{}{report:?}", report.render(lang), report.to_json(lang));
            assert!(!shown.contains(SECRET), "{text}\n{shown}");
            for finding in &report.findings {
                assert!(
                    shown.contains(&format!(" {}\n", finding.origin)),
                    "{} is not drawn:\n{shown}",
                    finding.origin
                );
            }
        }
    }
    for name in ["GRABFEED__PROWLARR__API_KEY", "GRABFEED__DATABASE__URL", "GRABFEED__APPS__0__API_KEYY"] {
        let report = load_with("", &[(name, " s3cret\u{e9}")]).expect_err(name);
        let shown = format!("{}{}{report:?}", report.render(Lang::Fr), report.to_json(Lang::Fr));
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn a_report_as_json_has_every_part_by_name() {
    let report = load_text("server:\n  prot: 1\n  port: 080\n").unwrap_err();
    let json = report.to_json(Lang::En);
    assert_eq!(json["ok"], false);
    let first = &json["findings"][0];
    assert_eq!((first["line"].as_u64(), first["column"].as_u64()), (Some(2), Some(3)));
    assert_eq!((first["code"].as_str(), first["suggestion"].as_str()), (Some("unknown-key"), Some("port")));
    let second = &json["findings"][1];
    assert_eq!(second["expected"], "a whole number from 1 to 65535");
    assert_eq!((second["key"].as_str(), second["found"].as_str()), (Some("server.port"), Some("080")));
}

#[test]
fn a_thousand_mistakes_are_a_hundred_findings_and_a_count() {
    let text = (0..1000).map(|n| format!("unknown{n}: 1")).collect::<Vec<_>>().join("\n");
    let report = load_text(text).unwrap_err();
    assert_eq!((report.findings.len(), report.more), (100, 900));
    assert!(report.render(Lang::En).contains("1000 mistakes"));
}

#[test]
fn after_a_part_that_cannot_be_read_nothing_is_said_to_be_missing() {
    let report = load_text("prowlarr:\n  url: http://h\n  api_key: \"unclosed\n").unwrap_err();
    assert_eq!(briefly(&report).len(), 1, "{:?}", briefly(&report));
}
