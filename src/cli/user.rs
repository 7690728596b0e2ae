//! `grabfeed user set-password|show`: the account. It works while the service runs, and when nobody can sign in.

use std::io::{BufRead, Read, Write};

use secrecy::SecretString;

use super::args::{ListArgs, NameArgs, UserCommand};
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use super::table;
use crate::auth::password::{Passwords, Refused};
use crate::auth::password_rules::{self, PasswordRules};
use crate::auth::setup;
use crate::ops::text::Lang;
use crate::store::{Administrator, NewAdministrator, Store};

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
                let said = set_password(args, &store, rules, input).await?;
                if matches!(said, Said::Created) {
                    setup::remove_token_file(&context.setup_token_file());
                }
                said.tell(&args.name, lang, out)?
            }
            UserCommand::Show(args) => show(store.administrator().await?, args, lang, out)?,
        };
        store.close().await;
        Ok(code)
    })
}

/// What became of a new password.
enum Said {
    Created,
    Changed,
    OtherName(String),
    BadName,
    BadInput,
    Refused(Refused),
}

impl Said {
    fn tell(&self, name: &str, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
        let (id, name) = match self {
            Self::Created => ("cli-user-created", name),
            Self::Changed => ("cli-user-password-changed", name),
            Self::OtherName(other) => ("cli-user-other-name", other.as_str()),
            Self::BadName => ("cli-user-bad-name", name),
            Self::BadInput => ("cli-user-bad-input", name),
            Self::Refused(Refused::Busy(_)) => ("cli-user-busy", name),
            Self::Refused(Refused::Weak(weakness)) => {
                writeln!(out, "{}", weakness.text(lang))?;
                return Ok(FAILED);
            }
        };
        writeln!(out, "{}", lang.text(id, &[("name", name.into())]))?;
        Ok(if matches!(self, Self::Created | Self::Changed) { 0 } else { FAILED })
    }
}

async fn set_password(
    args: &NameArgs,
    store: &Store,
    rules: PasswordRules,
    input: &mut dyn BufRead,
) -> Result<Said, CommandError> {
    if setup::check_name(&args.name).is_err() {
        return Ok(Said::BadName);
    }
    let known = store.administrator().await?;
    if let Some(other) = known.as_ref().filter(|known| known.name != args.name) {
        return Ok(Said::OtherName(other.name.clone()));
    }
    let Some(password) = read_line(input) else { return Ok(Said::BadInput) };
    let password_hash =
        match Passwords::default().hash_new(rules, password, vec![args.name.clone()]).await {
            Ok(hash) => hash,
            Err(refused) => return Ok(Said::Refused(refused)),
        };
    let now = store.now().await?;
    if known.is_some() {
        store.change_password(&password_hash, None, now).await?;
        return Ok(Said::Changed);
    }
    let new = NewAdministrator { name: args.name.clone(), password_hash };
    if store.create_administrator(new, now).await? {
        return Ok(Said::Created);
    }
    // Somebody made the account at this very moment; theirs is not changed unseen.
    let other = store.administrator().await?;
    Ok(other.map_or(Said::BadName, |other| Said::OtherName(other.name)))
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
        let object = administrator.map(|known| {
            serde_json::json!({
                "name": known.name, "created_at": known.created_at.to_string(),
                "password_changed_at": known.password_changed_at.to_string(),
            })
        });
        writeln!(out, "{}", serde_json::Value::from(object))?;
        return Ok(0);
    }
    let Some(known) = administrator else {
        writeln!(out, "{}", lang.text("cli-user-none", &[]))?;
        return Ok(0);
    };
    let heading = ["name", "created", "password-changed"].map(|word| lang.text(&format!("cli-column-{word}"), &[]));
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
