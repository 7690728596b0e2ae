//! The command `torrent inspect`.

use std::path::PathBuf;

use grabfeed::cli::torrent::{InspectArgs, TorrentCommand, run};
use grabfeed::fetch::verify::VerifyError;
use grabfeed::ops::text::Lang;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::build::{single, torrent};

fn inspect(files: Vec<PathBuf>, json: bool, lang: Lang) -> (u8, String) {
    let mut out = Vec::new();
    let code = run(&TorrentCommand::Inspect(InspectArgs { files, json }), lang, &mut out).unwrap();
    (code, String::from_utf8(out).unwrap())
}

fn folder() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (good, bad) = (folder.path().join("good.torrent"), folder.path().join("bad.torrent"));
    std::fs::write(&good, torrent(single())).unwrap();
    std::fs::write(&bad, "<html>login</html>").unwrap();
    (folder, good, bad)
}

#[test]
fn one_file_is_one_object() {
    let (_folder, good, _) = folder();
    let (code, out) = inspect(vec![good.clone()], true, Lang::En);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 0);
    let v1 = report["v1"].as_str().unwrap();
    assert_eq!(v1.len(), 40);
    let expected = json!({
        "file": good.display().to_string(), "ok": true, "reason": null, "message": null, "v1": v1, "v2": null,
        "private": false, "total": 20_000, "files": 1, "name": "A film.mkv", "piece_length": 16_384,
    });
    assert_eq!(report, expected);
}

#[test]
fn several_files_are_a_list_and_one_refused_file_fails_the_command() {
    let (folder, good, bad) = folder();
    let (code, out) = inspect(vec![good, bad, folder.path().join("absent")], true, Lang::En);
    let reports: Vec<Value> = serde_json::from_str(&out).unwrap();
    assert_eq!(code, 1);
    let column = |key: &str| reports.iter().map(|report| report[key].clone()).collect::<Vec<_>>();
    assert_eq!(column("ok"), [json!(true), json!(false), json!(false)]);
    assert_eq!(column("reason"), [json!(null), json!("html-page"), json!("file-unreadable")]);
    assert!(column("message")[1].as_str().unwrap().contains("web page"));
}

#[test]
fn a_person_reads_sentences_in_their_language() {
    let (_folder, good, bad) = folder();
    let (code, out) = inspect(vec![good, bad], false, Lang::Fr);
    assert_eq!(code, 1);
    assert!(out.contains("torrent valable"), "{out}");
    assert!(out.contains("20000 octets"), "{out}");
    assert!(out.contains("refusé (html-page)"), "{out}");
    assert!(!out.contains("torrent-"), "a sentence is missing: {out}");
}

#[test]
fn every_cause_has_a_sentence_in_both_languages_and_a_code_of_its_own() {
    let mut codes: Vec<_> = VerifyError::ALL.iter().map(|cause| cause.code()).collect();
    for code in &codes {
        let id = format!("torrent-{code}");
        let [fr, en] = Lang::ALL.map(|lang| lang.text(&id, &[]));
        assert!(fr != id && fr != en, "{id}");
    }
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), VerifyError::ALL.len());
}
