//! The sentences that people read, from the catalogues in `locales/`.
//!
//! Owns: the two languages and how a sentence is found and filled in. Catalogues are Fluent files, one per area and
//! language, embedded by `build.rs`. Must not know who shows a sentence, or where. The catalogues' own rules
//! (same ids and variables in both languages, typography) are in this module's tests.

use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

include!(concat!(env!("OUT_DIR"), "/catalogues.rs"));

/// A language that grabfeed speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// French, the first language of the first users.
    #[default]
    Fr,
    /// English.
    En,
}

/// A value for a variable of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arg<'a> {
    /// Shown as it is.
    Text(&'a str),
    /// Shown in digits, and chooses between singular and plural.
    Number(i64),
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg<'_> {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Arg<'_> {
    fn from(number: u64) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<usize> for Arg<'_> {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl<'a> From<Arg<'a>> for FluentValue<'a> {
    fn from(arg: Arg<'a>) -> Self {
        match arg {
            Arg::Text(text) => FluentValue::String(Cow::Borrowed(text)),
            Arg::Number(number) => FluentValue::from(number),
        }
    }
}

impl Lang {
    /// Both languages, the first one first.
    pub const ALL: [Self; 2] = [Self::Fr, Self::En];

    /// The language that a tag or a locale names (`fr`, `en-GB`, `fr_FR.UTF-8`); `None` for any other.
    pub fn parse(text: &str) -> Option<Self> {
        let language = text.split(['-', '_', '.', '@']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|lang| lang.code().eq_ignore_ascii_case(language))
    }

    /// The language's tag, as settings and HTML write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }

    /// The sentence with this id. A sentence that this language lacks is taken from the other one, and one that
    /// both lack is the id itself, so that the reader always has something to search for.
    pub fn text(self, id: &str, args: &[(&str, Arg<'_>)]) -> String {
        self.find(id, args).unwrap_or_else(|| id.to_owned())
    }

    /// The sentence with this id in this language or the other; `None` if both lack it.
    pub fn find(self, id: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
        format(self, id, args).or_else(|| format(self.other(), id, args))
    }

    const fn other(self) -> Self {
        match self {
            Self::Fr => Self::En,
            Self::En => Self::Fr,
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

type Bundle = FluentBundle<FluentResource>;

fn format(lang: Lang, id: &str, args: &[(&str, Arg<'_>)]) -> Option<String> {
    static FR: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::Fr));
    static EN: LazyLock<Bundle> = LazyLock::new(|| bundle(Lang::En));
    let bundle = match lang {
        Lang::Fr => &FR,
        Lang::En => &EN,
    };
    let pattern = bundle.get_message(id)?.value()?;
    let args: FluentArgs<'_> = args.iter().map(|&(name, arg)| (name, arg)).collect();
    // A variable that the caller forgot is left as `{$name}` in the sentence: better than no sentence.
    Some(bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned())
}

fn bundle(lang: Lang) -> Bundle {
    let tag: LanguageIdentifier = lang.code().parse().unwrap_or_default();
    let mut bundle = Bundle::new_concurrent(vec![tag]);
    // The marks protect mixed directions of writing; neither language needs them, and they break searching in logs.
    bundle.set_use_isolating(false);
    for (_, source) in catalogues(lang) {
        // The tests hold the catalogues free of errors; at run time whatever could be read is better than nothing.
        let resource = FluentResource::try_new((*source).to_owned()).unwrap_or_else(|(readable, _)| readable);
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// The embedded catalogues of a language: area and Fluent source.
fn catalogues(lang: Lang) -> &'static [(&'static str, &'static str)] {
    match lang {
        Lang::Fr => FRENCH,
        Lang::En => ENGLISH,
    }
}

#[cfg(test)]
#[path = "text_tests.rs"]
mod tests;
