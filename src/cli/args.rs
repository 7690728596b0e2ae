//! What can be written on the command line. The sentences of the help are in the catalogues, under ids that are made
//! of the command's path; the comments here are for readers of the code.

use std::path::PathBuf;

use clap::{Args, Command, CommandFactory, Parser, Subcommand};

use super::check::CheckArgs;
use super::config::ConfigArgs;
use super::torrent::TorrentCommand;
use crate::admin::feeds::{LONGEST_OVERLAP_HOURS, USUAL_OVERLAP_HOURS};
use crate::admin::keys::LONGEST_LIFE_DAYS;
use crate::domain::app::AppKind;
use crate::domain::feed_begin::FeedBegin;
use crate::domain::grab::GrabState;
use crate::ops::text::Lang;

/// grabfeed.
#[derive(Debug, Parser)]
#[command(name = "grabfeed", version, disable_help_subcommand = true, arg_required_else_help = true)]
pub struct Cli {
    /// The folder of the database and of `settings.yml`.
    #[arg(
        long,
        global = true,
        env = "GRABFEED_DATA",
        hide_env_values = true,
        default_value = "data",
        value_name = "DIR"
    )]
    pub data: PathBuf,
    /// The language: fr or en.
    #[arg(long, global = true, env = "GRABFEED_LANG", value_name = "LANG", value_parser = parse_lang)]
    pub lang: Option<Lang>,
    /// What to do.
    #[command(subcommand)]
    pub command: Commands,
}

fn parse_lang(text: &str) -> Result<Lang, String> {
    Lang::parse(text).ok_or_else(|| "fr, en".to_owned())
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Commands {
    /// Runs the service.
    Serve,
    /// Runs the service against simulated apps.
    Demo(DemoArgs),
    /// Checks the settings.
    Check(CheckArgs),
    /// Shows settings.
    Config(ConfigArgs),
    /// API keys.
    #[command(subcommand)]
    Key(KeyCommand),
    /// The account.
    #[command(subcommand)]
    User(UserCommand),
    /// Feeds.
    #[command(subcommand)]
    Feed(FeedCommand),
    /// Grabs.
    #[command(subcommand)]
    Grab(GrabCommand),
    /// Apps.
    #[command(subcommand)]
    App(AppCommand),
    /// Reads histories now.
    Sync(SyncArgs),
    /// Torrent files.
    #[command(subcommand)]
    Torrent(TorrentCommand),
    /// Tells how the service is doing.
    Status(ListArgs),
    /// Asks a running service how it is.
    Healthcheck,
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The port to listen on; 0: any.
    #[arg(long, default_value_t = 4722, value_name = "PORT")]
    pub port: u16,
    /// Writes the content of the torrents here, so that a client can seed them.
    #[arg(long, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// Prints one JSON object with the addresses.
    #[arg(long)]
    pub json: bool,
    /// Plays without pauses.
    #[arg(long)]
    pub fast: bool,
}

/// `key …`
#[derive(Debug, Subcommand)]
pub enum KeyCommand {
    /// Makes a key and prints it once.
    Create(KeyCreateArgs),
    /// Lists keys.
    List(ListArgs),
    /// Revokes a key.
    Revoke(NameArgs),
}

/// `key create`
#[derive(Debug, Args)]
pub struct KeyCreateArgs {
    /// The person's name for it.
    pub name: String,
    /// Its scopes, separated by commas.
    #[arg(long, default_value = "read", value_name = "SCOPES")]
    pub scopes: String,
    /// Days until it stops working.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=LONGEST_LIFE_DAYS))]
    pub days: Option<u64>,
}

/// `user …`
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Makes the account, or changes its password.
    SetPassword(NameArgs),
    /// Shows the account.
    Show(ListArgs),
}

/// `feed …`
#[derive(Debug, Subcommand)]
pub enum FeedCommand {
    /// Makes a feed and prints its address once.
    Create(FeedCreateArgs),
    /// Lists feeds.
    List(ListArgs),
    /// Gives a feed a new address.
    Rotate(FeedRotateArgs),
    /// Revokes a feed.
    Revoke(NameArgs),
}

/// `feed create`
#[derive(Debug, Args)]
pub struct FeedCreateArgs {
    /// The person's name for it.
    pub name: String,
    /// Only grabs of these apps.
    #[arg(long = "app", value_name = "NAME")]
    pub apps: Vec<String>,
    /// Only grabs of these kinds of app.
    #[arg(long = "kind", value_name = "KIND")]
    pub kinds: Vec<AppKind>,
    /// Only torrents of these indexers.
    #[arg(long = "indexer", value_name = "NAME")]
    pub indexers: Vec<String>,
    /// Only these categories.
    #[arg(long = "category", value_name = "NAME")]
    pub categories: Vec<String>,
    /// Only titles that match this regular expression.
    #[arg(long, value_name = "REGEX")]
    pub title: Option<String>,
    /// Only content of at least this size, in MiB.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(..1 << 30))]
    pub min_size_mb: Option<u64>,
    /// Only content of at most this size, in MiB.
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(..1 << 30))]
    pub max_size_mb: Option<u64>,
    /// Where it begins.
    #[arg(long = "from", value_name = "BEGINNING")]
    pub begins: Option<FeedBegin>,
}

