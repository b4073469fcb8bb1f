//! The log behind `-v`: on the command's own standard error, and of other crates never below debug.

use std::io::{self, Write};

use tracing::Level;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, fmt};

use super::host::{Env, Talk};
use crate::model::escape::screen;

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
    let lines = move || Lines { talk: talk.clone(), color };
    let lines = fmt::layer().with_writer(lines).with_ansi(color).without_time();
    Some(tracing_subscriber::registry().with(EnvFilter::new(filter)).with(capped).with(lines).set_default())
}

/// Where the log is written: each event in one piece, with what AWS said in it made harmless.
struct Lines {
    talk: Talk,
    color: bool,
}

impl Write for Lines {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = screen(&String::from_utf8_lossy(event), self.color);
        self.talk.write_all(text.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.talk.flush()
    }
}
