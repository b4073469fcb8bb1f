//! A server that lives as long as the pipe to its standard input.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use super::error::{SandboxError, last_lines};

/// How long the program may take until it answers. Some of it is Python compiling what was just
/// installed.
const START: Duration = Duration::from_mins(1);
/// How long it may take to finish what it does and to write its state.
const STOP: Duration = Duration::from_secs(15);

/// A running program that serves HTTP on a loopback port of its own choice.
///
/// It says which by a line on its standard output, once it answers, and ends when its standard
/// input does. So it ends when this is dropped, and also when this process is killed.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Apart from the child, which closes what it holds while it is waited for.
    stdin: Option<ChildStdin>,
    port: u16,
    log: PathBuf,
}

impl Server {
    /// Starts `command`, with standard error going to the file `log`, and waits until it answers.
    ///
    /// It becomes a process group of its own: Ctrl-C at the terminal is for infra, which still has
    /// calls to finish.
    ///
    /// # Errors
    /// When it cannot be run, ends, or is not ready in time.
    pub async fn start(mut command: Command, log: &Path) -> Result<Self, SandboxError> {
        let program = PathBuf::from(command.as_std().get_program());
        let file = File::create(log).map_err(SandboxError::file("create", log))?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(file).process_group(0);
        let mut child = command.spawn().map_err(SandboxError::run(&program))?;
        let mut line = String::new();
        let announced = match child.stdout.take() {
            Some(stdout) => timeout(START, BufReader::new(stdout).read_line(&mut line)).await,
            None => Ok(Ok(0)),
        };
        let log = log.to_owned();
        match (announced, line.trim().parse()) {
            (Ok(Ok(_)), Ok(port)) => Ok(Self { stdin: child.stdin.take(), child, port, log }),
            // Whether that succeeds or not, this run is over; the first problem is the one to tell.
            (Ok(_), _) => {
                let _ = child.kill().await;
                Err(SandboxError::Ended { tail: tail(&log), log })
            }
            (Err(_), _) => {
                let _ = child.kill().await;
                Err(SandboxError::NotReady { seconds: START.as_secs(), log })
            }
        }
    }

    /// Where it answers, without a slash at the end.
    #[must_use]
    pub fn endpoint_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until it ends by itself, which is a failure of it.
    pub async fn ended(&mut self) -> SandboxError {
        // Whether it can be waited for or not, it is not there any more.
        let _ = self.child.wait().await;
        SandboxError::NotKept { tail: tail(&self.log), log: self.log.clone() }
    }

    /// Lets it finish, and waits for that.
    ///
    /// # Errors
    /// When it fails, or has to be killed because it does not end.
    pub async fn stop(mut self) -> Result<(), SandboxError> {
        drop(self.stdin.take());
        match timeout(STOP, self.child.wait()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(_) => Err(SandboxError::NotKept { tail: tail(&self.log), log: self.log }),
            Err(_) => {
                let _ = self.child.kill().await;
                Err(SandboxError::NotStopped { seconds: STOP.as_secs(), log: self.log })
            }
        }
    }
}

fn tail(log: &Path) -> String {
    fs::read(log).map_or_else(|error| error.to_string(), |bytes| last_lines(&String::from_utf8_lossy(&bytes)))
}
