//! What is waited for, what ends the waiting, and when it is given up: one change over a script of answers, by a
//! clock that stands still.

mod access_points;
mod exports;
mod file_systems;
mod functions;
mod grants;
mod listeners;
mod load_balancers;
mod roles;
mod rules;
mod security_groups;

use std::sync::Mutex;
use std::time::Duration;

use infra::aws::CallError;
use infra::kind::Kind;
use infra::kind::run::{Run, Said};
use infra::model::Outputs;
use serde_json::json;
use tokio::runtime;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::support::recorded::{Answer, scripted};

const FILE_SYSTEM: &str = "fs-0ab1";
const GROUP: &str = "sg-0ab1";

type Script = Vec<(&'static str, Vec<Answer>)>;

/// What came of a change.
struct Performed {
    ended: Result<(), CallError>,
    outputs: Outputs,
    calls: Vec<String>,
    waited_for: Vec<String>,
    took: Duration,
}

impl Performed {
    fn count(&self, call: &str) -> usize {
        self.calls.iter().filter(|made| *made == call).count()
    }

    #[track_caller]
    fn done(self) -> Self {
        assert_eq!(self.ended, Ok(()), "{:?}", self.calls);
        self
    }

    #[track_caller]
    fn failed(&self) -> &CallError {
        self.ended.as_ref().unwrap_err()
    }

    /// That it was given up after so many minutes, and not for want of asking.
    #[track_caller]
    fn given_up_after(&self, minutes: u64) -> &CallError {
        assert_eq!(self.took.as_secs(), minutes * 60, "{:?}", self.ended);
        assert!(self.calls.len() > 5, "{:?}", self.calls);
        self.failed()
    }
}

/// Performs a change of the resource with this id, or of one that is yet to be made.
fn perform<K: Kind>(change: &K::Change, id: Option<&str>, script: Script) -> Performed {
    let outputs = id.map(|id| Outputs::default().with(Outputs::ID, id)).unwrap_or_default();
    perform_on::<K>(change, outputs, script)
}

/// Performs a change of the resource with these outputs.
fn perform_on<K: Kind>(change: &K::Change, mut outputs: Outputs, script: Script) -> Performed {
    let runtime = runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (aws, calls) = scripted(script).await;
        let waited_for = Mutex::new(Vec::new());
        let tell = |said| {
            if let Said::Waiting(what) = said {
                waited_for.lock().unwrap().push(what);
            }
        };
        let (_stop, stop) = watch::channel(false);
        let began = Instant::now();
        let ended = K::perform(&Run::new(&aws, &tell, stop), change, &mut outputs).await;
        let took = began.elapsed();
        let calls = calls.lock().unwrap().clone();
        Performed { ended, outputs, calls, waited_for: waited_for.into_inner().unwrap(), took }
    })
}

fn ok() -> Answer {
    Answer::ok(json!({}))
}

fn refused(status: u16, code: &str) -> Answer {
    Answer { status, ..Answer::error(code, "in these words") }
}

/// So many of one answer, then another for ever.
fn then(count: usize, first: Answer, last: Answer) -> Vec<Answer> {
    let mut answers = vec![first; count];
    answers.push(last);
    answers
}
