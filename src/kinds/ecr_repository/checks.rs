//! What can be verified of a repository: that its registry answers, and that images go out and in. Pure.

use super::EcrRepository;
use crate::kind::{Check, Live, Outcome, Probe};

const REGISTRY: &str = "registry";
const PULL: &str = "pull";
const PUSH: &str = "push";

pub(super) fn checks(live: &Live<EcrRepository>) -> Vec<Check> {
    let Some((host, name)) = live.outputs.get("uri").and_then(|uri| uri.split_once('/')) else {
        let why = "AWS did not say where its registry is".to_owned();
        return vec![Check::known(REGISTRY, Outcome::Unread { why, help: None })];
    };
    let (host, name) = (host.to_owned(), name.to_owned());
    vec![
        Check::probe(REGISTRY, Probe::Registry { host: host.clone() }),
        pull(live, &host, &name),
        Check::probe(PUSH, Probe::Push { host, name }),
    ]
}

/// That of the newest image. Those in the archive cannot be pulled.
fn pull(live: &Live<EcrRepository>, host: &str, name: &str) -> Check {
    let Some(images) = &live.detail.images else {
        let why = "its images were not listed".to_owned();
        return Check::known(PULL, Outcome::Unread { why, help: None });
    };
    let newest = images.active.iter().max_by_key(|image| (image.pushed_at, &image.digest));
    let Some(newest) = newest else {
        return Check::known(PULL, Outcome::unchecked("it holds no image that could be pulled"));
    };
    let (host, name, digest) = (host.to_owned(), name.to_owned(), newest.digest.clone());
    Check::probe(PULL, Probe::Pull { host, name, digest })
}
