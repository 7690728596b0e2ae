//! `grabfeed user set-password|show`: the account. It works while the service runs, and when nobody can sign in.

use std::io::{BufRead, Read, Write};

use secrecy::SecretString;

use super::args::{ListArgs, UserCommand};
use super::context::{CommandError, Context, FAILED};
use super::refusal::{self, Thing};
use super::run::block_on;
use super::table;
use crate::admin::AdminError;
use crate::admin::account::{self, NamedPassword};
use crate::admin::view::account::AccountView;
use crate::auth::password_rules::{self, PasswordRules};
use crate::auth::setup;
use crate::ops::text::Lang;
use crate::store::Administrator;

/// Runs the command.
pub fn run(
    command: &UserCommand,
    context: &Context,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let code = match command {
            UserCommand::SetPassword(args) => {
                let rules = PasswordRules { min_chars: settings.auth.password_min_length };
                let set = account::set_by_command(&store, rules, &args.name, || read_line(input)).await;
                if matches!(set, Ok(NamedPassword::Created)) {
                    setup::remove_token_file(&context.setup_token_file());
                }
                write_outcome(set, &args.name, lang, out)?
            }
            UserCommand::Show(args) => show(store.administrator().await?, args, lang, out)?,
        };
        store.close().await;
        Ok(code)
    })
}

fn write_outcome(
    set: Result<NamedPassword, AdminError>,
    name: &str,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let (id, name, code) = match &set {
        Ok(NamedPassword::Created) => ("cli-user-created", name, 0),
        Ok(NamedPassword::Changed) => ("cli-user-password-changed", name, 0),
        Ok(NamedPassword::OtherName(other)) => ("cli-user-other-name", other.as_str(), FAILED),
        Err(_) => {
            return set
                .map_or_else(|error| refusal::write(error, Thing::Account, name, lang, out), |_| Ok(0));
        }
    };
    writeln!(out, "{}", lang.text(id, &[("name", name.into())]))?;
    Ok(code)
}

/// The first line, without its end and with everything else in it.
fn read_line(input: &mut dyn BufRead) -> Option<SecretString> {
    let most = u64::try_from(password_rules::MOST_BYTES).ok()? + 16;
    let mut line = String::new();
    input.take(most).read_line(&mut line).ok()?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    let line = line.strip_suffix('\r').unwrap_or(line);
    (!line.is_empty()).then(|| SecretString::from(line))
}

fn show(
    administrator: Option<Administrator>,
    args: &ListArgs,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    if args.json {
        writeln!(out, "{}", serde_json::json!(administrator.as_ref().map(AccountView::from)))?;
        return Ok(0);
    }
    let Some(known) = administrator else {
        writeln!(out, "{}", lang.text("cli-user-none", &[]))?;
        return Ok(0);
    };
    let heading =
        ["name", "created", "password-changed"].map(|word| lang.text(&format!("cli-column-{word}"), &[]));
    let row = vec![known.name, known.created_at.to_string(), known.password_changed_at.to_string()];
    table::write(out, &heading, &[row])?;
    Ok(0)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_password_is_one_line_as_it_is() {
        let read = |mut text: &[u8]| read_line(&mut text).map(|line| line.expose_secret().to_owned());
        for (input, password) in [
            (&b"a b c\n"[..], Some("a b c")),
            (b"a b c", Some("a b c")),
            (b" a b c \r\nanother line\n", Some(" a b c ")),
            (b"\n", None),
            (b"", None),
            (b"\xff\xfe\n", None),
        ] {
            assert_eq!(read(input).as_deref(), password, "{input:?}");
        }
        assert!(read(&[b'a'; 5000]).unwrap().len() > password_rules::MOST_BYTES, "refused, and not cut");
    }
}
