//! Mistakes in the command line, told in the person's language.
//!
//! Owns: which sentence tells which mistake. clap has its own sentences, in English only; what it found stands beside
//! them in the error, and is put into ours. Must not know: what the commands are.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::ops::text::Lang;

/// The mistake, what may have been meant, and where help is. What is no mistake (help, version) is told as it is.
pub(super) fn text(error: &clap::Error, lang: Lang) -> String {
    let Some(id) = sentence(error.kind()) else { return error.render().to_string() };
    let given = |kind| error.get(kind).map(words).unwrap_or_default();
    let argument = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand].map(given).concat();
    let value = given(ContextKind::InvalidValue);
    let mistake = lang.text(id, &[("argument", argument.as_str().into()), ("value", value.as_str().into())]);
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand].map(given).concat();
    let meant = if meant.is_empty() {
        String::new()
    } else {
        format!(" {}", lang.text("cli-usage-meant", &[("word", meant.as_str().into())]))
    };
    format!("{mistake}{meant}\n{}\n", lang.text("cli-usage-help", &[]))
}

/// The sentence of a mistake; none for what is no mistake.
fn sentence(kind: ErrorKind) -> Option<&'static str> {
    Some(match kind {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::UnknownArgument => "cli-usage-unknown-argument",
        ErrorKind::InvalidSubcommand => "cli-usage-unknown-command",
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "cli-usage-bad-value",
        ErrorKind::MissingRequiredArgument | ErrorKind::MissingSubcommand => "cli-usage-missing",
        ErrorKind::ArgumentConflict => "cli-usage-twice",
        _ => "cli-usage-wrong",
    })
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(word) => word.clone(),
        ContextValue::Strings(words) => words.join(", "),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::command;

    fn told(words: &[&str], lang: Lang) -> String {
        let words = ["grabfeed"].iter().chain(words);
        text(&command(lang).try_get_matches_from(words).unwrap_err(), lang)
    }

    #[test]
    fn each_mistake_is_told_in_the_persons_language() {
        for (words, named) in [
            (&["--bogus", "serve"][..], "--bogus"),
            (&["key", "lits"], "lits"),
            (&["feed", "create", "f", "--kind", "radar"], "radar"),
            (&["key", "create"], "<NAME>"),
            (&["--data", "a", "--data", "b", "serve"], "--data"),
            (&["key", "create", "--scopes"], "--scopes"),
        ] {
            let (french, english) = (told(words, Lang::Fr), told(words, Lang::En));
            assert!(french.contains(named) && english.contains(named), "{french}{english}");
            assert!(french.contains("grabfeed --help affiche") && english.contains("grabfeed --help shows"));
        }
        assert!(told(&["sreve"], Lang::Fr).contains("serve"));
        assert!(told(&["--help"], Lang::Fr).contains("Commandes"));
    }
}
