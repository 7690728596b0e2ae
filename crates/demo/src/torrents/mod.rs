//! Real torrents with their content, made from a title: v1, v2-only and hybrid, one file or a pack.
//!
//! The simulated trackers serve them, and a client that gets the files seeds them. Must not know: how the program
//! verifies a torrent. It has its own bencode and its own hash tree, so that neither side proves itself right.

mod bencode;
mod content;
mod merkle;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use sha1::Sha1;
use sha2::{Digest, Sha256};

pub use bencode::Bencode;
pub use content::File;

/// Which infohashes the torrent has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// BEP 3 only.
    V1,
    /// BEP 52 only.
    V2,
    /// Both, with pad files (BEP 47).
    Hybrid,
}

/// How to make a torrent.
#[derive(Debug, Clone)]
pub struct TorrentSpec {
    /// Which infohashes it has.
    pub version: Version,
    /// 1 gives a single-file torrent; more give a directory of so many numbered files and a small nested one.
    pub files: u32,
    /// Bytes of a file; those of a pack are each a little longer than the one before.
    pub file_bytes: usize,
    /// Extension of the files.
    pub extension: &'static str,
    /// Bytes of a piece: a power of two of at least 16 KiB.
    pub piece_bytes: usize,
    /// The private flag (BEP 27).
    pub private: bool,
    /// `source` inside `info`, by which a private tracker makes its torrents its own.
    pub source: Option<String>,
}

impl Default for TorrentSpec {
    fn default() -> Self {
        Self {
            version: Version::V1,
            files: 1,
            file_bytes: 150_001,
            extension: "mkv",
            piece_bytes: 32 * 1024,
            private: true,
            source: None,
        }
    }
}

/// A torrent and what it describes.
#[derive(Debug, Clone)]
pub struct GeneratedTorrent {
    /// The `.torrent` file.
    pub metainfo: Vec<u8>,
    /// `name` inside `info`.
    pub name: String,
    /// The content.
    pub files: Vec<File>,
    /// SHA-1 infohash, lower-case hexadecimal; absent if v2-only.
    pub v1: Option<String>,
    /// SHA-256 infohash, lower-case hexadecimal; absent if v1-only.
    pub v2: Option<String>,
}

impl GeneratedTorrent {
    /// The hash by which the torrent is known: v1 where there is one, else v2. Lower-case hexadecimal.
    pub fn infohash(&self) -> &str {
        self.v1.as_deref().or(self.v2.as_deref()).unwrap_or_default()
    }

    /// Bytes of all files.
    pub fn content_bytes(&self) -> usize {
        self.files.iter().map(|file| file.bytes.len()).sum()
    }

    /// Writes the content below `dir`, so that a client that saves to `dir` can seed at once.
    pub fn write_data(&self, dir: &Path) -> io::Result<()> {
        for file in &self.files {
            let path = [self.name.as_str()].into_iter().chain(file.path.iter().map(String::as_str));
            let path = dir.join(path.collect::<PathBuf>());
            if let Some(parent) = path.parent() {
                std::fs::create_dir_all(parent)?;
            }
            std::fs::write(path, &file.bytes)?;
        }
        Ok(())
    }
}

