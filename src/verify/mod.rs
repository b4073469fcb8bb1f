//! Whether what is declared works: makes the probes that kinds ask for, and says what was seen.
//!
//! A probe passes only by an answer that proves it. What got no answer that would, has failed, or is unchecked; it is
//! never passed. Each has a deadline of its own, so that a run ends.

mod answers;
mod net;
mod registry;
mod report;
#[cfg(test)]
mod tests;
mod trail;

use std::fmt;
use std::time::SystemTime;

use serde::Serialize;

use crate::aws::Aws;
use crate::kind::check::{Answer, Check, Mark, Outcome};
use crate::kind::probe::Probe;
use crate::kind::reading::buffered;
use crate::kind::view::StepView;
use crate::model::Address;

pub use net::{Net, NoRoots};
use registry::Registry;

/// Probes made at once: enough for the round trips not to add up, few enough for any registry.
const AT_ONCE: usize = 8;

/// What probes are made with.
pub struct Means<'a> {
    /// The account.
    pub aws: &'a Aws,
    /// The way to what answers in it.
    pub way: Way,
    /// Whether probes that write may be made.
    pub push: bool,
    /// When the command began.
    pub now: SystemTime,
}

/// The way to what answers in an account.
pub enum Way {
    /// There is one.
    Open(Box<Net>),
    /// There is none, for what is asked is not AWS.
    None {
        /// What it is instead (`the account is emulated`).
        why: &'static str,
    },
}

/// One check, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The entry; none for what is about the whole account.
    pub address: Option<Address>,
    /// What the entry is called in AWS.
    pub name: String,
    /// What the check is about.
    pub what: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// How many checks came to what: the last line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// As it must be.
    pub passed: usize,
    /// Not so.
    pub failed: usize,
    /// Nobody can say.
    pub unchecked: usize,
}

impl Tally {
    /// Counts.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let mut tally = Self::default();
        for row in rows {
            *match row.outcome.mark() {
                Mark::Passed => &mut tally.passed,
                Mark::Failed => &mut tally.failed,
                Mark::Unchecked => &mut tally.unchecked,
            } += 1;
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, unchecked } = self;
        write!(f, "verify: {passed} passed, {failed} failed, {unchecked} unchecked")
    }
}

/// A check with the entry that asks for it.
struct Asked<'a> {
    view: Option<&'a StepView>,
    check: &'a Check,
}

/// Makes every check of these entries: their own in their order, then what is about the whole account, once.
pub async fn verify(views: &[&StepView], means: &Means<'_>) -> Vec<Row> {
    let (mut asked, mut account) = (Vec::new(), Vec::<Asked<'_>>::new());
    for view in views {
        for check in &view.checks {
            match &check.answer {
                Answer::Probe(probe) if probe.is_of_the_account() => {
                    if !account.iter().any(|asked| asked.check == check) {
                        account.push(Asked { view: None, check });
                    }
                }
                _ => asked.push(Asked { view: Some(view), check }),
            }
        }
    }
    let prober = Prober { means, registry: Registry::default() };
    buffered(AT_ONCE, asked.iter().chain(&account).map(|asked| prober.row(asked))).await
}

struct Prober<'a> {
    means: &'a Means<'a>,
    registry: Registry,
}

impl Prober<'_> {
    async fn row(&self, Asked { view, check }: &Asked<'_>) -> Row {
        let outcome = match &check.answer {
            Answer::Known(outcome) => outcome.clone(),
            Answer::Probe(probe) => self.probe(probe).await,
        };
        Row {
            address: view.map(|view| view.address.clone()),
            name: view.map(|view| view.name.clone()).unwrap_or_default(),
            what: check.what.clone(),
            outcome,
        }
    }

    async fn probe(&self, probe: &Probe) -> Outcome {
        let Means { aws, way, push, now } = self.means;
        if matches!(probe, Probe::Push { .. }) && !push {
            return Outcome::unchecked("a layer is pushed only with --push");
        }
        let net = match way {
            Way::Open(net) => net.as_ref(),
            Way::None { why } => return Outcome::unchecked(format!("{why}: {}", missing(probe))),
        };
        match probe {
            Probe::Answers(answering) => answers::ask(net, answering).await,
            Probe::Registry { host } => self.registry.answers(aws, net, host).await,
            Probe::Pull { host, name, digest } => self.registry.pull(aws, net, host, name, digest).await,
            Probe::Push { host, name } => self.registry.push(aws, net, host, name).await,
            Probe::Trail => trail::ask(aws).await,
            Probe::LastReport { log_group, function } => report::last(aws, log_group, function, *now).await,
        }
    }
}

/// What there is not where AWS is not asked, so that a probe cannot be made.
fn missing(probe: &Probe) -> String {
    match probe {
        Probe::Answers(answering) => format!("nothing answers at {}", answering.at),
        Probe::Registry { host } | Probe::Pull { host, .. } | Probe::Push { host, .. } => {
            format!("nothing answers at {host}")
        }
        Probe::Trail => "nobody reads from it, and no trail records that".to_owned(),
        Probe::LastReport { .. } => "no schedule runs in it".to_owned(),
    }
}
