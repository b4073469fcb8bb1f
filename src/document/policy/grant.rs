//! Grants: statements that a manifest says by naming roles.
//!
//! A grant stands in one document with the statements that a manifest spells out, because AWS keeps one policy for each
//! resource. Its statements have sids of their own, by which they are found again in what is live. A statement with
//! such a sid that says anything else is not the grant's: it stays with the other statements, and differs there.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::role::{self, Home, Role};
use super::{Names, Policy, ResourceElement, StatementSpec, VERSION, statement, widened};
use crate::model::problem::Problems;
use crate::model::{FieldChange, Shown};

/// What a field of an entry lets roles do.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// The field that names the roles.
    pub field: &'static str,
    /// The sid of the statement that lets them in.
    pub sid: &'static str,
    /// What it lets them do.
    pub actions: &'static [&'static str],
    /// Whether statements name their resource.
    pub resource: ResourceElement,
    /// How all others can be kept out, where they can.
    pub only: Option<Only>,
}

/// How a grant keeps out whom it does not name: a permission alone keeps out nobody, for the account's own permissions
/// let in others.
#[derive(Clone, Copy, Debug)]
pub struct Only {
    /// The field that asks for it.
    pub field: &'static str,
    /// The sid of the statement.
    pub sid: &'static str,
    /// What it denies.
    pub action: &'static str,
    /// What those who are kept out cannot do.
    pub what: &'static str,
}

/// Who may do what an entry's kind grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Granted {
    /// Who is let in.
    pub roles: BTreeSet<Role>,
    /// Who is not kept out, where all others are.
    pub only: Option<BTreeSet<Role>>,
}

/// All that a resource policy says: what is granted, and the other statements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// What is granted.
    pub granted: Granted,
    /// The other statements.
    pub policy: Option<Policy>,
}

impl Access {
    /// Itself, if there is a policy.
    #[must_use]
    pub fn some(&self) -> Option<&Self> {
        (*self != Self::default()).then_some(self)
    }

    /// The roles of other accounts that are let in, if there are any.
    #[must_use]
    pub fn others(&self) -> Option<String> {
        let others: Vec<_> =
            self.granted.roles.iter().filter(|role| matches!(role, Role::Other(_))).collect();
        (!others.is_empty()).then(|| role::listed(others))
    }
}

impl Grant {
    /// The roles that a manifest names in the grant's field.
    #[must_use]
    pub fn roles(&self, names: &[String], home: Home<'_>, problems: &mut Problems) -> BTreeSet<Role> {
        problems.within(self.field, |problems| role::declared(names, home, problems))
    }

    /// Checks statements that are spelled out beside `granted`: that none takes a sid of the grant's, and none lets in
    /// whom the grant keeps out.
    pub fn check(
        &self,
        statements: &[StatementSpec],
        granted: &Granted,
        home: Home<'_>,
        problems: &mut Problems,
    ) {
        for (at, statement) in statements.iter().enumerate() {
            problems.within(at, |problems| {
                if statement.sid.as_deref().is_some_and(|sid| self.sids().any(|own| own == sid)) {
                    let message = format!("this sid is that of the statement which `{}` makes", self.field);
                    let help = format!("choose another sid, or name the roles in `{}`", self.field);
                    problems.report("sid", message, &help);
                }
                let (Some(only), Some(roles)) = (self.only, &granted.only) else { return };
                if statement.lets(only.action) && !self.are_named(statement, roles, home) {
                    let message = format!("`{}` denies what this statement allows", only.field);
                    let help = format!("name its roles in `{}`, or leave `{}` out", self.field, only.field);
                    problems.report_here(message, &help);
                }
            });
        }
    }

    /// Whether a statement speaks of none but `roles`.
    fn are_named(&self, statement: &StatementSpec, roles: &BTreeSet<Role>, home: Home<'_>) -> bool {
        let document = statement.document(self.resource);
        let who = document.get("Principal").and_then(Value::as_object);
        who.is_some_and(|kinds| {
            kinds.iter().all(|(kind, who)| {
                let named = |who: &Value| {
                    let role = who.as_str().and_then(|who| Role::live(who, home.account));
                    role.is_some_and(|role| roles.contains(&role))
                };
                kind == "AWS" && who.as_array().is_some_and(|who| who.iter().all(named))
            })
        })
    }

