//! `lookup.vpc`: a network, with one subnet for each availability zone.
//!
//! **Found** in the lists of all VPCs and of all subnets, which are read at the same time and once for all
//! entries: one round trip. **Chosen** in memory: the default VPC, one by its id, or the only one with some
//! tags. More than one that could be meant is refused, for VPCs and for the subnets of a zone alike.
//!
//! **Ordinary zones only.** What names a network here cannot live in a Local Zone, a Wavelength Zone or on an
//! Outpost: EFS has no mount targets there. A zone is ordinary if its name is that of a Region and a letter.

mod choose;
mod locate;
mod observe;
mod spec;
#[cfg(test)]
mod tests;

use crate::aws::Aws;
use crate::kind::LookUp;
use crate::kind::lookup::{Choice, Located, NoChoice, NotLocated};
use crate::kind::raise::Ask;
use crate::model::KindName;
use crate::model::problem::Problems;

pub use spec::{Query, Spec, Which};

/// The look-up `lookup.vpc`.
pub struct LookUpVpc;

impl LookUp for LookUpVpc {
    const NAME: KindName = KindName::VPC;
    const ABOUT: &'static str = "a network, with one subnet for each availability zone";

    type Spec = Spec;
    type Query = Query;

    fn lower(spec: &Spec, problems: &mut Problems) -> Option<Query> {
        spec::lower(spec, problems)
    }

    async fn look<'a>(aws: &'a Aws, queries: &'a [&'a Query]) -> Vec<Result<Choice, NoChoice>> {
        observe::look(aws, queries).await
    }

    async fn locate<'a>(aws: &'a Aws, asks: &'a [Ask]) -> Vec<Result<Located<Spec>, NotLocated>> {
        observe::locate(aws, asks).await
    }
}
