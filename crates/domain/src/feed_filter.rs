//! Which items a feed takes, and why it refuses one, as data.
//!
//! A [`FeedFilter`] is what the owner wrote and what is stored; a [`CompiledFilter`] is the same, checked and ready
//! to decide. Must not know: where filters and items are stored, and in which words a refusal is shown.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::app::{AppKind, AppName};
use super::text::indexer_key;

/// What a feed takes. An empty list, or an absent bound, means "any": the default filter takes everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FeedFilter {
    /// The apps whose grabs are taken.
    pub apps: Vec<AppName>,
    /// The kinds of app whose grabs are taken.
    pub kinds: Vec<AppKind>,
    /// The indexers, compared by [`indexer_key`].
    pub indexers: Vec<String>,
    /// The categories, compared without regard to case.
    pub categories: Vec<String>,
    /// A regular expression that must match somewhere in the title, without regard to case.
    pub title: Option<String>,
    /// The smallest content, in bytes.
    pub min_size_bytes: Option<u64>,
    /// The largest content, in bytes.
    pub max_size_bytes: Option<u64>,
}

/// The filter cannot be used as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidFilter {
    /// The pattern is longer than [`FeedFilter::MAX_PATTERN_BYTES`].
    #[error("the title pattern is too long")]
    PatternTooLong,
    /// The pattern is no regular expression; where the parser stopped and why, in its English words.
    #[error("the title pattern is no regular expression")]
    PatternSyntax(String),
    /// The pattern would need too much memory.
    #[error("the title pattern is too costly")]
    PatternTooCostly,
    /// A list has more than [`FeedFilter::MAX_VALUES`] values, or one of them is empty or too long.
    #[error("a list of the filter is too long, or one of its values is empty or too long")]
    BadList,
    /// The smallest size is above the largest.
    #[error("the smallest size is above the largest")]
    SizesCrossed,
}

impl InvalidFilter {
    /// The stable code; the sentence for a person is in the catalogues under `feed-filter-{code}`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PatternTooLong => "pattern-too-long",
            Self::PatternSyntax(_) => "pattern-syntax",
            Self::PatternTooCostly => "pattern-too-costly",
            Self::BadList => "bad-list",
            Self::SizesCrossed => "sizes-crossed",
        }
    }
}

impl FeedFilter {
    /// The longest title pattern, in bytes.
    pub const MAX_PATTERN_BYTES: usize = 500;
    /// The most values that one list may have.
    pub const MAX_VALUES: usize = 200;
    /// The longest indexer or category, in characters.
    pub const MAX_VALUE_CHARS: usize = 200;
    /// What the compiled pattern may take, in bytes.
    const MAX_PROGRAM_BYTES: usize = 256 * 1024;

    /// Checks the filter and makes it ready for use; done once per filter, not per item.
    pub fn compile(&self) -> Result<CompiledFilter, InvalidFilter> {
        let sound = |list: &[String]| {
            let fits =
                |value: &String| !value.trim().is_empty() && value.chars().count() <= Self::MAX_VALUE_CHARS;
            list.len() <= Self::MAX_VALUES && list.iter().all(fits)
        };
        if self.apps.len() > Self::MAX_VALUES || self.kinds.len() > Self::MAX_VALUES {
            return Err(InvalidFilter::BadList);
        }
        if !sound(&self.indexers) || !sound(&self.categories) {
            return Err(InvalidFilter::BadList);
        }
        if self.min_size_bytes.zip(self.max_size_bytes).is_some_and(|(min, max)| min > max) {
            return Err(InvalidFilter::SizesCrossed);
        }
        Ok(CompiledFilter {
            apps: self.apps.clone(),
            kinds: self.kinds.clone(),
            indexers: self.indexers.iter().map(|name| indexer_key(name)).collect(),
            categories: self.categories.iter().map(|name| category_key(name)).collect(),
            title: self.title.as_deref().map(Self::compile_pattern).transpose()?,
            min_size_bytes: self.min_size_bytes.unwrap_or(0),
            max_size_bytes: self.max_size_bytes.unwrap_or(u64::MAX),
        })
    }

