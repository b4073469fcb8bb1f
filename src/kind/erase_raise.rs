//! Makes the way back uniform, from what is live to entries: [`super::raise`] without types.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::decide::Stacks;
use super::erase::Erased;
use super::erase_lookup::ErasedLookUp;
use super::lookup::{self, NotLocated};
use super::raise::{self, Ask, Called, Keys, Raising, Sketch};
use super::sighting::Names;
use super::task::ask_stacks;
use super::{Kind, Known, Live, LookUp, Place, Survey};
use crate::aws::{Aws, CallError, Listings};
use crate::model::{KindName, Outputs, Tags};

/// A kind whose live resources can be found by their names.
pub trait AnyFinder: Sync {
    /// Its name in manifests.
    fn name(&self) -> KindName;
    /// Reads every resource that is called so, whoever's it is.
    fn find<'a>(&'a self, search: Search<'a>) -> BoxFuture<'a, Finds>;
}

/// A look-up that can be found for what it is to find.
pub trait AnyLocator: Sync {
    /// Its name in manifests.
    fn name(&self) -> KindName;
    /// One answer for each: its fields in JSON and what it brings, or why there is no such look-up.
    fn locate<'a>(&'a self, aws: &'a Aws, asks: &'a [Ask])
    -> BoxFuture<'a, Vec<Result<Located, NotLocated>>>;
}

/// What one search has in common.
#[derive(Clone, Copy)]
pub struct Search<'a> {
    /// Where to look.
    pub aws: &'a Aws,
    /// The header of the manifest that is to be written.
    pub place: &'a Place,
    /// What several kinds list, read once.
    pub listings: &'a Listings,
    /// What they are called.
    pub names: &'a Names,
}

/// What was found of a kind.
pub struct Finds {
    /// The resources.
    pub found: Vec<Box<dyn AnyFind>>,
    /// What could not be read, so that there may be more.
    pub gaps: Vec<CallError>,
}

/// A live resource.
pub trait AnyFind: Send {
    /// Its kind.
    fn kind(&self) -> KindName;
    /// Its name.
    fn name(&self) -> &str;
    /// What no two entries may claim.
    fn claim(&self) -> String;
    /// What its entry is to be called after.
    fn called(&self) -> Called;
    /// Its tags.
    fn tags(&self) -> &Tags;
    /// What it brings to others: its id among them, where AWS gives it one.
    fn outputs(&self) -> &Outputs;
    /// Why nothing can be declared of it; none if it can.
    fn refused(&self) -> Option<&str>;
    /// What its entry would name.
    fn asks(&self) -> BTreeSet<Ask>;
    /// The entry that declares it. See [`raise::sketch`].
    ///
    /// # Errors
    ///
    /// Why there can be none.
    fn sketch(
        &self,
        key: &str,
        alone: bool,
        keys: &Keys,
        place: &Arc<Place>,
        known: &Known,
    ) -> Result<Sketch, String>;
}

/// A look-up that finds what is asked for.
#[derive(Clone, Debug)]
pub struct Located {
    /// Its fields: an object in JSON.
    pub fields: String,
    /// A word for its key.
    pub word: String,
    /// What it brings.
    pub outputs: Outputs,
}

impl<K: Kind> AnyFinder for Erased<K> {
    fn name(&self) -> KindName {
        K::NAME
    }

    fn find<'a>(&'a self, search: Search<'a>) -> BoxFuture<'a, Finds> {
        Box::pin(async move {
            let Search { aws, place, listings, names } = search;
            let observation =
                K::observe(aws, &[], Some(Survey::called(names, &place.manifest, listings))).await;
            let marks = observation.leftovers.iter().filter_map(|live| live.tags.stack());
            let stacks = ask_stacks(aws, place, marks).await;
            let mut finds = Finds { found: Vec::new(), gaps: observation.gaps };
            for live in observation.leftovers {
                finds.add(live, place, &stacks);
            }
            finds
        })
    }
}

impl Finds {
    fn add<K: Kind>(&mut self, live: Live<K>, place: &Place, stacks: &Stacks) {
        match raise::refused(&live, &place.manifest, stacks) {
            Ok(refused) => self.found.push(Box::new(Find { live, refused })),
            Err(gap) => self.gaps.push(gap),
        }
    }
}

struct Find<K: Kind> {
    live: Live<K>,
    refused: Option<String>,
}

impl<K: Kind> AnyFind for Find<K> {
    fn kind(&self) -> KindName {
        K::NAME
    }

    fn name(&self) -> &str {
        K::name(&self.live.state)
    }

    fn claim(&self) -> String {
        K::claim(&self.live.state)
    }

    fn called(&self) -> Called {
        let stand_in = K::stand_in(&self.live.state);
        let word = stand_in.unwrap_or(self.name()).to_owned();
        Called { kind: K::NAME, word, is_name: stand_in.is_none() }
    }

    fn tags(&self) -> &Tags {
        &self.live.tags
    }

    fn outputs(&self) -> &Outputs {
        &self.live.outputs
    }

    fn refused(&self) -> Option<&str> {
        self.refused.as_deref()
    }

    fn asks(&self) -> BTreeSet<Ask> {
        raise::asks(&self.live)
    }

    fn sketch(
        &self,
        key: &str,
        alone: bool,
        keys: &Keys,
        place: &Arc<Place>,
        known: &Known,
    ) -> Result<Sketch, String> {
        raise::sketch(&self.live, key, &Raising::new(keys, alone), place, known)
    }
}

impl<L: LookUp> AnyLocator for ErasedLookUp<L> {
    fn name(&self) -> KindName {
        L::NAME
    }

    fn locate<'a>(
        &'a self,
        aws: &'a Aws,
        asks: &'a [Ask],
    ) -> BoxFuture<'a, Vec<Result<Located, NotLocated>>> {
        Box::pin(async move {
            let answers = if asks.is_empty() { Vec::new() } else { L::locate(aws, asks).await };
            answers.into_iter().map(|answer| answer.and_then(located::<L>)).collect()
        })
    }
}

fn located<L: LookUp>(found: lookup::Located<L::Spec>) -> Result<Located, NotLocated> {
    let lookup::Located { spec, word, outputs } = found;
    let fields = serde_json::to_string(&spec)
        .map_err(|error| NotLocated::None(format!("it cannot be written: {error}")))?;
    Ok(Located { fields, word, outputs })
}
