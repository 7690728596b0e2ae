//! `grabfeed feed create|list|rotate|revoke`: feeds.

use std::io::Write;

use super::args::{FeedCommand, FeedCreateArgs, FeedRotateArgs};
use super::context::{CommandError, Context, FAILED};
use super::refusal::{self, Thing};
use super::run::block_on;
use super::table;
use crate::admin::view::feed::FeedView;
use crate::admin::{Actor, AdminError, feeds};
use crate::auth::token::Token;
use crate::config::Settings;
use crate::domain::app::AppName;
use crate::domain::feed_begin::FeedBegin;
use crate::domain::feed_filter::FeedFilter;
use crate::domain::time::Ts;
use crate::ops::text::Lang;
use crate::publish::format::FeedFormat;
use crate::publish::links::BaseUrl;
use crate::store::{Feed, Store};

const MIB: u64 = 1024 * 1024;

/// Runs the command.
pub fn run(
    command: FeedCommand,
    context: &Context,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<u8, CommandError> {
    let settings = context.settings()?;
    let lang = context.lang_of(&settings);
    block_on(async {
        let store = context.open_store(&settings).await?;
        let code = match command {
            FeedCommand::Create(args) => create(args, &settings, &store, lang, out, err).await?,
            FeedCommand::List(args) => list(store.feeds().await?, store.now().await?, args.json, lang, out)?,
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
    err: &mut dyn Write,
) -> Result<u8, CommandError> {
    let (name, begins) = (args.name.clone(), args.begins);
    let Some(filter) = filter(args) else {
        writeln!(out, "{}", lang.text("cli-feed-bad-filter", &[]))?;
        return Ok(FAILED);
    };
    match feeds::create(store, &Actor::command_line(), &name, filter, begins).await {
        Ok(made) => {
            // The address alone, so that a script can take it; what is told to a person goes beside it.
            writeln!(out, "{}", url(&base_url(settings), &made.with_token.token))?;
            writeln!(err, "{}", begun(made.begins, made.items, lang))?;
            Ok(0)
        }
        Err(error) => refusal::write(error, Thing::Feed, &name, lang, out),
    }
}

/// With what a feed begins, in words.
fn begun(begins: FeedBegin, items: u64, lang: Lang) -> String {
    let count = ("items", items.into());
    match begins {
        FeedBegin::Everything => lang.text("cli-feed-begins-everything", &[count]),
        FeedBegin::Days(days) => {
            lang.text("cli-feed-begins-days", &[count, ("days", u64::from(days).into())])
        }
        FeedBegin::Now => lang.text("cli-feed-begins-now", &[]),
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

/// The address that a client subscribes to.
pub(super) fn url(base: &str, token: &Token) -> String {
    format!("{base}/f/{}/{}", token.expose(), FeedFormat::Rss.path_segment())
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
    match rotate_named(store, args).await {
        Ok(token) => {
            writeln!(out, "{}", url(&base_url(settings), &token))?;
            Ok(0)
        }
        Err(error) => refusal::write(error, Thing::Feed, &args.name, lang, out),
    }
}

async fn rotate_named(store: &Store, args: &FeedRotateArgs) -> Result<Token, AdminError> {
    let feed = feeds::find_named(store, &args.name).await?;
    Ok(feeds::rotate(store, &Actor::command_line(), &feed, args.hours).await?.token)
}

async fn revoke(name: &str, store: &Store, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    match revoke_named(store, name).await {
        Ok(()) => {
            writeln!(out, "{}", lang.text("cli-feed-revoked", &[("name", name.into())]))?;
            Ok(0)
        }
        Err(error) => refusal::write(error, Thing::Feed, name, lang, out),
    }
}

async fn revoke_named(store: &Store, name: &str) -> Result<(), AdminError> {
    let feed = feeds::find_named(store, name).await?;
    feeds::revoke(store, &Actor::command_line(), &feed).await
}

fn list(feeds: Vec<Feed>, now: Ts, json: bool, lang: Lang, out: &mut dyn Write) -> Result<u8, CommandError> {
    let date = |moment: Option<Ts>| moment.map(|moment| moment.to_string());
    let former = |feed: &Feed| date(feed.former_token_until.filter(|until| *until > now));
    if json {
        let rows: Vec<FeedView> = feeds.into_iter().map(|feed| FeedView::new(feed, now)).collect();
        writeln!(out, "{}", serde_json::json!(rows))?;
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