    /// What the policy of a resource in `account` grants, and what else it says.
    #[must_use]
    pub fn access(&self, policy: Option<Policy>, account: &str) -> Access {
        let Some(policy) = policy else { return Access::default() };
        let (mut granted, mut rest) = (Granted::default(), policy.shown.clone());
        let Some(statements) = rest.get_mut("Statement").and_then(Value::as_array_mut) else {
            return Access { granted, policy: Some(policy) };
        };
        statements.retain(|statement| !self.takes(statement, account, &mut granted));
        if granted == Granted::default() {
            return Access { granted, policy: Some(policy) };
        }
        // Without variables, both versions mean the same (IAM user guide, "Version").
        let says_more = !statements.is_empty() || policy.shown.get("Id").is_some();
        match says_more.then(|| Policy::parse(&rest.to_string())).transpose() {
            Ok(rest) => Access { granted, policy: rest },
            Err(_) => Access { granted: Granted::default(), policy: Some(policy) },
        }
    }

    /// Puts into `granted` what a statement grants, if it is one of the grant's.
    fn takes(&self, live: &Value, account: &str, granted: &mut Granted) -> bool {
        let roles = |list: &Value| -> Option<BTreeSet<Role>> {
            let list = list.as_array().filter(|list| !list.is_empty())?;
            list.iter().map(|who| Role::live(who.as_str()?, account)).collect()
        };
        let is = |made: &Value| canonical(made).is_some() && canonical(made) == canonical(live);
        let let_in = roles(&live["Principal"]["AWS"]).filter(|roles| is(&self.allows(roles)));
        let kept = || {
            let only = self.only?;
            let roles = roles(&live["Condition"][OPERATOR][KEY])?;
            is(&self.denies(only, &roles)).then_some(roles)
        };
        // A second one of the same sid is somebody else's.
        if let Some(roles) = let_in.filter(|_| granted.roles.is_empty()) {
            granted.roles = roles;
        } else if let Some(roles) = kept().filter(|_| granted.only.is_none()) {
            granted.only = Some(roles);
        } else {
            return false;
        }
        true
    }

    /// The whole policy.
    #[must_use]
    pub fn document(&self, access: &Access) -> Option<Policy> {
        let Access { granted: Granted { roles, only }, policy } = access;
        let mut own = Vec::new();
        own.extend((!roles.is_empty()).then(|| self.allows(roles)));
        own.extend(self.only.zip(only.as_ref()).map(|(only, roles)| self.denies(only, roles)));
        if own.is_empty() {
            return policy.clone();
        }
        let empty = || json!({ "Version": VERSION, "Statement": [] });
        let mut document = policy.as_ref().map_or_else(empty, |policy| policy.shown.clone());
        let statements = document.get_mut("Statement").and_then(Value::as_array_mut)?;
        // What has such a sid and is another's, in a policy that is left alone, gives way: a sid is unique.
        statements.retain(|other| !own.iter().any(|own| own["Sid"] == other["Sid"]));
        statements.extend(own);
        Policy::parse(&document.to_string()).ok()
    }

    /// Checks that the whole policy is not longer than AWS takes.
    pub fn check_length(&self, access: &Access, max_len: usize, problems: &mut Problems) {
        let Some(policy) = self.document(access) else { return };
        let length = policy.text().chars().count();
        if length > max_len {
            let message =
                format!("the policy is {length} characters long with them, and AWS takes {max_len}");
            problems.report(self.field, message, "name an account in `policy` instead of its roles");
        }
    }

