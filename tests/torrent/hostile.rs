//! Files made to break a reader, each with the outcome that a client gives it. All run on a small stack.

use std::fmt::Write as _;
use std::thread;
use std::time::{Duration, Instant};

use grabfeed::domain::reason::Reason;
use grabfeed::fetch::verify::{VerifyError, magnet_text, reason_of, verify};

use super::build::{Int, List, Raw, Value, dict, file, multi, path, single, text, torrent};

/// Where the stack of a worker thread ends.
const STACK_BYTES: usize = 2 * 1024 * 1024;

type Outcome = Result<(), VerifyError>;

/// Verifies each case on a small stack and compares.
fn check(cases: Vec<(&'static str, Vec<u8>, Outcome)>) {
    let run = move || {
        let mut wrong = String::new();
        for (case, bytes, expected) in cases {
            let found = verify(&bytes).map(drop);
            if found != expected {
                let _ = writeln!(wrong, "{case}: {found:?}, not {expected:?}");
            }
        }
        wrong
    };
    let wrong = thread::Builder::new().stack_size(STACK_BYTES).spawn(run).unwrap().join().unwrap();
    assert!(wrong.is_empty(), "{wrong}");
}

/// A good torrent with `extra` under an unknown key before `info`.
fn beside(extra: Vec<u8>) -> Vec<u8> {
    dict([("extra", Raw(extra)), ("info", single())]).encode()
}

fn refused(error: VerifyError) -> Outcome {
    Err(error)
}

#[test]
fn nesting_and_size_are_limited_wherever_they_occur() {
    let nested = |levels: usize| [b"l".repeat(levels), b"e".repeat(levels)].concat();
    check(vec![
        ("20 kB of l", b"l".repeat(20_000), refused(VerifyError::NotADictionary)),
        ("10 MB of d1:a", b"d1:a".repeat(2_500_000), refused(VerifyError::TooDeep)),
        ("depth bomb under an unknown key", beside(b"l".repeat(20_000)), refused(VerifyError::TooDeep)),
        ("deepest that is read", beside(nested(98)), Ok(())),
        ("one deeper", beside(nested(99)), refused(VerifyError::TooDeep)),
        (
            "a million digits",
            beside([b"i", b"1".repeat(1_000_000).as_slice(), b"e"].concat()),
            refused(VerifyError::BrokenBencoding),
        ),
        ("a million list items", beside([b"l", b"1:a".repeat(1_000_000).as_slice(), b"e"].concat()), Ok(())),
        (
            "three million list items",
            beside([b"l", b"1:a".repeat(3_000_000).as_slice(), b"e"].concat()),
            refused(VerifyError::TooManyItems),
        ),
        (
            "a key of 1 MiB",
            dict([(vec![b'a'; 1 << 20], Int(1)), (b"info".to_vec(), single())]).encode(),
            Ok(()),
        ),
        ("9.9 MiB under an unknown key", beside(text(vec![0; 10_380_902]).encode()), Ok(())),
        ("a path of 100 parts", torrent(multi(vec![file(1, &["a"; 100])])), Ok(())),
        (
            "a path of 1000 parts",
            torrent(multi(vec![file(1, &["a"; 1_000])])),
            refused(VerifyError::PathTooDeep),
        ),
    ]);
}

#[test]
fn integers_and_strings_outside_the_grammar_are_refused() {
    let mut cases = Vec::new();
    for good in [
        "i-0e",
        "i00e",
        "i03e",
        "i-03e",
        "i9223372036854775807e",
        "i-9223372036854775808e",
        "i9223372036854775808e",
        "01:a",
    ] {
        cases.push((good, beside(good.into()), Ok(())));
    }
    for bad in
        ["i+1e", "ie", "i-e", "i1.5e", "i 1e", "-1:a", "+1:a", "1 :a", ":a", "1;a", "di1ei2ee", "d1:ae"]
    {
        cases.push((bad, beside(bad.into()), refused(VerifyError::BrokenBencoding)));
    }
    for long in ["99999999999:abc", "2147483652:"] {
        cases.push((long, beside(long.into()), refused(VerifyError::Truncated)));
    }
    cases.push((
        "beyond 64 bits",
        beside(b"18446744073709551616:".to_vec()),
        refused(VerifyError::BrokenBencoding),
    ));
    check(cases);
}

#[test]
fn what_is_no_torrent_is_told_apart_by_kind() {
    let good = torrent(single());
    check(vec![
        ("empty", Vec::new(), refused(VerifyError::Empty)),
        ("list", b"le".to_vec(), refused(VerifyError::NotADictionary)),
        ("integer", b"i1e".to_vec(), refused(VerifyError::NotADictionary)),
        ("string", b"4:spam".to_vec(), refused(VerifyError::NotADictionary)),
        ("empty dictionary", b"de".to_vec(), refused(VerifyError::MissingInfo)),
        (
            "byte order mark",
            [b"\xEF\xBB\xBF", good.as_slice()].concat(),
            refused(VerifyError::NotADictionary),
        ),
        ("page", b"\n<!doctype html><title>Login</title>".to_vec(), refused(VerifyError::HtmlPage)),
        ("json", b"{\"error\":\"no\"}".to_vec(), refused(VerifyError::NotADictionary)),
        (
            "error in XML",
            b"<?xml version=\"1.0\"?><error code=\"100\"/>".to_vec(),
            refused(VerifyError::NotADictionary),
        ),
        ("gzip", b"\x1F\x8B\x08\0".to_vec(), refused(VerifyError::NotADictionary)),
        ("zip", b"PK\x03\x04".to_vec(), refused(VerifyError::NotADictionary)),
        ("text that begins with d", b"document".to_vec(), refused(VerifyError::BrokenBencoding)),
        ("magnet", b"magnet:?xt=urn:btih:x\n".to_vec(), refused(VerifyError::Magnet)),
        ("trailing newline", [good.as_slice(), b"\n"].concat(), Ok(())),
        ("second dictionary", [good.as_slice(), b"d4:infodee"].concat(), Ok(())),
        ("info is a list", torrent(List(vec![])), refused(VerifyError::MissingInfo)),
        (
            "first info is no dictionary",
            dict([("info", Int(1)), ("info", single())]).encode(),
            refused(VerifyError::MissingInfo),
        ),
    ]);
    let reason = |bytes: &[u8]| reason_of(verify(bytes).unwrap_err());
    assert_eq!(reason(b"<html>"), Reason::HtmlPage);
    assert_eq!(reason(b"{}"), Reason::NotATorrent);
    assert_eq!(reason(&good[..good.len() - 1]), Reason::InvalidTorrent);
}

#[test]
fn a_magnet_in_place_of_a_torrent_is_handed_on() {
    let link = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a";
    assert_eq!(magnet_text(format!("{link}\r\n").as_bytes()), Some(link));
    let wrapped = dict([("magnet-uri", text(link))]).encode();
    assert_eq!(verify(&wrapped), Err(VerifyError::Magnet));
    assert_eq!(magnet_text(&wrapped), Some(link));
    assert_eq!(magnet_text(&torrent(single())), None);
}

#[test]
fn the_first_of_two_equal_keys_counts_and_order_does_not() {
    let twice = dict([("info", single()), ("info", single().with("name", text("other")))]).encode();
    assert_eq!(verify(&twice), verify(&torrent(single())));
    let Value::Dict(mut entries) = single() else { unreachable!() };
    entries.reverse();
    let reversed = Value::Dict(entries);
    let facts = verify(&torrent(reversed)).unwrap();
    assert_eq!(facts.name, "A film.mkv");
    assert_ne!(facts.v1, verify(&torrent(single())).unwrap().v1);
}

#[test]
fn lengths_and_pieces_must_agree() {
    let with = |key: &str, value: Value| torrent(single().with(key, value));
    let length = refused(VerifyError::InvalidLength);
    let piece = refused(VerifyError::InvalidPieceLength);
    let mut cases = vec![
        ("neither length nor files", torrent(single().without("length")), length),
        ("both: files win", torrent(single().with("files", List(vec![file(20_000, &["a"])]))), Ok(())),
        ("length zero", torrent(single().with("length", Int(0)).with("pieces", text(""))), length),
        ("sum overflows", torrent(multi(vec![file((1 << 44) - 20_000, &["a"]); 20])), length),
        ("pieces not of 20", with("pieces", text([1; 39])), refused(VerifyError::WrongPieces)),
        ("pieces empty", with("pieces", text("")), refused(VerifyError::WrongPieces)),
        ("one too many", with("pieces", text([1; 60])), refused(VerifyError::WrongPieces)),
        ("pieces missing", torrent(single().without("pieces")), refused(VerifyError::MissingPieces)),
        ("no files", torrent(multi(vec![])), refused(VerifyError::NoFiles)),
        (
            "too many pieces",
            torrent(single().with("piece length", Int(1)).with("length", Int(3_000_000))),
            refused(VerifyError::TooManyPieces),
        ),
        ("not a power of two", torrent(single().with("piece length", Int(10_000))), Ok(())),
        (
            "largest piece",
            torrent(single().with("piece length", Int(32_767 * 16_384)).with("pieces", text([1; 20]))),
            Ok(()),
        ),
    ];
    for number in [-1, -i64::MAX, i64::MAX, 1 << 45] {
        cases.push(("length out of range", with("length", Int(number)), length));
    }
    for number in [0, -1, 32_767 * 16_384 + 1, 1 << 31, i64::MAX] {
        cases.push(("piece length out of range", with("piece length", Int(number)), piece));
    }
    check(cases);
}

#[test]
fn a_field_of_the_wrong_type_is_as_good_as_none() {
    for wrong in [Int(1), text("x"), List(vec![]), dict::<&str, 0>([])] {
        for key in ["length", "name", "piece length", "pieces"] {
            let found = verify(&torrent(single().with(key, wrong.clone())));
            let right = matches!((key, &wrong), ("name", Value::Bytes(_)));
            assert_eq!(found.is_ok(), right, "{key} as {wrong:?}: {found:?}");
        }
        for key in ["private", "name.utf-8", "source", "meta version", "attr", "symlink path"] {
            assert!(verify(&torrent(single().with(key, wrong.clone()))).is_ok(), "{key} as {wrong:?}");
        }
        for key in ["announce", "announce-list", "creation date", "comment", "url-list", "httpseeds", "nodes"]
        {
            let root = dict([("info", single())]).with(key, wrong.clone());
            assert!(verify(&root.encode()).is_ok(), "{key} as {wrong:?}");
        }
    }
}

#[test]
fn what_stands_beside_info_is_not_judged() {
    for (key, value) in [
        ("announce", text("javascript:alert(1)")),
        ("announce", text(vec![b'a'; 1 << 20])),
        ("announce-list", List(vec![List(vec![List(vec![text("udp://127.0.0.1")])])])),
        ("creation date", Int(-1)),
        ("creation date", Int(1_000_000_000_000_000_000)),
        ("comment", text("<script>\x1B[2J\r\n")),
        ("encoding", text("GBK")),
        ("url-list", text("http://169.254.169.254/")),
        ("nodes", List(vec![Int(1)])),
    ] {
        let root = dict([("info", single())]).with(key, value);
        assert_eq!(verify(&root.encode()), verify(&torrent(single())), "{key}");
    }
}

#[test]
fn names_lead_nowhere_else_and_show_nothing_hidden() {
    let name = |name: &[u8]| verify(&torrent(single().with("name", text(name)))).map(|facts| facts.name);
    for nothing in ["..", ".", "", "/", "//"] {
        assert_eq!(name(nothing.as_bytes()), Err(VerifyError::MissingName), "{nothing}");
    }
    for (raw, shown) in [
        (b"a/b".as_slice(), "ab"),
        (b"a\\b", "ab"),
        (b"C:\\x", "C:x"),
        (b"a\0b", "ab"),
        (b"CON", "CON"),
        (b"trailing. ", "trailing. "),
        (b"\x1B[2J\r\nred", "_[2J__red"),
        (b"<script>", "<script>"),
        (b"\xB5\xE7\xD3\xB0", "__"),
        ("\u{202E}gpj.exe".as_bytes(), "gpj.exe"),
        ("e\u{301}".as_bytes(), "e\u{301}"),
    ] {
        assert_eq!(name(raw).as_deref(), Ok(shown), "{raw:?}");
    }
    let both = single().with("name", text(b"\xB5\xE7")).with("name.utf-8", text("电"));
    assert_eq!(verify(&torrent(both)).unwrap().name, "电");
    let directory = multi(vec![file(1, &["a"])]).with("name", text(".."));
    assert_eq!(verify(&torrent(directory)).unwrap().name.len(), 40, "the infohash stands in");
}

#[test]
fn paths_that_climb_are_harmless_and_paths_that_are_none_are_refused() {
    let listed = |path: Value| torrent(multi(vec![dict([("length", Int(1)), ("path", path)])]));
    check(vec![
        ("climbing", listed(path(&["..", "..", "etc", "passwd"])), Ok(())),
        ("absolute", listed(path(&["/etc/passwd"])), Ok(())),
        ("empty part", listed(path(&["a", "", "b"])), Ok(())),
        ("empty list", listed(List(vec![])), refused(VerifyError::MissingName)),
        ("no list", listed(text("a")), refused(VerifyError::MissingName)),
        ("number", listed(List(vec![Int(1)])), refused(VerifyError::InvalidPath)),
        ("5000 letters are cut", listed(path(&["a".repeat(5_000).as_str()])), Ok(())),
        (
            "5000 controls are not",
            listed(path(&["\u{1}".repeat(5_000).as_str()])),
            refused(VerifyError::NameTooLong),
        ),
        ("file is no dictionary", torrent(multi(vec![Int(1)])), refused(VerifyError::InvalidFiles)),
    ]);
}

#[test]
fn the_largest_files_that_are_read_take_no_long_time() {
    let files: Vec<u8> = (0..100_000).flat_map(|at| file(1, &[&format!("{at:x}")]).encode()).collect();
    let list = Raw([b"l", files.as_slice(), b"e"].concat());
    let info = multi(vec![]).with("files", list).with("pieces", text([1; 20 * 7]));
    let deep = Raw([b"l".repeat(95), b"1:a".repeat(1_000_000), b"e".repeat(95)].concat());
    let start = Instant::now();
    assert_eq!(verify(&torrent(info)).unwrap().file_count, 100_000);
    assert!(verify(&torrent(single().with("x", deep))).is_ok());
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
}
