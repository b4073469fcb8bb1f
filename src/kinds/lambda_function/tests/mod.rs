//! A function in step with its entry, one thing edited, and what is decided.

mod code;
mod leaving;
mod permissions;
mod spec;

use insta::assert_snapshot;

use super::*;
use crate::kind::Known;
use crate::kind::known::Fate;
use crate::kind::testing::{World, entry, in_step};
use crate::model::Address;

const PLAIN: &str =
    "name = 'site'\nsource = 'code'\nhandler = 'handler.handler'\nruntime = 'python3.13'\nrole = 'site'";
const FULL: &str = "name = 'site'\nsource = 'code'\nhandler = 'handler.handler'\nruntime = 'python3.13'\nrole = 'site'\n\
    description = 'Cleans up'\narchitecture = 'arm64'\ntimeout = 900\nmemory = 512\nephemeral-storage = 1024\n\
    environment = { DAYS = '30' }\nvpc = { vpc = 'main', security-groups = ['site'] }\n\
    file-system = { access-point = 'site', path = '/mnt/site' }\nlog-group = 'site'\ntracing = 'active'\n\
    reserved-concurrency = 1";

const ARN: &str = "arn:aws:lambda:us-west-2:111122223333:function:site";
const ROLE: &str = "arn:aws:iam::111122223333:role/site";
const POINT: &str = "arn:aws:elasticfilesystem:us-west-2:111122223333:access-point/fsap-1";
const GROUP: &str = "arn:aws:logs:us-west-2:111122223333:log-group:site";

const IN_SYNC: &str = "in sync lambda.function.site (site)";

type Function = Live<LambdaFunction>;

fn role(created: &str) -> Outputs {
    Outputs::default().with(Outputs::ARN, ROLE).with("created", created)
}

/// What the entries that these name have come to: all is live.
fn known() -> Known {
    let mut known = Known::default();
    let arn = |arn: &str| Outputs::default().with(Outputs::ARN, arn);
    let id = |id: &str| Outputs::default().with(Outputs::ID, id);
    let network = id("vpc-1").with("subnet.us-west-2a", "subnet-a").with("subnet.us-west-2b", "subnet-b");
    for (kind, key, outputs) in [
        (KindName::ROLE, "site", role("2026-11-01T08:00:00Z")),
        (KindName::VPC, "main", network),
        (KindName::SECURITY_GROUP, "site", id("sg-1")),
        (KindName::ACCESS_POINT, "site", arn(POINT)),
        (KindName::LOG_GROUP, "site", arn(GROUP)),
    ] {
        known.note(Address::new(kind, key), Fate::Live(outputs));
    }
    known
}

fn live(toml: &str, edit: impl FnOnce(&mut Function)) -> Function {
    let detail = Detail { modified: "2026-11-02T08:00:00Z".to_owned(), ..Detail::default() };
    let mut live = in_step(&entry::<LambdaFunction>(toml).resolved(&known()), detail);
    live.outputs = observe::brings("site", ARN);
    let State { code, network, mount, role, log_group, .. } = &mut live.state;
    *code = Code::live(code.sha256.clone(), code.size);
    *role = Link::live(ROLE);
    if let Some(network) = network {
        network.vpc = state::live_vpc("vpc-1", &["subnet-b".to_owned(), "subnet-a".to_owned()]);
        network.groups = vec![Link::live("sg-1")];
    }
    if let Some(mount) = mount {
        mount.access_point = Link::live(POINT);
    }
    *log_group = Link::live(log_group.value().unwrap());
    edit(&mut live);
    live
}

/// What is in step with `toml`, then edited.
fn world(toml: &str, edit: impl FnOnce(&mut Function)) -> World<LambdaFunction> {
    World { known: known(), ..World::present(entry(toml), live(toml, edit)) }
}

fn plan(toml: &str, edit: impl FnOnce(&mut Function)) -> String {
    world(toml, edit).plan()
}