/// `feed rotate`
#[derive(Debug, Args)]
pub struct FeedRotateArgs {
    /// The feed's name.
    pub name: String,
    /// How long the former address still works.
    #[arg(long, default_value_t = USUAL_OVERLAP_HOURS, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(..=i64::from(LONGEST_OVERLAP_HOURS)))]
    pub hours: u32,
}

/// `grab …`
#[derive(Debug, Subcommand)]
pub enum GrabCommand {
    /// Lists grabs, newest first.
    List(GrabListArgs),
    /// Shows one grab with its attempts.
    Show(GrabShowArgs),
    /// Tries a grab again, or all that failed.
    Retry(GrabRetryArgs),
}

/// `grab list`
#[derive(Debug, Args)]
pub struct GrabListArgs {
    /// Only grabs in this state.
    #[arg(long, value_name = "STATE", value_parser = parse_state)]
    pub state: Option<GrabState>,
    /// How many.
    #[arg(long, default_value_t = 50, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=500))]
    pub limit: u32,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

fn parse_state(text: &str) -> Result<GrabState, String> {
    let names = GrabState::ALL.map(GrabState::as_str).join(", ");
    GrabState::from_name(text).ok_or(names)
}

/// `grab show`
#[derive(Debug, Args)]
pub struct GrabShowArgs {
    /// The grab's number.
    pub number: i64,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `grab retry`
#[derive(Debug, Args)]
pub struct GrabRetryArgs {
    /// The grab's number.
    #[arg(required_unless_present = "all_failed")]
    pub number: Option<i64>,
    /// Every grab that failed.
    #[arg(long, conflicts_with = "number")]
    pub all_failed: bool,
}

/// A listing.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// One named thing.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// Its name.
    pub name: String,
}

/// `app …`
#[derive(Debug, Subcommand)]
pub enum AppCommand {
    /// Lists the configured apps.
    List(ListArgs),
    /// Asks an app, or all, who answers.
    Test(TestArgs),
    /// Prints an app's webhook address and secret.
    Webhook(NameArgs),
}

/// `app test`
#[derive(Debug, Args)]
pub struct TestArgs {
    /// The app; all without.
    pub name: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// `sync`
#[derive(Debug, Args)]
pub struct SyncArgs {
    /// The app; all without.
    pub name: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// The command line with its help in one language.
pub fn command(lang: Lang) -> Command {
    localize(Cli::command(), "cli", lang)
}

/// Puts the catalogue's sentences in place: `cli-feed-create` for a command, `cli-feed-create--title` for an argument;
/// arguments that every command has are under `cli--`.
fn localize(mut command: Command, id: &str, lang: Lang) -> Command {
    command = command
        .about(lang.text(id, &[]))
        .subcommand_help_heading(lang.text("cli-heading-commands", &[]))
        .disable_help_flag(true)
        .arg(clap::Arg::new("help").short('h').long("help").action(clap::ArgAction::Help));
    if id == "cli" {
        command = command
            .disable_version_flag(true)
            .arg(clap::Arg::new("version").short('V').long("version").action(clap::ArgAction::Version));
    }
    let options = lang.text("cli-heading-options", &[]);
    let positionals = lang.text("cli-heading-arguments", &[]);
    let id_of_argument = |argument: &str| match argument {
        "data" | "lang" | "help" | "version" => format!("cli--{argument}"),
        "json" => "cli--json".to_owned(),
        other => format!("{id}--{}", other.replace('_', "-")),
    };
    command = command.mut_args(|argument| {
        let help = lang.text(&id_of_argument(argument.get_id().as_str()), &[]);
        let heading = if argument.is_positional() { positionals.clone() } else { options.clone() };
        argument.help(help).help_heading(heading)
    });
    let usage = lang.text("cli-heading-usage", &[]);
    command = command.help_template(format!("{{about}}\n\n{usage} {{usage}}\n\n{{all-args}}"));
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(&name, |sub| localize(sub, &format!("{id}-{name}"), lang));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_localized(command: &Command, path: &str) {
        let sound = |text: Option<String>, what: &str| {
            assert!(text.is_some_and(|text| !text.is_empty() && !text.starts_with("cli-")), "{path} {what}");
        };
        sound(command.get_about().map(ToString::to_string), "about");
        for argument in command.get_arguments() {
            sound(argument.get_help().map(ToString::to_string), argument.get_id().as_str());
        }
        for sub in command.get_subcommands() {
            assert_localized(sub, &format!("{path} {}", sub.get_name()));
        }
    }

    #[test]
    fn every_command_and_argument_has_its_help_in_both_languages() {
        for lang in Lang::ALL {
            let mut command = command(lang);
            command.build();
            assert_localized(&command, lang.code());
        }
    }
}