    fn compile_pattern(pattern: &str) -> Result<Regex, InvalidFilter> {
        if pattern.len() > Self::MAX_PATTERN_BYTES {
            return Err(InvalidFilter::PatternTooLong);
        }
        let compiled = RegexBuilder::new(pattern)
            .case_insensitive(true)
            .size_limit(Self::MAX_PROGRAM_BYTES)
            .dfa_size_limit(Self::MAX_PROGRAM_BYTES)
            .build();
        compiled.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => InvalidFilter::PatternTooCostly,
            other => InvalidFilter::PatternSyntax(other.to_string()),
        })
    }
}

/// What a filter looks at.
#[derive(Debug, Clone, Copy)]
pub struct ItemFacts<'a> {
    /// The app that made the grab; `None` if it is known no more (imported, or the app was deleted).
    pub app: Option<&'a AppName>,
    /// The kind of that app.
    pub kind: Option<AppKind>,
    /// The indexer's name as the app wrote it.
    pub indexer: Option<&'a str>,
    /// The category that feeds give to the item.
    pub category: &'a str,
    /// The release's title.
    pub title: &'a str,
    /// The size of the content, in bytes.
    pub total_bytes: u64,
}

/// Why a filter refuses an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterRefusal {
    /// Its app is not among those named.
    App,
    /// The kind of its app is not among those named.
    Kind,
    /// Its indexer is not among those named.
    Indexer,
    /// Its category is not among those named.
    Category,
    /// Its title does not match the pattern.
    Title,
    /// It is smaller than the smallest size.
    TooSmall,
    /// It is larger than the largest size.
    TooLarge,
}

impl FilterRefusal {
    /// The stable code; the sentence for a person is in the catalogues under `feed-refusal-{code}`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Kind => "kind",
            Self::Indexer => "indexer",
            Self::Category => "category",
            Self::Title => "title",
            Self::TooSmall => "too-small",
            Self::TooLarge => "too-large",
        }
    }
}

/// A filter that was checked, with its pattern compiled and its names folded.
#[derive(Debug, Clone)]
pub struct CompiledFilter {
    apps: Vec<AppName>,
    kinds: Vec<AppKind>,
    indexers: Vec<String>,
    categories: Vec<String>,
    title: Option<Regex>,
    min_size_bytes: u64,
    max_size_bytes: u64,
}

impl CompiledFilter {
    /// Whether the feed takes the item; if not, every reason why.
    pub fn accepts(&self, item: &ItemFacts<'_>) -> Result<(), Vec<FilterRefusal>> {
        let indexer = item.indexer.map(indexer_key);
        let checks = [
            (named(&self.apps, item.app), FilterRefusal::App),
            (named(&self.kinds, item.kind.as_ref()), FilterRefusal::Kind),
            (named(&self.indexers, indexer.as_ref()), FilterRefusal::Indexer),
            (named(&self.categories, Some(&category_key(item.category))), FilterRefusal::Category),
            (self.title.as_ref().is_none_or(|pattern| pattern.is_match(item.title)), FilterRefusal::Title),
            (item.total_bytes >= self.min_size_bytes, FilterRefusal::TooSmall),
            (item.total_bytes <= self.max_size_bytes, FilterRefusal::TooLarge),
        ];
        let refusals: Vec<_> = checks.into_iter().filter(|(fits, _)| !fits).map(|(_, why)| why).collect();
        if refusals.is_empty() { Ok(()) } else { Err(refusals) }
    }
}

/// An empty list names everything, even what is unknown.
fn named<T: PartialEq>(list: &[T], value: Option<&T>) -> bool {
    list.is_empty() || value.is_some_and(|value| list.contains(value))
}

