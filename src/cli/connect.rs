//! Clients for an account: in AWS, behind another endpoint, or emulated.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::args::Global;
use super::failure::Failure;
use super::host::{Env, Host};
use super::ui::Ui;
use crate::aws::{Aws, Connection};
use crate::model::escape::Line;
use crate::sandbox::{Sandbox, Setup, Tools};

/// What is asked, where nothing stands in its place.
pub(super) const AWS: &str = "AWS";

/// The account and region to connect to.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    /// The account: a sandbox is that one, and credentials have the last word elsewhere.
    pub account: &'a str,
    /// The region.
    pub region: &'a str,
    /// The domains that must have a certificate in a sandbox.
    pub domains: &'a [String],
    /// Whether it is to be destroyed.
    pub destroys: bool,
}

/// An account that can be talked to.
pub(super) struct Reached {
    /// The clients.
    pub aws: Aws,
    /// What is asked: AWS, the sandbox, or another endpoint.
    pub endpoint: String,
    /// The emulated account, if it is one; it has to be closed.
    pub sandbox: Option<Sandbox>,
}

/// Connects, to an emulated account if that is asked for.
///
/// # Errors
///
/// An endpoint that is no URL, or an emulator that does not start. Nothing is sent to AWS yet.
pub(super) async fn connect(
    target: Target<'_>,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Reached, Failure> {
    let env = &host.env;
    let sandbox = match &global.sandbox {
        Some(dir) => Some(start_sandbox(dir, target, env, ui).await?),
        None => None,
    };
    let connection = connection(target, global, host, sandbox.as_ref());
    let aws = Aws::connect(&connection).await;
    let mut endpoint = if sandbox.is_some() { "the sandbox" } else { AWS }.to_owned();
    if sandbox.is_none() {
        let others = endpoints(&aws, &connection, env)?;
        // In the first line, so that nobody takes it for AWS, nor AWS for it.
        for (url, by) in &others {
            ui.say(&format!("endpoint: {} instead of AWS ({})", Line(url), Line(by)));
        }
        if !others.is_empty() {
            let urls: Vec<_> = others.into_iter().map(|(url, _)| url).collect();
            endpoint = urls.join(", ");
        }
    }
    Ok(Reached { aws, endpoint, sandbox })
}

/// Ends an emulated account, if there is one, waits until its state is kept, and gives back what became of the `work`
/// that was done in it.
///
/// # Errors
///
/// The work's own, or else that the state could not be kept.
pub(super) async fn close<T>(
    sandbox: Option<Sandbox>,
    work: Result<T, Failure>,
    ui: &mut Ui,
) -> Result<T, Failure> {
    let Some(sandbox) = sandbox else { return work };
    match (work, sandbox.stop().await) {
        (work, Ok(())) => work,
        (Ok(_), Err(error)) => Err(error.into()),
        (Err(failure), Err(error)) => {
            super::fail(ui, error.into());
            Err(failure)
        }
    }
}

/// Starts the emulated account that is kept in `dir`, and says so.
///
/// # Errors
///
/// There is no folder for the emulator, or it does not start.
pub(super) async fn start_sandbox(
    dir: &Path,
    target: Target<'_>,
    env: &Env,
    ui: &mut Ui,
) -> Result<Sandbox, Failure> {
    let setup = Setup {
        dir: dir.to_owned(),
        cache: cache(env)?,
        tools: Tools::from_variables(env.iter().map(|(name, value)| (name.clone(), value.clone()))),
    };
    let Target { account, region, domains, destroys: _ } = target;
    let sandbox = Sandbox::start(&setup, account, region, domains, &mut |text| ui.say(text)).await?;
    let shown = dir.display().to_string();
    ui.say(&format!("sandbox: an emulated account in {}; nothing here reaches AWS", Line(&shown)));
    Ok(sandbox)
}

/// The user's cache folder (XDG Base Directory Specification).
fn cache(env: &Env) -> Result<PathBuf, Failure> {
    let folder = |name| env.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache"))).ok_or_else(|| {
        let help = "set HOME, or XDG_CACHE_HOME, to the absolute path of a folder";
        Failure::failed("there is no folder to keep the emulator in: HOME is not set", Some(help))
    })
}

fn connection(target: Target<'_>, global: &Global, host: &Host, sandbox: Option<&Sandbox>) -> Connection {
    // The emulator takes the account from the access key id, and any secret.
    let emulated = || Credentials::new(target.account, "sandbox", None, None, "sandbox");
    Connection {
        region: target.region.to_owned(),
        profile: global.profile.clone(),
        endpoint_url: sandbox.map(|it| it.endpoint_url().to_owned()).or_else(|| global.endpoint_url.clone()),
        credentials: match sandbox {
            Some(_) => Some(SharedCredentialsProvider::new(emulated())),
            None => host.credentials.clone(),
        },
        destroys: target.destroys,
        http: host.http.clone(),
    }
}

/// Where calls go, if that is not AWS, and what says so.
///
/// # Errors
///
/// What is no URL: the SDK would pass it over, and so go to AWS after all, or panic.
fn endpoints(aws: &Aws, connection: &Connection, env: &Env) -> Result<Vec<(String, String)>, Failure> {
    let mut endpoints = Vec::new();
    if let Some(url) = &connection.endpoint_url {
        endpoints.push((url.clone(), "--endpoint-url".to_owned()));
    } else {
        let ignored = env.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS");
        let is_ignored = ignored.is_some_and(|it| it.eq_ignore_ascii_case("true"));
        let named = env.iter().filter(|(name, _)| name.to_string_lossy().starts_with("AWS_ENDPOINT_URL"));
        let text = |text: &OsString| text.to_string_lossy().into_owned();
        endpoints.extend(named.filter(|_| !is_ignored).map(|(name, value)| (text(value), text(name))));
        if let (Some(url), true) = (aws.endpoint_url(), endpoints.is_empty()) {
            endpoints.push((url.to_owned(), "the profile".to_owned()));
        }
    }
    for (url, by) in &endpoints {
        if url.is_empty() {
            return Err(Failure::usage(
                format!("the endpoint is empty ({})", Line(by)),
                "give it a URL, or leave it out",
            ));
        }
        if !is_url(url) {
            let message = format!("the endpoint {} is no URL ({})", Line(url), Line(by));
            return Err(Failure::usage(message, "write it with its scheme: http://localhost:4566"));
        }
    }
    Ok(endpoints)
}

fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let odd = |c: char| c.is_whitespace() || c.is_control() || "\"<>\\^`{|}".contains(c);
    rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(['/', ':', '?', '#']) && !rest.contains(odd)
    })
}
