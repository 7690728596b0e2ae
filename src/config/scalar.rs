//! Checking one written value against what its key accepts.
//!
//! Owns: the strict reading of booleans, numbers and words, and the hint for each usual slip. Must not know: layers.

use std::time::Duration;

use secrecy::SecretString;

use super::finding::{Hint, Problem};
use super::key::{Key, Kind, Unit};
use super::nearest::nearest;
use super::section::database::DatabaseUrl;
use super::value::Value;
use super::web_address;
use crate::domain::app::{AppKind, AppName};
use crate::domain::text::clean;

/// How a value was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// In the file, without quotes.
    Plain,
    /// In the file, in quotes or as a block.
    Quoted,
    /// In the environment or the database, where nothing is quoted.
    Bare,
}

/// Why a value is refused.
#[derive(Debug)]
pub(super) enum ScalarRefusal {
    Wrong(Option<Hint>),
    NotAChoice(Option<&'static str>),
    OutOfRange,
}

use ScalarRefusal::{NotAChoice, OutOfRange, Wrong};

impl ScalarRefusal {
    /// The problem to report. What was found is shown only if the key allows it, and never whole pages of it.
    pub(super) fn into_problem(self, key: &'static Key, text: &str) -> Problem {
        const LONGEST: usize = 60;
        let found = || match key.kind {
            Kind::HttpUrl | Kind::Origin | Kind::List(Kind::HttpUrl | Kind::Origin) => {
                web_address::without_credentials(text)
            }
            _ => text.to_owned(),
        };
        let found = || clean(&found(), LONGEST);
        let shown = (!key.is_secret()).then(found);
        match self {
            OutOfRange => Problem::OutOfRange { key, found: shown.unwrap_or_default() },
            Wrong(hint) => Problem::WrongValue { key, found: shown, hint, nearest: None },
            NotAChoice(nearest) => Problem::WrongValue { key, found: shown, hint: None, nearest },
        }
    }
}

/// Checks `text` against `kind`.
pub(super) fn check(kind: &Kind, unit: Unit, text: &str, style: Style) -> Result<Value, ScalarRefusal> {
    const LONGEST_BYTES: usize = 4096;
    if text.len() > LONGEST_BYTES {
        return Err(Wrong(None));
    }
    if names_a_variable(text) {
        return Err(Wrong(Some(Hint::Variable)));
    }
    match kind {
        Kind::Boolean => boolean(text, style),
        Kind::Integer(min, max) => integer(text, style).and_then(|number| in_unit(number, *min, *max, unit)),
        Kind::Decimal(min, max) => decimal(text, style, *min, *max),
        Kind::Choice(words) => choice(words, text),
        Kind::Secret => secret(text).map(Value::Secret),
        Kind::Password if text.is_empty() => Err(Wrong(None)),
        Kind::Password => Ok(Value::Secret(SecretString::from(text))),
        Kind::DatabaseUrl => {
            let url = secret(text)?;
            DatabaseUrl::parse(text).map(|_| Value::Secret(url)).ok_or(Wrong(None))
        }
        Kind::HttpUrl => web_address::http_url(text).map(Value::Url).map_err(|hint| Wrong(Some(hint))),
        Kind::Origin => web_address::origin(text).map(Value::Text).map_err(|hint| Wrong(Some(hint))),
        Kind::HostName => web_address::host_name(text).map(Value::Text).ok_or(Wrong(None)),
        Kind::HeaderName => web_address::header_name(text).map(Value::Text).ok_or(Wrong(None)),
        Kind::UrlBase => web_address::url_base(text).map(Value::Text).ok_or(Wrong(None)),
        Kind::IpAddress => text.parse().map(Value::Ip).map_err(|_| Wrong(None)),
        Kind::IpRange => text.parse().map(Value::Range).map_err(|_| Wrong(None)),
        Kind::AppName => match AppName::parse(text) {
            // Prowlarr has a section of its own, and its own grabs are listed under this name.
            Ok(name) if name.as_str() == AppKind::Prowlarr.as_str() => Err(Wrong(Some(Hint::ReservedName))),
            Ok(name) => Ok(Value::AppName(name)),
            Err(_) => Err(Wrong(None)),
        },
        Kind::Text(longest) => {
            one_line(text)?;
            if text.chars().count() > *longest { Err(OutOfRange) } else { Ok(Value::Text(text.to_owned())) }
        }
        Kind::Path => {
            one_line(text)?;
            if text.is_empty() { Err(Wrong(None)) } else { Ok(Value::Text(text.to_owned())) }
        }
        Kind::List(item) => check(item, unit, text, style),
    }
}

/// Whether the text holds `${NAME}`, which some programs replace and this one does not.
fn names_a_variable(text: &str) -> bool {
    text.split("${")
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && rest.contains('}'))
}

