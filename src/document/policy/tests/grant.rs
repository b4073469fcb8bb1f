use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::*;
use crate::model::Shown;
use crate::model::problem::Problems;

const READ: Grant = Grant {
    field: "readers",
    sid: "Readers",
    actions: &["x:Get", "x:Describe"],
    resource: ResourceElement::Star,
    only: Some(Only { field: "only-readers", sid: "OnlyReaders", action: "x:Get", what: "read it" }),
};

const HOME: Home<'static> = Home { account: "111122223333", region: "us-west-2" };
const GONE: &str = "AROAJQABLZS4A3QDU576Q";

fn arn(name: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{name}")
}

fn roles(names: &[&str]) -> BTreeSet<Role> {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut problems = Problems::default();
    let roles = READ.roles(&names, HOME, &mut problems);
    assert_eq!(problems.into_found(), []);
    roles
}

fn granted(names: &[&str], only: Option<&[&str]>) -> Granted {
    Granted { roles: roles(names), only: only.map(roles) }
}

fn access(names: &[&str], only: Option<&[&str]>) -> Access {
    Access { granted: granted(names, only), policy: None }
}

fn live(document: &Value) -> Access {
    READ.access(Policy::parse(&document.to_string()).ok(), HOME.account)
}

fn statements(list: &Value) -> Access {
    live(&json!({ "Version": VERSION, "Statement": list }))
}

fn allow(who: &Value) -> Value {
    json!({ "Sid": "Readers", "Effect": "Allow", "Principal": { "AWS": who }, "Action": ["x:Get", "x:Describe"], "Resource": "*" })
}

fn deny(who: &Value) -> Value {
    json!({ "Sid": "OnlyReaders", "Effect": "Deny", "Principal": "*", "Action": "x:Get", "Resource": "*",
        "Condition": { "ArnNotEquals": { "aws:PrincipalArn": who } } })
}

#[test]
fn what_is_granted_is_found_again_in_what_is_live() {
    let other = Policy::parse(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "x:Put", "Resource": "*"}}"#,
    );
    for policy in [None, other.ok()] {
        for (names, only) in [
            (&["b", "team/a", "arn:aws:iam::444455556666:role/c"][..], None),
            (&["b"], Some(&["b"][..])),
            (&["b", "a"], Some(&["a"])),
            (&[], Some(&["a"])),
            (&[], None),
        ] {
            let access = Access { granted: granted(names, only), policy: policy.clone() };
            let document = READ.document(&access);
            let text = document.as_ref().map(|document| document.text().to_owned()).unwrap_or_default();
            assert_eq!(READ.access(document, HOME.account), access, "{text}");
        }
    }
    // As AWS hands it back: the list of one is its element, and the old version means the same here.
    let turned =
        json!({ "Version": "2008-10-17", "Statement": [deny(&json!(arn("a"))), allow(&json!(arn("a")))] });
    assert_eq!(live(&turned), access(&["a"], Some(&["a"])));
}

#[test]
fn what_says_anything_else_is_no_grant() {
    let a = json!(arn("a"));
    let with = |mut statement: Value, key: &str, value: Value| {
        statement[key] = value;
        statement
    };
    for other in [
        with(allow(&a), "Sid", json!("Others")),
        with(allow(&a), "Effect", json!("Deny")),
        with(allow(&a), "Action", json!(["x:Get", "x:Describe", "x:Put"])),
        with(allow(&a), "Action", json!("x:Get")),
        with(allow(&a), "Resource", json!("arn:aws:x:::y")),
        with(allow(&a), "Condition", json!({ "Bool": { "aws:SecureTransport": "true" } })),
        with(allow(&a), "Principal", json!({ "AWS": a, "Service": "x.amazonaws.com" })),
        allow(&json!("111122223333")),
        allow(&json!(["arn:aws:iam::111122223333:user/a"])),
        allow(&json!([])),
        deny(&json!([])),
        deny(&json!(["*"])),
        deny(&json!(["arn:aws:iam::111122223333:role/*"])),
        with(deny(&a), "Action", json!("x:*")),
        with(deny(&a), "Principal", json!({ "AWS": "111122223333" })),
        with(deny(&a), "Condition", json!({ "ArnNotLike": { "aws:PrincipalArn": a } })),
        with(deny(&a), "Condition", json!({ "ArnNotEquals": { "aws:PrincipalArn": a, "aws:SourceArn": a } })),
    ] {
        let access = statements(&json!([other]));
        assert_eq!(access.granted, Granted::default(), "{other}");
        assert_eq!(READ.document(&access), access.policy, "{other}");
        assert!(access.policy.is_some(), "{other}");
    }
    let twice = statements(&json!([allow(&a), allow(&json!(arn("b")))]));
    assert_eq!((twice.granted.roles, twice.policy.is_some()), (roles(&["a"]), true));
    let id = live(&json!({ "Version": VERSION, "Id": "x", "Statement": [allow(&a)] }));
    assert_eq!((id.granted.roles, id.policy.is_some()), (roles(&["a"]), true), "an id is not of the grant");
}

