//! The log behind `-v`: on the command's own standard error, and of other crates never below debug.

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use super::host::{Env, Talk};

/// Keeps the log that `verbose` and `$RUST_LOG` ask for, on `talk`, until the guard is dropped. None asked
/// for, none kept.
///
/// It holds for this thread, on which everything runs that a command starts.
pub(super) fn keep(verbose: u8, env: &Env, talk: &Talk, color: bool) -> Option<DefaultGuard> {
    let filter = match (env.get("RUST_LOG"), verbose) {
        (Some(filter), _) => filter.to_owned(),
        (None, 0) => return None,
        (None, 1) => "infra=debug".to_owned(),
        (None, _) => "infra=debug,aws_config=debug,aws_smithy_runtime=debug,aws_sdk=debug".to_owned(),
    };
    // At trace the SDK writes whole requests and answers, and nobody's filter is to let them out.
    let capped = filter_fn(|event| *event.level() <= Level::DEBUG || event.target().starts_with("infra"));
    let talk = talk.clone();
    let lines = fmt::layer().with_writer(move || talk.clone()).with_ansi(color).without_time();
    Some(tracing_subscriber::registry().with(EnvFilter::new(filter)).with(capped).with(lines).set_default())
}
