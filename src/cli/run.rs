//! From the words of the command line to one command.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{BufRead, Write};

use clap::FromArgMatches;

use super::args::{Cli, Commands, command};
use super::context::{CommandError, Context};
use super::{
    app, check, config, demo, feed, grab, healthcheck, key, serve, status, sync, torrent, usage, user,
};
use crate::ops::clock::Clock;
use crate::ops::text::Lang;

/// Exit code for a command line that cannot be read, as clap and most programs have it.
const USAGE: u8 = 2;

/// Runs the command that the arguments name and returns the exit code.
pub fn run(
    arguments: Vec<OsString>,
    environment: BTreeMap<String, String>,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let lang = help_language(&arguments, &environment);
    let read =
        command(lang).try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match read {
        Ok(cli) => cli,
        Err(error) => return tell_usage(&error, lang, out, err),
    };
    let context = Context { data: cli.data, environment, asked_lang: cli.lang, clock: Clock::system() };
    dispatch(cli.command, &context, input, out, err).unwrap_or_else(|error| error.tell(context.lang(), err))
}

fn dispatch(
    command: Commands,
    context: &Context,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Result<u8, CommandError> {
    let lang = context.lang();
    match command {
        Commands::Serve => serve::run(context),
        Commands::Demo(args) => demo::run(&args, context, out),
        Commands::Check(args) => Ok(check::run(&args, context.inputs(), lang, out)?),
        Commands::Config(args) => Ok(config::run(&args, &context.inputs(), lang, out)?),
        Commands::Key(command) => key::run(&command, context, out),
        Commands::User(command) => user::run(&command, context, input, out),
        Commands::Feed(command) => feed::run(command, context, out, err),
        Commands::Grab(command) => grab::run(&command, context, out),
        Commands::App(command) => app::run(&command, context, out),
        Commands::Sync(args) => sync::run(&args, context, out),
        Commands::Torrent(command) => Ok(torrent::run(&command, lang, out)?),
        Commands::Status(args) => status::run(&args, context, out),
        Commands::Healthcheck => healthcheck::run(context, out),
    }
}

fn tell_usage(error: &clap::Error, lang: Lang, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let text = usage::text(error, lang);
    // Where the output is closed there is nobody to tell.
    let _told = if error.use_stderr() { write!(err, "{text}") } else { write!(out, "{text}") };
    if error.use_stderr() { USAGE } else { 0 }
}

/// The language of the help, which is needed before the arguments are understood.
fn help_language(arguments: &[OsString], environment: &BTreeMap<String, String>) -> Lang {
    let texts = || arguments.iter().filter_map(|argument| argument.to_str());
    let given = texts()
        .find_map(|argument| argument.strip_prefix("--lang="))
        .or_else(|| texts().skip_while(|argument| *argument != "--lang").nth(1));
    let in_environment =
        ["GRABFEED_LANG", "GRABFEED__LOGGING__LANGUAGE"].into_iter().find_map(|name| environment.get(name));
    given.or(in_environment.map(String::as_str)).and_then(Lang::parse).unwrap_or_default()
}

/// Runs the body of a command that talks to the database or to apps.
pub(super) fn block_on<T>(body: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(crate::service::StartError::Process)?;
    runtime.block_on(body)
}
