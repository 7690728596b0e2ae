//! What a settings file can do to its reader (Y1 to Y24), and that each case ends in a finding with line and key.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use grabfeed::config::{Inputs, SettingsFile, load};
use grabfeed::ops::text::Lang;
use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::{briefly, load_text};

fn app(rest: &str) -> String {
    format!("apps:\n- name: radarr\n  type: radarr\n  url: http://radarr:7878\n{rest}")
}

/// Each case with its findings, as `line key code`.
#[test]
fn every_refused_file_says_where_and_why() {
    let deep_lists = "[".repeat(100_000);
    let deep_maps = "{a: ".repeat(100_000);
    let many = format!("server: [{}]", "1, ".repeat(30_000));
    let cases: &[(&str, &str, &[&str])] = &[
        ("Y2", &deep_lists, &["1  too-deep"]),
        ("Y3", &deep_maps, &["1  too-deep"]),
        ("Y4", "server: &a [*a]\n", &["1  anchor", "1 server expected-keys", "1  alias"]),
        ("Y5", "server:\n  port: *nobody\n", &["2  alias"]),
        ("Y6", "server:\n  port: 1\n  port: 2\n", &["3 server.port duplicate-key"]),
        ("Y6", "sync: {}\nserver: {}\nsync: {}\n", &["3 sync duplicate-key"]),
        ("Y7", "server:\n  prot: 1\n", &["2 server.prot unknown-key"]),
        ("Y7", "port: 1\n", &["1 port unknown-key"]),
        ("Y8", "metrics:\n  enabled: no\n", &["2 metrics.enabled wrong-value"]),
        ("Y8", "metrics:\n  enabled: \"true\"\n", &["2 metrics.enabled wrong-value"]),
        ("Y8", "auth: {cookie_secure: yes}\n", &["1 auth.cookie_secure wrong-value"]),
        ("Y9", "server: {port: 080}\n", &["1 server.port wrong-value"]),
        ("Y9", "server: {port: 0o10}\n", &["1 server.port wrong-value"]),
        ("Y9", "server: {port: 0x10}\n", &["1 server.port wrong-value"]),
        ("Y9", "server: {port: 1_000}\n", &["1 server.port wrong-value"]),
        ("Y9", "server: {port: 1e3}\n", &["1 server.port wrong-value"]),
        ("Y9", "server: {port: 65536}\n", &["1 server.port out-of-range"]),
        ("Y9", "server: {port: 99999999999999999999}\n", &["1 server.port out-of-range"]),
        ("Y9", "server: {port: -1}\n", &["1 server.port out-of-range"]),
        ("Y9", "server: {port: \"8080\"}\n", &["1 server.port wrong-value"]),
        ("Y10", "server: {port: 1.10}\n", &["1 server.port wrong-value"]),
        ("Y10", "network: {backoff_seconds: 1,5}\n", &["1 network.5 unknown-key"]),
        ("Y12", "sync: {interval_seconds: 12:30}\n", &["1 sync.interval_seconds wrong-value"]),
        ("Y13", "server:\n\tport: 1\n", &["2  syntax-tab"]),
        ("Y15", "server: {}\n---\nsync: {}\n", &["2  several-documents"]),
        ("Y15", "%YAML 1.1\n---\nserver: {}\n", &["1  syntax-directive"]),
        ("Y16", "server: {port: !!binary MQ==}\n", &["1  tag", "1 server.port wrong-value"]),
        ("Y16", "server: !!python/object:os.system {}\n", &["1  tag"]),
        ("Y17", "server:\n  <<: {port: 1}\n", &["2 server merge-key"]),
        ("Y18", "5\n", &["1  root-not-sections"]),
        ("Y18", "- server\n", &["1  root-not-sections"]),
        ("Y18", "server: 5\n", &["1 server expected-keys"]),
        ("Y18", "apps: {}\n", &["1 apps expected-list"]),
        ("Y18", "server: {port: [1]}\n", &["1 server.port expected-value"]),
        ("Y18", "cors: {allow_origins: https://a}\n", &["1 cors.allow_origins expected-list"]),
        ("Y18", "? [a]\n: 1\n", &["1  key-not-text"]),
        ("Y19", "server:\n  port: 4\0\n", &["2  control-character"]),
        ("Y19", "feeds:\n  title: \"a\\0b\"\n", &["2 feeds.title wrong-value"]),
        ("Y20", &many, &["1 server expected-keys", "1  too-many-nodes"]),
        ("Y22", "feeds: {title: \"${TITLE}\"}\n", &["1 feeds.title wrong-value"]),
        ("Y22", "feeds: {title: \"${A:-${B}}\"}\n", &["1 feeds.title wrong-value"]),
        ("Y24", "server:\n  port:\n", &["2 server.port no-value"]),
        ("Y24", "server: {host: ~}\n", &["1 server.host no-value"]),
        ("quotes", "server: {host: \"0.0.0.0}\n", &["1  syntax-unclosed-quote"]),
        ("brackets", "server: {port: 1\n", &["1  syntax-brackets"]),
    ];
    let mut failures = String::new();
    for (name, text, expected) in cases {
        let started = Instant::now();
        let found = load_text(text).map_err(|report| briefly(&report)).err().unwrap_or_default();
        assert!(started.elapsed() < Duration::from_secs(2), "{name} took {:?}", started.elapsed());
        if found != *expected {
            let _ = writeln!(failures, "{name} {:.60}: {found:?}", text.escape_debug().to_string());
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn y1_an_alias_bomb_is_refused_at_once() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, before) in ["b", "c", "d", "e", "f", "g", "h", "i"].iter().zip("abcdefgh".chars()) {
        let _ = writeln!(bomb, "{name}: &{name} [{}]", format!("*{before}, ").repeat(9));
    }
    let started = Instant::now();
    let report = load_text(bomb).unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(1));
    assert!(report.findings.len() <= 100, "{}", report.findings.len());
    assert!(briefly(&report).contains(&"2  alias".to_owned()));
}

