//! The binary: a runtime around the command line of the library.

use std::io;
use std::process::ExitCode;

use infra::cli::host::Host;

fn main() -> io::Result<ExitCode> {
    keep_memory_private();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let exit = runtime.block_on(async { infra::cli::run(std::env::args_os(), Host::process()).await });
    // A question that nobody will answer any more must not keep the process.
    runtime.shutdown_background();
    Ok(exit.into())
}

/// What is in memory, values of secrets among it, is neither written to a disk by a crash nor, on Linux, read by another
/// process of the same user. Where the system refuses either, the run goes on as any other program would.
fn keep_memory_private() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
