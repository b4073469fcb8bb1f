//! `infra secret set` and `infra secret status`: values of secrets that people put by hand, and how it stands with all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::carry::{self, UNCHANGED};
use super::unless_stopped;
use crate::cli::args::{Format, Global, SecretSetArgs, SecretStatusArgs};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{Session, load_with, manifest_path};
use crate::cli::ui::Ui;
use crate::cli::values::{self, From};
use crate::kind::view::{StepView, Verb};
use crate::manifest::names::{nearest, quoted_or};
use crate::model::escape::Line;
use crate::model::{Address, KindName};
use crate::plan::{Consent, Plan};
use crate::render;
use crate::value::Given;

/// Puts a value into the secret of an entry, and makes it current. Nothing else is written: the command names what it
/// does, so nothing is asked but the value.
pub(crate) async fn set(
    args: SecretSetArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let Words { address, manifest, stdin } = Words::of(args.words)?;
    let from = match (args.env, args.file, stdin) {
        (Some(name), None, false) => From::Variable(name),
        (None, Some(path), false) => From::File(path),
        (None, None, true) => From::Stdin,
        (None, None, false) => From::Terminal,
        _ => return Err(Failure::usage("a value comes from one place", SOURCES)),
    };
    if matches!(from, From::Terminal) && !ui.can_ask() {
        return Err(Failure::usage("there is no terminal to type the value on", SOURCES));
    }
    let path = manifest_path(manifest, &host.env)?;
    let given = Arc::new(Given::default());
    load_with(&path, given.clone())?;
    let key = key_of(&address, &given.keys())?;
    given.choose(&key);
    unless_stopped(&host.interrupt, UNCHANGED, values::read(&from, &given, host, ui)).await?;
    let opened = Session::open_for_secrets(&path, given.clone(), global, host, ui);
    let mut session = unless_stopped(&host.interrupt, None, opened).await?;
    let address = Address::new(KindName::SECRET, key);
    let done = put(&mut session, &path, &address, &from, given, host, ui).await;
    session.close(done, ui).await
}

const SOURCES: &str = "`-` reads it from standard input, --env NAME from a variable, --file PATH from a file; \
                       left out, it is typed on a terminal";

/// The words after the command.
struct Words {
    address: String,
    manifest: Option<PathBuf>,
    stdin: bool,
}

impl Words {
    /// Tells them apart, in any order. One that is neither is not repeated: it may be the value.
    fn of(words: Vec<String>) -> Result<Self, Failure> {
        let (mut addresses, mut manifests, mut dashes) = (Vec::new(), Vec::new(), 0);
        for word in words {
            let path = Path::new(&word);
            if word == "-" {
                dashes += 1;
            } else if path.extension().is_some_and(|it| it == "toml") || path.is_file() {
                manifests.push(PathBuf::from(word));
            } else {
                addresses.push(word);
            }
        }
        let manifest = manifests.pop();
        match (addresses.pop(), addresses.is_empty(), manifests.is_empty(), dashes) {
            (Some(address), true, true, 0 | 1) => Ok(Self { address, manifest, stdin: dashes == 1 }),
            (Some(_), false, ..) => Err(Failure::usage(
                "there is a word too many: a value is no argument, for others see the arguments of a process",
                SOURCES,
            )),
            _ => Err(Failure::usage(
                "this takes one secret, and at most one manifest",
                "infra secret set secretsmanager.secret.KEY [MANIFEST] [-]",
            )),
        }
    }
}

/// The key that an address, or a key alone, stands for.
fn key_of(address: &str, keys: &[String]) -> Result<String, Failure> {
    let key = address.strip_prefix(&format!("{}.", KindName::SECRET)).unwrap_or(address);
    if keys.iter().any(|known| known == key) {
        return Ok(key.to_owned());
    }
    let whole = |key: &str| Address::new(KindName::SECRET, key.to_owned()).to_string();
    let message = format!("{}: the manifest has no such secret", quoted_or(address, "that word"));
    let help = match nearest(key, keys.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {}?", whole(near)),
        None if keys.is_empty() => "its entry comes first: [secretsmanager.secret.KEY]".to_owned(),
        None => {
            format!("known here: {}", keys.iter().map(|key| whole(key)).collect::<Vec<_>>().join(", "))
        }
    };
    Err(Failure::usage(message, help))
}

