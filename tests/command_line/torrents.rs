//! `torrent inspect`: agrees with what the library inside the clients says of real files.

use std::fs;

use serde_json::{Map, Value};

use crate::support::household::Household;
use crate::support::shared::shared;
use crate::support::torrent::TinyTorrent;

#[test]
fn inspect_tells_a_torrent_from_what_is_none() {
    let household = Household::new(&[]);
    let (good, bad) = (household.data().join("good.torrent"), household.data().join("bad.torrent"));
    fs::write(&good, TinyTorrent::new("good").bytes).unwrap();
    fs::write(&bad, "d4:infod4:name1:aee").unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());
    assert_eq!(household.answers(&["torrent", "inspect", good]).0, 0);
    let (code, said) = household.answers(&["torrent", "inspect", good, bad, "/no/such.torrent", "--json"]);
    let reports: Vec<Value> = serde_json::from_str(&said).unwrap();
    let verdicts: Vec<bool> = reports.iter().map(|report| report["ok"].as_bool().unwrap()).collect();
    assert_eq!((code, verdicts), (1, vec![true, false, false]));
    assert_eq!(reports[2]["reason"], "file-unreadable");
}

#[test]
fn inspect_agrees_with_libtorrent_on_every_file_of_the_corpus() {
    let Some(folder) = shared("torrents") else {
        println!("corpus: 0 files, no shared folder");
        return;
    };
    let expected = fs::read(folder.join("expected.json")).unwrap();
    let expected: Map<String, Value> = serde_json::from_slice(&expected).unwrap();
    let household = Household::new(&[]);
    let files: Vec<String> = expected.keys().map(|file| folder.join(file).display().to_string()).collect();
    let arguments: Vec<&str> =
        ["torrent", "inspect", "--json"].into_iter().chain(files.iter().map(String::as_str)).collect();
    let (_, said) = household.answers(&arguments);
    let reports: Vec<Value> = serde_json::from_str(&said).unwrap();
    assert_eq!(reports.len(), expected.len());
    for (report, (file, expected)) in reports.iter().zip(&expected) {
        assert_eq!(report["ok"], expected["ok"], "{file}: {report}");
        if report["ok"] == true {
            for key in ["name", "v1", "v2", "private", "total", "files", "piece_length"] {
                assert_eq!(report[key], expected[key], "{file}: {key}");
            }
        }
    }
    println!("corpus: {} files", expected.len());
}
