//! Why bytes are not a torrent that clients load.
//!
//! Owns: the closed list of causes, each with its stable code. Must not know: how any of them is found, and what the
//! caller makes of it.

macro_rules! causes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)*) => {
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
        }
    };
}

causes! {
    // Something else.
    /// A web page: a login form, an error, a challenge.
    HtmlPage = "html-page",
    /// The text of a magnet link, or a torrent that holds nothing but one; `magnet_text` returns it.
    Magnet = "magnet-link",
    /// No bytes at all.
    Empty = "empty",
    /// The first byte begins no bencoded dictionary.
    NotADictionary = "not-a-dictionary",
    /// There is no `info` dictionary.
    MissingInfo = "missing-info",

    // Bencoding.
    /// The bytes end before the value does.
    Truncated = "truncated",
    /// A byte is not what the grammar allows there.
    BrokenBencoding = "broken-bencoding",
    /// Lists and dictionaries are nested deeper than clients read.
    TooDeep = "too-deep",
    /// More items than clients read.
    TooManyItems = "too-many-items",
    /// More bytes than clients can address.
    TooLarge = "too-large-to-decode",
    /// The `info` of a torrent with a `meta version` is not canonical.
    NotCanonical = "not-canonical",

    // `info`.
    /// A `meta version` that no client knows.
    UnknownVersion = "unknown-version",
    /// Version 2 without a `file tree`.
    MissingFileTree = "missing-file-tree",
    /// A `file tree` without version 2.
    MissingMetaVersion = "missing-meta-version",
    /// `piece length` is missing, not positive, too large, or for v2 not a power of two of 16 KiB or more.
    InvalidPieceLength = "invalid-piece-length",
    /// A torrent or file without a name.
    MissingName = "missing-name",
    /// More pieces than clients accept.
    TooManyPieces = "too-many-pieces",
    /// `pieces` is missing.
    MissingPieces = "missing-pieces",
    /// `pieces` has not 20 bytes per piece.
    WrongPieces = "wrong-pieces",

    // Files.
    /// The list or tree of files has not the form that it must have.
    InvalidFiles = "invalid-files",
    /// There are no files.
    NoFiles = "no-files",
    /// A length is missing, negative or too large, or all lengths are zero.
    InvalidLength = "invalid-length",
    /// A part of a path is no string.
    InvalidPath = "invalid-path",
    /// A path has more parts than clients accept.
    PathTooDeep = "path-too-deep",
    /// A file's name is longer than clients accept.
    NameTooLong = "name-too-long",
    /// More files with the same name than clients accept.
    TooManyDuplicates = "too-many-duplicates",
    /// A pad file in a v2 file tree.
    PadFileInTree = "pad-file-in-tree",
    /// A v2 file has no hash.
    MissingPiecesRoot = "missing-pieces-root",
    /// The v1 and v2 files of a hybrid differ.
    InconsistentHybrid = "inconsistent-hybrid",
    /// A piece layer belongs to no file or does not match its file's hash.
    InvalidPieceLayer = "invalid-piece-layer",
}
