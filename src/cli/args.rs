//! What can be typed.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use super::exit::Exit;

/// A declarative reconciler for the AWS prerequisites of a product.
///
/// A TOML manifest says what there must be. infra reads the account, shows a plan, applies exactly that
/// plan, and tells CI whether anything has drifted. It keeps no state file and never reads a secret back.
#[derive(Debug, Parser)]
#[command(name = "infra", version, after_long_help = Exit::help())]
pub struct Cli {
    /// What every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where the emulated account is kept.
pub const SANDBOX: &str = ".infra/sandbox";

/// What every command takes.
#[derive(Args, Debug)]
#[command(next_help_heading = "Options of every command")]
pub struct Global {
    /// A profile of the AWS configuration files.
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// Another endpoint than AWS, for every service.
    #[arg(long, global = true, value_name = "URL")]
    pub endpoint_url: Option<String>,
    /// Work on an emulated account on this machine, kept in DIR from one run to the next.
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = SANDBOX,
        conflicts_with_all = ["profile", "endpoint_url"]
    )]
    pub sandbox: Option<PathBuf>,
    /// When to use colours.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// Say more: -v the calls that are made, -vv what the AWS SDK does.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Say only what was asked for, and errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set or `TERM` is `dumb`.
    #[value(help = "On a terminal, unless NO_COLOR is set or TERM is dumb")]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check everything that can be checked without a network.
    #[command(after_long_help = Exit::help())]
    Check(CheckArgs),
    /// Read the account and show what would be done.
    #[command(after_long_help = Exit::help())]
    Plan(PlanArgs),
    /// Show what is to be done, ask, do it, and prove that nothing is left.
    #[command(after_long_help = Exit::help())]
    Apply(ApplyArgs),
    /// Take down what holds no data, and list what stays: sizes, and the commands that remove it by hand.
    #[command(after_long_help = Exit::help())]
    Destroy(DestroyArgs),
    /// Tell whether anything has drifted: read-only, for CI.
    #[command(after_long_help = Exit::help())]
    Drift(DriftArgs),
    /// Show what is live of each entry: ids, settings, sizes, tags, age.
    #[command(after_long_help = Exit::help())]
    Show(LiveArgs),
    /// Try whether what is declared works: one line a check, with what was seen.
    #[command(after_long_help = Exit::help())]
    Verify(VerifyArgs),
    /// Print what entries bring to others: ids, ARNs, addresses.
    #[command(after_long_help = Exit::help())]
    Output(OutputArgs),
    /// Write a manifest from what is live in an account: what declares it as it is.
    #[command(after_long_help = Exit::help())]
    Init(InitArgs),
    /// Put the value of a secret by hand, and say how it stands with all of them.
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Keep the emulated account running, for the AWS CLI and other tools, until Ctrl-C.
    Sandbox(SandboxArgs),
    /// Print the JSON Schema of manifests, for editors.
    Schema,
    /// Print what lets a shell complete commands and options.
    Completions(CompletionsArgs),
    /// Say what each exit code means.
    #[command(hide = true, about = Exit::help(), help_template = "{about}\n")]
    ExitCodes,
}

/// Which manifest.
#[derive(Args, Debug)]
pub struct ManifestArg {
    /// The manifest; left out, `$INFRA_MANIFEST`, or else the only file in manifests/.
    #[arg(
        value_name = "MANIFEST",
        help = "The manifest; left out, $INFRA_MANIFEST, or else the only file in manifests/"
    )]
    pub manifest: Option<PathBuf>,
}

/// `infra check`.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// Which manifest.
    #[command(flatten)]
    pub manifest: ManifestArg,
}

/// `infra sandbox`.
#[derive(Args, Debug)]
pub struct SandboxArgs {
    /// Which manifest: it names the account and the region.
    #[command(flatten)]
    pub manifest: ManifestArg,
}

/// `infra output`.
#[derive(Args, Debug)]
pub struct OutputArgs {
    /// The manifest, as in every command; and the name of one output, such as `ecr.repository.site.uri`.
    #[arg(
        value_names = ["MANIFEST", "ADDRESS.OUTPUT"],
        num_args = 0..=2,
        help = "The manifest, as in every command; and one output alone, such as ecr.repository.site.uri"
    )]
    pub words: Vec<String>,
    /// In which form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: OutputFormat,
}

