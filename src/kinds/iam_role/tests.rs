//! A role in step with its entry, one thing edited, and what is decided.

use insta::assert_snapshot;

use super::*;
use crate::document::policy::Policy;
use crate::kind::known::Fate;
use crate::kind::testing::laws::guards_hold;
use crate::kind::testing::{World, deltas, denied, entry, in_step, left, try_entry};
use crate::kind::{Found, Known};
use crate::model::{Address, tags};

const TRUST: &str = "trust = [{ effect = 'allow', principal = { service = ['lambda.amazonaws.com'] }, action = ['sts:AssumeRole'] }]";
const LOGS: &str = "policies.logs = [{ effect = 'allow', action = ['logs:PutLogEvents'], resource = ['logs.log-group.cleanup.arn:*'] }]";
const GROUP: &str = "arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/cleanup";
const IN_SYNC: &str = "in sync iam.role.site (site)";

fn with(more: &str) -> String {
    format!("name = 'site'\n{TRUST}\n{more}")
}

/// The log group that the policy names.
fn group(known: &mut Known, fate: Fate) {
    known.note(Address::new(KindName::LOG_GROUP, "cleanup"), fate);
}

fn there() -> Fate {
    Fate::Live(Outputs::default().with(Outputs::ARN, GROUP))
}

/// As AWS hands it back: ARNs, and one element for a list of one.
fn logs_live(actions: &str, streams: &str) -> Inline {
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":{actions},"Resource":"{GROUP}{streams}"}}}}"#
    );
    Inline::parse(&text).unwrap()
}