fn boolean(text: &str, style: Style) -> Result<Value, ScalarRefusal> {
    let value = match text {
        "true" | "True" | "TRUE" => true,
        "false" | "False" | "FALSE" => false,
        _ if is_yes_or_no(text) => return Err(Wrong(Some(Hint::TrueOrFalse))),
        _ => return Err(Wrong(None)),
    };
    if style == Style::Quoted { Err(Wrong(Some(Hint::NoQuotes))) } else { Ok(Value::Boolean(value)) }
}

fn is_yes_or_no(text: &str) -> bool {
    ["yes", "no", "on", "off", "y", "n", "oui", "non", "1", "0"]
        .iter()
        .any(|word| word.eq_ignore_ascii_case(text))
}

fn integer(text: &str, style: Style) -> Result<i64, ScalarRefusal> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let only = |allowed: fn(&u8) -> bool| !digits.is_empty() && digits.bytes().all(|byte| allowed(&byte));
    if only(u8::is_ascii_digit) {
        return match style {
            Style::Quoted => Err(Wrong(Some(Hint::NoQuotes))),
            _ if digits.len() > 1 && digits.starts_with('0') => Err(Wrong(Some(Hint::LeadingZero))),
            _ => text.parse().map_err(|_| OutOfRange),
        };
    }
    let hint = if digits.starts_with(['0']) && digits[1..].starts_with(['x', 'o', 'b', 'X', 'O', 'B']) {
        Hint::Decimal
    } else if only(|byte| byte.is_ascii_digit() || *byte == b'_') {
        Hint::Underscore
    } else if only(|byte| byte.is_ascii_digit() || *byte == b':') {
        Hint::Sexagesimal
    } else if only(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b',')) {
        Hint::WholeNumber
    } else if is_exponent(digits) {
        Hint::Exponent
    } else {
        return Err(Wrong(None));
    };
    Err(Wrong(Some(hint)))
}

fn is_exponent(digits: &str) -> bool {
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.contains(['e', 'E'])
        && digits
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E' | b'+' | b'-' | b'.'))
}

fn in_unit(number: i64, min: i64, max: i64, unit: Unit) -> Result<Value, ScalarRefusal> {
    if number < min || number > max {
        return Err(OutOfRange);
    }
    let number = u64::try_from(number).map_err(|_| OutOfRange)?;
    Ok(match unit {
        Unit::None => Value::Integer(number),
        Unit::Megabytes => Value::Integer(number * 1024 * 1024),
        Unit::Seconds => Value::Duration(Duration::from_secs(number)),
        Unit::Hours => Value::Duration(Duration::from_hours(number)),
        Unit::Days => Value::Duration(Duration::from_hours(number * 24)),
    })
}

/// A decimal number of seconds, the only unit in which decimals are declared.
fn decimal(text: &str, style: Style, min: f64, max: f64) -> Result<Value, ScalarRefusal> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(fraction) || !is_digits(whole.strip_prefix('-').unwrap_or(whole)) {
        let hint = match text {
            _ if is_exponent(text) => Some(Hint::Exponent),
            _ if text.contains('_') => Some(Hint::Underscore),
            _ if text.split_once(',').is_some_and(|(a, b)| is_digits(a) && is_digits(b)) => {
                Some(Hint::DecimalPoint)
            }
            _ => None,
        };
        return Err(Wrong(hint));
    }
    if style == Style::Quoted {
        return Err(Wrong(Some(Hint::NoQuotes)));
    }
    let number: f64 = text.parse().map_err(|_| Wrong(None))?;
    if number < min || number > max {
        return Err(OutOfRange);
    }
    Duration::try_from_secs_f64(number).map(Value::Duration).map_err(|_| OutOfRange)
}

fn choice(words: &'static [&'static str], text: &str) -> Result<Value, ScalarRefusal> {
    if let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) {
        return Ok(Value::Text((*word).to_owned()));
    }
    if is_yes_or_no(text) && words.contains(&"true") {
        return Err(Wrong(Some(Hint::TrueOrFalse)));
    }
    Err(NotAChoice(nearest(text, words.iter().copied())))
}

/// A secret travels in HTTP headers: printable ASCII, and no space around it, which is always a slip of copying.
fn secret(text: &str) -> Result<SecretString, ScalarRefusal> {
    if text.is_empty() {
        return Err(Wrong(None));
    }
    if text.trim() != text || !text.bytes().all(|byte| (0x20..0x7F).contains(&byte)) {
        return Err(Wrong(Some(Hint::Whitespace)));
    }
    Ok(SecretString::from(text))
}

fn one_line(text: &str) -> Result<(), ScalarRefusal> {
    if text.trim() == text && !text.chars().any(char::is_control) {
        Ok(())
    } else {
        Err(Wrong(Some(Hint::Whitespace)))
    }
}
