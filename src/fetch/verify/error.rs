//! Why bytes are not a torrent that clients load.
//!
//! Owns: the closed list of causes, each with its stable code and the reason that it gives to a grab. The sentences are
//! in the catalogues under `torrent-{code}`. Must not know: how any of them is found.

use crate::domain::reason::Reason;

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $code:literal => $reason:ident,)*) => {
        /// Why bytes were refused. None of them changes by fetching the same bytes again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
        pub enum VerifyError {
            $($(#[$doc])* #[error($code)] $name,)*
        }

        impl VerifyError {
            /// Every cause.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What it means for the grab whose torrent this was to be.
            pub const fn reason(self) -> Reason {
                match self { $(Self::$name => Reason::$reason,)* }
            }
        }
    };
}

causes! {
    // Something else.
    /// A web page: a login form, an error, a challenge.
    HtmlPage = "html-page" => HtmlPage,
    /// The text of a magnet link, or a torrent that holds nothing but one; `magnet_text` returns it.
    Magnet = "magnet-link" => MagnetOnly,
    /// No bytes at all.
    Empty = "empty" => NotATorrent,
    /// The first byte begins no bencoded dictionary.
    NotADictionary = "not-a-dictionary" => NotATorrent,
    /// There is no `info` dictionary.
    MissingInfo = "missing-info" => NotATorrent,

    // Bencoding.
    /// The bytes end before the value does.
    Truncated = "truncated" => InvalidTorrent,
    /// A byte is not what the grammar allows there.
    BrokenBencoding = "broken-bencoding" => InvalidTorrent,
    /// Lists and dictionaries are nested deeper than clients read.
    TooDeep = "too-deep" => InvalidTorrent,
    /// More items than clients read.
    TooManyItems = "too-many-items" => InvalidTorrent,
    /// More bytes than clients can address.
    TooLarge = "too-large-to-decode" => InvalidTorrent,
    /// The `info` of a torrent with a `meta version` is not canonical.
    NotCanonical = "not-canonical" => InvalidTorrent,

    // `info`.
    /// A `meta version` that no client knows.
    UnknownVersion = "unknown-version" => InvalidTorrent,
    /// Version 2 without a `file tree`.
    MissingFileTree = "missing-file-tree" => InvalidTorrent,
    /// A `file tree` without version 2.
    MissingMetaVersion = "missing-meta-version" => InvalidTorrent,
    /// `piece length` is missing, not positive, too large, or for v2 not a power of two of 16 KiB or more.
    InvalidPieceLength = "invalid-piece-length" => InvalidTorrent,
    /// A torrent or file without a name.
    MissingName = "missing-name" => InvalidTorrent,
    /// More pieces than clients accept.
    TooManyPieces = "too-many-pieces" => InvalidTorrent,
    /// `pieces` is missing.
    MissingPieces = "missing-pieces" => InvalidTorrent,
    /// `pieces` has not 20 bytes per piece.
    WrongPieces = "wrong-pieces" => InvalidTorrent,

    // Files.
    /// The list or tree of files has not the form that it must have.
    InvalidFiles = "invalid-files" => InvalidTorrent,
    /// There are no files.
    NoFiles = "no-files" => InvalidTorrent,
    /// A length is missing, negative or too large, or all lengths are zero.
    InvalidLength = "invalid-length" => InvalidTorrent,
    /// A part of a path is no string.
    InvalidPath = "invalid-path" => InvalidTorrent,
    /// A path has more parts than clients accept.
    PathTooDeep = "path-too-deep" => InvalidTorrent,
    /// A file's name is longer than clients accept.
    NameTooLong = "name-too-long" => InvalidTorrent,
    /// More files with the same name than clients accept.
    TooManyDuplicates = "too-many-duplicates" => InvalidTorrent,
    /// A pad file in a v2 file tree.
    PadFileInTree = "pad-file-in-tree" => InvalidTorrent,
    /// A v2 file has no hash.
    MissingPiecesRoot = "missing-pieces-root" => InvalidTorrent,
    /// The v1 and v2 files of a hybrid differ.
    InconsistentHybrid = "inconsistent-hybrid" => InvalidTorrent,
    /// A piece layer belongs to no file or does not match its file's hash.
    InvalidPieceLayer = "invalid-piece-layer" => InvalidTorrent,
}
