//! `grabfeed feed create|list|rotate|revoke`: feeds.

use std::io::Write;
use std::time::Duration;

use super::args::{FeedCommand, FeedCreateArgs, FeedRotateArgs};
use super::context::{CommandError, Context, FAILED};
use super::run::block_on;
use super::table;
use crate::auth::token::{Token, TokenKind};
use crate::config::Settings;
use crate::domain::app::AppName;
use crate::domain::feed::FeedName;
use crate::domain::feed_filter::FeedFilter;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::publish::links::BaseUrl;
use crate::store::{Feed, Store, StoreError};
use crate::web::public::new_feed::new_feed;

const MIB: u64 = 1024 * 1024;

/// Runs the command.
pub fn run(command: FeedCommand, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let code = match command {
            FeedCommand::Create(args) => create(args, &settings, &store, lang, out).await?,
            FeedCommand::List(args) => list(&store.feeds().await?, store.now().await?, args.json, lang, out)?,
            FeedCommand::Rotate(args) => rotate(&args, &settings, &store, lang, out).await?,
            FeedCommand::Revoke(args) => revoke(&args.name, &store, lang, out).await?,
        };
        store.close().await;
        Ok(code)
    })
}

async fn create(
    args: FeedCreateArgs,
    settings: &Settings,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let Ok(name) = FeedName::parse(&args.name) else {
        writeln!(out, "{}", lang.text("cli-feed-bad-name", &[]))?;
        return Ok(FAILED);
    };
    let Some(filter) = filter(args) else {
        writeln!(out, "{}", lang.text("cli-feed-bad-filter", &[]))?;
        return Ok(FAILED);
    };
    match make(store, name.clone(), filter).await {
        Ok((_, token)) => {
            // The address alone on its line, so that a script can take it.
            writeln!(out, "{}", url(&base_url(settings), &token))?;
            Ok(0)
        }
        Err(StoreError::NameTaken) => {
            writeln!(out, "{}", lang.text("cli-feed-name-taken", &[("name", name.as_str().into())]))?;
            Ok(FAILED)
        }
        Err(error) => Err(error.into()),
    }
}

fn filter(args: FeedCreateArgs) -> Option<FeedFilter> {
    let apps = args.apps.iter().map(|name| AppName::parse(name)).collect::<Result<_, _>>().ok()?;
    let filter = FeedFilter {
        apps,
        kinds: args.kinds,
        indexers: args.indexers,
        categories: args.categories,
        title: args.title,
        min_size_bytes: args.min_size_mb.map(|size| size * MIB),
        max_size_bytes: args.max_size_mb.map(|size| size * MIB),
    };
    filter.compile().is_ok().then_some(filter)
}

/// Makes a feed with new secrets and returns it with its token, which is known only now.
pub(super) async fn make(
    store: &Store,
    name: FeedName,
    filter: FeedFilter,
) -> Result<(Feed, Token), StoreError> {
    let made = new_feed(name, filter);
    let (feed, token) =
        made.map_err(|_| StoreError::Inconsistent { table: "feed", what: "public_id", row: 0 })?;
    let feed = store.create_feed(feed, store.now().await?).await?;
    Ok((feed, token))
}

/// The address that a client subscribes to.
pub(super) fn url(base: &str, token: &Token) -> String {
    format!("{base}/f/{}/rss.xml", token.expose())
}

/// Where clients reach the service, without a slash at the end; the machine itself if nothing is configured.
pub(super) fn base_url(settings: &Settings) -> String {
    let server = &settings.server;
    let configured = server.public_url.as_ref().map(ToString::to_string);
    let text = configured.unwrap_or_else(|| format!("http://localhost:{}", server.port));
    let base = BaseUrl::parse(&text, &server.url_base).map_or(text, |base| base.as_str().to_owned());
    base.trim_end_matches('/').to_owned()
}

async fn rotate(
    args: &FeedRotateArgs,
    settings: &Settings,
    store: &Store,
    lang: Lang,
    out: &mut dyn Write,
) -> Result<u8, CommandError> {
    let token = Token::generate(TokenKind::Feed, &mut rand::rng());
    let now = store.now().await?;
    let former_until = now.plus(Duration::from_hours(args.hours));
    let rotated = match FeedName::parse(&args.name) {
        Ok(name) => store.rotate_feed(&name, token.hash(), token.shown(), former_until, now).await?,
        Err(_) => false,
    };
    if rotated {
        writeln!(out, "{}", url(&base_url(settings), &token))?;
        return Ok(0);
    }
    writeln!(out, "{}", lang.text("cli-feed-unknown", &[("name", args.name.as_str().into())]))?;
    Ok(FAILED)
}

async fn revoke(name: &str, store: &Store, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    let revoked = match FeedName::parse(name) {
        Ok(name) => store.revoke_feed(&name, store.now().await?).await?,
        Err(_) => false,
    };
    let id = if revoked { "cli-feed-revoked" } else { "cli-feed-unknown" };
    writeln!(out, "{}", lang.text(id, &[("name", name.into())]))?;
    Ok(if revoked { 0 } else { FAILED })
}

fn list(feeds: &[Feed], now: Ts, json: bool, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    let date = |moment: Option<Ts>| moment.map(|moment| moment.to_string());
    let former = |feed: &Feed| date(feed.former_token_until.filter(|until| *until > now));
    if json {
        let rows: Vec<_> = feeds
            .iter()
            .map(|feed| {
                serde_json::json!({
                    "name": feed.name.as_str(), "shown": feed.token_shown, "filter": feed.filter,
                    "created_at": feed.created_at.to_string(), "last_used_at": date(feed.last_used_at),
                    "last_client": feed.last_client, "polls": feed.poll_count, "key": feed.key_name,
                    "former_token_until": former(feed),
                })
            })
            .collect();
        writeln!(out, "{}", serde_json::Value::from(rows))?;
        return Ok(0);
    }
    let heading = ["name", "key", "shown", "former-until", "last-used", "client"]
        .map(|word| lang.text(&format!("cli-column-{word}"), &[]));
    let rows: Vec<Vec<String>> = feeds
        .iter()
        .map(|feed| {
            vec![
                feed.name.to_string(),
                feed.key_name.clone().unwrap_or_default(),
                feed.token_shown.clone(),
                former(feed).unwrap_or_default(),
                date(feed.last_used_at).unwrap_or_default(),
                feed.last_client.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table::write(out, &heading, &rows)?;
    Ok(0)
}
