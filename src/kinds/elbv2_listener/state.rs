//! The normal form, the changes, and the diff. Pure.

use super::action::Action;
use super::spec::Protocol;
use super::{Elbv2Listener, tls};
use crate::guard::Permit;
use crate::kind::view::tag_fields;
use crate::kind::{ChangeView, Delta, Describe, Entry, Live, Risk, Stage};
use crate::model::{Arn, FieldChange, Link, Setting, Shown, Tags, size};

/// A listener's settings.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The load balancer that it is a port of.
    pub load_balancer: Link,
    /// The port.
    pub port: u16,
    /// What people call it: its load balancer's name and its port.
    called: String,
    /// How it speaks TLS; none, for plain HTTP.
    pub tls: Option<Tls>,
    /// What it does with a request that no rule takes.
    pub action: Action,
}

/// How a listener speaks TLS.
#[derive(Clone, Debug, PartialEq)]
pub struct Tls {
    /// The policy: versions and ciphers.
    pub policy: String,
    /// The certificate that clients are shown.
    pub certificate: Link,
    /// Those for clients that ask for a domain of theirs.
    pub extra: Vec<Link>,
    /// What is asked of clients' certificates; none, nothing. It cannot be declared.
    pub mutual: Option<Mutual>,
}

/// What is asked of clients' certificates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutual {
    /// Whether clients without a certificate that is trusted are turned away.
    pub verifies: bool,
    /// All of it, in words.
    pub words: String,
}

impl State {
    /// One that is declared.
    pub(super) fn declared(load_balancer: Link, port: u16, tls: Option<Tls>, action: Action) -> Self {
        let called = called(&load_balancer, port);
        Self { load_balancer, port, called, tls, action }
    }

    /// One that is live, on the load balancer with this ARN.
    pub(super) fn live(balancer: &str, port: u16, tls: Option<Tls>, action: Action) -> Self {
        let called = called_on(balancer, port.into());
        Self { load_balancer: Link::live(balancer), port, called, tls, action }
    }

    /// What people call it.
    pub(super) fn called(&self) -> &str {
        &self.called
    }

    /// Shows each link to `visit`.
    pub(super) fn links(&mut self, visit: &mut dyn FnMut(Stage, &mut Link)) {
        let Self { load_balancer, port, called: name, tls, action: _ } = self;
        visit(Stage::Itself, load_balancer);
        for link in tls.iter_mut().flat_map(|tls| std::iter::once(&mut tls.certificate).chain(&mut tls.extra))
        {
            visit(Stage::Itself, link);
        }
        // The visit may have told what the load balancer is called.
        if load_balancer.address().is_some() {
            *name = called(load_balancer, *port);
        }
    }

    fn protocol(&self) -> Protocol {
        if self.tls.is_some() { Protocol::Https } else { Protocol::Http }
    }
}

fn called(load_balancer: &Link, port: u16) -> String {
    load_balancer.name().map_or_else(|| format!("{load_balancer}:{port}"), |name| format!("{name}:{port}"))
}

/// What people call the listener on this port of the load balancer with this ARN.
pub(super) fn called_on(balancer: &str, port: i32) -> String {
    format!("{}:{port}", name_in(balancer).unwrap_or(balancer))
}

/// The name in the ARN of an application load balancer: `loadbalancer/app/NAME/ID`.
fn name_in(arn: &str) -> Option<&str> {
    Arn::parse(arn)?.resource.strip_prefix("loadbalancer/app/")?.split('/').next()
}

/// What is seen of a listener besides its settings.
#[derive(Clone, Debug, Default)]
pub struct Detail {
    /// The priorities of the rules that are asked before the default action. None of them is ours.
    pub rules: Vec<String>,
}

impl Detail {
    /// The rules in words, if there are any: `2 rules (priority 1, 20)`.
    pub(super) fn words(&self) -> Option<String> {
        let count = size::count(self.rules.len(), "rule");
        (!self.rules.is_empty()).then(|| format!("{count} (priority {})", self.rules.join(", ")))
    }
}

/// One change of a listener: one API call each.
#[derive(Debug)]
pub enum Change {
    /// Creates it, with its tags.
    CreateListener {
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
    /// Adds a certificate to those that clients can ask for.
    AddListenerCertificates(Link),
    /// Sets whatever differs.
    ModifyListener(Box<Edit>),
    /// Takes one of those certificates away.
    RemoveListenerCertificates(Link),
    /// Deletes it.
    DeleteListener {
        /// What people call it.
        called: String,
        /// Its port.
        port: u16,
        /// The guard's permission.
        permit: Permit,
    },
}

/// What one call changes of a listener.
#[derive(Debug)]
pub struct Edit {
    /// As it is live.
    pub(super) before: State,
    /// As it is declared.
    pub(super) after: State,
}

impl Edit {
    /// The protocol, if that changes.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        let after = self.after.protocol();
        (after != self.before.protocol()).then_some(after)
    }

