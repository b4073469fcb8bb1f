//! `infra init`: a manifest from what is live in an account.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use super::unless_stopped;
use crate::aws::{Aws, Identity, day, region_of_profile};
use crate::cli::args::{Global, InitArgs};
use crate::cli::connect::{Reached, Target, close, connect};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::ui::Ui;
use crate::init::{Drawn, Request, draw};
use crate::kind::NoFiles;
use crate::kind::entry::Place;
use crate::kinds::KINDS;
use crate::manifest;
use crate::manifest::names::unknown_help;
use crate::model::arn::is_account;
use crate::model::escape::Line;
use crate::model::{KindName, Pattern, Tags, size};
use crate::observe::ObserveError;
use crate::value::NoValues;

/// Reads the account, and writes what it found. AWS is only read.
pub(crate) async fn run(args: InitArgs, global: &Global, host: &Host, ui: &mut Ui) -> Result<Exit, Failure> {
    if let Some(out) = &args.out {
        is_free(out)?;
    }
    let name = name(&args)?;
    let chosen = chosen(&args.kind)?;
    let region = region(&args, global, host).await?;
    let account = account(&args, global)?;
    let target =
        Target { account: account.unwrap_or_default(), region: &region, domains: &[], destroys: false };
    let connected = connect(target, global, host, ui);
    let Reached { aws, sandbox, endpoint: _ } = unless_stopped(&host.interrupt, None, connected).await?;
    let drawn = drawn(&args, &aws, &chosen, name, &region, host.now);
    let drawn = unless_stopped(&host.interrupt, None, drawn).await;
    let written = drawn.and_then(|drawn| tell(&args, &drawn, ui));
    close(sandbox, written, ui).await
}

/// The manifest's name: as typed, else that of the file.
fn name(args: &InitArgs) -> Result<String, Failure> {
    let of_file = || Some(args.out.as_ref()?.file_stem()?.to_string_lossy().into_owned());
    let Some(name) = args.manifest.clone().or_else(of_file) else {
        return Err(Failure::usage(
            "the manifest has no name, which is the mark of ownership on every resource",
            "name it: infra init --manifest NAME, or give it a file: infra init --out NAME.toml",
        ));
    };
    if manifest::is_manifest_name(&name) {
        return Ok(name);
    }
    Err(Failure::usage(
        format!("{} is no valid name for a manifest", Line(&name)),
        "write --manifest NAME, with at most 63 lower-case letters, digits and single hyphens",
    ))
}

/// The kinds to look for: those that are named, or whose service is.
fn chosen(words: &[String]) -> Result<Vec<KindName>, Failure> {
    let all: Vec<_> = KINDS.iter().filter(|kind| !kind.is_lookup()).map(|kind| kind.name()).collect();
    let is = |kind: &KindName, word: &String| kind.service == word || kind.to_string() == *word;
    if let Some(word) = words.iter().find(|word| !all.iter().any(|kind| is(kind, word))) {
        let known = all.iter().map(ToString::to_string).chain(all.iter().map(|kind| kind.service.to_owned()));
        let mut known: Vec<_> = known.collect();
        known.sort_unstable();
        known.dedup();
        let help = unknown_help(word, known.iter().map(String::as_str));
        return Err(Failure::usage(format!("{}: there is no such kind or service", Line(word)), help));
    }
    let is_chosen = |kind: &KindName| words.is_empty() || words.iter().any(|word| is(kind, word));
    Ok(all.into_iter().filter(is_chosen).collect())
}

/// Before anything is read: nobody waits for what cannot be written.
fn is_free(out: &Path) -> Result<(), Failure> {
    let shown = out.display().to_string();
    if shown == "-" {
        return Err(Failure::usage(
            "--out wants a file, and - is none",
            "without --out the manifest goes to standard output: infra init --manifest NAME",
        ));
    }
    if out.symlink_metadata().is_ok() {
        return Err(Failure::usage(
            format!("{} is there already", Line(&shown)),
            "init never writes over a file: name another one, or move that one away",
        ));
    }
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    if folder.is_some_and(|folder| !folder.is_dir()) {
        return Err(Failure::usage(
            format!("the folder of {} is not there", Line(&shown)),
            "make it first, or name a file elsewhere",
        ));
    }
    Ok(())
}

