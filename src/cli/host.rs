//! What the process gives to a command: environment, streams, signals, and the way to AWS.
//!
//! Everything below reads these from here and never from the process, so that a test can run the whole
//! command line inside its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use futures_util::future::BoxFuture;

use super::interrupt::Interrupt;

/// What the process gives to a command.
pub struct Host {
    /// The environment variables.
    pub env: Env,
    /// The streams.
    pub console: Console,
    /// Signals.
    pub interrupt: Interrupt,
    /// The HTTP client below the AWS SDK, instead of TLS.
    pub http: Option<SharedHttpClient>,
    /// Credentials, instead of the SDK's default chain.
    pub credentials: Option<SharedCredentialsProvider>,
    /// When the command began.
    pub now: SystemTime,
}

impl Host {
    /// The real process. Call it within the runtime: it begins to listen for signals.
    #[must_use]
    pub fn process() -> Self {
        Self {
            env: Env::process(),
            console: Console::process(),
            interrupt: Interrupt::process(),
            http: None,
            credentials: None,
            now: SystemTime::now(),
        }
    }
}

/// Environment variables, as they were when the process began.
#[derive(Clone, Debug, Default)]
pub struct Env(BTreeMap<OsString, OsString>);

impl Env {
    #[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
    fn process() -> Self {
        std::env::vars_os().collect()
    }

    /// The value of a variable, if it is set, not empty, and text.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(OsStr::new(name)).and_then(|value| value.to_str()).filter(|value| !value.is_empty())
    }

    /// Whether a variable is set to anything but nothing.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.0.get(OsStr::new(name)).is_some_and(|value| !value.is_empty())
    }

    /// The value of a variable as it is, if it is set: empty, too.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<OsString> {
        self.0.get(OsStr::new(name)).cloned()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = (&OsString, &OsString)> {
        self.0.iter()
    }
}

impl<K: Into<OsString>, V: Into<OsString>> FromIterator<(K, V)> for Env {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

/// The streams of a command.
pub struct Console {
    /// Standard output.
    pub out: Box<dyn Write + Send>,
    /// Standard error.
    pub err: Talk,
    /// Where answers come from.
    pub input: Box<dyn Input>,
    /// Whether standard output is a terminal.
    pub out_is_terminal: bool,
    /// Whether standard error is a terminal.
    pub err_is_terminal: bool,
    /// Whether standard input is a terminal, so that there is somebody to ask.
    pub in_is_terminal: bool,
    /// Columns of the terminal.
    pub width: usize,
}

impl Console {
    fn process() -> Self {
        Self {
            out_is_terminal: io::stdout().is_terminal(),
            err_is_terminal: io::stderr().is_terminal(),
            in_is_terminal: io::stdin().is_terminal() && io::stderr().is_terminal(),
            width: terminal_width(),
            out: Box::new(io::stdout()),
            err: Talk::new(io::stderr()),
            input: Box::new(Stdin),
        }
    }
}

fn terminal_width() -> usize {
    // Without a terminal, what most people's logs hold.
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}

/// Standard error, which the log shares: clones write to the same stream, one whole write after another.
#[derive(Clone)]
pub struct Talk(Arc<Mutex<Box<dyn Write + Send>>>);

impl Talk {
    /// Shares `stream`.
    #[must_use]
    pub fn new(stream: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(stream))))
    }
}

impl Write for Talk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // A panic in the middle of a line leaves a stream that can still be written to.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).flush()
    }
}

/// Where answers come from.
pub trait Input: Send {
    /// The next line, or none at the end.
    fn line(&mut self) -> BoxFuture<'_, io::Result<Option<String>>>;

    /// The next line, not shown while it is typed; or none at the end.
    fn hidden(&mut self) -> BoxFuture<'_, io::Result<Option<String>>>;

    /// All that is left, up to so many bytes.
    fn rest(&mut self, most: u64) -> BoxFuture<'_, io::Result<Vec<u8>>>;
}

struct Stdin;

/// By when a signal that the process has sent to itself has been heard.
const HEARD: Duration = Duration::from_secs(1);

impl Input for Stdin {
    fn line(&mut self) -> BoxFuture<'_, io::Result<Option<String>>> {
        Box::pin(async {
            // On a thread of its own, so that Ctrl-C is heard while nobody answers.
            let read = tokio::task::spawn_blocking(|| {
                let mut line = String::new();
                io::stdin().lock().read_line(&mut line).map(|count| (count > 0).then_some(line))
            });
            read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
        })
    }

    fn hidden(&mut self) -> BoxFuture<'_, io::Result<Option<String>>> {
        Box::pin(async {
            // From the terminal itself, whose echo is switched off for so long.
            let read = tokio::task::spawn_blocking(rpassword::read_password);
            match read.await.unwrap_or_else(|error| Err(io::Error::other(error))) {
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
                // Ctrl-C, which has been sent on as a signal: that is to be heard first.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    tokio::time::sleep(HEARD).await;
                    Err(error)
                }
                text => text.map(Some),
            }
        })
    }

    fn rest(&mut self, most: u64) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut bytes = Vec::new();
                io::stdin().lock().take(most).read_to_end(&mut bytes).map(|_| bytes)
            });
            read.await.unwrap_or_else(|error| Err(io::Error::other(error)))
        })
    }
}

impl Console {
    /// Streams that take everything and give nothing: what is left once the command owns the real ones.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            out: Box::new(io::sink()),
            err: Talk::new(io::sink()),
            input: Box::new(NoInput),
            out_is_terminal: false,
            err_is_terminal: false,
            in_is_terminal: false,
            width: 100,
        }
    }
}

struct NoInput;

impl Input for NoInput {
    fn line(&mut self) -> BoxFuture<'_, io::Result<Option<String>>> {
        Box::pin(async { Ok(None) })
    }

    fn hidden(&mut self) -> BoxFuture<'_, io::Result<Option<String>>> {
        self.line()
    }

    fn rest(&mut self, _: u64) -> BoxFuture<'_, io::Result<Vec<u8>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
