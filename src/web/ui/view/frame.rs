//! What stands around every page: the language, the head, the navigation, what there is to say above the content.

use std::sync::LazyLock;

use crate::auth::token::token_hash;
use crate::ops::text::Lang;

/// The style sheet.
pub const STYLE: &str = include_str!("../../../../static/app.css");

/// Changes with the style sheet, so that browsers may keep it for long.
static STYLE_VERSION: LazyLock<String> = LazyLock::new(|| hex::encode(&token_hash(STYLE)[..4]));

/// What stands around a page.
pub struct Frame {
    /// The language of the page.
    pub lang: Lang,
    /// The path under which we are served.
    pub base: String,
    /// The page's name: `page-{name}-title` is its title.
    pub name: &'static str,
    /// Whether the administrator looks at it.
    pub signed_in: bool,
    /// Whether the page came over plain HTTP from another machine.
    pub plain_http: bool,
    /// What went wrong.
    pub problem: Option<String>,
    /// What was done: the id of its sentence.
    pub done: Option<&'static str>,
}

impl Frame {
    /// For a stranger, with nothing above the content.
    pub fn bare(lang: Lang, base: &str, name: &'static str) -> Self {
        let base = base.to_owned();
        Self { lang, base, name, signed_in: false, plain_http: false, problem: None, done: None }
    }

    /// The value of `lang`.
    pub fn lang_tag(&self) -> &'static str {
        self.lang.code()
    }

    /// The page's title.
    pub fn title(&self) -> String {
        self.text(&format!("page-{}-title", self.name))
    }

    /// Whether this is the page of that name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// A sentence.
    pub fn text(&self, id: &str) -> String {
        self.lang.text(id, &[])
    }

    /// A sentence about something.
    pub fn text_of(&self, id: &str, variable: &str, value: &str) -> String {
        self.lang.text(id, &[(variable, value.into())])
    }

    /// The version in the style sheet's address.
    pub fn style_version(&self) -> &'static str {
        &STYLE_VERSION
    }
}
