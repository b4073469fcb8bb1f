//! One manifest and the account it is for, connected: what every command that reads the account begins with.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::args::Global;
use super::failure::Failure;
use super::host::{Env, Host};
use super::ui::Ui;
use crate::aws::{Aws, Connection};
use crate::kinds::KINDS;
use crate::manifest::{self, Manifest};
use crate::model::escape::Line;
use crate::observe;
use crate::plan::Plan;
use crate::sandbox::{Place, Sandbox, Tools};

/// A manifest, and clients for its account.
pub(super) struct Session {
    /// The manifest.
    pub manifest: Manifest,
    /// The clients.
    pub aws: Aws,
    sandbox: Option<Sandbox>,
}

impl Session {
    /// Loads the manifest and connects, to an emulated account if that is asked for.
    ///
    /// # Errors
    ///
    /// A manifest with faults, or an emulator that does not start. Nothing is sent to AWS yet.
    pub(super) async fn open(
        path: &Path,
        global: &Global,
        host: &Host,
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        let env = &host.env;
        let manifest = manifest::load(path, KINDS)?;
        let sandbox = match &global.sandbox {
            Some(dir) => Some(start_sandbox(dir, &manifest, env, ui).await?),
            None => None,
        };
        let connection = connection(&manifest, global, host, sandbox.as_ref());
        let aws = Aws::connect(&connection).await;
        if sandbox.is_none() {
            announce(&aws, &connection, env, ui);
        }
        Ok(Self { manifest, aws, sandbox })
    }

    /// Reads the account and decides.
    ///
    /// # Errors
    ///
    /// When nothing may be concluded from what was read.
    pub(super) async fn plan(&self) -> Result<Plan, Failure> {
        Ok(Plan::build(&self.manifest, observe::observe(&self.aws, &self.manifest).await?))
    }

    /// Ends the emulated account, if there is one, waits until its state is kept, and gives back what became
    /// of the `work` that was done in it.
    ///
    /// # Errors
    ///
    /// The work's own, or else that the state could not be kept.
    pub(super) async fn close<T>(self, work: Result<T, Failure>, ui: &mut Ui) -> Result<T, Failure> {
        let Some(sandbox) = self.sandbox else { return work };
        match (work, sandbox.stop().await) {
            (work, Ok(())) => work,
            (Ok(_), Err(error)) => Err(error.into()),
            (Err(failure), Err(error)) => {
                super::fail(ui, error.into());
                Err(failure)
            }
        }
    }
}

/// The manifest to work on: as typed, else `$INFRA_MANIFEST`, else the only file in `manifests/`.
///
/// # Errors
///
/// When none or several could be meant.
pub(super) fn manifest_path(typed: Option<PathBuf>, env: &Env) -> Result<PathBuf, Failure> {
    if let Some(path) = typed.or_else(|| env.get("INFRA_MANIFEST").map(PathBuf::from)) {
        return Ok(path);
    }
    let files = fs::read_dir("manifests").into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|it| it == "toml")).collect();
    files.sort();
    match (files.pop(), files.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(Failure::usage(
            "no manifest is named, and there is none in manifests/",
            "name one: infra plan PATH, or set INFRA_MANIFEST",
        )),
        (Some(last), _) => {
            files.push(last);
            let names: Vec<_> =
                files.iter().map(|path| Line(&path.display().to_string()).to_string()).collect();
            let message = "no manifest is named, and there are several in manifests/";
            Err(Failure::usage(message, format!("name one of {}", names.join(", "))))
        }
    }
}

pub(super) async fn start_sandbox(
    dir: &Path,
    manifest: &Manifest,
    env: &Env,
    ui: &mut Ui,
) -> Result<Sandbox, Failure> {
    let place = Place {
        dir: dir.to_owned(),
        cache: cache(env),
        tools: Tools::from_variables(env.iter().map(|(name, value)| (name.clone(), value.clone()))),
    };
    let (account, region) = (&manifest.place.account, &manifest.place.region);
    let sandbox = Sandbox::start(&place, account, region, &mut |text| ui.say(text)).await?;
    let shown = dir.display().to_string();
    ui.say(&format!("sandbox: an emulated account in {}; nothing here reaches AWS", Line(&shown)));
    Ok(sandbox)
}

/// The user's cache folder (XDG Base Directory Specification).
fn cache(env: &Env) -> PathBuf {
    let home = || PathBuf::from(env.get("HOME").unwrap_or(".")).join(".cache");
    env.get("XDG_CACHE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()).unwrap_or_else(home)
}

fn connection(manifest: &Manifest, global: &Global, host: &Host, sandbox: Option<&Sandbox>) -> Connection {
    // The emulator takes the account from the access key id, and any secret.
    let emulated = || Credentials::new(&manifest.place.account, "sandbox", None, None, "sandbox");
    Connection {
        region: manifest.place.region.clone(),
        profile: global.profile.clone(),
        endpoint_url: sandbox.map(|it| it.endpoint_url().to_owned()).or_else(|| global.endpoint_url.clone()),
        credentials: match sandbox {
            Some(_) => Some(SharedCredentialsProvider::new(emulated())),
            None => host.credentials.clone(),
        },
        http: host.http.clone(),
    }
}

/// Says in the first line where calls go, if that is not AWS.
fn announce(aws: &Aws, connection: &Connection, env: &Env, ui: &mut Ui) {
    let mut say =
        |url: &str, by: &str| ui.say(&format!("endpoint: {} instead of AWS ({})", Line(url), Line(by)));
    if let Some(url) = &connection.endpoint_url {
        return say(url, "--endpoint-url");
    }
    let named = |(name, value): (&OsString, &OsString)| {
        let (name, value) = (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned());
        (name.starts_with("AWS_ENDPOINT_URL") && !value.is_empty()).then_some((name, value))
    };
    let variables: Vec<_> = env.iter().filter_map(named).collect();
    for (name, value) in &variables {
        say(value, name);
    }
    if let (Some(url), true) = (aws.endpoint_url(), variables.is_empty()) {
        say(url, "the profile");
    }
}
