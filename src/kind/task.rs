//! A step that may run: look again, and only then write.

use std::sync::Arc;
use std::time::Duration;

use super::decide::{self, Act, Around, Decision, Stacks};
use super::show;
use super::view::{ChangeView, StepView, Verb};
use super::{Describe, Destroying, Entry, Found, Kind, Known, Live, Place, Run, Stage, Wanted};
use crate::aws::stack;
use crate::aws::{Aws, CallError, Class};
use crate::model::{Arn, Outputs, StackMark};

/// What a step was about.
pub enum Target<K: Kind> {
    /// An entry of the manifest.
    Entry(Arc<Entry<K>>),
    /// A resource that left the manifest, as it was seen, and what else is deleted with it.
    Leftover(Box<Live<K>>, Arc<Leaving<K>>, Arc<Place>),
}

/// What a resource leaves with.
pub struct Leaving<K: Kind> {
    /// What else of its kind is deleted.
    pub with: Vec<Live<K>>,
    /// What is known where all is to go.
    pub destroying: Option<Destroying>,
}

impl<K: Kind> Clone for Target<K> {
    fn clone(&self) -> Self {
        match self {
            Self::Entry(entry) => Self::Entry(Arc::clone(entry)),
            Self::Leftover(live, leaving, place) => {
                Self::Leftover(live.clone(), Arc::clone(leaving), Arc::clone(place))
            }
        }
    }
}

/// One stage of a step of a reviewed plan, ready to run.
pub struct Task<K: Kind> {
    /// What it is about.
    pub target: Target<K>,
    /// What was shown of the whole step.
    pub view: StepView,
    /// The stage.
    pub stage: Stage,
    /// What was shown of this stage.
    pub shown: Vec<ChangeView>,
    /// Whether an earlier stage of the step runs before it.
    pub follows: bool,
}

/// How a task ended that did not fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Whether it made changes. If not, somebody else had made them in the meantime.
    pub changed: bool,
    /// What the resource brings to others.
    pub outputs: Outputs,
}

/// Why a step stopped.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The resource is no longer what the plan saw, so nothing was written to it, or nothing more.
    #[error("it is no longer what the plan saw: planned to {planned}, now it would be {now}")]
    Moved {
        /// What was planned.
        planned: Verb,
        /// What would be planned now.
        now: String,
        /// Whether an earlier stage of the step is done.
        begun: bool,
    },
}

/// How long AWS is given to show what it has just made (EC2's `InvalidGroup.NotFound` lasts seconds).
const UNTIL_SHOWN: Duration = Duration::from_mins(1);

impl<K: Kind> Task<K> {
    /// Reads the resource again and, if it is still what the plan saw, makes the changes.
    ///
    /// `known` is what the entries that it names have come to.
    ///
    /// # Errors
    ///
    /// [`StepError::Moved`] before anything is written; [`StepError::Call`] when a call failed.
    pub async fn run(mut self, run: &Run<'_>, known: &Known) -> Result<Done, StepError> {
        if let Target::Entry(entry) = &self.target {
            let mut entry = entry.resolved(known);
            // A resource is made whole: what is ignored is left alone from then on.
            if self.is_making(known) {
                entry.ignore.clear();
            }
            self.target = Target::Entry(Arc::new(entry));
        }
        let now = self.look_until_shown(run).await?;
        if self.is_another(&now, known) {
            return Err(self.moved(&now.view));
        }
        if self.is_over(&now) {
            return Ok(now.over(false));
        }
        if let Decision::Unknown(error) | Decision::NamesUnknown(_, error) = &now.decision {
            return Err(error.clone().into());
        }
        if !self.is_as_shown(&now, known) {
            return Err(self.moved(&now.view));
        }
        let mut outputs = now.outputs();
        let changes = self.own(now.decision);
        for (at, change) in changes.iter().enumerate() {
            run.calling(change.describe().call);
            match K::perform(run, change, &mut outputs).await {
                Ok(()) => {}
                // A lost reply that the SDK retried, an earlier run that was cut off, or another run beside
                // this one: what matters is whose it is.
                Err(error) if self.makes() && K::already_exists(&error) => {
                    return self.take_up(run, error).await;
                }
                Err(error) => {
                    if let Some(done) = self.refused(run.aws, &changes, at, error).await? {
                        return Ok(done);
                    }
                }
            }
        }
        Ok(Done { changed: true, outputs })
    }