/// The region: as typed, else that of the environment, else that of the profile, as the AWS CLI has it.
async fn region(args: &InitArgs, global: &Global, host: &Host) -> Result<String, Failure> {
    let of_env = || host.env.get("AWS_REGION").or_else(|| host.env.get("AWS_DEFAULT_REGION"));
    let region = match args.region.as_deref().or_else(of_env) {
        Some(region) => Some(region.to_owned()),
        // A sandbox asks nothing of the machine that it is on.
        None if global.sandbox.is_some() => None,
        None => region_of_profile(global.profile.as_deref().or_else(|| host.env.get("AWS_PROFILE"))).await,
    };
    let Some(region) = region else {
        return Err(Failure::usage("nothing says which region", "write --region REGION, or set AWS_REGION"));
    };
    if manifest::is_region(&region) {
        return Ok(region);
    }
    Err(Failure::usage(format!("{} is no region", Line(&region)), "a region looks like us-west-2"))
}

/// The account that was named, if one was. A sandbox has no other way to know.
fn account<'a>(args: &'a InitArgs, global: &Global) -> Result<Option<&'a str>, Failure> {
    match args.account.as_deref() {
        Some(account) if !is_account(account) => {
            Err(Failure::usage(format!("{} is no account", Line(account)), "an account number has 12 digits"))
        }
        None if global.sandbox.is_some() => Err(Failure::usage(
            "nothing says which account of the sandbox",
            "write --account NUMBER: the one that is in the manifest that was applied there",
        )),
        account => Ok(account),
    }
}

async fn drawn(
    args: &InitArgs,
    aws: &Aws,
    chosen: &[KindName],
    name: String,
    region: &str,
    now: SystemTime,
) -> Result<Drawn, Failure> {
    let identity = Identity::ask(aws).await.map_err(ObserveError::Identity)?;
    if let Some(expected) = args.account.as_ref().filter(|account| **account != identity.account) {
        return Err(Failure::failed(
            format!("the credentials are for account {}, not for {expected}", Line(&identity.account)),
            Some("nothing was written; choose other credentials (--profile), or another --account"),
        ));
    }
    let account = identity.account;
    let today = day(&now.into()).unwrap_or_default();
    let head = vec![
        format!("What there is in account {account}, region {region}, on {today}."),
        format!("Written by: {}", command(args)),
        "Read it, then run `infra plan`: taking over what is here writes tags, and nothing else.".to_owned(),
    ];
    let any = ["*".to_owned()];
    let patterns = if args.name.is_empty() { &any[..] } else { &args.name };
    let patterns = patterns.iter().map(Pattern::new).collect();
    let place = Place {
        manifest: name,
        account,
        region: region.to_owned(),
        tags: Tags::default(),
        files: Arc::new(NoFiles),
        values: Arc::new(NoValues),
    };
    Ok(draw(Request { aws, kinds: KINDS, chosen, patterns, place, head }).await)
}

/// What was looked for, as it would be typed.
fn command(args: &InitArgs) -> String {
    let kinds = args.kind.iter().map(|kind| format!(" --kind {kind}"));
    let names = args.name.iter().map(|name| format!(" --name '{}'", name.replace('\'', r"'\''")));
    kinds.chain(names).fold("infra init".to_owned(), |command, option| command + &option)
}

/// Writes the manifest, and says what it holds and what it does not.
fn tell(args: &InitArgs, drawn: &Drawn, ui: &mut Ui) -> Result<Exit, Failure> {
    let Drawn { text, entries, left_out, gaps } = drawn;
    for (what, why) in left_out {
        ui.say(&format!("left out: {}: {}", Line(what), Line(why)));
    }
    for gap in gaps {
        ui.error(&format!("could not read {}", Line(&gap.to_string())), gap.class.help());
    }
    let exit = if gaps.is_empty() { Exit::Done } else { Exit::Incomplete };
    if *entries == 0 {
        let message = "nothing was found that a manifest could declare, so none is written";
        let help = "look elsewhere with --region or --profile, or for more with --kind and --name";
        // What could not be read may be all that there is.
        let exit = if gaps.is_empty() { Exit::Failed } else { exit };
        return Err(Failure::Said { exit, message: message.to_owned(), help: Some(help.to_owned()) });
    }
    let count = size::count(*entries, "entry");
    match &args.out {
        None => {
            ui.data(text)?;
            ui.say(&format!("{count}; save it, then run `infra plan`"));
        }
        Some(out) => {
            let shown = out.display().to_string();
            manifest::create(out, text).map_err(|error| {
                Failure::failed(format!("{} cannot be written: {error}", Line(&shown)), None)
            })?;
            ui.say(&format!("{}: {count}; next: infra plan {}", Line(&shown), Line(&shown)));
        }
    }
    Ok(exit)
}