/// `infra show`.
#[derive(Args, Debug)]
pub struct LiveArgs {
    /// The manifest, as in every command; and the addresses of entries, such as `ecr.repository.site`.
    #[arg(
        value_names = ["MANIFEST", "ADDRESS"],
        num_args = 0..,
        help = "The manifest, as in every command; and entries alone, such as ecr.repository.site"
    )]
    pub words: Vec<String>,
    /// Show documents in full.
    #[arg(long)]
    pub all: bool,
    /// In which form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

/// `infra verify`.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// Which manifest.
    #[command(flatten)]
    pub manifest: ManifestArg,
    /// Push a small layer into each repository, too. No image names it, and it stays until ECR clears it.
    #[arg(long)]
    pub push: bool,
    /// In which form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

/// In which form outputs are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// For people: name and value.
    Text,
    /// One object for each entry.
    Json,
    /// NAME='value', for a shell.
    #[value(help = "NAME='value', for a shell")]
    Dotenv,
    /// For the file that `$GITHUB_OUTPUT` names.
    #[value(help = "name=value, for the file that $GITHUB_OUTPUT names")]
    Github,
}

/// `infra init`.
#[derive(Args, Debug)]
pub struct InitArgs {
    /// The file to write, which must not be there yet; left out, standard output.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The name of the manifest; left out, that of FILE without its ending.
    #[arg(long, value_name = "NAME")]
    pub manifest: Option<String>,
    /// The region; left out, `$AWS_REGION`, `$AWS_DEFAULT_REGION`, or that of the profile.
    #[arg(
        long,
        value_name = "REGION",
        help = "The region; left out, $AWS_REGION, $AWS_DEFAULT_REGION, or that of the profile"
    )]
    pub region: Option<String>,
    /// The account, 12 digits; left out, that of the credentials, which must be for it. A sandbox has none: say which.
    #[arg(long, value_name = "NUMBER")]
    pub account: Option<String>,
    /// Only resources of this kind or service, such as ecr.repository or ecr; can be repeated.
    #[arg(long, value_name = "KIND")]
    pub kind: Vec<String>,
    /// Only resources that are called so, `*` standing for any text; can be repeated.
    #[arg(
        long,
        value_name = "PATTERN",
        help = "Only resources that are called so, * standing for any text; can be repeated"
    )]
    pub name: Vec<String>,
}

/// `infra secret`.
#[derive(Debug, Subcommand)]
pub enum SecretCommand {
    /// Put a value into a secret and make it current: typed, or from standard input, a variable or a file.
    #[command(after_long_help = Exit::help())]
    Set(SecretSetArgs),
    /// Say of each secret whether it has a value, who put it and when. No value is read.
    #[command(after_long_help = Exit::help())]
    Status(SecretStatusArgs),
}

/// `infra secret set`.
#[derive(Args, Debug)]
pub struct SecretSetArgs {
    /// The entry, such as `secretsmanager.secret.token` or `token`; the manifest, as in every command; and `-` to read
    /// the value from standard input.
    #[arg(
        value_names = ["ADDRESS", "MANIFEST", "-"],
        num_args = 1..=3,
        required = true,
        help = "The entry, such as secretsmanager.secret.token or token; the manifest, as in every command; and - to read the value from standard input, where one newline at the end is not part of it"
    )]
    pub words: Vec<String>,
    /// Read the value from this environment variable.
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    pub env: Option<String>,
    /// Read the value from this file. One newline at its end is not part of it.
    #[arg(long, value_name = "PATH")]
    pub file: Option<PathBuf>,
}

/// `infra secret status`.
#[derive(Args, Debug)]
pub struct SecretStatusArgs {
    /// Which manifest.
    #[command(flatten)]
    pub manifest: ManifestArg,
    /// In which form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

/// `infra completions`.
#[derive(Args, Debug)]
pub struct CompletionsArgs {
    /// The shell.
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

impl CompletionsArgs {
    /// The script for the shell.
    #[must_use]
    pub fn script(&self) -> Vec<u8> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "infra", &mut script);
        script
    }
}

/// How a plan is shown.
#[derive(Args, Clone, Copy, Debug)]
pub struct ShowArgs {
    /// Show what is in sync and new documents in full, too.
    #[arg(long)]
    pub all: bool,
    /// Show the API call of each change, and the calls that reading took.
    #[arg(long)]
    pub calls: bool,
    /// In which form.
    #[arg(long, value_name = "FORM", default_value = "text")]
    pub format: Format,
}