    /// Whether an earlier stage of this very step has made the resource.
    fn is_making(&self, known: &Known) -> bool {
        self.follows && self.view.verb == Verb::Create && known.is_made(&self.view.address)
    }

    /// Whether what is there now is not the resource that the earlier stage was about, but one that took its
    /// place since.
    fn is_another(&self, now: &Now<K>, known: &Known) -> bool {
        let of_entry = matches!(self.target, Target::Entry(_));
        let was = known.outputs(&self.view.address).and_then(|outputs| outputs.get(Outputs::ID));
        self.follows && of_entry && now.found.live().is_some() && now.view.id.as_deref() != was
    }

    /// What is known where all is to go.
    fn destroying(&self) -> Option<&Destroying> {
        match &self.target {
            Target::Entry(_) => None,
            Target::Leftover(_, leaving, _) => leaving.destroying.as_ref(),
        }
    }

    /// Whether nothing is left to take from what stays, where all is to go.
    fn is_bare(&self, live: Option<&Live<K>>) -> bool {
        let (Some(destroying), Some(live)) = (self.destroying(), live) else { return false };
        K::STRIPPED && K::strip(live, destroying.strips()).is_empty()
    }

    /// Whether it creates the resource itself.
    fn makes(&self) -> bool {
        self.view.verb == Verb::Create && !self.follows
    }

