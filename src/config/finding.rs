//! What is wrong with the given settings: findings as data, without a sentence in any language.
//!
//! Owns: origins of values, problems, hints, and the list that collects them. Must not know: languages (`report`
//! makes the sentences) or secrets: `found` holds only what may be shown.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::excerpt::Excerpt;
use super::file::FileProblem;
use super::key::Key;
use crate::domain::named::named_enum;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueOrigin {
    /// The program's own default.
    Default,
    /// The database: somebody saved it in the pages.
    Database,
    /// The settings file, named as the user named it; line and column count from 1. Zero: the file as a whole.
    File {
        /// The file's name.
        name: Arc<str>,
        /// The line.
        line: usize,
        /// The column, in characters.
        column: usize,
    },
    /// An environment variable.
    Variable(String),
    /// The file that an environment variable names.
    VariableFile(String),
}

impl fmt::Display for ValueOrigin {
    /// `default`, `database`, `settings.yml:4:9`, `$NAME` or `$NAME_FILE`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Database => f.write_str("database"),
            Self::File { name, line: 0, .. } => f.write_str(name),
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Variable(name) | Self::VariableFile(name) => write!(f, "${name}"),
        }
    }
}

/// An origin with the bytes of the file that it means, if it is the file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) origin: ValueOrigin,
    pub(super) span: Option<Range<usize>>,
}

named_enum! {
    /// Why the file as YAML cannot be read any further.
    pub enum Syntax {
        /// A tab where spaces are due.
        Tab = "syntax-tab",
        /// A quote that is not closed.
        UnclosedQuote = "syntax-unclosed-quote",
        /// Brackets or braces that do not match.
        Brackets = "syntax-brackets",
        /// Indentation that fits no level.
        Indentation = "syntax-indentation",
        /// A colon inside a value that is not quoted, or a key where none can be.
        Colon = "syntax-colon",
        /// A line without a colon where a key is due.
        NoColon = "syntax-no-colon",
        /// A backslash that means nothing.
        Escape = "syntax-escape",
        /// A character with which no value can begin.
        Reserved = "syntax-reserved",
        /// A `%` directive.
        Directive = "syntax-directive",
        /// Anything else.
        Other = "syntax-other",
    }
}