async fn put(
    session: &mut Session,
    path: &Path,
    address: &Address,
    from: &From,
    given: Arc<Given>,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let mut plan = unless_stopped(&host.interrupt, UNCHANGED, session.plan()).await?;
    let mut view = settable(&plan, address)?.clone();
    if matches!(from, From::Terminal) {
        // Only now: nobody should type what cannot be put.
        unless_stopped(&host.interrupt, UNCHANGED, values::ask_given(&view.name, &given, ui)).await?;
        session.understand_secrets_again(path, given)?;
        plan = unless_stopped(&host.interrupt, UNCHANGED, session.plan()).await?;
        view = settable(&plan, address)?.clone();
    }
    let shown = address.to_string();
    let shown = Line(&shown);
    let Some(change) = view.changes.last() else {
        ui.say(&format!("{shown}: it is that value already; nothing to do"));
        return Ok(Exit::Done);
    };
    let earlier = change.call == "secretsmanager:UpdateSecretVersionStage";
    let ready = plan.ready(&Consent::default(), &[address.to_string()]);
    let words = carry::Words { done: "set", again: "run the same command again" };
    let (exit, _) = carry::out(session, ready, words, &host.interrupt, ui).await?;
    if exit == Exit::Done {
        ui.say(&if earlier {
            format!("{shown}: an earlier version holds that value, and is current again")
        } else {
            format!("{shown}: the value is put, and current")
        });
    }
    Ok(exit)
}

/// The step of the secret, if a value may be put into it.
fn settable<'a>(plan: &'a Plan, address: &Address) -> Result<&'a StepView, Failure> {
    let view = plan.views().into_iter().find(|view| view.address == *address && view.location.is_some());
    let Some(view) = view else {
        return Err(Failure::failed(
            format!("{}: there is no step for it", Line(&address.to_string())),
            None,
        ));
    };
    let reason = || view.reason.clone().unwrap_or_default();
    let then = |first: &str| Some(format!("{first}; then run the same command again"));
    let (exit, why, help) = match view.verb {
        Verb::Update | Verb::InSync => return Ok(view),
        Verb::Unknown => (Exit::Incomplete, format!("it could not be read: {}", reason()), view.help.clone()),
        Verb::Create => (Exit::Refused, "it is not there yet".to_owned(), then("`infra apply` makes it")),
        Verb::Adopt => {
            let help = then("`infra apply` asks whether to take it over");
            (Exit::Refused, "it is there, and nobody's".to_owned(), help)
        }
        Verb::Restore => {
            let help = then("`infra apply` restores it");
            (Exit::Refused, "it is scheduled for deletion".to_owned(), help)
        }
        Verb::Blocked | Verb::Delete | Verb::Keep | Verb::Found => {
            (Exit::Refused, reason(), view.help.clone())
        }
    };
    Err(Failure::Said {
        exit,
        message: format!("{}: {}; no value was put", Line(&address.to_string()), Line(&why)),
        help: help.map(|help| Line(&help).to_string()),
    })
}

/// Says of each secret whether it has a value, whose it is, since when, and what rotates it. Only reads, and no value.
pub(crate) async fn status(
    args: SecretStatusArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest, &host.env)?;
    // Nothing is given, so nothing is read of any source.
    let opened = Session::open_for_secrets(&path, Arc::new(Given::default()), global, host, ui);
    let session = unless_stopped(&host.interrupt, None, opened).await?;
    let plan = unless_stopped(&host.interrupt, None, session.measure()).await;
    let printed = plan.and_then(|plan| {
        let views = plan.in_order();
        let rows: Vec<_> = views.into_iter().filter(|view| view.secret.is_some()).collect();
        match args.format {
            Format::Text => {
                ui.apart()?;
                ui.page(&render::secrets::text(&plan.header, &rows))?;
            }
            Format::Json => {
                let text = render::secrets::json(&plan.header, &rows).map_err(|error| {
                    Failure::failed(format!("what was seen cannot be written as JSON: {error}"), None)
                })?;
                ui.data(&text)?;
            }
        }
        let unread = rows.iter().any(|view| view.verb == Verb::Unknown);
        Ok(if unread { Exit::Incomplete } else { Exit::Done })
    });
    session.close(printed, ui).await
}
