# What verification says of a .torrent file: what it is, or why clients would refuse it.
torrent-inspect-accepted = { $file }: valid torrent.
torrent-inspect-refused = { $file }: refused ({ $reason }). { $message }
torrent-inspect-name = Name: { $name }
torrent-inspect-v1 = Infohash v1: { $hash }
torrent-inspect-v2 = Infohash v2: { $hash }
torrent-inspect-total = Size: { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}
torrent-inspect-files = Files: { $files }
torrent-inspect-piece-length = Piece size: { $bytes ->
    [one] { $bytes } byte
   *[other] { $bytes } bytes
}
torrent-inspect-private = Private torrent.
torrent-inspect-public = Public torrent.

torrent-file-unreadable = The file cannot be read. Check its path and permissions.
torrent-html-page = This is a web page, not a torrent: often a login or error page.
torrent-magnet-link = This is a magnet link, not a torrent.
torrent-empty = The file is empty.
torrent-not-a-dictionary = This is not a torrent: the content is not a bencoded dictionary.
torrent-missing-info = This is not a torrent: the “info” dictionary is missing.
torrent-truncated = The file stops before its end: the download was cut.
torrent-broken-bencoding = The bencoding is broken.
torrent-too-deep = Lists and dictionaries are nested deeper than clients read.
torrent-too-many-items = The file holds more items than clients read.
torrent-too-large-to-decode = The file is larger than clients read.
torrent-not-canonical = The “info” dictionary is not written in the order and form that version 2 demands.
torrent-unknown-version = The metadata version (“meta version”) is unknown.
torrent-missing-file-tree = The “file tree” of version 2 is missing.
torrent-missing-meta-version = There is a “file tree” without “meta version” 2.
torrent-invalid-piece-length = The size of pieces (“piece length”) is missing or not allowed.
torrent-missing-name = The torrent or one of its files has no name.
torrent-too-many-pieces = There are more pieces than clients accept.
torrent-missing-pieces = The hashes of the pieces (“pieces”) are missing.
torrent-wrong-pieces = The number of hashes (“pieces”) does not fit the size of the content.
torrent-invalid-files = The list or tree of files is malformed.
torrent-no-files = The torrent holds no file.
torrent-invalid-length = The size of a file is missing, negative or out of range, or everything is empty.
torrent-invalid-path = The path of a file holds something other than text.
torrent-path-too-deep = The path of a file has more levels than clients accept.
torrent-name-too-long = The name of a file is longer than clients accept.
torrent-too-many-duplicates = Too many files have the same name.
torrent-pad-file-in-tree = The version 2 file tree holds a pad file.
torrent-missing-pieces-root = A version 2 file has no hash (“pieces root”).
torrent-inconsistent-hybrid = Inconsistent hybrid torrent: its v1 and v2 files differ.
torrent-invalid-piece-layer = A piece layer (“piece layers”) belongs to no file or does not match its hash.
