//! How many rules there may be (VPC user guide, "Amazon VPC quotas"). Pure.
//!
//! AWS counts each direction, and in it IPv4 and IPv6, on its own. A group counts in both, and so does a prefix list,
//! there with the most entries that it may have, which nobody asks for here: it is counted once.

use ipnet::IpNet;

use super::{Direction, Peer, Rule};
use crate::model::problem::Problems;

/// Most rules of one family in one direction, unless AWS has raised that for the account.
const QUOTA: usize = 60;
/// What it is never raised beyond: it and the quota of groups in an interface, multiplied, stay within this.
const MOST: usize = 1_000;

/// How many rules there are of each family.
fn counts(rules: &[Rule]) -> [(&'static str, usize); 2] {
    let count = |counts: fn(&IpNet) -> bool| {
        let counted = |rule: &&Rule| match &rule.peer {
            Peer::Range(range) => counts(range),
            Peer::Group(_) | Peer::PrefixList(_) => true,
        };
        rules.iter().filter(counted).count()
    };
    [("IPv4", count(|it| matches!(it, IpNet::V4(_)))), ("IPv6", count(|it| matches!(it, IpNet::V6(_))))]
}

/// Checks that there is an account in which there may be so many in one direction.
pub(super) fn check(rules: &[Rule], problems: &mut Problems) {
    for (family, _) in counts(rules).into_iter().filter(|(_, count)| *count > MOST) {
        let message = format!("these are more than {MOST} rules for {family}");
        let help = "AWS raises its quota of 60 to no more than that, and each peer is a rule; merge ranges, or make several groups";
        problems.report_here(message, help);
    }
}

/// What is said of rules that are more than the quota, where there are no so many yet.
pub fn notes(direction: Direction, live: &[Rule], want: &[Rule]) -> impl Iterator<Item = String> {
    let more = move |((family, want), (_, live)): (_, (_, usize))| {
        (want > QUOTA && live <= QUOTA).then(|| {
            format!("{direction} has {want} rules for {family}, and AWS takes {QUOTA} unless it has raised the account's quota")
        })
    };
    counts(want).into_iter().zip(counts(live)).filter_map(more)
}