    /// The changes of this stage.
    fn own(&self, decision: Decision<K>) -> Vec<K::Change> {
        match decision {
            Decision::Act(_, changes) => {
                changes.into_iter().filter(|change| K::stage(change) == self.stage).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether what would be done now is what was shown.
    fn is_as_shown(&self, now: &Now<K>, known: &Known) -> bool {
        match &now.decision {
            _ if !self.follows => {
                now.view.verb == self.view.verb
                    && now.view.id == self.view.id
                    && fit(&self.view.changes, &now.view.changes)
            }
            // What this very run has made differs from what is declared by what AWS puts into it, and
            // nobody was there before. What nobody was asked about is not done all the same.
            Decision::Act(Act::Update, _) if self.is_making(known) => now.view.needs().is_empty(),
            // The earlier stage has made it ours, or reads do not show that yet. What has lost its mark since is
            // nobody's, and nobody was asked.
            Decision::Act(act, changes) if *act == Act::Update || now.view.verb == self.view.verb => {
                let own = changes.iter().filter(|change| K::stage(change) == self.stage);
                fit(&self.shown, &own.map(Describe::describe).collect::<Vec<_>>())
            }
            _ => false,
        }
    }

    /// Whether nothing of this stage is left to do.
    fn is_over(&self, now: &Now<K>) -> bool {
        match &now.decision {
            Decision::InSync => !self.gives_way(now),
            // Of what an earlier stage has just done, reads may not show all yet.
            Decision::Act(_, changes) if self.follows => {
                !changes.iter().any(|change| K::stage(change) == self.stage)
            }
            Decision::Keep(_) => self.is_bare(now.found.live()),
            _ => self.view.verb == Verb::Delete && matches!(now.found, Found::Absent),
        }
    }

    /// Whether nothing is left to do, and yet what was shown has not come about.
    fn gives_way(&self, now: &Now<K>) -> bool {
        match (&self.target, now.found.live()) {
            (Target::Entry(entry), Some(live)) => K::gives_way(&self.shown, live, &entry.state),
            _ => false,
        }
    }

    /// What it means that AWS refused the change at this place. Another run beside this one, or an earlier
    /// attempt whose reply was lost, may have made it: then AWS has nothing to restore or to delete. The answer is
    /// that all is done, or none where exactly the changes that come after it are left to do.
    async fn refused(
        &self,
        aws: &Aws,
        changes: &[K::Change],
        at: usize,
        error: CallError,
    ) -> Result<Option<Done>, StepError> {
        if error.class != Class::Other || error.code.is_none() {
            return Err(error.into());
        }
        let shown: Vec<_> = changes.iter().map(Describe::describe).collect();
        let (made, refused, left) = (at, &shown[at], &shown[at + 1..]);
        let now = self.look_again(aws).await;
        if self.is_over(&now) {
            return Ok(Some(now.over(made > 0)));
        }
        if !left.is_empty() && self.are_left(left, &now) {
            return Ok(None);
        }
        let still = now.view.changes.iter().any(|change| refused.fits(change));
        // Of what was written in part nobody may say that nothing was written.
        if still || made > 0 || self.follows || now.view.verb == Verb::Unknown {
            Err(error.into())
        } else {
            Err(self.moved(&now.view))
        }
    }

    /// Whether these changes of this stage, and no others, are left to do. What was to be created, adopted or
    /// restored may be ours and in use by now.
    fn are_left(&self, left: &[ChangeView], now: &Now<K>) -> bool {
        let Decision::Act(act, changes) = &now.decision else { return false };
        let own = changes.iter().filter(|change| K::stage(change) == self.stage);
        let own: Vec<_> = own.map(Describe::describe).collect();
        (now.view.verb == self.view.verb || *act == Act::Update) && fit(left, &own)
    }

    /// Goes on with a resource that exists although it was to be created, if it is ours.
    async fn take_up(&self, run: &Run<'_>, error: CallError) -> Result<Done, StepError> {
        let now = self.look_again(run.aws).await;
        let mut outputs = now.outputs();
        match now.decision {
            Decision::InSync if !self.gives_way(&now) => Ok(Done { changed: true, outputs }),
            // What nobody was asked about is not done: only a new plan can show what it would cost.
            Decision::Act(Act::Update, _) if now.view.needs().is_empty() => {
                for change in self.own(now.decision) {
                    run.calling(change.describe().call);
                    K::perform(run, &change, &mut outputs).await?;
                }
                Ok(Done { changed: true, outputs })
            }
            // Reads may lag behind: AWS said that it exists, so it is not ours to say that it does not.
            Decision::Act(Act::Create, _) => Err(error.into()),
            _ => Err(self.moved(&now.view)),
        }
    }

    fn moved(&self, now: &StepView) -> StepError {
        let mut words = now.verb.to_string();
        if let Some(reason) = &now.reason {
            words = format!("{words} ({reason})");
        } else if let (Verb::InSync, [note, ..]) = (now.verb, now.notes.as_slice()) {
            words = format!("{words} ({note})");
        } else if now.verb == self.view.verb {
            words = format!("{words} with other changes");
        }
        if let (Some(id), true) = (&now.id, now.id != self.view.id) {
            words = format!("{words}, and it is {id}");
        }
        StepError::Moved { planned: self.view.verb, now: words, begun: self.follows }
    }

    /// What would be planned now. Where an earlier stage has made the resource, AWS is given time to show it.
    async fn look_until_shown(&self, run: &Run<'_>) -> Result<Now<K>, CallError> {
        let mut patience = run.patience("AWS to show it", UNTIL_SHOWN);
        loop {
            let now = self.look_again(run.aws).await;
            let is_awaited = self.follows && self.view.verb != Verb::Delete;
            if !is_awaited || !matches!(now.found, Found::Absent) {
                return Ok(now);
            }
            patience.pause().await?;
        }
    }

    async fn look_again(&self, aws: &Aws) -> Now<K> {
        let (state, tags, seen, place) = match &self.target {
            Target::Entry(entry) => (&entry.state, &entry.tags, None, &entry.place),
            Target::Leftover(live, _, place) => (&live.state, &live.tags, Some(&live.outputs), place),
        };
        let wanted = Wanted { state, tags, seen, measure: seen.is_some() };
        let mut answer = K::observe(aws, &[wanted], None).await;
        // No answer is not the answer that it is not there.
        let mut found = answer.found.pop().unwrap_or_else(|| Found::unanswered(K::name(state)));
        if let Target::Entry(entry) = &self.target {
            consult(aws, &mut found, &entry.state).await;
        }
        if let (Some(destroying), Found::Present(live)) = (self.destroying(), &mut found) {
            K::release(live, &mut |interface| destroying.owner(interface).is_some());
        }
        let stacks = ask_stacks(aws, place, found.live().and_then(|live| live.tags.stack())).await;
        let (decision, view) = match &self.target {
            Target::Entry(entry) => {
                let around = Around { leftovers: &[], gaps: &[], stacks: &stacks };
                let decision = decide::entry(entry, &found, &around, &Known::default());
                let view = show::entry(entry, &found, &decision);
                (decision, view)
            }
            Target::Leftover(seen, leaving, place) => {
                let known = Known::with_destroying(leaving.destroying.clone());
                let leaving: Vec<_> = leaving.with.iter().collect();
                let (decision, live) = match &found {
                    Found::Present(live) => (decide::leftover(live, &stacks, place, &leaving, &known), live),
                    Found::Absent => (Decision::InSync, seen),
                    Found::Unclear { reason, .. } => (Decision::Keep(reason.clone()), seen),
                    Found::Unknown(error) => (Decision::Unknown(error.clone()), seen),
                };
                let view = show::leftover(self.view.address.clone(), live, &decision);
                (decision, view)
            }
        };
        Now { found, decision, view }
    }
}

/// Whether these are the changes that were shown, with what was not known yet.
fn fit(shown: &[ChangeView], now: &[ChangeView]) -> bool {
    shown.len() == now.len() && shown.iter().zip(now).all(|(shown, now)| shown.fits(now))
}

/// What would be planned now.
struct Now<K: Kind> {
    found: Found<K>,
    decision: Decision<K>,
    view: StepView,
}

impl<K: Kind> Now<K> {
    /// What the resource brings, if it is there.
    fn outputs(&self) -> Outputs {
        self.found.live().map(|live| live.outputs.clone()).unwrap_or_default()
    }

    /// Nothing is left to do.
    fn over(&self, changed: bool) -> Done {
        Done { changed, outputs: self.outputs() }
    }
}

/// Takes in what can only be asked once it is known what an entry comes to. See [`Kind::consult`].
pub(super) async fn consult<K: Kind>(aws: &Aws, found: &mut Found<K>, want: &K::State) {
    let Found::Present(live) = found else { return };
    if let Err(error) = K::consult(aws, live, want).await {
        *found = Found::Unknown(error);
    }
}

/// Asks CloudFormation about every stack that `marks` name, at once.
///
/// One of another account or region than `place` cannot be asked from here: “does not exist” would not mean
/// that it is gone.
pub async fn ask_stacks(aws: &Aws, place: &Place, marks: impl IntoIterator<Item = StackMark>) -> Stacks {
    let mut marks: Vec<_> = marks.into_iter().collect();
    marks.sort();
    marks.dedup();
    let asked = marks.into_iter().map(|mark| async move {
        let standing = if is_elsewhere(&mark.id, place) {
            let why = "it is a stack of another account or region, and cannot be asked from here";
            Err(CallError::unusable("cloudformation:DescribeStacks", &mark.name, why))
        } else {
            stack::standing(aws, &mark).await
        };
        (mark, standing)
    });
    futures_util::future::join_all(asked).await.into_iter().collect()
}

/// Whether a stack's ARN is of another account or region. A text that is no ARN says nothing.
fn is_elsewhere(stack: &str, place: &Place) -> bool {
    Arn::parse(stack).is_some_and(|stack| stack.region != place.region || stack.account != place.account)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::testing::place;

    #[test]
    fn a_stack_is_asked_where_it_is() {
        let of = |region: &str, account: &str| {
            format!("arn:aws:cloudformation:{region}:{account}:stack/site/5f2a")
        };
        assert!(!is_elsewhere(&of("us-west-2", "111122223333"), &place()));
        assert!(!is_elsewhere("site", &place()));
        assert!(is_elsewhere(&of("eu-west-1", "111122223333"), &place()));
        assert!(is_elsewhere(&of("us-west-2", "444455556666"), &place()));
    }
}
