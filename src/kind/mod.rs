//! The contract between a kind of resource and everything that is generic.
//!
//! A kind is one folder under [`crate::kinds`]. It says how an entry is read, how the live resource is
//! observed, how the two differ, and how one change is performed. It never judges (that is
//! [`crate::guard`]), never decides what happens (that is [`decide`]), and never formats.
//!
//! Inside, everything is typed; [`erase`] makes it uniform in one place.

pub mod decide;
pub mod entry;
pub mod erase;
pub mod reading;
pub mod sighting;
pub mod task;
#[cfg(test)]
pub(crate) mod testing;
pub mod view;

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::model::problem::Problems;
use crate::model::{FieldChange, KindName, OnDelete, Tags};

pub use entry::{Common, Draft, Entry, Place};
pub use sighting::{Found, Live, Observation, Phase, Wanted};
pub use view::{ChangeView, Describe, Risk};

/// One kind of AWS resource.
pub trait Kind: Sized + Send + Sync + 'static {
    /// Its name in manifests.
    const NAME: KindName;
    /// What AWS calls it, in a few words for people.
    const ABOUT: &'static str;
    /// What may become of it when its entry leaves the manifest. The first is the default.
    const ON_DELETE: &'static [OnDelete];
    /// The fields that `ignore` may name.
    const FIELDS: &'static [Field<Self>];
    /// Whether its entries are about secrets: then no diagnostic repeats a value that stands in one.
    const CONFIDENTIAL: bool = false;

    /// What may be written in an entry, besides what every kind has ([`Common`]).
    type Spec: DeserializeOwned + JsonSchema;
    /// The normal form of a resource's settings. What is declared and what is live are both turned into
    /// it, so that the diff compares two values of one type.
    type State: Clone + PartialEq + Debug + Send + Sync;
    /// What else is observed of a live resource: sizes, ages, versions.
    type Detail: Clone + Debug + Send + Sync;
    /// A change: one variant per API call.
    type Change: Describe + Debug + Send + Sync;

    /// Turns an entry into the normal form, defaults filled in. Pure; reports every problem at once. Beside
    /// a problem, the answer is not used.
    fn lower(spec: &Self::Spec, place: &Place, problems: &mut Problems) -> Option<Self::State>;

    /// The name that identifies the resource in AWS.
    fn name(state: &Self::State) -> &str;

    /// Reads what is live: one answer for each of `wanted`, in their order.
    ///
    /// With `survey`, the name of the manifest, it also looks for resources that carry the manifest's
    /// mark and that nothing in `wanted` names. What could not be read is
    /// [`Found::Unknown`] or a gap, never absent.
    fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<&'a str>,
    ) -> impl Future<Output = Observation<Self>> + Send + 'a;

    /// The calls that create a new resource, in order. The tags go into the creating call.
    fn create(entry: &Entry<Self>) -> Vec<Self::Change>;

    /// What differs between a live resource and what is declared. Tags are not part of it.
    fn diff(live: &Live<Self>, want: &Self::State) -> Vec<Delta<Self::Change>>;

    /// The call that sets `tags` on a live resource.
    fn retag(live: &Live<Self>, tags: Tags) -> Self::Change;

    /// The call that cancels the deletion of a live resource, if one is scheduled.
    fn restore(live: &Live<Self>) -> Option<Self::Change>;

    /// The call that deletes a live resource in the way that the kind calls safe.
    fn delete(live: &Live<Self>, permit: Permit) -> Self::Change;

    /// What a live resource holds that people care about, with sizes (`27 images, 11.8 GiB`).
    fn holds(live: &Live<Self>) -> Option<String>;

    /// What must be gone before the resource may be deleted. What was not measured counts as there.
    fn blocks_deletion(live: &Live<Self>) -> Option<String>;

    /// What people must be told about an entry even when nothing is to be changed.
    fn notes(live: Option<&Live<Self>>, want: &Self::State) -> Vec<String>;

    /// Whether `error` means that what a change creates is there already.
    fn already_exists(error: &CallError) -> bool;

    /// Makes the one call that `change` stands for.
    fn perform<'a>(
        aws: &'a Aws,
        change: &'a Self::Change,
    ) -> impl Future<Output = Result<(), CallError>> + Send + 'a;
}

/// A field that `ignore` may name.
pub struct Field<K: Kind> {
    /// Its key in the manifest.
    pub name: &'static str,
    /// Copies the field from the live state (second) into the declared one, so that the diff cannot see it.
    pub keep: fn(&mut K::State, &K::State),
}

/// One difference between what is live and what is declared.
#[derive(Debug)]
pub enum Delta<C> {
    /// It can be changed in place.
    Change(C),
    /// AWS can only replace the resource, which would lose data or the id that others use.
    Immutable {
        /// What differs.
        field: FieldChange,
        /// What to do instead.
        instead: &'static str,
    },
}

impl<C> Delta<C> {
    /// The change of a document that is put as a whole, and deleted where there is to be none; none if the two
    /// are equal.
    pub fn of_document<T: Clone + PartialEq>(
        live: Option<&T>,
        want: Option<&T>,
        put: impl FnOnce(Option<T>, T) -> C,
        delete: impl FnOnce(T) -> C,
    ) -> Option<Self> {
        match (live, want) {
            (before, Some(after)) if before != Some(after) => {
                Some(Self::Change(put(before.cloned(), after.clone())))
            }
            (Some(before), None) => Some(Self::Change(delete(before.clone()))),
            _ => None,
        }
    }
}
