//! `infra sandbox`: keep the emulated account running, for the AWS CLI and other tools.

use std::path::Path;

use super::unless_stopped;
use crate::cli::args::{Global, SANDBOX, SandboxArgs};
use crate::cli::connect::{Target, start_sandbox};
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::host::Host;
use crate::cli::session::{load, manifest_path};
use crate::cli::ui::Ui;
use crate::kind::entry::Place;

/// Starts it, prints how to reach it, and waits for a signal. To be stopped is how it should end.
pub(crate) async fn run(
    args: SandboxArgs,
    global: &Global,
    host: &Host,
    ui: &mut Ui,
) -> Result<Exit, Failure> {
    let path = manifest_path(args.manifest.manifest, &host.env)?;
    let manifest = load(&path)?;
    let dir = global.sandbox.as_deref().unwrap_or(Path::new(SANDBOX));
    let Place { account, region, .. } = manifest.place.as_ref();
    let target = Target { account, region, domains: &manifest.domains(), destroys: false };
    let started = start_sandbox(dir, target, &host.env, ui);
    let mut sandbox = unless_stopped(&host.interrupt, None, started).await?;
    // In the form that a shell takes, to be pasted into another terminal.
    let printed = ui.data(&format!(
        "export AWS_ENDPOINT_URL={}\n\
         export AWS_ACCESS_KEY_ID={account} AWS_SECRET_ACCESS_KEY=sandbox AWS_SESSION_TOKEN=\n\
         export AWS_REGION={region} AWS_DEFAULT_REGION={region}\n",
        sandbox.endpoint_url()
    ));
    ui.say("it runs until Ctrl-C, and keeps its state for the next time");
    let mut interrupt = host.interrupt.clone();
    let failed = tokio::select! {
        _ = interrupt.heard() => None,
        failure = sandbox.ended() => Some(failure),
    };
    if let Some(failure) = failed {
        return Err(failure.into());
    }
    sandbox.stop().await?;
    printed.map(|()| Exit::Done).map_err(Failure::from)
}