#[test]
fn a_sid_is_unique_also_where_the_other_statements_are_left_alone() {
    let mut access = statements(&json!([allow(&json!("111122223333")), { "Sid": "Mine", "Effect": "Deny" }]));
    access.granted = granted(&["a"], None);
    let again = READ.access(READ.document(&access), HOME.account);
    let rest = again.policy.unwrap();
    assert_eq!((again.granted, rest.summary()), (granted(&["a"], None), "1 statement: Mine".to_owned()));
}

#[test]
fn a_role_that_is_gone_is_told_and_is_not_the_one_that_is_declared() {
    let now = statements(&json!([allow(&json!([GONE, arn("b")])), deny(&json!([arn("a"), arn("b")]))]));
    let want = access(&["a", "b"], Some(&["a", "b"]));
    assert_eq!(now.policy, None);
    let told = READ.differences(&now.granted, &want.granted);
    let told: Vec<_> = told.iter().map(|it| (it.field.as_str(), &it.before, &it.after)).collect();
    let gone = Shown::text(format!("role/b, a principal that is gone ({GONE})"));
    assert_eq!(told, [("readers", &gone, &Shown::text("role/a, role/b"))]);
    assert_eq!(READ.raise(&now.granted), Err("not those are let in whom it does not keep out"));
    let but: Vec<_> = READ.shown(&now.granted).into_iter().map(|(_, shown)| shown).collect();
    assert_eq!(but, [gone, Shown::text("true, but for role/a, role/b")]);
    let bare = statements(&json!([allow(&json!(GONE))]));
    assert_eq!(READ.raise(&bare.granted), Err("it names a role that is gone"));
    assert_eq!(widened(Some(&READ.document(&want).unwrap()), READ.document(&bare).as_ref()).len(), 2);
    assert_eq!(READ.document(&bare).unwrap().principals(), format!("a principal that is gone ({GONE})"));
}

#[test]
fn roles_are_named_by_name_or_by_arn() {
    for (name, principal, written) in [
        ("app", "arn:aws:iam::111122223333:role/app", "app"),
        ("team/site/a+=,.@-_", "arn:aws:iam::111122223333:role/team/site/a+=,.@-_", "team/site/a+=,.@-_"),
        ("arn:aws:iam::111122223333:role/app", "arn:aws:iam::111122223333:role/app", "app"),
        (
            "arn:aws:iam::111122223333:role/role/a",
            "arn:aws:iam::111122223333:role/role/a",
            "arn:aws:iam::111122223333:role/role/a",
        ),
        (
            "arn:aws:iam::444455556666:role/app",
            "arn:aws:iam::444455556666:role/app",
            "arn:aws:iam::444455556666:role/app",
        ),
    ] {
        let one = granted(&[name], None);
        let document = READ.document(&Access { granted: one.clone(), policy: None }).unwrap();
        assert_eq!(document.principals(), principal, "{name}");
        assert_eq!(READ.raise(&one), Ok((vec![written.to_owned()], false)), "{name}");
    }
    let long = "x".repeat(65);
    let refused = |name: &str| {
        let mut problems = Problems::default();
        let _ = READ.roles(&[name.to_owned()], HOME, &mut problems);
        problems.into_found().iter().map(|it| it.message.clone()).collect::<Vec<_>>().join("; ")
    };
    for (name, message) in [
        ("", "this is no name of a role"),
        ("*", "this is no name of a role"),
        ("a b", "this is no name of a role"),
        ("a//b", "this is no name of a role"),
        (long.as_str(), "this is no name of a role"),
        (GONE, "this is the id of a principal, not the name of a role"),
        ("role/app", "a role is named without `role/`"),
        ("arn:aws:iam::111122223333:user/a", "this is no ARN of a role"),
        ("arn:aws:iam::111122223333:root", "this is no ARN of a role"),
        ("arn:aws:iam::111122223333:role/*", "this is no ARN of a role"),
        ("arn:aws:iam::1:role/a", "this is no ARN of a role"),
        ("arn:aws:s3:::bucket", "this is no ARN of a role"),
        ("arn:aws-cn:iam::111122223333:role/a", "this role is in another partition of AWS"),
        ("arn:aws:sts::111122223333:assumed-role/a/b", "this is a session, not a role"),
    ] {
        assert_eq!(refused(name), message, "{name}");
    }
}

