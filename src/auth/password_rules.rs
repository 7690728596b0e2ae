//! What a new password must be: long enough, and not what everybody tries first.
//!
//! Owns: the rules (OWASP ASVS 6.2), the reasons and their sentences. Any character counts, as it is: nothing is trimmed, folded or cut,
//! and no mixture is asked for. Must not know: who is told, and how.

use zxcvbn::{Score, zxcvbn};

use crate::ops::text::Lang;

/// The longest password, in bytes.
pub const MOST_BYTES: usize = 1024;
/// Only so many characters are looked at for known words: the work grows with the square of the length.
const LOOKED_AT_CHARS: usize = 64;
/// A word of fewer characters is inside too much to be a hint.
const SHORTEST_WORD_CHARS: usize = 3;
/// So many letters or digits besides the names make a password of its own.
const FEWEST_OTHER_CHARS: usize = 6;
/// What anybody would think of in front of this product.
const PRODUCT_WORDS: [&str; 9] =
    ["grabfeed", "grabb2rss", "prowlarr", "radarr", "sonarr", "lidarr", "readarr", "whisparr", "torrent"];

/// What a new password must be.
#[derive(Debug, Clone, Copy)]
pub struct PasswordRules {
    /// The fewest characters.
    pub min_chars: usize,
}

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Weakness {
    /// It has too few characters.
    #[error("the password has fewer than {min_chars} characters")]
    TooShort {
        /// The fewest.
        min_chars: usize,
    },
    /// It has too many bytes.
    #[error("the password has more than {MOST_BYTES} bytes")]
    TooLong,
    /// It is among the first that are guessed.
    #[error("the password is easily guessed")]
    Known,
    /// It is made of the account's name, the host's or the product's.
    #[error("the password is made of names that everybody knows")]
    MadeOfNames,
}

impl Weakness {
    /// The stable code; its sentence is `password-{code}` in the catalogues.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort { .. } => "too-short",
            Self::TooLong => "too-long",
            Self::Known => "known",
            Self::MadeOfNames => "made-of-names",
        }
    }

    /// The sentence for the person.
    pub fn text(self, lang: Lang) -> String {
        let min_chars = if let Self::TooShort { min_chars } = self { min_chars } else { 0 };
        let args = [("min", min_chars.into()), ("max", MOST_BYTES.into())];
        lang.text(&format!("password-{}", self.code()), &args)
    }
}

impl PasswordRules {
    /// Whether a password may be used by the owner of these names: the account's, the host's. Takes milliseconds.
    pub fn check(self, password: &str, names: &[&str]) -> Result<(), Weakness> {
        if password.len() > MOST_BYTES {
            return Err(Weakness::TooLong);
        }
        if password.chars().count() < self.min_chars {
            return Err(Weakness::TooShort { min_chars: self.min_chars });
        }
        let words = words(names);
        if is_made_of(password, &words) {
            return Err(Weakness::MadeOfNames);
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let beginning: String = password.chars().take(LOOKED_AT_CHARS).collect();
        // The estimate of https://www.usenix.org/conference/usenixsecurity16/technical-sessions/presentation/wheeler:
        // from this score on, a hundred million guesses and more.
        if zxcvbn(&beginning, &words).score() >= Score::Three { Ok(()) } else { Err(Weakness::Known) }
    }
}

/// Whether the names are in it and hardly anything else but signs.
fn is_made_of(password: &str, words: &[String]) -> bool {
    let folded = password.to_lowercase();
    let mut rest = folded.clone();
    for word in words {
        rest = rest.replace(word.as_str(), " ");
    }
    rest != folded && rest.chars().filter(|c| c.is_alphanumeric()).count() < FEWEST_OTHER_CHARS
}

/// The names and their parts (`media` and `example` of `media.example.org`), in lower case.
fn words(names: &[&str]) -> Vec<String> {
    let names =
        names.iter().map(|name| name.chars().take(LOOKED_AT_CHARS).collect::<String>().to_lowercase());
    let mut words: Vec<String> = PRODUCT_WORDS.map(str::to_owned).into();
    for name in names {
        words.extend(name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned));
        words.push(name);
    }
    words.retain(|word| word.chars().count() >= SHORTEST_WORD_CHARS);
    // A name inside another must not break it up.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(password: &str) -> Result<(), Weakness> {
        PasswordRules { min_chars: 12 }.check(password, &["Capucine", "films.maison.example:4722"])
    }

    #[test]
    fn characters_are_counted_and_not_bytes() {
        let short = Err(Weakness::TooShort { min_chars: 12 });
        assert_eq!(check(""), short);
        assert_eq!(check("jL3éà🔑ûñßø*"), short, "eleven characters");
        assert_eq!(check("jL3éà🔑ûñßø*_"), Ok(()));
    }

    #[test]
    fn any_character_may_be_in_a_password_of_up_to_1024_bytes() {
        for password in [
            " leading and trailing, both meant ",
            "ordinary words without any digit",
            "nul\0inside\u{7}and\nlines",
            "🔑🗝️🚪🏠🎬🍿📼🎞️🦊🐙🌵🪐",
            "qzgmvtyxwkfj",
        ] {
            assert_eq!(check(password), Ok(()), "{password:?}");
        }
        let long: String =
            (0..256).map(|n| char::from(b'!' + u8::try_from((n * n * 7 + n * 13) % 90).unwrap())).collect();
        assert_eq!(check(&long[..64]), Ok(()));
        assert_eq!(check(&long[..200]), Ok(()));
        assert_eq!(check(&long.repeat(4)), Ok(()));
        assert_eq!(check(&format!("{}x", long.repeat(4))), Err(Weakness::TooLong));
    }

    #[test]
    fn what_everybody_tries_first_is_refused_however_long() {
        for password in [
            "Password123456",
            "P@ssw0rd1234",
            "123456789012",
            "qwertyuiopas",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabc",
            "iloveyou1234",
            "adminadminadmin",
        ] {
            assert_eq!(check(password), Err(Weakness::Known), "{password}");
        }
    }

    #[test]
    fn names_of_the_account_the_host_and_the_product_are_refused() {
        for password in [
            "capucine1234",
            "CapucineCapucine",
            "films.maison",
            "maison-films",
            "Grabfeed2026",
            "Gr@bfeed1234",
            "sonarr-radarr",
        ] {
            let weak = check(password);
            assert!(matches!(weak, Err(Weakness::MadeOfNames | Weakness::Known)), "{password}: {weak:?}");
        }
        assert_eq!(check("Grabfeed2026"), Err(Weakness::MadeOfNames));
        assert_eq!(check("capucine et son vieux projecteur"), Ok(()), "a name inside a good one is no fault");
    }

    #[test]
    fn every_reason_has_its_sentence_in_both_languages() {
        for weak in
            [Weakness::TooShort { min_chars: 12 }, Weakness::TooLong, Weakness::Known, Weakness::MadeOfNames]
        {
            for lang in Lang::ALL {
                assert!(weak.text(lang).contains(' '), "{}", weak.text(lang));
            }
        }
    }
}
