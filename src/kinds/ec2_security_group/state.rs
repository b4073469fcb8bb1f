//! The normal form, the changes, and the diff. Pure.

use super::Ec2SecurityGroup;
use super::holders::Holders;
use super::rules::{self, Direction, Peer, Rule, RuleDiff, Traffic};
use crate::guard::Permit;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Delta, Describe, Entry, Live, Risk, Stage};
use crate::model::{FieldChange, Link, Outputs, Setting, Shown, Tags};

/// A security group's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Its name, unique in its VPC whatever the case of its letters.
    pub name: String,
    /// The VPC that it is in.
    pub vpc: Link,
    /// What it is for.
    pub description: String,
    /// Who may reach what is in it.
    pub ingress: Vec<Rule>,
    /// What may be reached from what is in it.
    pub egress: Vec<Rule>,
}

/// The name of the group that AWS makes with each VPC and never deletes (VPC user guide, "Default security
/// groups").
pub(super) const DEFAULT: &str = "default";

impl State {
    /// What no two groups have: the name, in small letters, and the VPC.
    pub(super) fn claim(&self) -> String {
        // Two look-ups may find one VPC: its id says more than what looked for it.
        let vpc = self.vpc.value().map_or_else(|| self.vpc.to_string(), str::to_owned);
        format!("{} in {vpc}", self.name.to_ascii_lowercase())
    }

    /// Shows each link to `visit`.
    pub(super) fn links(&mut self, visit: &mut dyn FnMut(Stage, &mut Link)) {
        visit(Stage::Itself, &mut self.vpc);
        for rules in [&mut self.ingress, &mut self.egress] {
            rules::links_mut(rules).for_each(|link| visit(Stage::Parts, link));
        }
    }
}

/// What is seen of a group besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// What uses it, if that was measured.
    pub holders: Option<Holders>,
}

/// One change of a security group: one API call each, for one direction where there are two.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags and the rules that AWS puts into every new group.
    CreateSecurityGroup {
        /// What to create.
        state: State,
        /// Its tags.
        tags: Tags,
    },
    /// Sets tags.
    CreateTags {
        /// The tags that it has.
        before: Tags,
        /// The tags to set.
        tags: Tags,
    },
    /// Adds rules.
    Authorize(Direction, Vec<Rule>),
    /// Gives rules other descriptions: each as it is live, and as it is declared.
    UpdateDescriptions(Direction, Vec<(Rule, Rule)>),
    /// Takes rules away.
    Revoke(Direction, Vec<Rule>, Because),
    /// Deletes it.
    DeleteSecurityGroup {
        /// Its name.
        name: String,
        /// The guard's permission.
        permit: Permit,
    },
}

/// Why rules are taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Because {
    /// Nobody declared them.
    Undeclared,
    /// AWS puts them into every new group.
    New,
    /// The group goes, and the groups that they name may be waiting for that.
    Leaving,
}

impl Change {
    /// Rules hang on the group: others that name it need not wait for them, so two groups may name each other.
    pub(super) fn stage(&self) -> Stage {
        match self {
            Self::CreateSecurityGroup { .. } | Self::CreateTags { .. } | Self::DeleteSecurityGroup { .. } => {
                Stage::Itself
            }
            Self::Authorize(..) | Self::UpdateDescriptions(..) | Self::Revoke(..) => Stage::Parts,
        }
    }
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        use Direction::{Egress, Ingress};
        match self {
            Self::CreateSecurityGroup { state, tags } => {
                let mut view = ChangeView::new("ec2:CreateSecurityGroup", creation_fields(state, tags));
                // What AWS adds and stays is opened by this very call.
                let opened = of_aws();
                if rules::diff(&opened, &state.egress).remove.is_empty() {
                    view.fields.extend(rules::added(Egress, &opened));
                    view.consequences = rules::exposes(Egress, &opened);
                    view.risk = exposes(Egress, &opened).then_some(Risk::Exposes);
                }
                view
            }
            Self::CreateTags { before, tags } => ChangeView::new("ec2:CreateTags", tag_fields(before, tags)),
            Self::Authorize(direction, rules) => {
                let call = match direction {
                    Ingress => "ec2:AuthorizeSecurityGroupIngress",
                    Egress => "ec2:AuthorizeSecurityGroupEgress",
                };
                let mut view = ChangeView::new(call, rules::added(*direction, rules));
                view.consequences = rules::exposes(*direction, rules);
                view.risk = exposes(*direction, rules).then_some(Risk::Exposes);
                view
            }
            Self::UpdateDescriptions(direction, rules) => {
                let call = match direction {
                    Ingress => "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
                    Egress => "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
                };
                ChangeView::new(call, rules::described(*direction, rules))
            }
            Self::Revoke(direction, rules, because) => {
                let call = match direction {
                    Ingress => "ec2:RevokeSecurityGroupIngress",
                    Egress => "ec2:RevokeSecurityGroupEgress",
                };
                let mut view = ChangeView::new(call, rules::removed(*direction, rules));
                let so = match because {
                    Because::Undeclared => "traffic that no other rule allows is cut off",
                    Because::New => "AWS puts this rule into every new group",
                    Because::Leaving => "the groups that it names can be deleted too",
                };
                view.consequences.push(so.to_owned());
                view
            }
            Self::DeleteSecurityGroup { name, .. } => {
                let field = FieldChange::new("security-group", Shown::text(name), Shown::Absent);
                let mut view = ChangeView::new("ec2:DeleteSecurityGroup", vec![field]);
                view.consequences
                    .push("nothing uses it; AWS refuses should anything do so in the meantime".to_owned());
                view
            }
        }
    }
}

