//! v1, v2 and hybrid torrents, and what each must have.

use grabfeed::fetch::verify::{VerifyError, verify};
use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::build::{
    Int, List, Value, dict, file, layer, leaf, leaf_with, multi, path, single, text, torrent, v2,
};

/// The number of files and the total, or the cause.
fn files(info: Value) -> Result<(u64, u64), VerifyError> {
    verify(&torrent(info)).map(|facts| (facts.file_count, facts.total_bytes))
}

fn name(info: Value) -> String {
    verify(&torrent(info)).unwrap().name
}

#[test]
fn a_v1_torrent_is_known_by_the_sha1_of_its_info() {
    let facts = verify(&torrent(single().with("private", Int(1)))).unwrap();
    assert_eq!(facts.v1, Some(Sha1::digest(single().with("private", Int(1)).encode()).into()));
    assert_eq!(facts.v2, None);
    assert_eq!((facts.file_count, facts.total_bytes, facts.piece_length_bytes), (1, 20_000, 16_384));
    assert_eq!(facts.name, "A film.mkv");
    assert!(facts.private);
}

#[test]
fn only_a_private_flag_inside_info_counts() {
    let outside = dict([("info", single()), ("private", Int(1))]).encode();
    assert!(!verify(&outside).unwrap().private);
    for (value, private) in
        [(Int(0), false), (Int(1), true), (Int(2), true), (Int(-1), true), (text("1"), false)]
    {
        assert_eq!(verify(&torrent(single().with("private", value))).unwrap().private, private);
    }
}

#[test]
fn a_v2_torrent_is_known_by_the_sha256_of_its_info_and_counts_its_pads() {
    let info = v2(dict([("a", leaf(5)), ("b", dict([("c", leaf(16_384)), ("d", leaf(0))]))]));
    let facts = verify(&torrent(info.clone())).unwrap();
    assert_eq!(facts.v1, None);
    assert_eq!(facts.v2, Some(Sha256::digest(info.encode()).into()));
    assert_eq!((facts.file_count, facts.total_bytes), (4, 2 * 16_384));
    assert_eq!(facts.name, "name");
    assert_eq!(name(v2(dict([("alone", leaf(5))]))), "alone");
}

#[test]
fn a_v2_tree_must_be_whole() {
    let cases = [
        (v2(dict([("", leaf(5))])), VerifyError::InvalidFiles),
        (v2(dict([("a", Int(1))])), VerifyError::InvalidFiles),
        (v2(dict([("a", dict([("", Int(1))]))])), VerifyError::InvalidFiles),
        (v2(dict([("a", leaf(5).with("b", leaf(5)))])), VerifyError::InvalidFiles),
        (v2(dict::<&str, 0>([])), VerifyError::NoFiles),
        (v2(dict([("a", leaf(0))])), VerifyError::InvalidLength),
        (v2(dict([("a", leaf(-1))])), VerifyError::InvalidLength),
        (v2(dict([("a", leaf_with(5, [0; 32]))])), VerifyError::MissingPiecesRoot),
        (v2(dict([("a", dict([("", dict([("length", Int(5))]))]))])), VerifyError::MissingPiecesRoot),
        (
            v2(dict([("a", dict([("", dict([("attr", text("p")), ("length", Int(5))]))]))])),
            VerifyError::PadFileInTree,
        ),
        (v2(dict([("a", leaf(5))])).with("meta version", Int(3)), VerifyError::UnknownVersion),
        (v2(dict([("a", leaf(5))])).without("meta version"), VerifyError::MissingMetaVersion),
        (v2(dict([("a", leaf(5))])).without("file tree"), VerifyError::MissingFileTree),
        (v2(dict([("a", leaf(5))])).with("piece length", Int(20_000)), VerifyError::InvalidPieceLength),
        (v2(dict([("a", leaf(5))])).with("piece length", Int(8_192)), VerifyError::InvalidPieceLength),
        (v2(dict([("b", leaf(5)), ("a", leaf(5))])), VerifyError::NotCanonical),
        (v2(dict([("a", leaf(5)), ("a", leaf(5))])), VerifyError::NotCanonical),
        (v2(dict([("a", leaf(1 << 45))])), VerifyError::InvalidLength),
        (v2(dict([("a", leaf(1 << 40))])), VerifyError::TooManyPieces),
        (v2(dict([("a", leaf(5))])).with("pieces", text([1; 40])), VerifyError::WrongPieces),
    ];
    for (at, (info, error)) in cases.into_iter().enumerate() {
        assert_eq!(files(info), Err(error), "case {at}");
    }
}

