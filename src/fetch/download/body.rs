//! A body that arrives in pieces: its beginning first, the rest only if it is worth it.
//!
//! Sizes count decoded bytes, so a compressed bomb ends at the limit; a body that breaks off is an error, never a
//! short torrent. Must not know: what a refused beginning means.

use std::borrow::Cow;
use std::io::Read;

use bytes::Bytes;
use reqwest::Response;
use tokio::time::timeout;

use super::outcome::DownloadLimits;
use super::spool::Spool;
use crate::domain::reason::Reason;
use crate::upstream::transport::TransportFault;

/// How much of a body that is no torrent is looked at.
const SNIFF_BYTES: usize = 64 << 10;

/// The first bytes of a body, enough to tell what it is.
#[derive(Debug, Default)]
pub(super) struct Beginning(Vec<u8>);

impl Beginning {
    #[cfg(test)]
    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// A torrent is a bencoded dictionary.
    pub(super) fn is_torrent(&self) -> bool {
        self.0.starts_with(b"d")
    }

    /// As text, without a byte-order mark and space before it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match String::from_utf8_lossy(&self.0) {
            Cow::Borrowed(text) => Cow::Borrowed(trim(text)),
            Cow::Owned(text) => Cow::Owned(trim(&text).to_owned()),
        }
    }

    /// The status in Newznab's `<error code="429" …/>`, which old versions of Prowlarr send with a 200.
    pub(super) fn error_code(&self) -> Option<u16> {
        let text = self.text();
        let element = text.get(text.find("<error")?..)?;
        let element = element.get(..element.find('>')?)?;
        let code = element.split("code=").nth(1)?.trim_start_matches(['"', '\'']);
        let digits = code.len() - code.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let code: u16 = code.get(..digits)?.parse().ok()?;
        // Newznab's own codes (100 to 910) that are no HTTP error are errors of the indexer all the same.
        text.starts_with('<').then_some(if (400..=599).contains(&code) { code } else { 500 })
    }

    /// Whether a program says this in its own form, in any case.
    pub(super) fn says(&self, what: &str) -> bool {
        self.is_of_a_program() && self.text().to_ascii_lowercase().contains(what)
    }

    /// Whether it has the form in which Prowlarr answers: a JSON object with a message, or Newznab's error.
    pub(super) fn is_of_a_program(&self) -> bool {
        let text = self.text();
        text.starts_with("<error") || text.contains("<error ") && text.starts_with("<?xml") || {
            let text = text.to_ascii_lowercase();
            text.starts_with('{') && (text.contains("\"message\"") || text.contains("\"description\""))
        }
    }

    /// Whether it is a file packed with gzip, which some trackers send without saying so.
    pub(super) fn is_gzip(&self) -> bool {
        self.0.starts_with(&[0x1f, 0x8b, 8])
    }
}

/// Unpacks a file that was packed with gzip, up to `limit_bytes`. It takes time, which belongs on no thread that serves
/// requests.
pub(super) async fn unpack(packed: Bytes, limit_bytes: usize) -> Result<Bytes, Reason> {
    let unpacking = tokio::task::spawn_blocking(move || inflate(&packed, limit_bytes));
    unpacking.await.unwrap_or(Err(Reason::NotATorrent))
}

fn inflate(packed: &[u8], limit_bytes: usize) -> Result<Bytes, Reason> {
    let limit = u64::try_from(limit_bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(packed).take(limit.saturating_add(1));
    reader.read_to_end(&mut bytes).map_err(|_| Reason::NotATorrent)?;
    if bytes.len() > limit_bytes {
        return Err(Reason::TooLarge);
    }
    if bytes.starts_with(b"d") { Ok(bytes.into()) } else { Err(Reason::NotATorrent) }
}

fn trim(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim_start()
}

/// A body still arriving.
pub(super) struct Body<'a> {
    response: Response,
    limits: &'a DownloadLimits,
    arrived: Spool,
}

impl<'a> Body<'a> {
    pub(super) fn new(response: Response, limits: &'a DownloadLimits) -> Self {
        Self { response, limits, arrived: Spool::new(limits.max_size_bytes) }
    }

    /// Refuses what is announced too large before reading any of it.
    pub(super) fn check_announced(&self) -> Result<(), Reason> {
        self.arrived.check_announced(self.response.content_length())
    }

    /// Reads until it is clear that it is a torrent, or the beginning is long enough to tell what else it is.
    pub(super) async fn sniff(&mut self) -> Result<Beginning, Reason> {
        while !self.arrived.beginning().starts_with(b"d") && self.arrived.len() < SNIFF_BYTES {
            match self.advance().await {
                Ok(true) => {}
                Ok(false) => break,
                // It is no torrent; that it is large as well does not matter.
                Err(Reason::TooLarge) if !self.arrived.is_empty() => break,
                Err(reason) => return Err(reason),
            }
        }
        let beginning = self.arrived.beginning();
        let beginning = beginning.get(..SNIFF_BYTES).unwrap_or(beginning);
        let beginning = if beginning.starts_with(b"d") { &b"d"[..] } else { beginning };
        Ok(Beginning(beginning.to_vec()))
    }

    /// Reads the rest and gives the whole.
    pub(super) async fn into_rest(mut self) -> Result<Bytes, Reason> {
        while self.advance().await? {}
        self.arrived.into_bytes().await
    }

    async fn advance(&mut self) -> Result<bool, Reason> {
        let chunk = timeout(self.limits.idle, self.response.chunk()).await.map_err(|_| Reason::TimedOut)?;
        match chunk.map_err(|error| reason(TransportFault::from_error(&error)))? {
            Some(chunk) => self.arrived.push(&chunk).await.map(|()| true),
            None => Ok(false),
        }
    }
}

const fn reason(fault: TransportFault) -> Reason {
    match fault {
        TransportFault::TimedOut => Reason::TimedOut,
        TransportFault::Tls => Reason::TlsFailed,
        TransportFault::Malformed => Reason::BadAnswer,
        _ => Reason::ConnectionFailed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_of_a_newznab_error_is_read() {
        for (text, code) in [
            (r#"<?xml version="1.0"?><error code="429" description="Grab limit"/>"#, Some(429)),
            ("\u{feff} <error description='x' code='410'/>", Some(410)),
            (r#"<error code="100" description="Incorrect user credentials"/>"#, Some(500)),
            (r#"<error description="x"/>"#, None),
            (r#"<error code="x"/>"#, None),
            (r#"<error code="429""#, None),
            (r#"{"x":"<error code=\"429\"/>"}"#, None),
            ("", None),
        ] {
            assert_eq!(Beginning::from_bytes(text.as_bytes()).error_code(), code, "{text}");
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_looked_at_without_harm() {
        let beginning = Beginning::from_bytes(&[0xff, 0xfe, 0x1f, 0x8b, 0]);
        assert!(!beginning.is_torrent());
        assert_eq!(beginning.error_code(), None);
        assert!(!beginning.says("invalid prowlarr link"));
    }
}