    /// The policy, if that changes.
    pub(super) fn policy(&self) -> Option<&str> {
        let before = self.before.tls.as_ref().map(|tls| tls.policy.as_str());
        self.after.tls.as_ref().map(|tls| tls.policy.as_str()).filter(|after| before != Some(after))
    }

    /// The certificate, if that changes.
    pub(super) fn certificate(&self) -> Option<&Link> {
        let before = self.before.tls.as_ref().map(|tls| &tls.certificate);
        self.after.tls.as_ref().map(|tls| &tls.certificate).filter(|after| before != Some(after))
    }

    /// What is no longer asked of clients' certificates, where TLS goes on.
    pub(super) fn mutual(&self) -> Option<&Mutual> {
        self.before.tls.as_ref().filter(|_| self.after.tls.is_some())?.mutual.as_ref()
    }

    /// The action, if that changes.
    pub(super) fn action(&self) -> Option<&Action> {
        Some(&self.after.action).filter(|after| **after != self.before.action)
    }

    fn is_needed(&self) -> bool {
        self.protocol().is_some()
            || self.policy().is_some()
            || self.certificate().is_some()
            || self.mutual().is_some()
            || self.action().is_some()
    }

    fn view(&self) -> ChangeView {
        let (before, after) = (self.before.tls.as_ref(), self.after.tls.as_ref());
        let mut fields = Vec::new();
        let mut field = |name: &str, before: Shown, after: Shown| {
            fields.push(FieldChange::new(name, before, after));
        };
        let mut consequences = Vec::new();
        let mut exposes = false;
        if let Some(protocol) = self.protocol() {
            field("protocol", Shown::text(self.before.protocol().word()), Shown::text(protocol.word()));
            consequences.push(match protocol {
                Protocol::Http => {
                    "what passes is no longer encrypted: whoever is on the way can read it".to_owned()
                }
                Protocol::Https => {
                    format!("whoever speaks plain HTTP on port {} is turned away", self.after.port)
                }
            });
            exposes |= protocol == Protocol::Http;
        }
        let policy = |tls: Option<&Tls>| Shown::optional(tls.map(|tls| tls.policy.as_str()));
        let certificate = |tls: Option<&Tls>| tls.map_or(Shown::Absent, |tls| Shown::link(&tls.certificate));
        // With TLS go its settings (API `ModifyListener`).
        let ends = before.is_some() && after.is_none();
        if ends || self.policy().is_some() {
            field("tls-policy", policy(before), policy(after));
        }
        if let Some(lowest) =
            before.zip(after).and_then(|(before, after)| tls::weaker(&before.policy, &after.policy))
        {
            consequences.push(format!("clients that speak no better than {lowest} are let in again"));
            exposes = true;
        }
        if ends || self.certificate().is_some() {
            field("certificate", certificate(before), certificate(after));
        }
        if let (Some(before), true) = (before, ends) {
            before.extra.iter().for_each(|it| field("extra-certificates", Shown::link(it), Shown::Absent));
        }
        if let Some(mutual) = before.and_then(|tls| tls.mutual.as_ref()) {
            field("mutual authentication", Shown::text(&mutual.words), Shown::Absent);
            consequences.push(if mutual.verifies {
                "clients without a certificate of their own are let in".to_owned()
            } else {
                "what answers is no longer told the certificates of clients".to_owned()
            });
            exposes |= mutual.verifies;
        }
        if let Some(action) = self.action() {
            field("default action", self.before.action.shown(), action.shown());
            if matches!(self.before.action, Action::Other(_)) {
                consequences
                    .push("requests that no rule takes no longer reach what answers them now".to_owned());
            }
        }
        let mut view = ChangeView::new("elasticloadbalancing:ModifyListener", fields);
        view.consequences = consequences;
        view.risk = exposes.then_some(Risk::Exposes);
        view
    }
}

