//! The log behind `-v`: on standard error, and of other crates never below debug.

use std::io;

use tracing::Level;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use super::host::Env;

/// Installs the log that `verbose` and `$RUST_LOG` ask for; none, and there is none.
pub(super) fn install(verbose: u8, env: &Env, color: bool) {
    let filter = match (env.get("RUST_LOG"), verbose) {
        (Some(filter), _) => filter.to_owned(),
        (None, 0) => return,
        (None, 1) => "infra=debug".to_owned(),
        (None, _) => "infra=debug,aws_config=debug,aws_smithy_runtime=debug,aws_sdk=debug".to_owned(),
    };
    // At trace the SDK writes whole requests and answers, and nobody's filter is to let them out.
    let capped = filter_fn(|event| *event.level() <= Level::DEBUG || event.target().starts_with("infra"));
    let lines = fmt::layer().with_writer(io::stderr).with_ansi(color).without_time();
    let log = tracing_subscriber::registry().with(EnvFilter::new(filter)).with(capped).with(lines);
    // A second command in one process, as in tests, goes on with the first one's log.
    let _ = log.try_init();
}