#[test]
fn a_hybrid_has_both_hashes_if_both_halves_are_the_same_content() {
    let pad = || dict([("attr", text("p")), ("length", Int(16_379)), ("path", path(&[".pad", "16379"]))]);
    let tree = || v2(dict([("a", leaf(5)), ("d", dict([("b", leaf(16_384))]))]));
    let hybrid = |list: Vec<Value>, pieces: usize| {
        tree().with("files", List(list)).with("pieces", text(vec![1; pieces * 20]))
    };
    let good = hybrid(vec![file(5, &["a"]), pad(), file(16_384, &["d", "b"])], 2);
    let facts = verify(&torrent(good.clone())).unwrap();
    assert!(facts.v1.is_some() && facts.v2.is_some());
    assert_eq!((facts.file_count, facts.total_bytes), (3, 2 * 16_384));
    for list in [
        vec![file(5, &["a"]), file(16_384, &["d", "b"])],
        vec![file(16_384, &["d", "b"]), pad(), file(5, &["a"])],
        vec![file(5, &["a"]), pad(), file(16_384, &["b"])],
        vec![file(5, &["a"]), pad(), file(16_384, &["x", "d", "b"])],
        vec![file(5, &["a"]), pad(), file(16_384, &["d", "B"])],
        vec![file(6, &["a"]), pad(), file(16_383, &["d", "b"])],
    ] {
        assert_eq!(files(hybrid(list, 2)), Err(VerifyError::InconsistentHybrid));
    }
    assert_eq!(files(good.without("pieces")), Ok((3, 2 * 16_384)));
}

#[test]
fn a_hybrid_without_the_pad_at_its_end_is_accepted_too() {
    let tree = dict([("a", leaf(16_384)), ("b", leaf(5))]);
    let list = List(vec![file(16_384, &["a"]), file(5, &["b"])]);
    let info = v2(tree).with("files", list).with("pieces", text([1; 40]));
    assert_eq!(files(info), Ok((2, 16_389)));
    let single = v2(dict([("name", leaf(5))])).with("length", Int(5)).with("pieces", text([1; 20]));
    assert_eq!(files(single.clone()), Ok((1, 5)));
    assert_eq!(files(single.with("name", text("other"))), Err(VerifyError::InconsistentHybrid));
}

#[test]
fn a_piece_layer_must_hash_up_to_the_root_of_its_file() {
    for pieces in [2_u8, 3, 5, 8] {
        let (bytes, root) = layer(pieces);
        let info = v2(dict([("a", leaf_with(i64::from(pieces) * 16_384 - 1, root))]));
        let with = |layers: Value| {
            verify(&dict([("info", info.clone()), ("piece layers", layers)]).encode()).map(drop)
        };
        assert_eq!(with(dict([(root, text(&bytes))])), Ok(()), "{pieces}");
        assert_eq!(with(dict::<&str, 0>([])), Ok(()), "a missing layer is asked of peers");
        assert_eq!(with(Int(1)), Ok(()));
        let bad = Err(VerifyError::InvalidPieceLayer);
        assert_eq!(with(dict([(root, text(&bytes[32..]))])), bad);
        assert_eq!(with(dict([(root, text(&bytes[1..]))])), bad);
        assert_eq!(with(dict([(root, Int(1))])), bad);
        assert_eq!(with(dict([(root, text(bytes.iter().map(|byte| byte ^ 1).collect::<Vec<_>>()))])), bad);
        assert_eq!(with(dict([([3; 32], text(&bytes))])), bad);
        assert_eq!(with(dict([(root, text(&bytes)), (root, text(&bytes))])), bad);
        assert_eq!(with(dict([(root.to_vec(), text(&bytes)), (b"short".to_vec(), text(""))])), bad);
    }
}

#[test]
fn pads_and_symlinks_of_v1_lists_are_counted_as_clients_count_them() {
    let attr = |letters: &str| dict([("attr", text(letters)), ("length", Int(10))]);
    let link = |target: Value| attr("l").with("path", path(&["l"])).with("symlink path", target);
    let first = || file(5, &["a"]);
    assert_eq!(files(multi(vec![first(), attr("p")])), Ok((2, 15)));
    assert_eq!(files(multi(vec![first(), attr("x")])), Err(VerifyError::MissingName));
    assert_eq!(files(multi(vec![first(), link(path(&["..", ".."]))])), Ok((2, 5)));
    assert_eq!(files(multi(vec![first(), link(List(vec![Int(1)]))])), Err(VerifyError::InvalidPath));
    assert_eq!(files(multi(vec![first(), link(path(&["a"; 101]))])), Err(VerifyError::PathTooDeep));
    assert_eq!(name(multi(vec![attr("p"), first()])), ".pad");
}

#[test]
fn clients_put_up_with_some_files_of_the_same_name() {
    let same = |count: usize, parts: &[&str]| multi((0..count).map(|_| file(1, parts)).collect());
    assert_eq!(files(same(33, &["x.txt"])), Ok((33, 33)));
    assert_eq!(files(same(34, &["x.txt"])), Err(VerifyError::TooManyDuplicates));
    let pads = (0..1000).map(|_| file(1, &[".pad", "1"]).with("attr", text("p"))).collect();
    assert_eq!(files(multi(pads)), Ok((1000, 1000)));
    let cases = multi(vec![file(1, &["a"]), file(1, &["A", "b"]), file(1, &["a", "B"])]);
    assert_eq!(files(cases), Ok((3, 3)));
}
