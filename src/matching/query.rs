//! What to ask Prowlarr for when a grab has no link.

/// The longest query, in characters; some indexers refuse longer ones.
const LONGEST: usize = 200;

/// The release title as words. Indexers search by word, and dots, underscores and brackets join words.
pub fn query(title: &str) -> String {
    let spaced: String =
        title.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '\'') { c } else { ' ' }).collect();
    let mut query = String::new();
    for word in spaced.split_whitespace() {
        if query.chars().count() + 1 + word.chars().count() > LONGEST {
            break;
        }
        if !query.is_empty() {
            query.push(' ');
        }
        query.push_str(word);
    }
    query
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_words() {
        assert_eq!(query("Un.Film_[2021].1080p.WEB-DL.DD+5.1-GRP"), "Un Film 2021 1080p WEB-DL DD 5 1-GRP");
    }

    #[test]
    fn a_query_is_cut_between_words() {
        let long = query(&"word.".repeat(200));
        assert!(long.chars().count() <= LONGEST && long.ends_with("word"));
    }
}
