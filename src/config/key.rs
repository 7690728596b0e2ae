//! The words in which settings are declared: a key, what it accepts, its unit; and the table of all of them.
//!
//! Owns: `SECTIONS`, from which the walker, the environment, `config show`, the schema, the default file and the
//! reference are all driven. A key is declared once, in its section's file. Must not know: where values come from.

/// What a key accepts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Boolean,
    /// A whole number within these bounds, both allowed.
    Integer(i64, i64),
    /// A number within these bounds, both allowed.
    Decimal(f64, f64),
    /// One line of text of at most this many characters.
    Text(usize),
    /// A password, key or token: text that is never shown.
    Secret,
    /// What a person signs in with: any text, as it is, and never shown.
    Password,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// An `http` or `https` address without credentials, query or fragment.
    HttpUrl,
    /// `sqlite:` and a path, or `postgres://` and the rest. Never shown, since it may hold a password.
    DatabaseUrl,
    /// An IPv4 or IPv6 address.
    IpAddress,
    /// The path under which a reverse proxy serves us: empty or `/name`.
    UrlBase,
    /// A host name or address without scheme, port or path.
    HostName,
    /// The name of an HTTP header that nothing else gives a meaning to.
    HeaderName,
    /// An address or a network such as `10.0.0.0/8`.
    IpRange,
    /// A web origin: scheme, host and, where it is not the usual one, port.
    Origin,
    /// The path of a file.
    Path,
    /// The name of an app.
    AppName,
    /// A list of these.
    List(&'static Kind),
}

/// In what a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Nothing but itself.
    None,
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// Days.
    Days,
    /// Megabytes of 1024 × 1024 bytes.
    Megabytes,
}

/// One setting: everything that is known of it without a value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Key {
    /// Its name inside its section.
    pub name: &'static str,
    /// What it accepts.
    pub kind: Kind,
    /// What a number counts.
    pub unit: Unit,
    /// The value when no layer gives one, as it would be written in the file.
    pub default: Option<&'static str>,
    /// Whether its section is incomplete without it.
    pub required: bool,
    /// The plan's short name of its environment variable.
    pub short_variable: Option<&'static str>,
    /// What a reader may write, where there is no default to show.
    pub example: Option<&'static str>,
}

impl Key {
    /// A key without default: absent unless somebody sets it.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            unit: Unit::None,
            default: None,
            required: false,
            short_variable: None,
            example: None,
        }
    }

    /// With a default, as it would be written in the file.
    #[must_use]
    pub const fn default(self, text: &'static str) -> Self {
        Self { default: Some(text), ..self }
    }

    /// With a unit.
    #[must_use]
    pub const fn unit(self, unit: Unit) -> Self {
        Self { unit, ..self }
    }

    /// With a short name for its environment variable.
    #[must_use]
    pub const fn short_variable(self, name: &'static str) -> Self {
        Self { short_variable: Some(name), ..self }
    }

    /// With something to show where there is no default.
    #[must_use]
    pub const fn example(self, text: &'static str) -> Self {
        Self { example: Some(text), ..self }
    }

    /// Must be given wherever its section is.
    #[must_use]
    pub const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// Whether its value is never shown.
    pub const fn is_secret(&self) -> bool {
        matches!(self.kind, Kind::Secret | Kind::Password | Kind::DatabaseUrl)
    }

    /// Whether what somebody wrote for it, if it is wrong, may hold a credential: `http://user:password@host`.
    pub const fn may_hide_credentials(&self) -> bool {
        let of_addresses = match &self.kind {
            Kind::List(each) => matches!(each, Kind::HttpUrl | Kind::Origin),
            kind => matches!(kind, Kind::HttpUrl | Kind::Origin),
        };
        self.is_secret() || of_addresses
    }
}

/// How often a section may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always there: every key has a default or may be absent.
    Always,
    /// There if any of its keys is given.
    Optional,
    /// A list of any length, each entry with these keys.
    List,
}

/// A group of keys.
#[derive(Debug)]
pub struct Section {
    /// Its name in the file.
    pub name: &'static str,
    /// How often it may be there.
    pub presence: Presence,
    /// Its keys, in the order in which documents list them.
    pub keys: &'static [Key],
}

impl Section {
    /// The key with this name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}