fn live(toml: &str, edit: impl FnOnce(&mut Live<IamRole>)) -> Live<IamRole> {
    let mut live = in_step(&entry::<IamRole>(toml), Detail::default());
    if let Some(logs) = live.state.policies.get_mut("logs") {
        *logs = logs_live(r#""logs:PutLogEvents""#, ":*");
    }
    edit(&mut live);
    live
}

fn world(toml: &str, edit: impl FnOnce(&mut Live<IamRole>)) -> World<IamRole> {
    let mut world = World::present(entry(toml), live(toml, edit));
    group(&mut world.known, there());
    world
}

fn plan(toml: &str, edit: impl FnOnce(&mut Live<IamRole>)) -> String {
    world(toml, edit).plan()
}

fn problems(toml: &str) -> String {
    let problems = try_entry::<IamRole>(toml).err().unwrap_or_default();
    problems.iter().flat_map(|problem| [problem.to_string(), "\n".to_owned()]).collect()
}

#[test]
fn what_is_absent_is_created_with_what_it_allows() {
    let all = with(&format!("{LOGS}\nmanaged-policies = ['service-role/AWSLambdaVPCAccessExecutionRole']"));
    let mut world = World::<IamRole>::absent(entry(&all));
    group(&mut world.known, Fate::Coming);
    let before = world.plan();
    assert_snapshot!(before, @r#"
    create iam.role.site (site)
      iam:CreateRole: name none -> site; path none -> /; max-session-seconds none -> 3600; trust none -> { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Principal": { "Service": [ "lambda.amazonaws.com" ] }, "Action": [ "sts:AssumeRole" ] } ] }; tag Project none -> site; tag infra:address none -> iam.role.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
        so allows sts:AssumeRole to service lambda.amazonaws.com
        risk Exposes
      iam:PutRolePolicy: policy logs none -> { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:PutLogEvents" ], "Resource": [ "logs.log-group.cleanup.arn:*" ] } ] }
        so allows logs:PutLogEvents to whoever has it on logs.log-group.cleanup.arn:*
        risk Exposes
      iam:AttachRolePolicy: managed-policy none -> arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole
        so allows whatever arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole allows, now and when its owner changes it
        risk Exposes
    "#);
    // The same words, once the ARN is known: else what was shown could not be compared with what is done.
    group(&mut world.known, there());
    assert_eq!(world.plan(), before);
}

#[test]
fn what_is_in_step_is_left_alone() {
    for toml in [
        &with(""),
        &with(LOGS),
        &with("managed-policies = ['ReadOnlyAccess']\npermissions-boundary = 'ReadOnlyAccess'"),
    ] {
        assert_eq!(plan(toml, |_| ()), IN_SYNC, "{toml}");
    }
}

#[test]
fn what_it_names_is_filled_in_with_what_follows() {
    let mut entry = entry::<IamRole>(&with(LOGS));
    assert_eq!(entry.state.policies["logs"].filled(), None);
    IamRole::links(&mut entry.state, &mut |stage, link| {
        assert_eq!(
            (stage, link.address().unwrap().to_string().as_str()),
            (Stage::Itself, "logs.log-group.cleanup")
        );
        link.resolve(Some(Outputs::default().with(Outputs::ARN, GROUP)));
    });
    let filled = entry.state.policies["logs"].filled().unwrap();
    assert!(filled.text().contains(&format!("\"{GROUP}:*\"")), "{}", filled.text());
    assert_eq!(Some(filled), logs_live(r#"["logs:PutLogEvents"]"#, ":*").filled());
}

#[test]
fn what_opens_is_said() {
    // Only the action is new: the ARN that is live is the one that is named.
    let more = LOGS.replace("'logs:PutLogEvents'", "'logs:PutLogEvents', 'logs:CreateLogStream'");
    assert_snapshot!(plan(&with(&more), |live| {
        live.state.policies.insert("logs".to_owned(), logs_live(r#""logs:PutLogEvents""#, ":*"));
    }), @r#"
    update iam.role.site (site)
      iam:PutRolePolicy: policy logs { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:PutLogEvents" ], "Resource": [ "logs.log-group.cleanup.arn:*" ] } ] } -> { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:CreateLogStream", "logs:PutLogEvents" ], "Resource": [ "logs.log-group.cleanup.arn:*" ] } ] }
        so allows logs:CreateLogStream, logs:PutLogEvents to whoever has it on logs.log-group.cleanup.arn:*
        risk Exposes
    "#);
    // It narrows.
    assert_snapshot!(plan(&with(LOGS), |live| {
        live.state.policies.insert("logs".to_owned(), logs_live(r#"["logs:PutLogEvents","logs:Get*"]"#, ":*"));
    }), @r#"
    update iam.role.site (site)
      iam:PutRolePolicy: policy logs { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:Get*", "logs:PutLogEvents" ], "Resource": [ "logs.log-group.cleanup.arn:*" ] } ] } -> { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:PutLogEvents" ], "Resource": [ "logs.log-group.cleanup.arn:*" ] } ] }
    "#);
    assert_snapshot!(plan(&with(""), |live| {
        live.state.trust = Policy::parse(
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}"#,
        ).unwrap();
    }), @r#"
    update iam.role.site (site)
      iam:UpdateAssumeRolePolicy: trust { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Principal": { "AWS": [ "444455556666" ] }, "Action": [ "sts:AssumeRole" ] } ] } -> { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Principal": { "Service": [ "lambda.amazonaws.com" ] }, "Action": [ "sts:AssumeRole" ] } ] }
        so allows sts:AssumeRole to service lambda.amazonaws.com
        risk Exposes
    "#);
    assert_snapshot!(plan(&with("managed-policies = ['ReadOnlyAccess']"), |live| live.state.managed.clear()), @"
    update iam.role.site (site)
      iam:AttachRolePolicy: managed-policy none -> arn:aws:iam::aws:policy/ReadOnlyAccess
        so allows whatever arn:aws:iam::aws:policy/ReadOnlyAccess allows, now and when its owner changes it
        risk Exposes
    ");
    assert_snapshot!(plan(&with(""), |live| live.state.boundary = Some("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned())), @"
    update iam.role.site (site)
      iam:DeleteRolePermissionsBoundary: permissions-boundary arn:aws:iam::aws:policy/ReadOnlyAccess -> none
        so allows what arn:aws:iam::aws:policy/ReadOnlyAccess kept out
        risk Exposes
    ");
}

#[test]
fn what_nobody_declared_goes() {
    assert_snapshot!(plan(&with(""), |live| {
        live.state.policies.insert("by-hand".to_owned(), logs_live(r#""logs:*""#, ""));
        live.state.managed.insert("arn:aws:iam::aws:policy/AdministratorAccess".to_owned());
    }), @r#"
    update iam.role.site (site)
      iam:DetachRolePolicy: managed-policy arn:aws:iam::aws:policy/AdministratorAccess -> none
      iam:DeleteRolePolicy: policy by-hand { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:*" ], "Resource": [ "arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/cleanup" ] } ] } -> none
    "#);
}

#[test]
fn the_rest_is_changed_in_one_call() {
    assert_snapshot!(plan(&with("description = 'a'\nmax-session-seconds = 7200"), |live| {
        live.state.description = None;
        live.state.max_session = 3600;
    }), @"
    update iam.role.site (site)
      iam:UpdateRole: description none -> a; max-session-seconds 3600 -> 7200
    ");
    assert_snapshot!(plan(&with(""), |live| live.state.path = "/team/".to_owned()), @"
    blocked iam.role.site (site)
      because `path` cannot be changed on a live resource, only by replacing it
      cannot change path /team/ -> /
      help: put back what is live, or give the new one a name and an entry of its own, let what uses this one use that, and then take this entry out
    ");
}

#[test]
fn while_what_it_names_is_blocked_or_unread_nothing_is_done() {
    let mut unread = world(&with(LOGS), |_| ());
    group(&mut unread.known, Fate::Unknown(denied("logs:DescribeLogGroups")));
    assert!(unread.plan().starts_with("unknown "), "{}", unread.plan());
    let mut blocked = world(&with(LOGS), |_| ());
    group(&mut blocked.known, Fate::Blocked(None));
    assert!(blocked.plan().starts_with("blocked "), "{}", blocked.plan());
}

#[test]
fn aws_own_roles_and_those_of_others_are_refused() {
    assert_snapshot!(plan(&with(""), |live| live.service = spec::service_of("/aws-service-role/ecs.amazonaws.com/")), @"
    blocked iam.role.site (site)
      because it is managed by the AWS service ecs.amazonaws.com
      help: take the entry out of the manifest; what a service manages is changed through that service
    ");
    assert_eq!(
        problems(&with("path = '/aws-service-role/x.amazonaws.com/'")),
        "path: roles of this path are AWS's own\n"
    );
    assert_eq!(spec::service_of("/team/"), None);
    assert!(plan(&with(""), |live| live.tags.set(tags::MANIFEST, "other")).starts_with("blocked "));
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    for (toml, expected) in [
        ("name = 'a b'\ntrust = []".to_owned(), "name: this is no valid name of a role\ntrust: nobody may take the role on\n"),
        (with("path = 'team'"), "path: this is no path\n"),
        (with("max-session-seconds = 60"), "max-session-seconds: this is no length of a session\n"),
        (with("managed-policies = ['a b']"), "managed-policies.0: this is no managed policy\n"),
        (with("permissions-boundary = 'arn:aws:s3:::x'"), "permissions-boundary: this is no managed policy\n"),
        (with("policies.'a b' = []"), "policies.a b: this is no valid name of a policy\npolicies.a b: the policy has no statements\n"),
        (with("policies.a = [{ effect = 'allow', action = ['s3:Get*'] }]"), "policies.a.0: the statement names no resource\n"),
        (
            with("policies.a = [{ effect = 'allow', action = ['x'], resource = ['site', 'arn:x', 'ecr.repository.site.id', 'logs.log-group.x.arn'] }]"),
            "policies.a.0.action.0: this is not the name of an action\n\
             policies.a.0.resource.0: this is not what an entry brings\n\
             policies.a.0.resource.1: this is no ARN\n\
             policies.a.0.resource.2: this is not what an entry brings\n",
        ),
        (
            with("policies.a = [{ effect = 'allow', action = ['s3:*'], resource = ['*'], condition = { StringEquals = { 'aws:PrincipalTag/x' = ['ecs.amazonaws.com', 'efs.access-point.x.ID'] } } }]"),
            "policies.a.0.condition.StringEquals.aws:PrincipalTag/x.1: this is not what an entry brings\n",
        ),
        ("name = 'site'\ntrust = [{ effect = 'allow', principal = { anyone = true }, action = ['sts:AssumeRole'] }]".to_owned(), "trust.0: this statement lets in anyone at all\n"),
    ] {
        assert_eq!(problems(&toml), expected, "{toml}");
    }
}

#[test]
fn a_condition_may_name_what_an_entry_brings() {
    let toml = with(
        "policies.mount = [{ effect = 'allow', action = ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'], \
         resource = ['efs.file-system.workspaces.arn'], \
         condition = { StringEquals = { 'elasticfilesystem:AccessPointArn' = ['efs.access-point.cleanup.arn'] } } }]",
    );
    let entry = entry::<IamRole>(&toml);
    let names: Vec<_> = entry.names().iter().map(|(_, address)| address.to_string()).collect();
    assert_eq!(names, ["efs.file-system.workspaces", "efs.access-point.cleanup"]);
}

#[test]
fn tags_that_differ_in_case_alone_are_one() {
    let tags = Tags::from_iter([("project", "x"), ("Keep", "me")]);
    let wanted = Tags::from_iter([("Project", "site")]);
    assert_eq!(observe::respelled(&tags, &wanted), Tags::from_iter([("Project", "x"), ("Keep", "me")]));
}

#[test]
fn what_leaves_the_manifest_goes_with_its_policies() {
    let all = with(&format!("{LOGS}\nmanaged-policies = ['ReadOnlyAccess']"));
    let gone = |profiles: Option<&[&str]>| {
        left(&live(&all, |live| {
            live.detail.profiles = profiles.map(|all| all.iter().map(|it| (*it).to_owned()).collect());
        }))
    };
    assert_snapshot!(gone(Some(&[])), @r#"
    delete iam.role.site (site) not in the manifest
      iam:DetachRolePolicy: managed-policy arn:aws:iam::aws:policy/ReadOnlyAccess -> none
      iam:DeleteRolePolicy: policy logs { "Version": "2012-10-17", "Statement": [ { "Effect": "Allow", "Action": [ "logs:PutLogEvents" ], "Resource": [ "arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/cleanup:*" ] } ] } -> none
      iam:DeleteRole: role site -> none
        so whatever uses it is denied everything from now on; one of the same name made later is another role to policies that name this one
      needs --delete
    "#);
    assert_snapshot!(gone(Some(&["web"])), @"
    keep iam.role.site (site) not in the manifest
      because it left the manifest; instances have it, by the instance profile web
    ");
    assert!(gone(None).contains("nobody looked"), "{}", gone(None));
}

#[test]
fn what_could_not_be_read_is_unknown() {
    let mut world = World::<IamRole>::absent(entry(&with("")));
    world.found = Found::Unknown(denied("iam:ListRolePolicies"));
    assert!(world.plan().starts_with("unknown "), "{}", world.plan());
    let mut world = World::<IamRole>::absent(entry(&with("")));
    world.gaps.push(denied("iam:GetAccountAuthorizationDetails"));
    assert!(world.plan().starts_with("unknown "), "{}", world.plan());
}

#[test]
fn every_field_can_differ_and_be_left_alone() {
    let base = live(&with(""), |_| ());
    // Destructured whole: a new field needs its line here.
    let State {
        name: _,
        path: _,
        description: _,
        max_session: _,
        trust: _,
        policies: _,
        managed: _,
        boundary: _,
    } = &base.state;
    let own = "policies.a = [{ effect = 'allow', action = ['s3:*'], resource = ['*'] }]";
    for (more, call, field) in [
        ("description = 'a'", "iam:UpdateRole", "description"),
        ("max-session-seconds = 7200", "iam:UpdateRole", "max-session-seconds"),
        (own, "iam:PutRolePolicy", "policies"),
        ("managed-policies = ['ReadOnlyAccess']", "iam:AttachRolePolicy", "managed-policies"),
        ("permissions-boundary = 'ReadOnlyAccess'", "iam:PutRolePermissionsBoundary", "permissions-boundary"),
    ] {
        assert_eq!(deltas(&base, &entry::<IamRole>(&with(more)).state), [call], "{more}");
        let ignoring = entry::<IamRole>(&format!("ignore = ['{field}']\n{}", with(more)));
        assert_eq!(deltas(&base, &ignoring.wanted_beside(&base.state)), [""; 0], "{more}");
    }
    let trust = "name = 'site'\ntrust = [{ effect = 'allow', principal = { aws = ['444455556666'] }, action = ['sts:AssumeRole'] }]";
    assert_eq!(deltas(&base, &entry::<IamRole>(trust).state), ["iam:UpdateAssumeRolePolicy"]);
    let ignoring = entry::<IamRole>(&format!("ignore = ['trust']\n{trust}"));
    assert_eq!(deltas(&base, &ignoring.wanted_beside(&base.state)), [""; 0]);
}

#[test]
fn no_manifest_and_no_world_gets_past_the_guards() {
    guards_hold::<IamRole>(
        TRUST,
        |full| Detail { profiles: Some(if full { vec!["web".to_owned()] } else { Vec::new() }) },
        false,
    );
}
