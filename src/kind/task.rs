//! A step that may run: look again, and only then write.

use std::sync::Arc;

use super::decide::{self, Act, Around, Decision, Stacks};
use super::view::{StepView, Verb};
use super::{Describe, Entry, Found, Kind, Live, Place, Wanted};
use crate::aws::stack;
use crate::aws::{Aws, CallError, Class};
use crate::model::{Arn, StackMark};

/// What a step was about.
pub enum Target<K: Kind> {
    /// An entry of the manifest.
    Entry(Arc<Entry<K>>),
    /// A resource that left the manifest, as it was seen.
    Leftover(Box<Live<K>>, Arc<Place>),
}

/// A step of a reviewed plan, ready to run: its target, and the very changes that were shown.
pub struct Task<K: Kind> {
    /// What it is about.
    pub target: Target<K>,
    /// What was shown.
    pub view: StepView,
    /// What it does.
    pub changes: Vec<K::Change>,
}

/// How a step ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The changes were made.
    Changed,
    /// Somebody else had made them in the meantime.
    AlreadySo,
}

/// Why a step stopped.
#[derive(Clone, Debug, thiserror::Error)]
pub enum StepError {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The resource is no longer what the plan saw, so nothing was written to it.
    #[error("it is no longer what the plan saw: planned to {planned}, now it would be {now}")]
    Moved {
        /// What was planned.
        planned: Verb,
        /// What would be planned now.
        now: String,
    },
}

impl<K: Kind> Task<K> {
    /// Reads the resource again and, if it is still what the plan saw, makes the changes.
    ///
    /// `began` is called before each call that writes.
    ///
    /// # Errors
    ///
    /// [`StepError::Moved`] before anything is written; [`StepError::Call`] when a call failed.
    pub async fn run(self, aws: &Aws, began: &(dyn Fn(&'static str) + Sync)) -> Result<Done, StepError> {
        let (found, now) = self.look_again(aws).await;
        if self.is_over(&found, &now) {
            return Ok(Done::AlreadySo);
        }
        if let Decision::Unknown(error) = &now.decision {
            return Err(error.clone().into());
        }
        if now.view.verb != self.view.verb || now.view.changes != self.view.changes {
            return Err(self.moved(&now.view));
        }
        for (made, change) in self.changes.iter().enumerate() {
            began(change.describe().call);
            match K::perform(aws, change).await {
                Ok(()) => {}
                // A lost reply that the SDK retried, an earlier run that was cut off, or another run beside
                // this one: what matters is whose it is.
                Err(error) if self.view.verb == Verb::Create && K::already_exists(&error) => {
                    return self.take_up(aws, began, error).await;
                }
                Err(error) => return self.refused(aws, made, error).await,
            }
        }
        Ok(Done::Changed)
    }

    /// Whether nothing is left to do.
    fn is_over(&self, found: &Found<K>, now: &Now<K>) -> bool {
        now.view.verb == Verb::InSync || (self.view.verb == Verb::Delete && matches!(found, Found::Absent))
    }

    /// What it means that AWS refused a change after so many were made. Another run beside this one, or an
    /// earlier attempt whose reply was lost, may have made it: then AWS has nothing to restore or to delete.
    async fn refused(&self, aws: &Aws, made: usize, error: CallError) -> Result<Done, StepError> {
        if error.class != Class::Other || error.code.is_none() {
            return Err(error.into());
        }
        let (found, now) = self.look_again(aws).await;
        if self.is_over(&found, &now) {
            return Ok(if made == 0 { Done::AlreadySo } else { Done::Changed });
        }
        let refused = self.changes.get(made).map(Describe::describe);
        let still = now.view.changes.iter().any(|change| Some(change) == refused.as_ref());
        // Of what was written in part nobody may say that nothing was written.
        if still || made > 0 || now.view.verb == Verb::Unknown {
            Err(error.into())
        } else {
            Err(self.moved(&now.view))
        }
    }

    /// Goes on with a resource that exists although it was to be created, if it is ours.
    async fn take_up(
        &self,
        aws: &Aws,
        began: &(dyn Fn(&'static str) + Sync),
        error: CallError,
    ) -> Result<Done, StepError> {
        let (_, now) = self.look_again(aws).await;
        match now.decision {
            Decision::InSync => Ok(Done::Changed),
            // What nobody was asked about is not done: only a new plan can show what it would cost.
            Decision::Act(Act::Update, changes) if now.view.needs().is_empty() => {
                for change in &changes {
                    began(change.describe().call);
                    K::perform(aws, change).await?;
                }
                Ok(Done::Changed)
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
        } else if now.verb == self.view.verb {
            words = format!("{words} with other changes");
        }
        StepError::Moved { planned: self.view.verb, now: words }
    }

    async fn look_again(&self, aws: &Aws) -> (Found<K>, Now<K>) {
        let (state, place, leftover) = match &self.target {
            Target::Entry(entry) => (&entry.state, &entry.place, false),
            Target::Leftover(live, place) => (&live.state, place, true),
        };
        let mut answer = K::observe(aws, &[Wanted { state, leftover }], None).await;
        // No answer is not the answer that it is not there.
        let found = answer.found.pop().unwrap_or_else(|| Found::unanswered(K::name(state)));
        let stacks = ask_stacks(aws, place, found.live().and_then(|live| live.tags.stack())).await;
        let (decision, view) = match &self.target {
            Target::Entry(entry) => {
                let around = Around { leftovers: &[], gaps: &[], stacks: &stacks };
                let decision = decide::entry(entry, &found, &around);
                let view = decide::view_entry(entry, &found, &decision);
                (decision, view)
            }
            Target::Leftover(seen, place) => {
                let (decision, live) = match &found {
                    Found::Present(live) => (decide::leftover(live, &stacks, place), live),
                    Found::Absent => (Decision::InSync, seen),
                    Found::Unknown(error) => (Decision::Unknown(error.clone()), seen),
                };
                let view = decide::view_leftover(self.view.address.clone(), live, &decision);
                (decision, view)
            }
        };
        (found, Now { decision, view })
    }
}

/// What would be planned now.
struct Now<K: Kind> {
    decision: Decision<K>,
    view: StepView,
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