/// In which form a plan is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For machines: stable and versioned.
    Json,
}

/// Which prices a plan is reckoned with.
#[derive(Args, Clone, Debug)]
pub struct PricesArg {
    /// Prices in place of those that infra comes with, and beside them; left out, `$INFRA_PRICES`.
    #[arg(
        long,
        value_name = "FILE",
        help = "Prices in place of those that infra comes with, and beside them; left out, $INFRA_PRICES"
    )]
    pub prices: Option<PathBuf>,
}

/// `infra plan`.
#[derive(Args, Debug)]
pub struct PlanArgs {
    /// Which manifest.
    #[command(flatten)]
    pub manifest: ManifestArg,
    /// How it is shown.
    #[command(flatten)]
    pub show: ShowArgs,
    /// Exit with 2 when changes are pending, 3 when a guard refuses part of them.
    #[arg(long)]
    pub exit_code: bool,
    /// Do not read the values of secrets, and so do not compare them: for checks of what others propose.
    #[arg(long)]
    pub skip_secret_values: bool,
    /// Write the plan to FILE, to be reviewed and then applied: `infra apply FILE`. It holds no secret.
    #[arg(
        long,
        value_name = "FILE",
        help = "Write the plan to FILE, to be reviewed and then applied: infra apply FILE"
    )]
    pub out: Option<PathBuf>,
    /// Which prices it is reckoned with.
    #[command(flatten)]
    pub prices: PricesArg,
}

/// `infra apply`.
#[derive(Args, Debug)]
pub struct ApplyArgs {
    /// The manifest, or a plan that `infra plan --out FILE` wrote, which is applied without a question; left out,
    /// `$INFRA_MANIFEST`, or else the only file in manifests/.
    #[arg(
        value_name = "MANIFEST or PLAN",
        help = "The manifest, or a plan that `plan --out` wrote, which is applied without a question; left out, $INFRA_MANIFEST, or else the only file in manifests/"
    )]
    pub manifest: Option<PathBuf>,
    /// Create, change and restore without asking. Adopting, deleting and expiring need their own word.
    #[arg(short, long)]
    pub yes: bool,
    /// Take over what is there and belongs to nobody; can be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub adopt: Vec<String>,
    /// Delete what has left the manifest; can be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub delete: Vec<String>,
    /// Let images or logs that exist expire; can be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub allow_expire: Vec<String>,
    /// Apply only the plan with this digest, which somebody has read; then adopting and deleting need no other word.
    #[arg(long, value_name = "DIGEST", conflicts_with = "only")]
    pub digest: Option<String>,
    /// Do nothing to any other entry; can be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub only: Vec<String>,
    /// Show what is in sync and new documents in full, too.
    #[arg(long)]
    pub all: bool,
    /// Show the API call of each change.
    #[arg(long)]
    pub calls: bool,
    /// Which prices it is reckoned with.
    #[command(flatten)]
    pub prices: PricesArg,
}

/// `infra destroy`.
#[derive(Args, Debug)]
pub struct DestroyArgs {
    /// Which manifest.
    #[command(flatten)]
    pub manifest: ManifestArg,
    /// Do not ask for the manifest's name. What is deleted needs --digest, or --delete for each address.
    #[arg(short, long)]
    pub yes: bool,
    /// Destroy only by the plan with this digest, which somebody has read; with --yes it needs no other word.
    #[arg(long, value_name = "DIGEST")]
    pub digest: Option<String>,
    /// Delete this; can be repeated.
    #[arg(long, value_name = "ADDRESS")]
    pub delete: Vec<String>,
    /// Show documents in full, too.
    #[arg(long)]
    pub all: bool,
    /// Show the API call of each change.
    #[arg(long)]
    pub calls: bool,
    /// Which prices it is reckoned with.
    #[command(flatten)]
    pub prices: PricesArg,
}

/// `infra drift`.
#[derive(Args, Debug)]
pub struct DriftArgs {
    /// The manifests; left out, `$INFRA_MANIFEST`, or else the only file in manifests/.
    #[arg(
        value_name = "MANIFEST",
        help = "The manifests; left out, $INFRA_MANIFEST, or else the only file in manifests/"
    )]
    pub manifests: Vec<PathBuf>,
    /// How they are shown.
    #[command(flatten)]
    pub show: ShowArgs,
}
