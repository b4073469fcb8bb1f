//! Reads the account: every kind at once, and who we are beside them.

use futures_util::future::join_all;
use tokio::sync::watch;

use crate::aws::{Aws, CallError, Identity, Listings};
use crate::kind::Known;
use crate::kind::erase::{AnyGroup, AnySighting, Look};
use crate::manifest::Manifest;

/// What was seen of the account that the manifest names.
pub struct World {
    /// Who looked.
    pub identity: Identity,
    /// What was seen, one for each kind: look-ups first, then in the order of the registry.
    pub sightings: Vec<Box<dyn AnySighting>>,
}

/// Why nothing that was read may be used.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// Nobody can say which account this is.
    #[error("cannot tell which account the credentials belong to: {0}")]
    Identity(CallError),
    /// It is another account than the manifest's.
    #[error("the credentials are for account {actual}, but {file} is for account {expected}")]
    WrongAccount {
        /// The account of the credentials.
        actual: String,
        /// The account that the manifest names.
        expected: String,
        /// The manifest.
        file: String,
    },
}

impl ObserveError {
    /// What a person can do about it.
    #[must_use]
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Identity(error) => error.class.help(),
            Self::WrongAccount { .. } => Some(
                "nothing was changed; choose credentials of the manifest's account (--profile), or the right manifest",
            ),
        }
    }
}

/// Who we are, if that is somebody of the account that `manifest` names.
///
/// # Errors
///
/// [`ObserveError`], when it is somebody of another account, or nobody can say.
pub async fn identify(aws: &Aws, manifest: &Manifest) -> Result<Identity, ObserveError> {
    let identity = Identity::ask(aws).await.map_err(ObserveError::Identity)?;
    if identity.account == manifest.place.account {
        return Ok(identity);
    }
    Err(ObserveError::WrongAccount {
        actual: identity.account,
        expected: manifest.place.account.clone(),
        file: manifest.file.clone(),
    })
}

/// Reads what `manifest` names, and looks for what has left it.
///
/// With `measure`, what each resource holds is measured too, wherever that takes more calls.
///
/// The reads go out beside the question who we are; if the answer is the wrong account, what they
/// brought is thrown away.
///
/// # Errors
///
/// [`ObserveError`], when nothing may be concluded from what was read. A single resource that could not
/// be read is no error here but unknown in its sighting.
pub async fn observe(aws: &Aws, manifest: &Manifest, measure: bool) -> Result<World, ObserveError> {
    let (identity, sightings) =
        tokio::try_join!(identify(aws, manifest), async { Ok(look(aws, manifest, measure).await) })?;
    Ok(World { identity, sightings })
}

/// Everything at once, and then what only those can ask who know what the others found. Only what can be found by nothing but its network waits for the look-ups.
async fn look(aws: &Aws, manifest: &Manifest, measure: bool) -> Vec<Box<dyn AnySighting>> {
    let (found, looked_up) = watch::channel(None);
    let listings = Listings::default();
    let groups = manifest.groups.iter().map(AsRef::as_ref);
    let (lookups, kinds): (Vec<_>, Vec<_>) = groups.partition(|group| group.is_lookup());
    let look = Look { aws, place: &manifest.place, listings: &listings, measure, looked_up };
    let lookups = async {
        let sightings = every(lookups, &look).await;
        let mut known = Known::default();
        for sighting in &sightings {
            sighting.tell(&mut known);
        }
        found.send_replace(Some(known));
        sightings
    };
    let (lookups, kinds) = tokio::join!(lookups, every(kinds, &look));
    let mut sightings: Vec<_> = lookups.into_iter().chain(kinds).collect();
    let mut known = Known::default();
    for sighting in &sightings {
        sighting.tell(&mut known);
    }
    join_all(sightings.iter_mut().map(|sighting| sighting.consult(aws, &known))).await;
    sightings
}

async fn every<'a>(groups: Vec<&'a dyn AnyGroup>, look: &Look<'a>) -> Vec<Box<dyn AnySighting>> {
    join_all(groups.into_iter().map(|group| group.observe(look.clone()))).await
}
