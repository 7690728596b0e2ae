//! A checked value, and how it becomes the type that the rest of the program reads.
//!
//! Owns: `Value`, `FromValue` and the two enums' macro. Must not know: text, files or where the value came from.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::ip_range::IpRange;
use crate::domain::app::{AppKind, AppName};
use crate::ops::text::Lang;

/// A value that passed the check of its key.
#[derive(Debug, Clone)]
pub enum Value {
    /// A boolean.
    Boolean(bool),
    /// A whole number, in the key's unit; bytes if the unit is megabytes.
    Integer(u64),
    /// A length of time.
    Duration(Duration),
    /// Text, a word of a choice, a path.
    Text(String),
    /// Text that is never shown.
    Secret(SecretString),
    /// A web address.
    Url(Url),
    /// An IP address.
    Ip(IpAddr),
    /// A network.
    Range(IpRange),
    /// The name of an app.
    AppName(AppName),
    /// A list.
    List(Vec<Value>),
}

/// How a field's type is made of a checked value. `None` means that the key's kind and the field's type do not fit
/// each other, which a test rules out for every key.
pub trait FromValue: Sized {
    /// Converts; `value` is `None` if no layer gives one and there is no default.
    fn from_value(value: Option<&Value>) -> Option<Self>;
}

macro_rules! from_value {
    ($($type:ty: $pattern:pat => $result:expr;)*) => {
        $(impl $crate::config::value::FromValue for $type {
            fn from_value(value: Option<&$crate::config::value::Value>) -> Option<Self> {
                match value { $pattern => $result, _ => None }
            }
        })*
    };
}
pub(super) use from_value;

from_value! {
    bool: Some(Value::Boolean(value)) => Some(*value);
    u16: Some(Value::Integer(value)) => (*value).try_into().ok();
    u32: Some(Value::Integer(value)) => (*value).try_into().ok();
    u64: Some(Value::Integer(value)) => Some(*value);
    usize: Some(Value::Integer(value)) => (*value).try_into().ok();
    Duration: Some(Value::Duration(value)) => Some(*value);
    String: Some(Value::Text(value)) => Some(value.clone());
    SecretString: Some(Value::Secret(value)) => Some(value.clone());
    Url: Some(Value::Url(value)) => Some(value.clone());
    IpAddr: Some(Value::Ip(value)) => Some(*value);
    IpRange: Some(Value::Range(value)) => Some(*value);
    AppName: Some(Value::AppName(value)) => Some(value.clone());
    AppKind: Some(Value::Text(value)) => value.parse().ok();
    PathBuf: Some(Value::Text(value)) => Some(PathBuf::from(value));
    Lang: Some(Value::Text(value)) => match value.as_str() {
        "fr" => Some(Lang::Fr),
        "en" => Some(Lang::En),
        _ => None,
    };
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            None => Some(None),
            some => T::from_value(some).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Option<&Value>) -> Option<Self> {
        match value {
            Some(Value::List(items)) => items.iter().map(|item| T::from_value(Some(item))).collect(),
            _ => None,
        }
    }
}

/// An enum whose variants are the words of a `Kind::Choice`.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $crate::domain::named::named_enum! {
            $(#[$doc])*
            pub enum $name { $($(#[$variant_doc])* $variant = $word,)* }
        }

        impl $name {
            /// The words, as settings write them.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];
        }

        $crate::config::value::from_value! {
            $name: Some($crate::config::value::Value::Text(word)) => $name::from_name(word);
        }
    };
}
pub(super) use choice;
