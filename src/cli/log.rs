//! The log behind `-v`: on standard error, of which the AWS SDK's own parts are never let below debug.

use std::io;

use tracing_subscriber::EnvFilter;

use super::host::Env;

/// Installs the log that `verbose` and `$RUST_LOG` ask for; none, and there is none.
pub(super) fn install(verbose: u8, env: &Env, color: bool) {
    let filter = match (env.get("RUST_LOG"), verbose) {
        (Some(filter), _) => filter.to_owned(),
        (None, 0) => return,
        (None, 1) => "infra=debug".to_owned(),
        (None, _) => "infra=debug,aws_config=debug,aws_smithy_runtime=debug,aws_sdk_ecr=debug".to_owned(),
    };
    // At trace the SDK writes whole requests and answers.
    let capped = [
        "aws_config",
        "aws_smithy_runtime",
        "aws_smithy_runtime_api",
        "aws_smithy_http_client",
        "hyper",
        "h2",
        "rustls",
    ];
    let mut filter = EnvFilter::new(filter);
    if env.get("RUST_LOG").is_some_and(|text| text.contains("trace")) {
        for target in capped {
            if let Ok(directive) = format!("{target}=debug").parse() {
                filter = filter.add_directive(directive);
            }
        }
    }
    // A second command in one process, as in tests, goes on with the first one's log.
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(color);
    let _ = log.without_time().try_init();
}
