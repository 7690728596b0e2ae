//! Comparing names that two programs wrote for the same thing.

/// Folds a release title for comparing: Prowlarr's history has a space where the app's has `+` (it decodes the
/// title twice), and case and runs of spaces differ between programs.
pub fn title_key(title: &str) -> String {
    fold(&title.replace('+', " "))
}

/// Folds an indexer's name for comparing. Apps name an indexer that Prowlarr gave them `Name (Prowlarr)`.
pub fn indexer_key(indexer: &str) -> String {
    let name = indexer.trim();
    fold(name.strip_suffix("(Prowlarr)").unwrap_or(name))
}

/// Folds a person's name for comparing: nobody signs in in vain for a capital letter.
pub fn person_key(name: &str) -> String {
    fold(name)
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

/// Whether a text is one line of 1 to `max_chars` characters, without spaces around it.
pub fn is_plain(text: &str, max_chars: usize) -> bool {
    let fits = (1..=max_chars).contains(&text.chars().count());
    fits && text.trim() == text && !text.contains(char::is_control)
}

/// Text from outside, made fit to store and to show: control characters (a NUL breaks PostgreSQL, others break
/// XML and terminals) become spaces, and it is cut to `max_chars` characters.
pub fn clean(text: &str, max_chars: usize) -> String {
    let printable = |c: char| if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') { ' ' } else { c };
    text.chars().take(max_chars).map(printable).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_one_short_line() {
        for (text, plain) in [("a", true), ("é é", true), ("", false), (" a", false), ("a\0", false)] {
            assert_eq!(is_plain(text, 3), plain, "{text:?}");
        }
        assert!(is_plain("ééé", 3) && !is_plain("éééé", 3));
    }

    #[test]
    fn a_plus_that_prowlarr_decoded_away_does_not_matter() {
        assert_eq!(title_key("A.Film.DD+5.1-GRP"), title_key("a.film.DD 5.1-grp"));
    }

    #[test]
    fn an_indexer_has_one_key_in_prowlarr_and_in_the_apps() {
        assert_eq!(indexer_key("ExampleTracker (Prowlarr)"), indexer_key(" exampletracker"));
    }

    #[test]
    fn cleaned_text_has_no_control_characters_and_is_cut() {
        assert_eq!(clean("a\0b\u{1b}[2J", 100), "a b [2J");
        assert_eq!(clean("éééé", 2), "éé");
    }
}