fn category_key(category: &str) -> String {
    category.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusals(filter: &str, change: impl FnOnce(&mut ItemFacts<'_>)) -> Vec<FilterRefusal> {
        let app = AppName::parse("radarr-4k").unwrap();
        let mut item = ItemFacts {
            app: Some(&app),
            kind: Some(AppKind::Radarr),
            indexer: Some("ExampleTracker (Prowlarr)"),
            category: "Movies",
            title: "Un.Été.2026.2160p-GRP",
            total_bytes: 1000,
        };
        change(&mut item);
        let filter: FeedFilter = serde_json::from_str(filter).unwrap();
        filter.compile().unwrap().accepts(&item).err().unwrap_or_default()
    }

    #[test]
    fn the_empty_filter_takes_everything_even_what_nothing_is_known_of() {
        let forget = |item: &mut ItemFacts<'_>| (item.app, item.kind, item.indexer) = (None, None, None);
        assert_eq!(refusals("{}", forget), []);
    }

    #[test]
    fn names_are_compared_as_the_apps_and_prowlarr_write_them() {
        let filter = r#"{"apps":["Radarr-4K"],"kinds":["radarr"],"indexers":["exampletracker"],
            "categories":["movies"],"title":"été.*2160P","min_size_bytes":1000,"max_size_bytes":1000}"#;
        assert_eq!(refusals(filter, |_| ()), []);
    }

    #[test]
    fn every_reason_of_a_refusal_is_given_at_once() {
        let filter = r#"{"apps":["other"],"kinds":["sonarr"],"indexers":["Another"],"categories":["TV"],
            "title":"1080p","min_size_bytes":1001}"#;
        let all = [
            FilterRefusal::App,
            FilterRefusal::Kind,
            FilterRefusal::Indexer,
            FilterRefusal::Category,
            FilterRefusal::Title,
            FilterRefusal::TooSmall,
        ];
        assert_eq!(refusals(filter, |_| ()), all);
        assert_eq!(refusals(r#"{"max_size_bytes":999}"#, |_| ()), [FilterRefusal::TooLarge]);
    }

    #[test]
    fn a_filter_that_names_an_indexer_refuses_an_item_whose_indexer_is_unknown() {
        let filter = r#"{"indexers":["ExampleTracker"]}"#;
        assert_eq!(refusals(filter, |item| item.indexer = None), [FilterRefusal::Indexer]);
    }

    #[test]
    fn a_filter_that_cannot_be_used_is_refused_before_it_is_saved() {
        let pattern = |title: &str| FeedFilter { title: Some(title.to_owned()), ..FeedFilter::default() };
        assert!(matches!(pattern("(").compile(), Err(InvalidFilter::PatternSyntax(_))));
        assert_eq!(pattern(r"\w{999}{99}").compile().unwrap_err(), InvalidFilter::PatternTooCostly);
        assert_eq!(pattern(&"a".repeat(501)).compile().unwrap_err(), InvalidFilter::PatternTooLong);
        let blank = FeedFilter { indexers: vec![" ".to_owned()], ..FeedFilter::default() };
        assert_eq!(blank.compile().unwrap_err(), InvalidFilter::BadList);
        let crossed =
            FeedFilter { min_size_bytes: Some(2), max_size_bytes: Some(1), ..FeedFilter::default() };
        assert_eq!(crossed.compile().unwrap_err(), InvalidFilter::SizesCrossed);
    }

    #[test]
    fn a_stored_filter_reads_back_and_an_unknown_key_is_refused() {
        let filter = FeedFilter { apps: vec![AppName::parse("sonarr").unwrap()], ..FeedFilter::default() };
        let stored = serde_json::to_string(&filter).unwrap();
        assert_eq!(serde_json::from_str::<FeedFilter>(&stored).unwrap(), filter);
        for text in [r#"{"app":["sonarr"]}"#, r#"{"apps":["a/b"]}"#, r#"{"kinds":["plex"]}"#] {
            assert!(serde_json::from_str::<FeedFilter>(text).is_err(), "{text}");
        }
    }
}