named_enum! {
    /// What the person may do about a value.
    pub enum Hint {
        /// `yes`, `on`, `1` …
        TrueOrFalse = "true-or-false",
        /// `080`.
        LeadingZero = "leading-zero",
        /// `0x1f`, `0o17`, `0b1`.
        Decimal = "decimal",
        /// `1_000`.
        Underscore = "underscore",
        /// `1e3`.
        Exponent = "exponent",
        /// `1.5` where a whole number is due.
        WholeNumber = "whole-number",
        /// `1,5`.
        DecimalPoint = "decimal-point",
        /// `12:30`.
        Sexagesimal = "sexagesimal",
        /// `"8080"`.
        NoQuotes = "no-quotes",
        /// `${NAME}`.
        Variable = "variable",
        /// Not `http://` or `https://`.
        UrlScheme = "url-scheme",
        /// `http://user:password@host`.
        UrlCredentials = "url-credentials",
        /// `?…` or `#…`.
        UrlQuery = "url-query",
        /// `*` for an origin.
        ExactOrigin = "exact-origin",
        /// Spaces or line breaks around, or control characters inside.
        Whitespace = "whitespace",
        /// The name of an app is that of a section.
        ReservedName = "reserved-name",
    }
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Problem {
    /// The file cannot be read.
    File(FileProblem),
    /// The file is not YAML from here on.
    Syntax(Syntax),
    /// A control character.
    ControlCharacter(char),
    /// `*name`.
    Alias,
    /// `&name`.
    Anchor,
    /// `!tag`.
    Tag,
    /// `<<`.
    MergeKey,
    /// A second document.
    SeveralDocuments,
    /// Nested deeper than any settings are.
    TooDeep,
    /// More entries than any settings have.
    TooManyNodes,
    /// The file is a value or a list.
    RootNotSections,
    /// A key that is not text.
    KeyNotText,
    /// A value or list in place of a section's keys.
    ExpectedKeys,
    /// A value or keys in place of a list.
    ExpectedList,
    /// A list or keys in place of a value.
    ExpectedValue,
    /// No key or section has this name; `nearest` is one that has almost.
    UnknownKey {
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// The key was given before.
    DuplicateKey {
        /// In which line.
        first_line: usize,
    },
    /// The key is there, its value is not.
    NoValue(&'static Key),
    /// The value is not of the kind that the key accepts.
    WrongValue {
        /// What was declared.
        key: &'static Key,
        /// What was given; absent if it may be secret.
        found: Option<String>,
        /// What to do.
        hint: Option<Hint>,
        /// The word that was probably meant.
        nearest: Option<&'static str>,
    },
    /// The number is too small or too large.
    OutOfRange {
        /// What was declared.
        key: &'static Key,
        /// What was given.
        found: String,
    },
    /// A required key is not given.
    Missing(&'static Key),
    /// Two apps with one name.
    DuplicateApp {
        /// The path of the first, such as `apps[0].name`.
        first: String,
    },
    /// It works only together with another key, which has no value.
    Needs {
        /// The path of the other one.
        other: &'static str,
    },
    /// A secret that can be guessed.
    SecretTooShort {
        /// The fewest characters.
        least: usize,
    },
    /// Everybody would be a proxy whose word is believed.
    TrustsEverybody,
    /// An environment variable with our prefix that sets nothing.
    UnknownVariable {
        /// What was probably meant.
        nearest: Option<String>,
    },
    /// `NAME` and `NAME_FILE` are both set.
    VariableAndFile,
    /// `apps[5]` without `apps[4]`.
    ListGap,
}

impl Problem {
    /// The stable code, which is also the end of the sentence's id in the catalogues.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File(problem) => problem.as_str(),
            Self::Syntax(syntax) => syntax.as_str(),
            Self::ControlCharacter(_) => "control-character",
            Self::Alias => "alias",
            Self::Anchor => "anchor",
            Self::Tag => "tag",
            Self::MergeKey => "merge-key",
            Self::SeveralDocuments => "several-documents",
            Self::TooDeep => "too-deep",
            Self::TooManyNodes => "too-many-nodes",
            Self::RootNotSections => "root-not-sections",
            Self::KeyNotText => "key-not-text",
            Self::ExpectedKeys => "expected-keys",
            Self::ExpectedList => "expected-list",
            Self::ExpectedValue => "expected-value",
            Self::UnknownKey { .. } => "unknown-key",
            Self::DuplicateKey { .. } => "duplicate-key",
            Self::NoValue(_) => "no-value",
            Self::WrongValue { found: Some(_), .. } => "wrong-value",
            Self::WrongValue { found: None, .. } => "wrong-secret",
            Self::OutOfRange { .. } => "out-of-range",
            Self::Missing(_) => "missing",
            Self::DuplicateApp { .. } => "duplicate-app",
            Self::Needs { .. } => "needs",
            Self::SecretTooShort { .. } => "secret-too-short",
            Self::TrustsEverybody => "trusts-everybody",
            Self::UnknownVariable { .. } => "unknown-variable",
            Self::VariableAndFile => "variable-and-file",
            Self::ListGap => "list-gap",
        }
    }

    /// Whether the very bytes of the place may be shown.
    pub(super) fn reveals(&self) -> bool {
        match self {
            Self::WrongValue { found, key, .. } => found.is_some() && !key.may_hide_credentials(),
            Self::OutOfRange { .. }
            | Self::UnknownKey { .. }
            | Self::DuplicateKey { .. }
            | Self::Missing(_)
            | Self::DuplicateApp { .. }
            | Self::MergeKey => true,
            _ => false,
        }
    }
}

/// One thing that is wrong, and where.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Where the value came from.
    pub origin: ValueOrigin,
    /// The path of the key, such as `apps[0].url`; empty if it concerns no key.
    pub key: String,
    /// What is wrong.
    pub problem: Problem,
    pub(super) span: Option<Range<usize>>,
    pub(super) excerpt: Option<Excerpt>,
}

/// The list of findings under way. It keeps the first hundred and counts the rest: nobody reads more, and a hostile
/// file must not cost more.
#[derive(Debug, Default)]
pub(super) struct Findings {
    list: Vec<Finding>,
    more: usize,
    unread: bool,
}

impl Findings {
    const MOST: usize = 100;

    pub(super) fn add(&mut self, place: &Place, key: impl Into<String>, problem: Problem) {
        if self.is_full() {
            self.more += 1;
            return;
        }
        let Place { origin, span } = place.clone();
        self.list.push(Finding { origin, key: key.into(), problem, span, excerpt: None });
    }

    /// Whether further findings are only counted.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= Self::MOST
    }

    /// Notes that a part of what was given could not be read, so that what seems missing may be in it.
    pub(super) fn mark_unread(&mut self) {
        self.unread = true;
    }

    pub(super) fn is_complete(&self) -> bool {
        !self.unread
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The findings in the order of the file, those of the environment after them; and how many more there were.
    pub(super) fn finish(mut self, source: &str) -> (Vec<Finding>, usize) {
        self.list.sort_by_key(|finding| match finding.origin {
            ValueOrigin::File { line, column, .. } => (0, line, column),
            _ => (1, 0, 0),
        });
        for finding in &mut self.list {
            finding.excerpt =
                finding.span.as_ref().and_then(|span| Excerpt::cut(source, span, finding.problem.reveals()));
        }
        (self.list, self.more)
    }
}