#[test]
fn what_is_absent_is_created() {
    let mut world = World::<LambdaFunction>::absent(entry(PLAIN));
    world.known = known();
    assert_snapshot!(world.plan(), @"
    create lambda.function.site (site)
      lambda:CreateFunction: name none -> site; code none -> sha256 5kjKX0/OFw0V… (1 file, 161 B); handler none -> handler.handler; runtime none -> python3.13; architecture none -> x86-64; timeout none -> 3 s; memory none -> 128 MB; ephemeral-storage none -> 512 MB; role none -> iam.role.site (arn:aws:iam::111122223333:role/site); log-group none -> /aws/lambda/site; tracing none -> pass-through; tag Project none -> site; tag infra:address none -> lambda.function.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
    ");
    let mut world = World::<LambdaFunction>::absent(entry(FULL));
    world.known = known();
    world.known.note(Address::new(KindName::ROLE, "site"), Fate::Coming);
    assert_snapshot!(world.plan(), @"
    create lambda.function.site (site)
      lambda:CreateFunction: name none -> site; description none -> Cleans up; code none -> sha256 5kjKX0/OFw0V… (1 file, 161 B); handler none -> handler.handler; runtime none -> python3.13; architecture none -> arm64; timeout none -> 900 s; memory none -> 512 MB; ephemeral-storage none -> 1024 MB; role none -> iam.role.site (later); file-system none -> efs.access-point.site at /mnt/site; log-group none -> logs.log-group.site (arn:aws:logs:us-west-2:111122223333:log-group:site); tracing none -> active; environment DAYS none -> a value; vpc none -> lookup.vpc.main (vpc-1); subnet none -> subnet-a; subnet none -> subnet-b; security-group none -> ec2.security-group.site (sg-1); tag Project none -> site; tag infra:address none -> lambda.function.site; tag infra:manifest none -> prereqs; tag infra:on-delete none -> delete
      lambda:PutFunctionConcurrency: reserved-concurrency none -> 1
      note: in a network it reaches neither the internet nor the APIs of AWS, unless that has a NAT gateway or VPC endpoints
    ");
}

#[test]
fn what_is_as_declared_is_left_alone() {
    assert_eq!(plan(PLAIN, |_| {}), IN_SYNC);
    assert_eq!(plan(FULL, |_| {}), IN_SYNC);
}

/// Each setting in turn, changed by somebody else.
#[test]
fn every_setting_that_differs_is_set() {
    type Edit = fn(&mut State);
    let edits: [(&str, Edit); 17] = [
        ("description", |it| it.description = "Other".to_owned()),
        ("handler", |it| it.handler = "other.handler".to_owned()),
        ("runtime", |it| it.runtime = "python3.14".to_owned()),
        ("timeout", |it| it.timeout = 3),
        ("memory", |it| it.memory = 128),
        ("ephemeral-storage", |it| it.ephemeral_storage = 512),
        ("role", |it| it.role = Link::live("arn:aws:iam::111122223333:role/other")),
        ("file-system", |it| it.mount = None),
        ("log-group", |it| {
            it.log_group = Link::live("arn:aws:logs:us-west-2:111122223333:log-group:/aws/lambda/site");
        }),
        ("tracing", |it| it.tracing = Tracing::PassThrough),
        ("layers", |it| it.layers = vec!["arn:aws:lambda:us-west-2:111122223333:layer:x:1".to_owned()]),
        ("environment DAYS", |it| it.environment.clear()),
        ("environment MORE", |it| {
            it.environment.insert("MORE".to_owned(), "hunter2".to_owned());
        }),
        ("vpc", |it| it.network = None),
        ("security-group", |it| it.network.as_mut().unwrap().groups.push(Link::live("sg-2"))),
        ("ipv6", |it| it.network.as_mut().unwrap().allows_ipv6 = true),
        ("dead-letter-queue", |it| {
            it.others.insert(edit::DEAD_LETTER, "arn:aws:sqs:us-west-2:111122223333:x".to_owned());
        }),
    ];
    for (field, edit) in edits {
        let said = plan(FULL, |live| edit(&mut live.state));
        assert!(said.contains(&format!("lambda:UpdateFunctionConfiguration: {field} ")), "{field}: {said}");
        assert_eq!(said.lines().filter(|line| line.contains("lambda:")).count(), 1, "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn code_that_is_not_ours_is_drift() {
    let other = |live: &mut Function| {
        live.state.code = Code::live("q0qNc8hX5WKqz8l3oYc8q0qNc8hX5WKqz8l3oYc8abc=", 1_033_678);
    };
    assert_snapshot!(plan(PLAIN, other), @"
    update lambda.function.site (site)
      lambda:UpdateFunctionCode: code sha256 q0qNc8hX5WKq… (1009.4 KiB) -> sha256 5kjKX0/OFw0V… (1 file, 161 B)
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.architecture = Architecture::Arm), @"
    update lambda.function.site (site)
      lambda:UpdateFunctionCode: architecture arm64 -> x86-64
    ");
}

#[test]
fn configuration_comes_before_code_and_permissions_go_first() {
    let said = plan(FULL, |live| {
        live.state.code = Code::live("other", 1);
        live.state.timeout = 1;
        live.state.reserved = None;
        live.state.permissions = permissions::of("s3");
    });
    let calls = said.lines().filter_map(|line| line.trim().strip_prefix("lambda:")?.split(':').next());
    let calls: Vec<_> = calls.collect();
    assert_eq!(
        calls,
        ["RemovePermission", "UpdateFunctionConfiguration", "UpdateFunctionCode", "PutFunctionConcurrency"]
    );
}

#[test]
fn none_reserved_is_not_zero_reserved() {
    let zero = format!("{PLAIN}\nreserved-concurrency = 0");
    assert_snapshot!(plan(&zero, |live| live.state.reserved = None), @"
    update lambda.function.site (site)
      lambda:PutFunctionConcurrency: reserved-concurrency none -> 0
      note: reserved-concurrency = 0: it never runs
    ");
    assert_snapshot!(plan(PLAIN, |live| live.state.reserved = Some(0)), @"
    update lambda.function.site (site)
      lambda:DeleteFunctionConcurrency: reserved-concurrency 0 -> none
    ");
}

#[test]
fn a_role_that_was_made_again_is_written_again() {
    let made = |created: &str| {
        let mut world = world(PLAIN, |_| {});
        world.known.note(Address::new(KindName::ROLE, "site"), Fate::Live(role(created)));
        world
    };
    // Last written on 2026-11-02 at 08:00:00.
    assert_eq!(made("2026-11-02T08:00:00Z").plan(), IN_SYNC);
    let after = made("2026-11-02T08:00:01Z");
    assert_snapshot!(after.plan(), @"
    update lambda.function.site (site)
      lambda:UpdateFunctionConfiguration: role arn:aws:iam::111122223333:role/site -> iam.role.site (arn:aws:iam::111122223333:role/site)
        so it runs with the role as that is now: to AWS, one that is made again is another, though it has the same ARN
      note: its role was made on 2026-11-02T08:00:01Z, after the function was last written (2026-11-02T08:00:00Z): its configuration is written again
    ");
    // While it is not there yet the same is shown, and so it may be done once it is.
    let mut before = world(PLAIN, |_| {});
    before.known.note(Address::new(KindName::ROLE, "site"), Fate::Coming);
    let (before, after) = (before.view().changes, after.view().changes);
    assert_eq!((before.len(), after.len()), (1, 1));
    assert!(before[0].fits(&after[0]), "{before:#?} {after:#?}");
}

#[test]
fn how_it_is_is_said() {
    let failed = |live: &mut Function| {
        live.detail.condition = Condition::Failed("no subnets (SubnetOutOfIPAddresses)".to_owned());
    };
    assert_snapshot!(plan(PLAIN, failed), @"
    in sync lambda.function.site (site)
      note: it cannot be invoked: no subnets (SubnetOutOfIPAddresses)
    ");
    assert_snapshot!(plan(PLAIN, |live| live.detail.condition = Condition::Coming), @"
    in sync lambda.function.site (site)
      note: AWS is still setting it up
    ");
    let update = |live: &mut Function| {
        live.detail.failed_update = Some("the mount timed out (EFSMountTimeout)".to_owned());
    };
    assert_snapshot!(plan(PLAIN, update), @"
    update lambda.function.site (site)
      lambda:UpdateFunctionConfiguration: role arn:aws:iam::111122223333:role/site -> iam.role.site (arn:aws:iam::111122223333:role/site)
        so it runs with the role as that is now: to AWS, one that is made again is another, though it has the same ARN
      note: its last update failed, so its configuration is written again: the mount timed out (EFSMountTimeout)
    ");
    assert_snapshot!(plan(&PLAIN.replace("3.13", "3.11"), |_| {}), @"
    in sync lambda.function.site (site)
      note: AWS deprecates python3.11 on 2027-06-30 (as known in November 2026): no more security patches from then on, and some months later no more updates; choose a later one
    ");
}

#[test]
fn what_is_no_function_of_files_is_left_alone() {
    let image = |live: &mut Function| live.state.kept_from = Some("a container image".to_owned());
    assert_snapshot!(plan(PLAIN, image), @"
    blocked lambda.function.site (site)
      because `package` cannot be changed on a live resource, only by replacing it
      cannot change package a container image -> files
      help: give this entry a name of its own, have whatever calls the old function call the new one, and then delete the old one by hand
    ");
}

#[test]
fn what_is_ignored_is_left_alone() {
    for (field, edit) in [
        ("source", (|it| it.code = Code::live("other", 1)) as fn(&mut State)),
        ("source", |it| it.architecture = Architecture::X86),
        ("description", |it| it.description.clear()),
        ("timeout", |it| it.timeout = 3),
        ("memory", |it| it.memory = 128),
        ("environment", |it| it.environment.clear()),
        ("layers", |it| it.layers = vec!["x".to_owned()]),
        ("reserved-concurrency", |it| it.reserved = None),
    ] {
        let ignoring = entry(&format!("{FULL}\nignore = ['{field}']"));
        let world =
            World { known: known(), ..World::present(ignoring, live(FULL, |live| edit(&mut live.state))) };
        assert_eq!(world.plan(), IN_SYNC, "{field}");
    }
}

#[test]
fn times_are_told_to_the_second() {
    use observe::second;
    for text in ["2017-05-26T06:50:03.585+0000", "2017-05-26T06:50:03Z", "2017-05-26T06:50:03.000+00:00"] {
        assert_eq!(second(text).as_deref(), Some("2017-05-26T06:50:03Z"), "{text}");
    }
    for text in
        ["", "2017-05-26", "2017-05-26T06:50:03.585+0100", "2017-05-26 06:50:03Z", "yesterday, at some time"]
    {
        assert_eq!(second(text), None, "{text}");
    }
}
