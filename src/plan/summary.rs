//! How many steps do what: the last line of every plan.

use std::fmt;

use serde::Serialize;

use crate::kind::view::{StepView, Verb};

/// How many steps do what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Summary {
    /// To be created.
    pub create: usize,
    /// To be changed in place.
    pub update: usize,
    /// To be adopted.
    pub adopt: usize,
    /// To be restored.
    pub restore: usize,
    /// To be deleted.
    pub delete: usize,
    /// Left the manifest, and stay.
    pub keep: usize,
    /// Refused by a guard.
    pub blocked: usize,
    /// Could not be read.
    pub unknown: usize,
    /// As declared.
    pub in_sync: usize,
    /// All of them.
    pub total: usize,
    /// What could not be read while looking for what has left the manifest.
    pub gaps: usize,
}

impl Summary {
    /// Whether there is nothing to do, nothing that is refused, and nothing that could not be read.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.pending() + self.blocked + self.unknown + self.gaps == 0
    }

    /// Counts.
    pub fn of<'a>(views: impl Iterator<Item = &'a StepView>, gaps: usize) -> Self {
        let mut summary = Self { gaps, ..Self::default() };
        // What is looked up is not managed, and not counted.
        for view in views.filter(|view| view.verb != Verb::Found) {
            summary.total += 1;
            *match view.verb {
                Verb::Create => &mut summary.create,
                Verb::Update => &mut summary.update,
                Verb::Adopt => &mut summary.adopt,
                Verb::Restore => &mut summary.restore,
                Verb::Delete => &mut summary.delete,
                Verb::Keep => &mut summary.keep,
                Verb::Blocked => &mut summary.blocked,
                Verb::Unknown => &mut summary.unknown,
                Verb::InSync | Verb::Found => &mut summary.in_sync,
            } += 1;
        }
        summary
    }

    /// How many steps would write.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.create + self.update + self.adopt + self.restore + self.delete
    }
}

impl fmt::Display for Summary {
    /// The same words in the same order in every mode, for people and for grep.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { create, update, adopt, restore, delete, keep, blocked, unknown, in_sync, total, gaps: _ } =
            self;
        write!(
            f,
            "{create} to create, {update} to update, {adopt} to adopt, {restore} to restore, {delete} to delete, \
             {keep} kept, {blocked} blocked, {unknown} unknown, {in_sync} in sync, of {total}"
        )
    }
}
