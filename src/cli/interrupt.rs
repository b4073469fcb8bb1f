//! Signals that ask a command to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::exit::Exit;

/// Tells when the process was asked to stop, and by what. Clones hear the same.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<Option<Exit>>);

impl Interrupt {
    /// Listens for SIGINT, SIGTERM and SIGHUP. A later signal changes nothing: what runs is awaited.
    #[must_use]
    pub fn process() -> Self {
        let (heard, receiver) = watch::channel(None);
        let kinds = [
            (SignalKind::interrupt(), Exit::Interrupted),
            (SignalKind::terminate(), Exit::Terminated),
            (SignalKind::hangup(), Exit::Terminated),
        ];
        for (kind, exit) in kinds {
            // A signal that cannot be listened for keeps its default effect, which is to end the process.
            let Ok(mut signal) = signal(kind) else { continue };
            let heard = heard.clone();
            tokio::spawn(async move {
                while signal.recv().await.is_some() {
                    heard.send_if_modified(|first| {
                        let is_first = first.is_none();
                        first.get_or_insert(exit);
                        is_first
                    });
                }
            });
        }
        Self(receiver)
    }

    /// Signals that somebody else sends. Used by tests.
    #[must_use]
    pub fn from_channel(receiver: watch::Receiver<Option<Exit>>) -> Self {
        Self(receiver)
    }

    /// Waits until the process is asked to stop, and tells how it then ends. Never, if nobody can ask.
    pub async fn heard(&mut self) -> Exit {
        match self.0.wait_for(Option::is_some).await.map(|exit| *exit) {
            Ok(Some(exit)) => exit,
            Ok(None) | Err(_) => std::future::pending().await,
        }
    }

    /// Whether the process was asked to stop, and how it then ends.
    #[must_use]
    pub fn already(&self) -> Option<Exit> {
        *self.0.borrow()
    }
}
