//! `grabfeed key create|list|revoke`: API keys.

use std::io::Write;
use std::time::Duration;

use super::args::{KeyCommand, KeyCreateArgs};
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use super::table;
use crate::auth::scope::ScopeSet;
use crate::auth::token::{Token, TokenKind};
use crate::domain::time::Ts;
use crate::store::{ApiKey, NewApiKey, Store, StoreError};

const DAY: Duration = Duration::from_hours(24);

/// Runs the command.
pub fn run(command: &KeyCommand, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let code = match command {
            KeyCommand::Create(args) => create(args, &store, lang, out).await?,
            KeyCommand::List(args) => list(&store.keys().await?, args.json, lang, out)?,
            KeyCommand::Revoke(args) => {
                let revoked = store.revoke_key(&args.name, store.now().await?).await?;
                let id = if revoked { "cli-key-revoked" } else { "cli-key-unknown" };
                writeln!(out, "{}", lang.text(id, &[("name", args.name.as_str().into())]))?;
                if revoked { 0 } else { FAILED }
            }
        };
        store.close().await;
        Ok(code)
    })
}

async fn create(
    args: &KeyCreateArgs,
    store: &Store,
    lang: crate::ops::text::Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let name = crate::domain::text::clean(&args.name, 64);
    let Ok(scopes) = args.scopes.parse::<ScopeSet>() else {
        writeln!(out, "{}", lang.text("cli-key-bad-scopes", &[]))?;
        return Ok(FAILED);
    };
    match make_until(store, &name, scopes, args.days).await {
        Ok(key) => {
            // The key alone on its line, so that a script can take it.
            writeln!(out, "{}", key.expose())?;
            Ok(0)
        }
        Err(StoreError::NameTaken) => {
            writeln!(out, "{}", lang.text("cli-key-name-taken", &[("name", name.as_str().into())]))?;
            Ok(FAILED)
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes a key that does not expire.
pub(super) async fn make(store: &Store, name: &str, scopes: ScopeSet) -> Result<Token, StoreError> {
    make_until(store, name, scopes, None).await
}

async fn make_until(
    store: &Store,
    name: &str,
    scopes: ScopeSet,
    days: Option<u32>,
) -> Result<Token, StoreError> {
    let now = store.now().await?;
    let key = Token::generate(TokenKind::ApiKey, &mut rand::rng());
    let new = NewApiKey {
        name: name.to_owned(),
        key_hash: key.hash(),
        key_shown: key.shown(),
        scopes: scopes.to_string(),
        expires_at: days.map(|days| now.plus(DAY * days)),
    };
    store.create_key(new, now).await?;
    Ok(key)
}

fn list(
    keys: &[ApiKey],
    json: bool,
    lang: crate::ops::text::Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let date = |moment: Option<Ts>| moment.map(|moment| moment.to_string());
    if json {
        let rows: Vec<_> = keys.iter().map(|key| serde_json::json!({
            "name": key.name, "shown": key.key_shown, "scopes": key.scopes, "created_at": key.created_at.to_string(),
            "last_used_at": date(key.last_used_at), "expires_at": date(key.expires_at),
        })).collect();
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(0);
    }
    let heading = ["name", "shown", "scopes", "last-used", "expires"]
        .map(|word| lang.text(&format!("cli-column-{word}"), &[]));
    let rows: Vec<Vec<String>> = keys
        .iter()
        .map(|key| {
            vec![
                key.name.clone(),
                key.key_shown.clone(),
                key.scopes.clone(),
                date(key.last_used_at).unwrap_or_default(),
                date(key.expires_at).unwrap_or_default(),
            ]
        })
        .collect();
    table::write(out, &heading, &rows)?;
    Ok(0)
}
