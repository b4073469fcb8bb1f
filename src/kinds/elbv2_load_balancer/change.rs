//! The changes of a load balancer, and what is said of each. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::attributes::Edit;
use super::state::{AddressType, Scheme, State, creation_fields, subnet_fields};
use crate::guard::Permit;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Describe, Risk};
use crate::model::{FieldChange, Link, Shown, Tags};

/// One change of a load balancer: one API call each. Which one it is, the step's outputs say.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateLoadBalancer {
        /// What to create.
        state: Box<State>,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    AddTags {
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Puts it into these subnets and no others.
    SetSubnets {
        /// What is live, by zone.
        before: BTreeMap<String, String>,
        /// What is declared, by zone.
        after: BTreeMap<String, String>,
    },
    /// Puts it into these security groups and no others.
    SetSecurityGroups {
        /// What is live.
        before: BTreeSet<String>,
        /// What is declared.
        after: Vec<Link>,
    },
    /// Sets which addresses it has.
    SetIpAddressType {
        /// Who can reach it at all.
        scheme: Scheme,
        /// What is live.
        before: AddressType,
        /// What is declared.
        after: AddressType,
    },
    /// Sets attributes.
    ModifyLoadBalancerAttributes(Vec<Edit>),
    /// Deletes it, with what listens on it.
    DeleteLoadBalancer {
        /// Its name.
        name: String,
        /// Its DNS name.
        dns_name: Option<String>,
        /// The guard's permission.
        permit: Permit,
    },
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateLoadBalancer { state, tags } => {
                let fields = creation_fields(state, tags);
                let mut view = ChangeView::new("elasticloadbalancing:CreateLoadBalancer", fields);
                if state.scheme == Scheme::InternetFacing {
                    view.consequences.push(
                        "the internet can reach it, as far as its security groups let anybody in".to_owned(),
                    );
                    view.risk = Some(Risk::Exposes);
                }
                view
            }
            Self::AddTags { before, tags } => {
                ChangeView::new("elasticloadbalancing:AddTags", tag_fields(before, tags))
            }
            Self::SetSubnets { before, after } => {
                let fields = subnet_fields(before, after);
                let mut view = ChangeView::new("elasticloadbalancing:SetSubnets", fields);
                for (zone, subnet) in before {
                    match after.get(zone) {
                        None => view.consequences.push(format!(
                            "it is no longer in {zone}: its addresses there are gone, and targets there get nothing from it"
                        )),
                        Some(other) if other != subnet => {
                            view.consequences.push(format!("its addresses in {zone} become others"));
                        }
                        Some(_) => {}
                    }
                }
                view
            }
            Self::SetSecurityGroups { before, after } => regrouped(before, after),
            Self::SetIpAddressType { scheme, before, after } => readdressed(*scheme, *before, *after),
            Self::ModifyLoadBalancerAttributes(edits) => {
                let field = |edit: &Edit| {
                    let Edit { before, after } = edit;
                    FieldChange::new(after.field, Shown::text(before), Shown::text(&after.value))
                };
                let call = "elasticloadbalancing:ModifyLoadBalancerAttributes";
                let mut view = ChangeView::new(call, edits.iter().map(field).collect());
                // Three logs that are switched off say the same.
                let so: BTreeSet<_> = edits.iter().filter_map(Edit::so).collect();
                view.consequences = so.into_iter().map(str::to_owned).collect();
                view.risk = edits.iter().any(Edit::exposes).then_some(Risk::Exposes);
                view
            }
            Self::DeleteLoadBalancer { name, dns_name, permit: _ } => {
                let field = FieldChange::new("load-balancer", Shown::text(name), Shown::Absent);
                let mut view = ChangeView::new("elasticloadbalancing:DeleteLoadBalancer", vec![field]);
                // How many listeners there are is not said: those that leave before it are gone by then.
                view.consequences.push("what listens on it goes with it; target groups stay".to_owned());
                let dns_name = dns_name.as_deref().unwrap_or("its DNS name");
                view.consequences.push(format!("{dns_name} is gone for good: no other one can have it"));
                view
            }
        }
    }
}

/// The fields: first the groups that are added, then those that go.
fn regrouped(before: &BTreeSet<String>, after: &[Link]) -> ChangeView {
    let added: Vec<_> =
        after.iter().filter(|link| link.value().is_none_or(|id| !before.contains(id))).collect();
    let stays = |id: &str| after.iter().any(|link| link.value() == Some(id));
    let gone: Vec<_> = before.iter().filter(|id| !stays(id)).collect();
    let field = "security-group";
    let set = added.iter().map(|link| FieldChange::set(field, Shown::link(link)));
    let unset = gone.iter().map(|id| FieldChange::new(field, Shown::text(*id), Shown::Absent));
    let mut view = ChangeView::new("elasticloadbalancing:SetSecurityGroups", set.chain(unset).collect());
    let so = |link: &&Link| format!("whoever {link} lets in can reach it");
    view.consequences.extend(added.iter().map(so));
    let so = |id: &&String| format!("whoever {id} alone lets in can no longer reach it");
    view.consequences.extend(gone.iter().map(so));
    view.risk = (!added.is_empty()).then_some(Risk::Exposes);
    view
}

fn readdressed(scheme: Scheme, before: AddressType, after: AddressType) -> ChangeView {
    use AddressType::{DualstackWithoutPublicIpv4, Ipv4};
    let field = FieldChange::new("ip-address-type", before.shown(), after.shown());
    let mut view = ChangeView::new("elasticloadbalancing:SetIpAddressType", vec![field]);
    let is_public = scheme == Scheme::InternetFacing;
    let mut so = |so: &str| view.consequences.push(so.to_owned());
    if before == Ipv4 {
        so("it gets addresses of IPv6");
    } else if after == Ipv4 {
        so("clients that have only IPv6 can no longer reach it");
    }
    if before == DualstackWithoutPublicIpv4 {
        so("it gets public addresses of IPv4, which are paid for by the hour");
    } else if after == DualstackWithoutPublicIpv4 {
        so("clients in the internet that have only IPv4 can no longer reach it");
    }
    let opens = before == Ipv4 || before == DualstackWithoutPublicIpv4;
    view.risk = (is_public && opens).then_some(Risk::Exposes);
    view
}
