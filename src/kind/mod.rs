//! The contract between a kind of resource and everything that is generic.
//!
//! A kind is one folder under [`crate::kinds`]. It says how an entry is read, how the live resource is
//! observed, how the two differ, and how one change is performed. It never judges (that is
//! [`crate::guard`]), never decides what happens (that is [`decide`]), and never formats.
//!
//! What is only read, never written, is a [`LookUp`]: a smaller contract.
//!
//! Inside, everything is typed; [`erase`] makes it uniform in one place.

pub mod by_hand;
pub mod check;
pub mod decide;
pub mod destroying;
pub mod entry;
pub mod erase;
mod erase_lookup;
mod erase_parting;
mod erase_raise;
pub mod files;
pub mod known;
pub mod lookup;
pub mod named;
pub mod probe;
pub mod raise;
pub mod reading;
pub mod run;
pub mod secret;
pub mod settle;
pub mod show;
pub mod sighting;
pub mod task;
#[cfg(test)]
pub(crate) mod testing;
pub mod usage;
pub mod view;

use std::fmt::Debug;

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::aws::{Aws, CallError};
use crate::guard::Permit;
use crate::model::problem::Problems;
use crate::model::{FieldChange, KindName, Link, OnDelete, Outputs, Setting, Tags};

pub use by_hand::ByHand;
pub use check::{Check, Outcome};
pub use destroying::Destroying;
pub use entry::{Common, Draft, Entry, Place};
pub use files::{Files, NoFiles, SourceFile, Unreadable};
pub use known::Known;
pub use lookup::LookUp;
pub use probe::Probe;
pub use raise::{Raised, Raising};
pub use run::Run;
pub use secret::SecretView;
pub use sighting::{Found, Live, Observation, Phase, Survey, Wanted};
pub use usage::Usage;
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
    /// Whether what stays of it when all is destroyed stays bare: [`Self::strip`] takes off what hangs on it, and
    /// what is a part of it is not kept with it.
    const STRIPPED: bool = false;
    /// Whether its resources can only be told apart by what their entries name (a security group's network).
    /// Such names can only be those of look-ups, which are read first.
    const FOUND_BY_LINKS: bool = false;
    /// The table whose members make one entry together, `[export.NAME]`, where it is not written as a kind of
    /// its own. Its key is then the manifest's name.
    const GATHERED: Option<&'static str> = None;
    /// Whether what it brings are values of other resources, on which others rely: while a live one has them,
    /// the resource that they are of is not deleted.
    const HANDS_ON: bool = false;

    /// What may be written in an entry, besides what every kind has ([`Common`]).
    type Spec: DeserializeOwned + Serialize + JsonSchema;
    /// The normal form of a resource's settings. What is declared and what is live are both turned into
    /// it, so that the diff compares two values of one type.
    type State: Clone + PartialEq + Debug + Send + Sync;
    /// What else is observed of a live resource: sizes, ages, versions.
    type Detail: Clone + Debug + Send + Sync;
    /// A change: one variant per API call.
    type Change: Describe + Debug + Send + Sync;

    /// Turns an entry into the normal form, defaults filled in. Pure; reports every problem at once. Beside
    /// a problem, the answer is not used.
    ///
    /// `key` is the entry's key, for what has no name of its own.
    fn lower(spec: &Self::Spec, key: &str, place: &Place, problems: &mut Problems) -> Option<Self::State>;

    /// The way back of [`Self::lower`]: the entry that would declare `live` as it is, what is at its default left
    /// out. Pure.
    ///
    /// What is named is asked of `raising`. Whether the entry is right need not be checked here: [`raise`] reads it
    /// again and compares it.
    ///
    /// # Errors
    ///
    /// Why there can be no such entry.
    fn raise(live: &Live<Self>, raising: &Raising<'_>) -> Result<Raised<Self::Spec>, String>;

    /// Where a live resource has no name: what its entry could be called after all the same, if anything.
    fn stand_in(_state: &Self::State) -> Option<&str> {
        None
    }

    /// The name that identifies the resource in AWS.
    fn name(state: &Self::State) -> &str;

    /// What no two entries may claim: the name, with where it counts.
    fn claim(state: &Self::State) -> String {
        Self::name(state).to_owned()
    }

    /// The tags that a field of the entry sets, and that can therefore not be declared as tags.
    fn tags(_state: &Self::State) -> Tags {
        Tags::default()
    }

    /// Shows each link of a state to `visit`, with the first stage whose changes need it.
    fn links(_state: &mut Self::State, _visit: &mut dyn FnMut(Stage, &mut Link)) {}

    /// Reads what is live: one answer for each of `wanted`, in their order. Links are not known yet, but for
    /// [`Self::FOUND_BY_LINKS`].
    ///
    /// With a `survey` it also looks for resources that the survey takes and that nothing in `wanted` names. What
    /// could not be read is [`Found::Unknown`] or a gap, never absent.
    fn observe<'a>(
        aws: &'a Aws,
        wanted: &'a [Wanted<'a, Self>],
        survey: Option<Survey<'a>>,
    ) -> impl Future<Output = Observation<Self>> + Send + 'a;

    /// Reads what can only be asked once it is known what the entry comes to: who uses what a change would take
    /// away. Links are known as far as what they name was seen. In most looks there is nothing to ask.
    ///
    /// An error makes the resource unknown.
    fn consult<'a>(
        _aws: &'a Aws,
        _live: &'a mut Live<Self>,
        _want: &'a Self::State,
    ) -> impl Future<Output = Result<(), CallError>> + Send + 'a {
        std::future::ready(Ok(()))
    }

    /// The calls that create a new resource, in order. The tags go into the creating call.
    fn create(entry: &Entry<Self>) -> Vec<Self::Change>;

    /// Every setting as people read it, those included that calls of their own set. Tags are not part of it.
    fn settings(state: &Self::State) -> Vec<Setting>;

    /// What differs between a live resource and what is declared. Tags are not part of it.
    fn diff(live: &Live<Self>, want: &Self::State) -> Vec<Delta<Self::Change>>;

    /// In which stage a change is made. See [`Stage`].
    fn stage(_change: &Self::Change) -> Stage {
        Stage::Itself
    }

    /// The call that sets `tags` on a live resource.
    fn retag(live: &Live<Self>, tags: Tags) -> Self::Change;

    /// The call that cancels the deletion of a live resource, if one is scheduled.
    fn restore(live: &Live<Self>) -> Option<Self::Change>;

    /// The calls that delete a live resource in the way that the kind calls safe, in order.
    fn delete(live: &Live<Self>, permit: Permit) -> Vec<Self::Change>;

    /// What a live resource holds that people care about, with sizes (`27 images, 11.8 GiB`).
    fn holds(live: &Live<Self>) -> Option<String>;

    /// What must be gone before the resource may be deleted, other than `leaving`, which are deleted with it.
    /// What was not measured counts as there.
    fn blocks_deletion(live: &Live<Self>, leaving: &[&Live<Self>]) -> Option<String>;

    /// The calls that take from a live resource that stays what hangs on it and holds no data. Only where all is
    /// destroyed.
    fn strip(_live: &Live<Self>, _permit: Permit) -> Vec<Self::Change> {
        Vec::new()
    }

    /// How the descriptions of the network interfaces begin that AWS makes for a live resource, and takes away with
    /// it or with what hangs on it: they hold the security groups that they are in.
    fn grips(_live: &Live<Self>) -> Vec<String> {
        Vec::new()
    }

    /// Takes out of what was seen each network interface that is in the way and goes before: `goes` is asked with
    /// its description.
    fn release(_live: &mut Live<Self>, _goes: &mut dyn FnMut(&str) -> bool) {}

    /// How a person removes a live resource for good, and what has to go before it, in order.
    fn by_hand(live: &Live<Self>) -> Vec<ByHand>;

    /// The kind and the id of the resource that it is a part of: what belongs to something that is kept is kept
    /// with it.
    fn part_of(_live: &Live<Self>) -> Option<(KindName, &str)> {
        None
    }

    /// What people must be told about an entry even when nothing is to be changed.
    fn notes(live: Option<&Live<Self>>, want: &Self::State) -> Vec<String>;

    /// What can be verified of a live resource beyond its being there, as declared, with its tags: whether it works.
    /// Pure. Links are known as far as what they name is there.
    fn checks(_live: &Live<Self>, _want: &Self::State) -> Vec<Check> {
        Vec::new()
    }

    /// What a resource with the settings `state` is billed for, each meter once; `live` is what is there by now, for what
    /// was measured of it. Pure, and no sums: what is counted, and how much of it there is.
    fn usage(_live: Option<&Live<Self>>, _state: &Self::State) -> Vec<Usage> {
        Vec::new()
    }

    /// Whether a person is to type a value for it: a secret one, that is not there yet.
    fn asks(_live: Option<&Live<Self>>, _want: &Self::State) -> bool {
        false
    }

    /// Whether only one thing of the resource is to be set, which `want` says, and all else left as it is, its tags too.
    fn is_one_thing(_want: &Self::State) -> bool {
        false
    }

    /// How it stands with the secret value that a resource is there for, if it is there for one. Pure.
    fn secret(_live: Option<&Live<Self>>, _want: &Self::State) -> Option<SecretView> {
        None
    }

    /// Whether nothing is left to do only because `live` must not be touched any more, so that what was `shown` has not
    /// come about.
    fn gives_way(_shown: &[ChangeView], _live: &Live<Self>, _want: &Self::State) -> bool {
        false
    }

    /// Whether `error` means that what a change creates is there already.
    fn already_exists(error: &CallError) -> bool;

    /// Makes the one call that `change` stands for, and waits until what it began is done.
    ///
    /// `outputs` are those of the resource: what is live when the step begins, nothing before it is created.
    /// The creating call sets them, for the calls after it and for whoever names the entry.
    fn perform<'a>(
        run: &'a Run<'a>,
        change: &'a Self::Change,
        outputs: &'a mut Outputs,
    ) -> impl Future<Output = Result<(), CallError>> + Send + 'a;
}

/// When in a step a change is made. Others that name the entry wait for the first stage alone, so two
/// resources whose parts name each other are no cycle. A deletion goes the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// With the resource itself.
    Itself,
    /// Once the resource is there: what hangs on it and has no entry of its own (a security group's rules, a
    /// file system's mount targets).
    Parts,
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
    /// AWS refuses to change it while others use it.
    InUse {
        /// What differs.
        field: FieldChange,
        /// Who uses it (`imported by the stacks site and shop`).
        by: String,
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