    /// As a manifest would say what is granted: the roles, and whether no others may.
    ///
    /// # Errors
    ///
    /// What of it no manifest can say.
    pub fn raise(&self, granted: &Granted) -> Result<(Vec<String>, bool), &'static str> {
        let Granted { roles, only } = granted;
        if only.as_ref().is_some_and(|only| only != roles) {
            return Err("not those are let in whom it does not keep out");
        }
        let names: Option<_> = roles.iter().map(Role::spelled).collect();
        Ok((names.ok_or("it names a role that is gone")?, only.is_some()))
    }

    /// What is granted, field by field.
    #[must_use]
    pub fn shown(&self, granted: &Granted) -> Vec<(&'static str, Shown)> {
        let Granted { roles, only } = granted;
        let line = |roles: &BTreeSet<Role>| {
            if roles.is_empty() { Shown::Absent } else { Shown::text(role::listed(roles)) }
        };
        let mut fields = vec![(self.field, line(roles))];
        fields.extend(self.only.map(|it| match only {
            None => (it.field, Shown::text("false")),
            Some(only) if only == roles => (it.field, Shown::text("true")),
            Some(only) => (it.field, Shown::text(format!("true, but for {}", role::listed(only)))),
        }));
        fields
    }

    /// What differs in what is granted.
    #[must_use]
    pub fn differences(&self, before: &Granted, after: &Granted) -> Vec<FieldChange> {
        let sides = self.shown(before).into_iter().zip(self.shown(after));
        // Whom it keeps out is told by whom it does not, and the same may be told in two ways.
        let differs = [before.roles != after.roles, before.only != after.only];
        let differing = sides.zip(differs).filter(|(_, differs)| *differs).map(|(sides, _)| sides);
        differing.map(|((field, before), (_, after))| FieldChange::new(field, before, after)).collect()
    }

    /// One line for each way in which `after` lets more principals do more than `before` did.
    #[must_use]
    pub fn widened(&self, before: &Access, after: &Access) -> Vec<String> {
        let document = |access: &Access| {
            // Whom the denial leaves out is not a matter of statements alone: it is told below.
            let granted = Granted { only: None, ..access.granted.clone() };
            self.document(&Access { granted, policy: access.policy.clone() })
        };
        let mut lines = widened(document(before).as_ref(), document(after).as_ref());
        let (Some(only), Some(was)) = (self.only, &before.granted.only) else { return lines };
        let released = match &after.granted.only {
            None => Some("all whom their own permissions let".to_owned()),
            Some(now) => {
                let new: Vec<_> =
                    now.difference(was).filter(|it| before.granted.roles.contains(it)).collect();
                (!new.is_empty()).then(|| role::listed(new))
            }
        };
        lines.extend(released.map(|who| format!("{who} can {} again", only.what)));
        lines
    }

    /// That from `after` on none but the roles may do what `before` did not keep all others from.
    #[must_use]
    pub fn narrowed(&self, before: &Granted, after: &Granted) -> Option<String> {
        let (only, roles) = (self.only?, after.only.as_ref()?);
        let kept_out = before.only.as_ref().is_some_and(|before| before.is_subset(roles));
        (!kept_out).then(|| {
            format!(
                "nobody but {} can {} from then on: no administrator, not the account's root user, no AWS \
                 service; the policy itself can still be changed",
                role::listed(roles),
                only.what,
            )
        })
    }

    fn sids(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.sid).chain(self.only.map(|only| only.sid))
    }

    fn allows(&self, roles: &BTreeSet<Role>) -> Value {
        let who: Vec<_> = roles.iter().map(Role::principal).collect();
        let made = json!({ "Sid": self.sid, "Effect": "Allow", "Principal": { "AWS": who }, "Action": self.actions });
        self.on_its_resource(made)
    }

    /// The key holds the role's ARN whatever the session; without the key, as for a service or for somebody without
    /// credentials, the negated operator holds too, so those are denied (IAM user guide, "aws:PrincipalArn" and
    /// "Condition operators").
    fn denies(&self, only: Only, roles: &BTreeSet<Role>) -> Value {
        let who: Vec<_> = roles.iter().map(Role::principal).collect();
        let when = json!({ OPERATOR: { KEY: who } });
        let made = json!({ "Sid": only.sid, "Effect": "Deny", "Principal": "*", "Action": [only.action], "Condition": when });
        self.on_its_resource(made)
    }

    fn on_its_resource(&self, mut made: Value) -> Value {
        if self.resource == ResourceElement::Star {
            made["Resource"] = json!(["*"]);
        }
        made
    }
}

const OPERATOR: &str = "ArnNotEquals";
const KEY: &str = "aws:PrincipalArn";

fn canonical(document: &Value) -> Option<Map<String, Value>> {
    document.as_object().map(|it| statement(it, Names::Folded))
}