impl Describe for Change {
    fn describe(&self) -> ChangeView {
        match self {
            Self::CreateListener { state, tags } => {
                let mut view =
                    ChangeView::new("elasticloadbalancing:CreateListener", creation_fields(state, tags));
                view.consequences.push(format!(
                    "port {} answers whomever the load balancer's security groups let in",
                    state.port
                ));
                view
            }
            Self::AddTags { before, tags } => {
                ChangeView::new("elasticloadbalancing:AddTags", tag_fields(before, tags))
            }
            Self::AddListenerCertificates(certificate) => {
                let field = FieldChange::set(EXTRA, Shown::link(certificate));
                ChangeView::new("elasticloadbalancing:AddListenerCertificates", vec![field])
            }
            Self::ModifyListener(edit) => edit.view(),
            Self::RemoveListenerCertificates(certificate) => {
                let field = FieldChange::new(EXTRA, Shown::link(certificate), Shown::Absent);
                let mut view =
                    ChangeView::new("elasticloadbalancing:RemoveListenerCertificates", vec![field]);
                view.consequences
                    .push("clients that ask for its domains are shown another certificate".to_owned());
                view
            }
            Self::DeleteListener { called, port, permit: _ } => {
                let field = FieldChange::new("listener", Shown::text(called), Shown::Absent);
                let mut view = ChangeView::new("elasticloadbalancing:DeleteListener", vec![field]);
                view.consequences.push(format!("nothing answers on port {port} from now on"));
                view
            }
        }
    }
}

const EXTRA: &str = "extra-certificates";

fn creation_fields(state: &State, tags: &Tags) -> Vec<FieldChange> {
    // Destructured whole, so that a new field cannot be forgotten here. Further certificates are calls of their own.
    let State { load_balancer, port, called: _, tls, action } = state;
    let mut fields = vec![
        FieldChange::set("load-balancer", Shown::link(load_balancer)),
        FieldChange::set("port", Shown::text(port.to_string())),
        FieldChange::set("protocol", Shown::text(state.protocol().word())),
    ];
    if let Some(Tls { policy, certificate, extra: _, mutual }) = tls {
        fields.push(FieldChange::set("tls-policy", Shown::text(policy)));
        fields.push(FieldChange::set("certificate", Shown::link(certificate)));
        let words = mutual.as_ref().map(|mutual| Shown::text(&mutual.words));
        fields.extend(words.map(|words| FieldChange::set("mutual authentication", words)));
    }
    fields.push(FieldChange::set("default action", action.shown()));
    fields.extend(tag_fields(&Tags::default(), tags));
    fields
}

pub(super) fn settings(state: &State) -> Vec<Setting> {
    let mut settings: Vec<_> =
        creation_fields(state, &Tags::default()).into_iter().map(Setting::from).collect();
    let extra = state.tls.iter().flat_map(|tls| &tls.extra).map(ToString::to_string).collect::<Vec<_>>();
    if !extra.is_empty() {
        settings.push(Setting::new(EXTRA, Shown::text(extra.join(", "))));
    }
    settings
}

pub(super) fn create(entry: &Entry<Elbv2Listener>) -> Vec<Change> {
    let (state, tags) = (Box::new(entry.state.clone()), entry.tags.clone());
    let extra = state.tls.iter().flat_map(|tls| &tls.extra).cloned().map(Change::AddListenerCertificates);
    let extra: Vec<_> = extra.collect();
    [Change::CreateListener { state, tags }].into_iter().chain(extra).collect()
}

pub(super) fn diff(is: &State, want: &State) -> Vec<Delta<Change>> {
    // Destructured whole: a new field that nobody compares does not compile. The first three found it; the rest is
    // compared by `Edit`, but for further certificates.
    let State { load_balancer: _, port: _, called: _, tls, action: _ } = want;
    let (add, remove) = match (&is.tls, tls) {
        (Some(is), Some(want)) => further(is, want),
        (None, Some(want)) => (want.extra.clone(), Vec::new()),
        // They go with TLS.
        (_, None) => (Vec::new(), Vec::new()),
    };
    let edit = Edit { before: is.clone(), after: want.clone() };
    let edit = edit.is_needed().then(|| Change::ModifyListener(Box::new(edit)));
    let mut changes: Vec<_> = add.into_iter().map(Change::AddListenerCertificates).collect();
    // Added first, so that there is no moment in which a domain has no certificate; but plain HTTP takes none.
    let at = if is.tls.is_some() { changes.len() } else { 0 };
    changes.splice(at..at, edit);
    changes.extend(remove.into_iter().map(Change::RemoveListenerCertificates));
    changes.into_iter().map(Delta::Change).collect()
}

/// The further certificates to add and to take away. The one that is shown anyway may stand among them or not (API
/// `DescribeListenerCertificates`): it makes no difference.
fn further(is: &Tls, want: &Tls) -> (Vec<Link>, Vec<Link>) {
    let other = |from: &[Link], than: &[Link]| -> Vec<Link> {
        from.iter().filter(|it| !than.contains(it) && **it != want.certificate).cloned().collect()
    };
    (other(&want.extra, &is.extra), other(&is.extra, &want.extra))
}

/// What people must be told of a listener that is there.
pub(super) fn notes(live: Option<&Live<Elbv2Listener>>) -> Vec<String> {
    let rules = live.and_then(|live| live.detail.words());
    rules
        .map(|rules| format!("it also has {rules} of others: asked first, and left alone"))
        .into_iter()
        .collect()
}
