//! `grabfeed demo`: the whole product against simulated apps, in a temporary folder.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use secrecy::ExposeSecret;
use tempfile::TempDir;

use super::args::DemoArgs;
use super::context::{CommandError, Context};
use super::{feed, serve};
use crate::admin::{Actor, feeds, keys, webhook_secret};
use crate::auth::scope::{Scope, ScopeSet};
use crate::auth::token::random_identifier;
use crate::demo::script::{self, Case, Pace, Played};
use crate::demo::{WebhookAuth, World};
use crate::domain::app::AppName;
use crate::domain::feed_filter::FeedFilter;
use crate::ops::text::Lang;
use crate::service::{self, StartError};

/// The account's name; its password is another one each time.
const ACCOUNT: &str = "demo";
const PASSWORD_CHARS: usize = 20;

/// Runs until a signal.
pub fn run(args: &DemoArgs, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    serve::runtime(None)?.block_on(play(args, context, out))
}

async fn play(args: &DemoArgs, context: &Context, out: &mut dyn Write) -> Result<u8, CommandError> {
    let folder = tempfile::tempdir()?;
    let clock = context.clock.clone();
    let world = script::world(move || clock.now()).start().await.map_err(|_| StartError::Demo)?;
    let listener = serve::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, args.port)))?;
    let port = listener.local_addr().map_err(StartError::Process)?.port();
    let password = random_identifier(&mut rand::rng(), PASSWORD_CHARS);
    let context = context_of(&folder, &world, port, &password, context);
    let loaded = context.loaded()?;
    let settings = &loaded.settings;
    let lang = context.lang_of(settings);
    let around = context.surroundings(settings);
    if !args.json {
        serve::start_log(&context, settings, &around)?;
    }
    let store = context.open_store(settings).await?;
    let actor = Actor::command_line();
    let made = feeds::create(&store, &actor, "demo", FeedFilter::default(), None).await;
    let made = made.map_err(|_| StartError::Demo)?.with_token;
    let scopes: ScopeSet = [Scope::Read, Scope::Metrics].into_iter().collect();
    let key = keys::create(&store, &actor, "demo", scopes, None).await.map_err(|_| StartError::Demo)?;
    let base = format!("http://127.0.0.1:{port}");
    let feed = feed::url(&base, &made.token);
    let addresses =
        Addresses { base: &base, password: &password, feed: &feed, key: key.token.expose(), args };
    connect_webhooks(&world, &store, &base).await?;

    let life = serve::life_under_signals();
    let service = service::build(&loaded, store, &around).await?;
    tell_addresses(&addresses, lang, out)?;
    let folder_of_content = args.content.as_deref();
    let pace = if args.fast { fast() } else { Pace::default() };
    let stopping = life.stopping();
    let playing = async {
        let played = script::play(&world, pace, |event| {
            keep_content(&world, folder_of_content, &event);
            if !args.json {
                tell_grab(&event, lang, out);
            }
        });
        tokio::select! {
            _ = played => stopping.cancelled().await,
            () = stopping.cancelled() => {}
        }
    };
    let (ran, ()) = tokio::join!(service::run(service, listener, &life), playing);
    ran?;
    world.stop().await;
    Ok(0)
}

/// The plan at once and nothing afterwards, for tests.
fn fast() -> Pace {
    Pace { between: std::time::Duration::from_millis(100), afterwards: None }
}

/// Settings as a person would write them, in the environment of the call.
fn context_of(folder: &TempDir, world: &World, port: u16, password: &str, outer: &Context) -> Context {
    let mut environment = BTreeMap::new();
    let mut set = |key: &str, value: &str| environment.insert(format!("GRABFEED__{key}"), value.to_owned());
    set("SERVER__PORT", &port.to_string());
    set("SERVER__HOST", "127.0.0.1");
    set("SYNC__INTERVAL_SECONDS", "10");
    set("LOGGING__LANGUAGE", outer.lang().code());
    set("AUTH__ADMIN_NAME", ACCOUNT);
    set("AUTH__ADMIN_PASSWORD", password);
    set("PROWLARR__URL", &world.prowlarr().url());
    set("PROWLARR__API_KEY", world.prowlarr().key());
    for (number, app) in world.apps().iter().enumerate() {
        set(&format!("APPS__{number}__NAME"), app.name());
        set(&format!("APPS__{number}__TYPE"), app.kind().as_str());
        set(&format!("APPS__{number}__URL"), &app.url());
        set(&format!("APPS__{number}__API_KEY"), app.key());
    }
    Context { data: folder.path().to_owned(), environment, ..outer.clone() }
}

async fn connect_webhooks(
    world: &World,
    store: &crate::store::Store,
    base: &str,
) -> Result<(), CommandError> {
    for app in world.apps() {
        let Ok(name) = AppName::parse(app.name()) else { continue };
        let secret = webhook_secret::of_app(store, &name).await?;
        let auth = WebhookAuth::Header("X-Webhook-Token".to_owned(), secret.expose_secret().to_owned());
        world.set_webhook(app.name(), &format!("{base}/hooks/{name}"), auth).map_err(|_| StartError::Demo)?;
    }
    Ok(())
}

/// Writes the content of what was grabbed, as the first machine would have it, so that a client can seed it.
fn keep_content(world: &World, content: Option<&Path>, event: &Played<'_>) {
    let Some(folder) = content else { return };
    let written = world.torrent(event.release).map(|torrent| torrent.write_data(folder));
    if !matches!(written, Ok(Ok(()))) {
        tracing::warn!(event = "demo.content-not-written");
    }
}

fn tell_grab(event: &Played<'_>, lang: Lang, out: &mut dyn Write) {
    let step = event.step;
    let id = if event.grabbed { "demo-grabbed" } else { "demo-not-grabbed" };
    let args =
        [("app", step.app.into()), ("title", step.title.as_str().into()), ("indexer", step.indexer.into())];
    let case = if step.case == Case::Normal {
        String::new()
    } else {
        format!(" ({})", lang.text(step.case.text_id(), &[]))
    };
    // The demo goes on without a terminal.
    let _told = writeln!(out, "→ {}{case}", lang.text(id, &args));
}

struct Addresses<'a> {
    base: &'a str,
    password: &'a str,
    feed: &'a str,
    key: &'a str,
    args: &'a DemoArgs,
}

fn tell_addresses(addresses: &Addresses<'_>, lang: Lang, out: &mut dyn Write) -> Result<(), CommandError> {
    if addresses.args.json {
        let object = serde_json::json!({
            "url": addresses.base, "user": ACCOUNT, "password": addresses.password,
            "feed_url": addresses.feed, "api_key": addresses.key,
        });
        writeln!(out, "{object}")?;
    } else {
        let example = format!("curl -H 'X-Api-Key: {}' {}/api/v1/grabs", addresses.key, addresses.base);
        let args = [
            ("url", addresses.base.into()),
            ("account", ACCOUNT.into()),
            ("password", addresses.password.into()),
            ("feed", addresses.feed.into()),
            ("key", addresses.key.into()),
            ("example", example.as_str().into()),
        ];
        writeln!(out, "{}", lang.text("demo-addresses", &args))?;
    }
    out.flush()?;
    Ok(())
}
