//! Generated torrents: repeatable, whole, and with the shape that each version has.

use grabfeed::demo::torrents::{GeneratedTorrent, generate};
use grabfeed::demo::{TorrentSpec, Version};
use sha1::{Digest, Sha1};

const ANNOUNCE: &str = "http://127.0.0.1:1/announce?passkey=test";

fn make(version: Version, files: u32) -> GeneratedTorrent {
    let spec = TorrentSpec { version, files, source: Some("ALPHA".into()), ..TorrentSpec::default() };
    generate("Le.Phare.Immobile.2024", ANNOUNCE, &spec)
}

fn has(torrent: &GeneratedTorrent, text: &str) -> bool {
    torrent.metainfo.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn the_same_title_gives_the_same_torrent_and_another_title_another() {
    let spec = TorrentSpec::default();
    let torrent = generate("A", ANNOUNCE, &spec);
    assert_eq!(torrent.metainfo, generate("A", ANNOUNCE, &spec).metainfo);
    assert_ne!(torrent.infohash(), generate("B", ANNOUNCE, &spec).infohash());
}

#[test]
fn the_announce_does_not_change_the_infohash_but_the_source_does() {
    let spec = TorrentSpec::default();
    let infohash = generate("A", ANNOUNCE, &spec).infohash().to_owned();
    assert_eq!(generate("A", "http://127.0.0.1:2/", &spec).infohash(), infohash);
    let other = TorrentSpec { source: Some("BETA".into()), ..spec };
    assert_ne!(generate("A", ANNOUNCE, &other).infohash(), infohash);
}

#[test]
fn each_version_has_its_hashes_and_its_keys() {
    for files in [1, 3] {
        let (v1, v2, hybrid) =
            (make(Version::V1, files), make(Version::V2, files), make(Version::Hybrid, files));
        assert_eq!((v1.v1.is_some(), v1.v2.is_some()), (true, false));
        assert_eq!((v2.v1.is_some(), v2.v2.is_some()), (false, true));
        assert_eq!((hybrid.v1.is_some(), hybrid.v2.is_some()), (true, true));
        assert!(has(&v1, "6:pieces") && !has(&v1, "12:piece layers"));
        assert!(!has(&v2, "6:pieces") && has(&v2, "12:piece layers"));
        assert!(has(&hybrid, "6:pieces") && has(&hybrid, "12:piece layers"));
        assert_eq!(has(&hybrid, "4:.pad"), files > 1, "only several files need padding");
        assert!(has(&v1, "7:privatei1e") && has(&v1, "6:source5:ALPHA"));
    }
}

#[test]
fn the_infohash_is_that_of_the_info_dictionary_as_it_stands_in_the_file() {
    let torrent = make(Version::V1, 3);
    let start = torrent.metainfo.windows(6).position(|window| window == b"4:info").unwrap() + 6;
    // `info` is the last key, so all but the outer `e` belongs to it.
    let info = &torrent.metainfo[start..torrent.metainfo.len() - 1];
    assert_eq!(hex::encode(Sha1::digest(info)), torrent.infohash());
}

#[test]
fn the_content_on_disk_is_what_the_torrent_describes() {
    let torrent = make(Version::Hybrid, 3);
    let dir = tempfile::tempdir().unwrap();
    torrent.write_data(dir.path()).unwrap();
    assert_eq!(torrent.files.len(), 4, "three and a nested one");
    for file in &torrent.files {
        let path = dir.path().join(&torrent.name).join(file.path.join("/"));
        assert_eq!(std::fs::read(path).unwrap(), file.bytes);
    }
}