/// Whether rules let more than before reach something. A rule outwards lets nobody in, and what it leads to has
/// rules of its own; but one to the whole internet lets data out to anybody, which deserves the same second look.
fn exposes(direction: Direction, rules: &[Rule]) -> bool {
    match direction {
        Direction::Ingress => true,
        Direction::Egress => rules.iter().any(|rule| rule.peer.is_public()),
    }
}

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. The rules are calls of their own.
    let State { name, vpc, description, ingress: _, egress: _ } = state;
    let mut fields = vec![
        FieldChange::set("name", Shown::text(name)),
        FieldChange::set("vpc", Shown::link(vpc)),
        FieldChange::set("description", Shown::text(description)),
    ];
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let base = creation_fields(state, &Tags::default());
    let ingress = rules::added(Direction::Ingress, &state.ingress);
    let egress = rules::added(Direction::Egress, &state.egress);
    base.into_iter().chain(ingress).chain(egress).map(Setting::from).collect()
}

/// The rules outwards that AWS puts into every new group. With IPv6 in its VPC there is another one, to `::/0` (VPC
/// user guide, "Security group rules"): the look after the creation tells.
fn of_aws() -> Vec<Rule> {
    let all = Peer::range("0.0.0.0/0").map(|peer| Rule { traffic: Traffic::All, peer, description: None });
    all.into_iter().collect()
}

pub(super) fn create(entry: &Entry<Ec2SecurityGroup>) -> Vec<Change> {
    let (state, tags) = (entry.state.clone(), entry.tags.clone());
    let rules = rules(&[], &of_aws(), &state, Because::New);
    [Change::CreateSecurityGroup { state, tags }].into_iter().chain(rules).collect()
}

/// What leads from these rules to those that are declared. First what is added: there is no moment in which
/// what was allowed and stays allowed under another rule is not.
fn rules(ingress: &[Rule], egress: &[Rule], want: &State, because: Because) -> Vec<Change> {
    use Direction::{Egress, Ingress};
    let diffs = [(Ingress, rules::diff(ingress, &want.ingress)), (Egress, rules::diff(egress, &want.egress))];
    let (mut add, mut describe, mut remove) = (Vec::new(), Vec::new(), Vec::new());
    for (direction, diff) in diffs {
        let RuleDiff { add: new, remove: old, describe: other } = diff;
        add.extend((!new.is_empty()).then_some(Change::Authorize(direction, new)));
        describe.extend((!other.is_empty()).then_some(Change::UpdateDescriptions(direction, other)));
        remove.extend((!old.is_empty()).then_some(Change::Revoke(direction, old, because)));
    }
    add.into_iter().chain(describe).chain(remove).collect()
}

pub(super) fn diff(live: &Live<Ec2SecurityGroup>, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. Name and VPC found the group.
    let State { name: _, vpc: _, description, ingress, egress } = want;
    let is = &live.state;
    let mut deltas = Vec::new();
    if *description != is.description {
        let (before, after) = (Shown::text(&is.description), Shown::text(description));
        deltas.push(Delta::Immutable {
            field: FieldChange::new("description", before, after),
            instead: "declare the description that is live, or make a group of another name and move over what uses this one",
        });
    }
    let known: Vec<_> = rules::known(ingress).chain(rules::known(egress)).collect();
    let called = |rules: &[Rule]| {
        let mut rules = rules.to_vec();
        rules::named(&mut rules, &known);
        rules
    };
    let changes = self::rules(&called(&is.ingress), &called(&is.egress), want, Because::Undeclared);
    deltas.extend(changes.into_iter().map(Delta::Change));
    deltas
}

/// Its own rules go first where they name other groups: AWS keeps a group that another one's rules name, and
/// of two that leave and name each other neither would be the first.
pub(super) fn delete(live: &Live<Ec2SecurityGroup>, permit: Permit) -> Vec<Change> {
    let own = live.outputs.get(Outputs::ID);
    let names = |rule: &&Rule| matches!(&rule.peer, Peer::Group(link) if link.value() != own);
    let revoke = |direction, rules: &[Rule]| {
        let rules: Vec<_> = rules.iter().filter(names).cloned().collect();
        (!rules.is_empty()).then_some(Change::Revoke(direction, rules, Because::Leaving))
    };
    let State { name, ingress, egress, .. } = &live.state;
    let revoked = [revoke(Direction::Ingress, ingress), revoke(Direction::Egress, egress)];
    let name = name.clone();
    revoked.into_iter().flatten().chain([Change::DeleteSecurityGroup { name, permit }]).collect()
}

pub(super) fn blocks_deletion(
    live: &Live<Ec2SecurityGroup>,
    leaving: &[&Live<Ec2SecurityGroup>],
) -> Option<String> {
    if live.state.name == DEFAULT {
        return Some("it is its VPC's own group, which AWS keeps".to_owned());
    }
    let Some(holders) = &live.detail.holders else {
        return Some("what uses it was not measured".to_owned());
    };
    let goes = |id: &str| leaving.iter().any(|other| other.outputs.get(Outputs::ID) == Some(id));
    holders.without(goes).words().map(|users| format!("it is in use by {users}"))
}

/// What people must be told of a group that is there, or is not yet.
pub(super) fn notes(live: Option<&State>, want: &State) -> Vec<String> {
    let of = |direction, rules: fn(&State) -> &[Rule]| {
        rules::notes(direction, live.map_or(&[], rules), rules(want))
    };
    of(Direction::Ingress, |state| &state.ingress)
        .chain(of(Direction::Egress, |state| &state.egress))
        .collect()
}