#[test]
fn statements_beside_a_grant_do_not_clash_with_it() {
    let check = |toml: &str, only: bool| {
        #[derive(serde::Deserialize)]
        struct Written {
            policy: Vec<StatementSpec>,
        }
        let written: Written = toml::from_str(&format!("policy = [{{ {toml} }}]")).unwrap();
        let mut problems = Problems::default();
        READ.check(&written.policy, &granted(&["a"], only.then_some(&["a"])), HOME, &mut problems);
        problems.into_found().iter().map(|it| it.message.clone()).collect::<Vec<_>>()
    };
    let who = |name: &str| format!("principal = {{ aws = ['{name}'] }}");
    let (a, b) = (who(&arn("a")), who(&arn("b")));
    let denied = ["`only-readers` denies what this statement allows"];
    for action in
        ["action = ['x:Get']", "action = ['x:Put', 'X:g?t']", "action = ['*']", "not-action = ['x:Put']"]
    {
        assert_eq!(check(&format!("effect = 'allow', {b}, {action}"), true), denied, "{action}");
        assert_eq!(check(&format!("effect = 'allow', {b}, {action}"), false), [""; 0], "{action}");
        assert_eq!(check(&format!("effect = 'allow', {a}, {action}"), true), [""; 0], "{action}");
        assert_eq!(check(&format!("effect = 'deny', {b}, {action}"), true), [""; 0], "{action}");
    }
    for action in ["action = ['x:Put', 'x:Get?', 'y:*']", "not-action = ['x:*']"] {
        assert_eq!(check(&format!("effect = 'allow', {b}, {action}"), true), [""; 0], "{action}");
    }
    let account = who("111122223333");
    assert_eq!(check(&format!("effect = 'allow', {account}, action = ['x:Get']"), true), denied);
    let anyone = "effect = 'allow', principal = { anyone = true }, action = ['x:Get']";
    assert_eq!(check(anyone, true), denied);
    let taken = ["this sid is that of the statement which `readers` makes"];
    for sid in ["Readers", "OnlyReaders"] {
        assert_eq!(check(&format!("sid = '{sid}', effect = 'deny', {a}, action = ['x:Put']"), false), taken);
    }
}

#[test]
fn who_is_let_in_and_who_is_kept_out_is_told() {
    let told = |before: &Access, after: &Access| {
        (READ.widened(before, after), READ.narrowed(&before.granted, &after.granted).is_some())
    };
    let lets = |who: &[&str]| vec![format!("allows x:Describe, x:Get to {}", who.join(", "))];
    let (none, a, b) = (Access::default(), arn("a"), arn("b"));
    let (open, only) = (access(&["a"], None), access(&["a"], Some(&["a"])));
    let both = access(&["a", "b"], Some(&["a", "b"]));
    assert_eq!(told(&none, &open), (lets(&[&a]), false));
    assert_eq!(told(&open, &none), (vec![], false));
    assert_eq!(told(&none, &only), (lets(&[&a]), true));
    assert_eq!(told(&open, &only), (vec![], true));
    assert_eq!(told(&only, &both), (lets(&[&a, &b]), false));
    assert_eq!(told(&both, &only), (vec![], true), "one less who may");
    assert_eq!(told(&both, &both), (vec![], false));
    let all = || vec!["all whom their own permissions let can read it again".to_owned()];
    assert_eq!(told(&only, &open), (all(), false));
    assert_eq!(told(&only, &none), (all(), false));
    let half = access(&["a", "b"], Some(&["a"]));
    assert_eq!(told(&half, &both), (vec!["role/b can read it again".to_owned()], false));
    let other = READ.narrowed(&both.granted, &only.granted).unwrap();
    assert!(other.starts_with("nobody but role/a can read it from then on:"), "{other}");
    assert!(other.ends_with("the policy itself can still be changed"), "{other}");
}

#[test]
fn together_they_may_be_too_long() {
    let length = |max| {
        let mut problems = Problems::default();
        READ.check_length(&access(&["a"], None), max, &mut problems);
        problems.into_found().len()
    };
    assert_eq!((length(100), length(1000)), (1, 0));
}