#[test]
fn y8_a_name_that_yaml_1_1_takes_for_a_boolean_is_a_name() {
    let text = app("  api_key: key\n").replace("name: radarr", "name: NO");
    assert_eq!(load_text(text).unwrap().settings.apps[0].name.as_str(), "no");
}

#[test]
fn y11_a_key_that_looks_like_a_number_stays_text() {
    for key in [
        "01234567890123456789012345678901",
        "1e10",
        "0x1F",
        "12345678901234567890123456789012345678901234567890",
    ] {
        let loaded = load_text(app(&format!("  api_key: {key}\n"))).unwrap();
        assert_eq!(loaded.settings.apps[0].api_key.expose_secret(), key);
    }
}

#[test]
fn y14_other_encodings_are_named_and_a_byte_order_mark_is_no_content() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    };
    for (bytes, code) in [
        (utf16("\u{FEFF}server: {}", false), "file-utf16"),
        (utf16("\u{FEFF}server: {}", true), "file-utf16"),
        (utf16("server: {}", false), "file-utf16"),
        (utf16("server: {}", true), "file-utf16"),
        (b"feeds: {title: \"r\xE9glages\"}".to_vec(), "file-not-utf8"),
    ] {
        assert_eq!(briefly(&load_text(&bytes).unwrap_err()), [format!("0  {code}")], "{bytes:?}");
    }
    assert_eq!(load_text("\u{FEFF}server:\n  port: 5\n").unwrap().settings.server.port, 5);
    let report = load_text("\u{FEFF}prot: 5\n").unwrap_err();
    assert!(report.render(Lang::En).contains(":1:1"), "{}", report.render(Lang::En));
}

#[test]
fn y18_a_file_that_says_nothing_gives_the_defaults() {
    for text in
        ["", "\n\n", "# only\n# comments\n", "null\n", "~\n", "---\n", "server:\nsync: ~\napps:\nprowlarr:\n"]
    {
        let loaded = load_text(text).unwrap_or_else(|report| panic!("{text:?}: {}", report.render(Lang::En)));
        assert_eq!(loaded.settings.server.port, 4722);
        assert!(loaded.settings.apps.is_empty() && loaded.settings.prowlarr.is_none());
    }
}

#[test]
fn y20_only_a_regular_file_of_reasonable_size_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let large = directory.path().join("large.yml");
    std::fs::write(&large, vec![b'#'; 10 * 1024 * 1024]).unwrap();
    let fifo = directory.path().join("fifo.yml");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    for (path, code) in [
        (large, "file-too-large"),
        (fifo, "file-not-a-file"),
        (directory.path().to_owned(), "file-not-a-file"),
        ("/dev/zero".into(), "file-not-a-file"),
        (directory.path().join("none.yml"), "file-missing"),
    ] {
        let report = load(&Inputs { file: SettingsFile::Required(path), ..Inputs::default() }).unwrap_err();
        assert_eq!(briefly(&report), [format!("0  {code}")]);
    }
}

