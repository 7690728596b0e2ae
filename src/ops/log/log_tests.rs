use std::sync::{Arc, Mutex};

use tracing::{debug, error, info, info_span, warn};

use super::*;
use crate::domain::time::Ts;

/// What a test's log wrote.
#[derive(Clone, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Runs `body` under a log with these settings; gives what was written.
fn written(settings: &LogSettings, redactor: &Redactor, body: impl FnOnce()) -> String {
    let buffer = Buffer::default();
    let surroundings = Surroundings {
        clock: Clock::fixed(Ts::from_millis(1_795_366_902_123)),
        redactor: redactor.clone(),
        metrics: Metrics::new("0.0.0", "unknown"),
        repeats: Repeats::default(),
        writer: Box::new(buffer.clone()),
    };
    let subscriber = subscriber(settings, surroundings).unwrap();
    tracing::subscriber::with_default(subscriber, body);
    String::from_utf8(buffer.0.lock().unwrap().clone()).unwrap()
}

fn english() -> LogSettings {
    LogSettings { lang: Lang::En, ..LogSettings::default() }
}

#[test]
fn an_event_is_told_in_the_language_of_the_process() {
    let told = |lang| {
        written(&LogSettings { lang, ..LogSettings::default() }, &Redactor::default(), || {
            info!(event = "ops.stopping", deadline_seconds = 20);
        })
    };
    assert!(told(Lang::Fr).contains("INFO  ops.stopping  Arrêt demandé"), "{}", told(Lang::Fr));
    assert!(told(Lang::En).contains("within 20 seconds.  deadline_seconds=20\n"), "{}", told(Lang::En));
}

#[test]
fn a_record_carries_the_fields_of_its_spans_and_its_own_win() {
    let log = written(&LogSettings { format: Format::Json, ..english() }, &Redactor::default(), || {
        let outer = info_span!("request", request_id = "r1", grab = tracing::field::Empty).entered();
        outer.record("grab", 1);
        let _inner = info_span!("step", grab = 2, kind = "x").entered();
        info!(event = "ops.stopping", kind = "y");
    });
    let record: serde_json::Value = serde_json::from_str(&log).unwrap();
    assert_eq!(
        (&record["request_id"], &record["grab"], &record["kind"]),
        (&"r1".into(), &2.into(), &"y".into())
    );
    assert_eq!((&record["level"], &record["event"]), (&"info".into(), &"ops.stopping".into()));
}

#[test]
fn a_message_of_a_library_passes_under_one_event() {
    let log = written(&english(), &Redactor::default(), || warn!("it broke\n\u{1b}[2J"));
    assert!(log.contains("log.message  it broke\\n\\u{1b}[2J"), "{log}");
    assert_eq!(log.lines().count(), 1);
}

#[test]
fn no_canary_reaches_the_log_at_any_level() {
    let redactor = Redactor::default();
    redactor.learn(&secrecy::SecretString::from("canary-from-settings"));
    for format in [Format::Text, Format::Json] {
        let log = written(&LogSettings { level: "trace".into(), format, ..english() }, &redactor, || {
            let _span = info_span!("request", path = "/f/canary-in-a-path/rss.xml").entered();
            tracing::trace!("GET http://h/x?apikey=canary-in-a-query");
            debug!(event = "x.y", token = "canary-by-its-name", other = %"a canary-from-settings b");
            error!(event = "x.y", error = ?"{\"passkey\":\"canary-in-json\"}");
        });
        assert_eq!(log.lines().count(), 3);
        assert!(!log.contains("canary"), "{log}");
    }
}

#[test]
fn the_level_restrains_and_libraries_stay_quiet() {
    let log = written(&LogSettings { level: "debug".into(), ..english() }, &Redactor::default(), || {
        debug!(event = "a.second");
        tracing::trace!(event = "a.first");
        debug!(target: "sqlx::query", "quiet");
    });
    assert!(!log.contains("a.first") && log.contains("a.second") && !log.contains("quiet"), "{log}");
    assert!(matches!(filter("loud=="), Err(LogError::Level)));
}

#[test]
fn the_file_gets_the_same_records() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grabfeed.log");
    let settings = LogSettings { file: Some(path.clone()), ..english() };
    let log =
        written(&settings, &Redactor::default(), || info!(event = "ops.stopping", deadline_seconds = 20));
    assert_eq!(std::fs::read_to_string(path).unwrap(), log);
}

#[test]
fn a_very_long_text_is_cut() {
    let log = written(&english(), &Redactor::default(), || info!(event = "x.y", text = "é".repeat(100_000)));
    assert!(log.len() < 10_000 && log.contains('…'));
}

#[test]
fn what_strangers_repeat_does_not_fill_the_log_and_security_events_have_a_file_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("grabfeed.log");
    let settings = LogSettings { file: Some(path.clone()), ..english() };
    let log = written(&settings, &Redactor::default(), || {
        for number in 0..10_000 {
            let _request = info_span!("request", address = "203.0.113.7").entered();
            warn!(event = "web.host-refused", host = format!("h{number}.example"));
            warn!(event = "web.request-failed", status = 503);
        }
        let _request = info_span!("request", address = "198.51.100.1").entered();
        warn!(event = "auth.sign-in-failed", user = "x");
        info!(event = "key.created", name = "k");
    });
    assert_eq!(log.lines().count(), 4, "{log}");
    let security = std::fs::read_to_string(folder.path().join("grabfeed.security.log")).unwrap();
    let events: Vec<&str> = security.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(events, ["web.host-refused", "auth.sign-in-failed", "key.created"]);
}