/// Makes the torrent of a title. `announce` holds the passkey; it is outside `info` and does not change the hashes.
pub fn generate(title: &str, announce: &str, spec: &TorrentSpec) -> GeneratedTorrent {
    let files = content::files(title, spec);
    let name = if spec.files <= 1 { format!("{title}.{}", spec.extension) } else { title.to_owned() };
    let mut info = BTreeMap::from([
        (b"name".to_vec(), Bencode::text(&name)),
        (b"piece length".to_vec(), Bencode::length(spec.piece_bytes)),
    ]);
    if spec.private {
        info.insert(b"private".to_vec(), Bencode::Int(1));
    }
    if let Some(source) = &spec.source {
        info.insert(b"source".to_vec(), Bencode::text(source));
    }
    if spec.version != Version::V2 {
        describe_v1(&mut info, &files, spec);
    }
    let mut outer = BTreeMap::from([
        (b"announce".to_vec(), Bencode::text(announce)),
        (b"created by".to_vec(), Bencode::text("grabfeed demo")),
    ]);
    if spec.version != Version::V1 {
        let layers = describe_v2(&mut info, &name, &files, spec);
        outer.insert(b"piece layers".to_vec(), Bencode::Dict(layers));
    }
    let info = Bencode::Dict(info);
    let encoded = info.encode();
    outer.insert(b"info".to_vec(), info);
    GeneratedTorrent {
        metainfo: Bencode::Dict(outer).encode(),
        name,
        files,
        v1: (spec.version != Version::V2).then(|| hex::encode(Sha1::digest(&encoded))),
        v2: (spec.version != Version::V1).then(|| hex::encode(Sha256::digest(&encoded))),
    }
}

/// `pieces`, and `length` or `files`. In a hybrid every file but the last is padded to a whole piece.
fn describe_v1(info: &mut BTreeMap<Vec<u8>, Bencode>, files: &[File], spec: &TorrentSpec) {
    let mut stream = Vec::new();
    let mut list = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let path = file.path.iter().map(|part| Bencode::text(part)).collect();
        let length = Bencode::length(file.bytes.len());
        list.push(Bencode::dict([("length", length), ("path", Bencode::List(path))]));
        stream.extend_from_slice(&file.bytes);
        let missing = stream.len().next_multiple_of(spec.piece_bytes) - stream.len();
        if spec.version == Version::Hybrid && missing > 0 && index + 1 < files.len() {
            let path = vec![Bencode::text(".pad"), Bencode::text(&missing.to_string())];
            let length = Bencode::length(missing);
            let attr = Bencode::text("p");
            list.push(Bencode::dict([("attr", attr), ("length", length), ("path", Bencode::List(path))]));
            stream.resize(stream.len() + missing, 0);
        }
    }
    if spec.files <= 1 {
        info.insert(b"length".to_vec(), Bencode::length(stream.len()));
    } else {
        info.insert(b"files".to_vec(), Bencode::List(list));
    }
    let hashes = stream.chunks(spec.piece_bytes).flat_map(|piece| <[u8; 20]>::from(Sha1::digest(piece)));
    info.insert(b"pieces".to_vec(), Bencode::Bytes(hashes.collect()));
}

/// `meta version` and `file tree`; gives back the `piece layers`.
fn describe_v2(
    info: &mut BTreeMap<Vec<u8>, Bencode>,
    name: &str,
    files: &[File],
    spec: &TorrentSpec,
) -> BTreeMap<Vec<u8>, Bencode> {
    let mut tree = BTreeMap::new();
    let mut layers = BTreeMap::new();
    let single = [name.to_owned()];
    for file in files {
        let hashes = merkle::hash_file(&file.bytes, spec.piece_bytes);
        if let Some(layer) = hashes.piece_layer {
            layers.insert(hashes.root.to_vec(), Bencode::Bytes(layer));
        }
        let root = Bencode::Bytes(hashes.root.to_vec());
        let leaf = Bencode::dict([("length", Bencode::length(file.bytes.len())), ("pieces root", root)]);
        let path = if file.path.is_empty() { &single[..] } else { &file.path };
        plant(&mut tree, path, Bencode::dict([("", leaf)]));
    }
    info.insert(b"meta version".to_vec(), Bencode::Int(2));
    info.insert(b"file tree".to_vec(), Bencode::Dict(tree));
    layers
}

fn plant(tree: &mut BTreeMap<Vec<u8>, Bencode>, path: &[String], leaf: Bencode) {
    let Some((first, rest)) = path.split_first() else { return };
    let key = first.as_bytes().to_vec();
    if rest.is_empty() {
        tree.insert(key, leaf);
    } else if let Bencode::Dict(below) = tree.entry(key).or_insert_with(|| Bencode::Dict(BTreeMap::new())) {
        plant(below, rest, leaf);
    }
}
