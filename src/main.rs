//! The binary: a runtime around the command line of the library.

use std::io;
use std::process::ExitCode;

use infra::cli::host::Host;

fn main() -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exit = runtime.block_on(async { infra::cli::run(std::env::args_os(), Host::process()).await });
    // A question that nobody will answer any more must not keep the process.
    runtime.shutdown_background();
    Ok(exit.into())
}
