//! Text that may stand in XML. The writer escapes markup, but lets through characters that no XML document may
//! hold, and one of those in one title makes every client refuse the whole feed.

use std::borrow::Cow;

/// `text` with every character that XML 1.0 forbids or discourages (controls, surrogates' neighbours
/// U+FFFE and U+FFFF) replaced by a space. Source: XML 1.0 §2.2, production `Char`.
pub fn xml_text(text: &str) -> Cow<'_, str> {
    let unfit = |c: char| c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    if text.contains(unfit) { Cow::Owned(text.replace(unfit, " ")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_the_document_becomes_a_space_and_the_rest_stays() {
        assert_eq!(xml_text("a\0b\u{1b}c\u{FFFE}d\u{85}e"), "a b c d e");
        assert!(matches!(xml_text("été 🎬 <&>"), Cow::Borrowed("été 🎬 <&>")));
    }
}
