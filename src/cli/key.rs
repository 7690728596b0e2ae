//! `grabfeed key create|list|revoke`: API keys.

use std::io::Write;

use super::args::{KeyCommand, KeyCreateArgs};
use super::context::{CommandError, Context, FAILED};
use super::refusal::{self, Thing};
use super::run::block_on;
use super::table;
use crate::admin::view::key::KeyView;
use crate::admin::{Actor, AdminError, keys};
use crate::auth::scope::ScopeSet;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::store::{ApiKey, Store};

/// Runs the command.
pub fn run(command: &KeyCommand, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let code = match command {
            KeyCommand::Create(args) => create(args, &store, lang, out).await?,
            KeyCommand::List(args) => list(store.keys().await?, args.json, lang, out)?,
            KeyCommand::Revoke(args) => revoke(&args.name, &store, lang, out).await?,
        };
        store.close().await;
        Ok(code)
    })
}

async fn create(
    args: &KeyCreateArgs,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let Ok(scopes) = args.scopes.parse::<ScopeSet>() else {
        writeln!(out, "{}", lang.text("cli-key-bad-scopes", &[]))?;
        return Ok(FAILED);
    };
    match keys::create(store, &Actor::command_line(), &args.name, scopes, args.days).await {
        Ok(made) => {
            // The key alone on its line, so that a script can take it.
            writeln!(out, "{}", made.token.expose())?;
            Ok(0)
        }
        Err(error) => refusal::write(error, Thing::Key, &args.name, lang, out),
    }
}

async fn revoke(name: &str, store: &Store, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    match revoke_named(store, name).await {
        Ok(()) => {
            writeln!(out, "{}", lang.text("cli-key-revoked", &[("name", name.into())]))?;
            Ok(0)
        }
        Err(error) => refusal::write(error, Thing::Key, name, lang, out),
    }
}

async fn revoke_named(store: &Store, name: &str) -> Result<(), AdminError> {
    let key = keys::find_named(store, name).await?;
    keys::revoke(store, &Actor::command_line(), key.id).await
}

fn list(keys: Vec<ApiKey>, json: bool, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    if json {
        let rows: Vec<KeyView> = keys.into_iter().map(KeyView::from).collect();
        writeln!(out, "{}", serde_json::json!(rows))?;
        return Ok(0);
    }
    let date = |moment: Option<Ts>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    let heading = ["name", "shown", "scopes", "last-used", "expires"]
        .map(|word| lang.text(&format!("cli-column-{word}"), &[]));
    let rows: Vec<Vec<String>> = keys
        .into_iter()
        .map(|key| {
            vec![
                key.name,
                key.key_shown,
                key.scopes.to_string(),
                date(key.last_used_at),
                date(key.expires_at),
            ]
        })
        .collect();
    table::write(out, &heading, &rows)?;
    Ok(0)
}
