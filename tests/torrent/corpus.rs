//! Agreement with libtorrent on real files, where the shared folder is present.

use std::fs;

use crate::support::shared::shared;
use grabfeed::fetch::verify::verify;
use serde_json::{Map, Value, json};

/// What we say of a file, in the words of `expected.json`.
fn verdict(bytes: &[u8]) -> Value {
    match verify(bytes) {
        Ok(facts) => json!({
            "ok": true, "v1": facts.v1.map(hex::encode), "v2": facts.v2.map(hex::encode), "private": facts.private,
            "total": facts.total_bytes, "files": facts.file_count, "name": facts.name,
            "piece_length": facts.piece_length_bytes,
        }),
        Err(_) => json!({ "ok": false }),
    }
}

#[test]
fn every_file_of_the_corpus_is_judged_as_clients_judge_it() {
    let Some(folder) = shared("torrents") else {
        println!("corpus: 0 files, no shared folder");
        return;
    };
    let expected = fs::read(folder.join("expected.json")).unwrap();
    let expected: Map<String, Value> = serde_json::from_slice(&expected).unwrap();
    let mut wrong = Vec::new();
    for (file, expected) in &expected {
        let found = verdict(&fs::read(folder.join(file)).unwrap());
        for (key, value) in found.as_object().unwrap() {
            if expected[key] != *value {
                wrong.push(format!("{file}: {key} is {value}, not {}", expected[key]));
            }
        }
    }
    println!("corpus: {} files", expected.len());
    assert!(!expected.is_empty());
    assert!(wrong.is_empty(), "{wrong:#?}");
}
