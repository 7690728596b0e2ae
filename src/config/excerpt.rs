//! The line of the file that a finding shows, cut so that it cannot show a secret.
//!
//! What may be shown is decided by the finding, not by guessing what looks secret: the key at the line's head, and
//! the span itself if the finding allows it. Everything else becomes `…` or a mask of fixed length.

use std::ops::Range;

/// What stands for a value that is not shown. Its length says nothing of the value's.
pub(super) const MASK: &str = "********";
/// What stands for text that is left out.
const MORE: &str = "…";
/// The most characters of one part that are shown.
const LONGEST: usize = 120;
/// The most columns that hidden text takes.
const WIDEST: usize = 4096;

/// A line fit to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Excerpt {
    pub(super) text: String,
    /// The bytes of `text` that the finding means.
    pub(super) span: Range<usize>,
}

impl Excerpt {
    /// Cuts the line in which `span` begins.
    pub(super) fn cut(source: &str, span: &Range<usize>, reveals: bool) -> Option<Self> {
        let before = source.get(..span.start)?;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = source.get(start..)?.lines().next().unwrap_or_default();
        let from = span.start - start;
        let to = (span.end - start).min(line.len());

        let head = line.get(..key_length(line))?;
        let mut text = String::new();
        if from < head.len() {
            text.push_str(line.get(..from)?);
        } else {
            text.push_str(head);
            // As wide as what it hides, so that the column that is drawn is the file's; the column says that much.
            let hidden = line.get(head.len()..from)?.chars().count().min(WIDEST);
            hide(&mut text, line.get(head.len()..from)?);
            let shown = text.chars().count().saturating_sub(head.chars().count());
            text.extend(std::iter::repeat_n(' ', hidden.saturating_sub(shown)));
        }
        let shown_from = text.len();
        match line.get(from..to)? {
            "" => {}
            value if reveals => text.extend(value.chars().take(LONGEST)),
            _ => text.push_str(MASK),
        }
        let shown = shown_from..text.len();
        if to < head.len() {
            text.push_str(line.get(to..head.len())?);
        }
        hide(&mut text, line.get(to.max(head.len())..)?);
        Some(Self { text, span: shown })
    }
}

/// Puts `…` for what is hidden; spaces alone are shown as they are.
fn hide(text: &mut String, hidden: &str) {
    let spaces = hidden.len() - hidden.trim_start().len();
    text.extend(hidden.chars().take(spaces.min(LONGEST)));
    if spaces < hidden.len() {
        text.push_str(MORE);
    }
}

/// How many bytes of the line are indentation, dashes and a plain key with its colon.
fn key_length(line: &str) -> usize {
    let dashes = line.len() - line.trim_start_matches([' ', '-']).len();
    let word =
        line[dashes..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let rest = &line[dashes + word..];
    let is_key =
        word > 0 && rest.starts_with(':') && matches!(rest.as_bytes().get(1), None | Some(b' ' | b'\t'));
    if is_key { dashes + word + 1 } else { dashes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(line: &str, part: &str, reveals: bool) -> String {
        let at = line.find(part).unwrap();
        let excerpt = Excerpt::cut(line, &(at..at + part.len()), reveals).unwrap();
        format!("{}|{}", excerpt.text, &excerpt.text[excerpt.span])
    }

    #[test]
    fn only_the_key_and_the_span_are_shown() {
        assert_eq!(cut("  port: 080 # was s3cret", "080", true), "  port: 080 …|080");
        assert_eq!(cut("  api_key: s3cret", "s3cret", false), "  api_key: ********|********");
        assert_eq!(cut("  apikey: s3cret", "apikey", true), "  apikey: …|apikey");
        assert_eq!(cut("{url: x, key: s3cret, port: 9}", "port", true), "…                     port…|port");
        assert_eq!(cut("- name: radarr", "name", true), "- name: …|name");
        assert_eq!(cut("  - s3cret", "s3cret", false), "  - ********|********");
    }

    #[test]
    fn a_span_of_several_lines_is_cut_at_the_first() {
        let source = "a:\n  key: \"one\n    two\"\n";
        let excerpt = Excerpt::cut(source, &(10..22), true).unwrap();
        assert_eq!(excerpt.text, "  key: \"one");
    }

    #[test]
    fn nothing_is_cut_outside_the_text() {
        assert_eq!(Excerpt::cut("a", &(5..6), true), None);
        assert_eq!(Excerpt::cut("é", &(1..2), true), None);
        assert!(Excerpt::cut("", &(0..0), true).is_some_and(|excerpt| excerpt.text.is_empty()));
    }
}