#[test]
fn y20_a_file_that_may_not_be_read_is_named_as_such() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.yml");
    std::fs::write(&path, "server: {}\n").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if std::fs::File::open(&path).is_ok() {
        return println!("not tried: this user may read everything");
    }
    let report = load(&Inputs { file: SettingsFile::Required(path), ..Inputs::default() }).unwrap_err();
    assert_eq!(briefly(&report), ["0  file-unreadable"]);
}

#[test]
fn y21_line_ends_and_spaces_around_do_not_get_into_a_secret() {
    let loaded = load_text(app("  api_key: test-key-1   \n").replace('\n', "\r\n")).unwrap();
    assert_eq!(loaded.settings.apps[0].api_key.expose_secret(), "test-key-1");
    for written in ["|\n    test-key-1", "\"test-key-1 \"", "\" test-key-1\"", "\"test-\\nkey\"", "\"\""] {
        let report = load_text(app(&format!("  api_key: {written}\n"))).unwrap_err();
        let found = briefly(&report);
        assert!(
            found.len() == 1 && found[0].ends_with(" apps[0].api_key wrong-secret"),
            "{written}: {found:?}"
        );
    }
}

#[test]
fn y23_a_file_replaced_while_it_is_read_is_the_old_or_the_new_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("settings.yml");
    let padding = "#".repeat(200_000);
    let text = |port: u16| format!("server:\n  port: {port}\n{padding}\nfeeds:\n  window: {}\n", port - 1000);
    std::fs::write(&path, text(1100)).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..50 {
                let next = directory.path().join("next");
                std::fs::write(&next, text(1100 + round)).unwrap();
                std::fs::rename(&next, &path).unwrap();
            }
        });
        for _ in 0..50 {
            let inputs = Inputs { file: SettingsFile::Required(path.clone()), ..Inputs::default() };
            let settings = load(&inputs).unwrap().settings;
            assert_eq!(usize::from(settings.server.port) - 1000, settings.feeds.window);
        }
    });
}

/// A mebibyte of anything is refused or read in less time than anybody notices.
#[test]
fn the_largest_files_of_the_worst_shapes_are_read_fast() {
    let parts = [
        "[",
        "{a: ",
        "- ",
        "? ",
        "&a ",
        "*a ",
        "!t ",
        "\"",
        "'",
        "a: ",
        "- a\n",
        "a: b\n",
        "# c\n",
        "|\n ",
        "\u{1}",
        "%",
        "\t",
        "a\n",
        " \n",
        "[],",
        "- {a: &b [*b]}\n",
        "server: {port: 080}\n",
        "é: ${X}\n",
        "a\\",
        "---\n",
    ];
    let mut texts: Vec<String> = parts.iter().map(|part| part.repeat(1_040_000 / part.len())).collect();
    texts
        .extend(parts.iter().map(|part| format!("server:\n  host: {}", part.repeat(1_040_000 / part.len()))));
    texts.push((0..9_000).map(|n| format!("{n:0>76}: 1\n")).fold(String::new(), |text, line| text + &line));
    texts.push(format!("apps: [{}]", "{name: x, url: http://u:p@h}, ".repeat(3_000)));
    for text in texts {
        let started = Instant::now();
        if let Err(report) = load_text(&text) {
            report.render(Lang::Fr);
        }
        assert!(started.elapsed() < Duration::from_secs(15), "{:?}: {:.40}", started.elapsed(), text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Err(report) = load_text(bytes) {
            prop_assert!(!report.findings.is_empty());
            report.render(Lang::Fr);
        }
    }

    #[test]
    fn arbitrary_yaml_like_text_never_panics(
        text in "((server|apps|prowlarr|port|url|api_key|name|é|\\$\\{X\\}|[-:{}\\[\\],&*!|>'\"%@#~?]| |\t|\n|\r|\u{FEFF}|[0-9]){0,3}\n?){0,40}"
    ) {
        let started = Instant::now();
        if let Err(report) = load_text(text) {
            prop_assert!(!report.findings.is_empty());
            report.render(Lang::Fr);
        }
        prop_assert!(started.elapsed() < Duration::from_secs(2));
    }
}
