//! What listens on a load balancer, and whose it is. Pure.

use crate::model::{OnDelete, Owner, Tags, size, tags};

/// A listener: AWS deletes it, and its rules, with the load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listening {
    /// Its port.
    pub port: i32,
    /// Its tags.
    pub tags: Tags,
    /// How many rules it has beside its default one. There is no entry for a rule, so each is somebody else's.
    pub rules: usize,
}

/// What of `listeners` stands in the way of a deletion by `manifest`; none if nothing does.
pub(super) fn others(listeners: &[Listening], manifest: &str) -> Option<String> {
    let ports = |is: &dyn Fn(&Listening) -> bool| {
        let ports: Vec<_> = listeners.iter().filter(|it| is(it)).map(|it| it.port.to_string()).collect();
        let noun = if ports.len() == 1 { "port" } else { "ports" };
        (!ports.is_empty()).then(|| (ports.len(), format!("{noun} {}", ports.join(", "))))
    };
    let is_ours = |it: &Listening| it.tags.owner(manifest) == Owner::Us;
    let stays = |it: &Listening| OnDelete::from_tag(it.tags.get(tags::ON_DELETE)) == OnDelete::Retain;
    let foreign = ports(&|it| !is_ours(it)).map(|(count, ports)| {
        let do_not = if count == 1 { "does not" } else { "do not" };
        format!("{} on {ports}, which {do_not} carry this manifest's mark", size::count(count, "listener"))
    });
    let retained = ports(&|it| is_ours(it) && stays(it)).map(|(count, ports)| {
        let are = if count == 1 { "is" } else { "are" };
        format!("{} on {ports}, which {are} to be retained", size::count(count, "listener"))
    });
    let ruled = ports(&|it| it.rules > 0).map(|(_, ports)| {
        let rules = listeners.iter().map(|it| it.rules).sum();
        format!("{} on {ports}, which no manifest declares", size::count::<usize>(rules, "rule"))
    });
    let all: Vec<_> = [foreign, retained, ruled].into_iter().flatten().collect();
    (!all.is_empty()).then(|| format!("AWS would delete with it {}", all.join("; ")))
}
