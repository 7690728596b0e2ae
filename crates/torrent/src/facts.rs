//! What is known of a torrent once its bytes were verified.

use super::infohash::Infohash;

/// The facts of a verified torrent. Sizes are in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TorrentFacts {
    /// SHA-1 infohash; absent for a v2-only torrent. A hybrid has both.
    pub v1: Option<[u8; 20]>,
    /// SHA-256 infohash; absent for a v1-only torrent.
    pub v2: Option<[u8; 32]>,
    /// The name a client would show.
    pub name: String,
    /// Size of the content, pad files included, as libtorrent counts it.
    pub total_bytes: u64,
    /// Number of files, counted as libtorrent counts them.
    pub file_count: u64,
    /// Bytes of one piece.
    pub piece_length_bytes: u64,
    /// Whether the private flag (BEP 27) is set inside `info`.
    pub private: bool,
}

impl TorrentFacts {
    /// The hash by which the torrent is filed and by which feeds name it: v1 where there is one, since every client
    /// knows it, else v2.
    pub fn infohash(&self) -> Option<Infohash> {
        self.v1.map(Infohash::V1).or(self.v2.map(Infohash::V2))
    }

    /// Whether `hash` is one of this torrent's hashes. A v2 hash cut to 20 bytes, as trackers and some clients
    /// write it (BEP 52), counts too.
    pub fn has(&self, hash: &Infohash) -> bool {
        match hash {
            Infohash::V1(bytes) => {
                self.v1.as_ref() == Some(bytes) || self.v2.is_some_and(|v2| v2.starts_with(bytes.as_slice()))
            }
            Infohash::V2(bytes) => self.v2.as_ref() == Some(bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(v1: Option<[u8; 20]>, v2: Option<[u8; 32]>) -> TorrentFacts {
        TorrentFacts {
            v1,
            v2,
            name: "name".into(),
            total_bytes: 1,
            file_count: 1,
            piece_length_bytes: 16_384,
            private: false,
        }
    }

    #[test]
    fn a_hybrid_is_filed_by_its_v1_hash_and_has_both() {
        let hybrid = facts(Some([1; 20]), Some([2; 32]));
        assert_eq!(hybrid.infohash(), Some(Infohash::V1([1; 20])));
        assert!(hybrid.has(&Infohash::V1([1; 20])) && hybrid.has(&Infohash::V2([2; 32])));
        assert!(!hybrid.has(&Infohash::V1([3; 20])) && !hybrid.has(&Infohash::V2([3; 32])));
    }

    #[test]
    fn a_v2_hash_cut_to_twenty_bytes_is_recognised() {
        let v2 = facts(None, Some([2; 32]));
        assert_eq!(v2.infohash(), Some(Infohash::V2([2; 32])));
        assert!(v2.has(&Infohash::V1([2; 20])));
        assert!(!facts(Some([1; 20]), None).has(&Infohash::V1([2; 20])));
    }
}
