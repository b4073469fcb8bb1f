//! What would happen: decided from the manifest and the world, and nothing else.
//!
//! A [`Plan`] is made once, shown, and run: `apply` executes the very values that were shown.

mod graph;
mod moved;
mod outputs;
mod ready;
mod reviewed;
mod summary;
mod view;

use crate::aws::CallError;
use crate::kind::Known;
use crate::kind::erase::{AnySighting, AnyStep};
use crate::kind::view::{Risk, StepView, Verb};
use crate::manifest::Manifest;
use crate::model::KindName;
use crate::observe::World;

pub use graph::Node;
pub use moved::{Moved, MovedRow};
pub use outputs::Brought;
pub use ready::{Consent, Held, ReadyPlan, Why};
pub use reviewed::{FORMAT as FILE_FORMAT, Origin, Reviewed, SeenPart};
pub use summary::Summary;
pub use view::PlanView;

/// What a plan is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The manifest's name.
    pub manifest: String,
    /// Its file.
    pub file: String,
    /// The first digits of the file's SHA-256.
    pub revision: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The ARN of who looked.
    pub identity: String,
}

/// What would happen to every entry, and to what has left the manifest.
pub struct Plan {
    /// What it is about.
    pub header: Header,
    /// What could not be read while looking for what has left the manifest.
    pub gaps: Vec<CallError>,
    steps: Vec<Box<dyn AnyStep>>,
    known: Known,
    kinds: Vec<KindName>,
}

impl Plan {
    /// Decides. Pure.
    #[must_use]
    pub fn build(manifest: &Manifest, world: World) -> Self {
        Self::decide(manifest, world, Known::default())
    }

    /// Decides where all that the manifest owns is to go, as far as it holds no data. Pure.
    #[must_use]
    pub fn destroy(manifest: &Manifest, world: World) -> Self {
        let World { identity, sightings } = world;
        let mut known = Known::of_destruction();
        let sightings: Vec<_> = sightings.into_iter().map(AnySighting::leave).collect();
        // Who lets go of what must be known before: those that are held come first in the registry.
        for sighting in &sightings {
            sighting.tell(&mut known);
        }
        Self::decide(manifest, World { identity, sightings }, known)
    }

    fn decide(manifest: &Manifest, world: World, mut known: Known) -> Self {
        let place = &manifest.place;
        let header = Header {
            manifest: place.manifest.clone(),
            file: manifest.file.clone(),
            revision: manifest.hash.chars().take(12).collect(),
            account: place.account.clone(),
            region: place.region.clone(),
            identity: world.identity.arn,
        };
        let gaps = world.sightings.iter().flat_map(|sighting| sighting.gaps().iter().cloned()).collect();
        let kinds = manifest.groups.iter().map(|group| group.kind()).collect();
        // In the order of the registry: those that are named come before those that name them.
        let mut steps = Vec::new();
        for sighting in world.sightings {
            steps.extend(sighting.decide(&mut known));
        }
        Self { header, gaps, steps, known, kinds }
    }

    /// The plan as plain data.
    #[must_use]
    pub fn view(&self) -> PlanView<'_> {
        let destroys = self.known.destroying().is_some();
        let steps = self.steps.iter().map(|step| step.view());
        PlanView { destroys, ..PlanView::new(&self.header, steps, &self.gaps) }
    }

    /// Every step as plain data, worst group first.
    #[must_use]
    pub fn views(&self) -> Vec<&StepView> {
        self.view().steps
    }

    /// Every step as plain data: entries in the order of the registry and of the manifest, then what has left it.
    #[must_use]
    pub fn in_order(&self) -> Vec<&StepView> {
        let views = self.steps.iter().map(|step| step.view());
        let (entries, others): (Vec<_>, Vec<_>) = views.partition(|view| view.location.is_some());
        entries.into_iter().chain(others).collect()
    }

    /// How many steps do what.
    #[must_use]
    pub fn summary(&self) -> Summary {
        Summary::of(self.steps.iter().map(|step| step.view()), self.gaps.len())
    }

    /// Takes out what may run. See [`ReadyPlan`].
    #[must_use]
    pub fn ready(self, consent: &Consent, only: &[String]) -> ReadyPlan {
        ReadyPlan::new(self.steps, self.known, &self.kinds, consent, only)
    }
}

/// Where a step stands in a plan: worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// It could not be read.
    Unknown,
    /// A guard refuses.
    Blocked,
    /// Data that exists would be lost.
    DestroysData,
    /// More principals can reach or read something.
    Exposure,
    /// Something is deleted.
    Deletes,
    /// Something becomes ours, comes back, or stays although it left the manifest.
    AdoptsRestoresKeeps,
    /// Something changes in place.
    Changes,
    /// Something is created.
    Creates,
    /// Something was looked up.
    LookedUp,
    /// Nothing is to be done.
    InSync,
}

impl Group {
    /// The group of a step.
    #[must_use]
    pub fn of(view: &StepView) -> Self {
        match view.verb {
            Verb::Unknown => Self::Unknown,
            Verb::Blocked => Self::Blocked,
            Verb::InSync => Self::InSync,
            Verb::Found => Self::LookedUp,
            Verb::Keep => Self::AdoptsRestoresKeeps,
            _ if view.has(Risk::DestroysData) => Self::DestroysData,
            _ if view.has(Risk::Exposes) => Self::Exposure,
            Verb::Delete => Self::Deletes,
            _ if view.takes_away() => Self::Deletes,
            Verb::Adopt | Verb::Restore => Self::AdoptsRestoresKeeps,
            Verb::Update => Self::Changes,
            Verb::Create => Self::Creates,
        }
    }

    /// The heading that people read.
    #[must_use]
    pub fn heading(self) -> &'static str {
        match self {
            Self::Unknown => "Unknown: could not be read",
            Self::Blocked => "Blocked: a guard refuses",
            Self::DestroysData => "Destroys data",
            Self::Exposure => "Exposure: reachable or readable by more",
            Self::Deletes => "Deletes",
            Self::AdoptsRestoresKeeps => "Adopts, restores, keeps",
            Self::Changes => "Changes",
            Self::Creates => "Creates",
            Self::LookedUp => "Looked up",
            Self::InSync => "In sync",
        }
    }
}
