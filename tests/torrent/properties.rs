//! What holds for any bytes, and for any torrent.

use grabfeed::domain::torrent::TorrentFacts;
use grabfeed::fetch::verify::{VerifyError, magnet_text, verify};
use proptest::prelude::*;
use sha1::{Digest, Sha1};

use super::build::{Int, Value, dict, file, layer, leaf, leaf_with, multi, single, text, torrent, v2};

/// Small valid torrents of every kind.
fn valid() -> Vec<Vec<u8>> {
    let (bytes, root) = layer(3);
    let info = v2(dict([("a", leaf(5)), ("b", leaf_with(40_000, root))]));
    vec![
        torrent(single()),
        torrent(multi(vec![file(5, &["a"]), file(20_000, &["b", "c"])])),
        dict([("info", info), ("piece layers", dict([(root, text(bytes))]))]).encode(),
        torrent(v2(dict([("name", leaf(5))])).with("length", Int(5)).with("pieces", text([1; 20]))),
    ]
}

fn hashes(facts: &TorrentFacts) -> (Option<[u8; 20]>, Option<[u8; 32]>) {
    (facts.v1, facts.v2)
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    for bytes in valid() {
        assert!(verify(&bytes).is_ok());
        assert_eq!(verify(&[]), Err(VerifyError::Empty));
        for length in 1..bytes.len() {
            assert_eq!(verify(&bytes[..length]), Err(VerifyError::Truncated), "{length}");
        }
    }
}

#[test]
fn a_flipped_bit_inside_info_never_keeps_the_infohash() {
    for bytes in valid() {
        let facts = verify(&bytes).unwrap();
        let key = b"4:infod";
        let info = bytes.windows(key.len()).position(|window| window == key).unwrap() + key.len() - 1;
        // The last byte of `info`: the closing `e` of the file, or what stands before the layers.
        let end = bytes.windows(14).position(|window| window == b"12:piece layer").unwrap_or(bytes.len() - 1);
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let found = verify(&flipped);
            if (info..end).contains(&(bit / 8))
                && let Ok(found) = found
            {
                assert_ne!(hashes(&found), hashes(&facts), "bit {bit}");
            }
        }
    }
}

/// A value of any shape, not too deep.
fn any_value() -> impl Strategy<Value = Value> {
    let simple = prop_oneof![
        any::<i64>().prop_map(Int),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
    ];
    simple.prop_recursive(4, 40, 6, |value| {
        let key = prop_oneof![
            Just("info"),
            Just("files"),
            Just("path"),
            Just("length"),
            Just("attr"),
            Just("name"),
            Just(""),
            Just("file tree"),
            Just("meta version"),
            Just("pieces root"),
            Just("piece length"),
            Just("pieces"),
        ];
        let entry = (key.prop_map(|key: &str| key.as_bytes().to_vec()), value.clone());
        prop_oneof![
            proptest::collection::vec(value, 0..6).prop_map(Value::List),
            proptest::collection::vec(entry, 0..6).prop_map(Value::Dict),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = (verify(&bytes), magnet_text(&bytes));
    }

    #[test]
    fn any_letters_of_bencoding_are_answered(text in "[dlei0-9:a-]{0,300}") {
        let _ = verify(text.as_bytes());
    }

    #[test]
    fn any_value_in_any_place_is_answered(key in 0..9_usize, value in any_value()) {
        let keys = ["files", "file tree", "length", "name", "piece length", "pieces", "attr", "meta version", "x"];
        let _ = verify(&torrent(single().with(keys[key], value.clone())));
        let _ = verify(&torrent(v2(dict([("a", leaf(5))])).with(keys[key], value.clone())));
        let _ = verify(&dict([("info", v2(dict([("a", leaf(50_000))]))), ("piece layers", value)]).encode());
    }

    #[test]
    fn the_infohash_is_the_sha1_of_the_bytes_of_info(
        length in 1..1_000_000_i64,
        name in "[a-z]{1,20}",
        source in proptest::collection::vec(any::<u8>(), 0..50),
        extra in any_value(),
    ) {
        let pieces = usize::try_from(length).unwrap().div_ceil(16_384) * 20;
        let info = single()
            .with("length", Int(length))
            .with("name", text(&name))
            .with("pieces", text(vec![1; pieces]))
            .with("source", text(source))
            .with("x", extra);
        let facts = verify(&torrent(info.clone())).unwrap();
        prop_assert_eq!(facts.v1, Some(Sha1::digest(info.encode()).into()));
        prop_assert_eq!(facts.total_bytes, length.unsigned_abs());
        prop_assert_eq!(facts.name, name);
    }
}
