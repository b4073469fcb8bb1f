//! What each kind states, and what becomes of it with the decision.

use crate::kind::decide::{self, Stacks};
use crate::kind::known::Fate;
use crate::kind::testing::{World, brief_uses as brief, denied, entry, in_step, place};
use crate::kind::view::StepView;
use crate::kind::{Found, Kind, Known, Live, Phase, show};
use crate::kinds::ecr_repository::{Detail as Repository, EcrRepository};
use crate::kinds::elbv2_load_balancer::{Detail as Balancer, Elbv2LoadBalancer};
use crate::kinds::iam_role::IamRole;
use crate::kinds::lambda_function::LambdaFunction;
use crate::kinds::logs_log_group::{Detail as LogGroup, LogsLogGroup};
use crate::kinds::secretsmanager_secret::{Detail as Secret, SecretsManagerSecret};
use crate::model::{Address, KindName, Outputs, Tags, tags};

/// What it will be billed for once it is made.
fn made<K: Kind>(toml: &str) -> String {
    let view = World::absent(entry::<K>(toml)).view();
    assert_eq!(view.uses.now, []);
    brief(&view.uses.then)
}

/// What it is billed for, as declared and with this to be seen of it.
fn there<K: Kind>(toml: &str, detail: K::Detail) -> String {
    let entry = entry::<K>(toml);
    let live = in_step(&entry, detail);
    let StepView { uses, .. } = World::present(entry, live).view();
    assert_eq!(uses.now, uses.then);
    brief(&uses.now)
}

const SECRET: &str = "secret 1, secret-requests";

fn secret() -> Live<SecretsManagerSecret> {
    in_step(&entry("name = 'team/site'"), Secret::default())
}

/// As it is, and as it will be.
fn fate(view: &StepView) -> [String; 2] {
    [brief(&view.uses.now), brief(&view.uses.then)]
}

#[test]
fn what_is_billed_goes_with_the_decision() {
    let of = |edit: fn(&mut Live<SecretsManagerSecret>)| {
        let mut live = secret();
        edit(&mut live);
        fate(&World::present(entry("name = 'team/site'"), live).view())
    };
    let both = [SECRET, SECRET];
    assert_eq!(of(|_| {}), both);
    assert_eq!(of(|live| live.state.description = Some("old".to_owned())), both);
    // Nobody's, and another manifest's: it is there, whatever is decided.
    assert_eq!(of(|live| live.tags = Tags::default()), both);
    assert_eq!(of(|live| live.tags.set(tags::MANIFEST, "other")), both);
    // Scheduled for deletion it costs nothing, and taken back it does again.
    let scheduled = |live: &mut Live<SecretsManagerSecret>| {
        live.phase = Phase::PendingDeletion { date: "2026-12-01".to_owned() };
    };
    assert_eq!(of(scheduled), ["", SECRET]);
    let unread = World {
        found: Found::Unknown(denied("secretsmanager:DescribeSecret")),
        ..World::absent(entry::<SecretsManagerSecret>("name = 'team/site'"))
    };
    assert_eq!(fate(&unread.view()), ["", ""]);
}

#[test]
fn what_left_the_manifest_costs_until_it_goes() {
    let of = |live: &Live<SecretsManagerSecret>| {
        let leaving = decide::leaving(vec![live]);
        let decision = decide::leftover(live, &Stacks::new(), &place(), &leaving, &Known::default());
        fate(&show::leftover(Address::new(KindName::SECRET, "site"), live, &decision))
    };
    let mut live = secret();
    assert_eq!(of(&live), [SECRET, SECRET]);
    live.tags.set(tags::ON_DELETE, "delete");
    assert_eq!(of(&live), [SECRET, ""]);
}

#[test]
fn a_repository_is_billed_for_its_images() {
    let toml = "name = 'team/site'";
    assert_eq!(made::<EcrRepository>(toml), "ecr-storage");
    assert_eq!(there::<EcrRepository>(toml, Repository::default()), "ecr-storage");
}

#[test]
fn a_load_balancer_has_a_public_address_in_each_zone_of_the_internet() {
    let of = |more: &str, zones: &[&str]| {
        let toml = format!("name = 'site'\nvpc = 'main'\nsecurity-groups = ['web']\n{more}");
        let mut world = World::absent(entry::<Elbv2LoadBalancer>(&toml));
        if !zones.is_empty() {
            let mut vpc = Outputs::default().with(Outputs::ID, "vpc-1");
            for zone in zones {
                vpc.set(format!("{}{zone}", Outputs::SUBNET), *zone);
            }
            world.known.note(Address::new(KindName::VPC, "main"), Fate::Live(vpc));
        }
        let group = Outputs::default().with(Outputs::ID, "sg-1");
        world.known.note(Address::new(KindName::SECURITY_GROUP, "web"), Fate::Live(group));
        brief(&world.view().uses.then)
    };
    let public = "scheme = 'internet-facing'";
    assert_eq!(of(public, &["a", "b", "c"]), "load-balancer 1, public-ipv4 3, load-balancer-capacity");
    let dual = format!("{public}\nip-address-type = 'dualstack'");
    assert_eq!(of(&dual, &["a", "b"]), "load-balancer 1, public-ipv4 2, load-balancer-capacity");
    let six = format!("{public}\nip-address-type = 'dualstack-without-public-ipv4'");
    assert_eq!(of(&six, &["a", "b"]), "load-balancer 1, load-balancer-capacity");
    assert_eq!(of("scheme = 'internal'", &["a", "b"]), "load-balancer 1, load-balancer-capacity");
    // Its network is not there yet: it will have addresses, and nobody can say how many.
    let entry = entry::<Elbv2LoadBalancer>(&format!(
        "name = 'site'\nvpc = 'main'\nsecurity-groups = ['web']\n{public}"
    ));
    let uses = Elbv2LoadBalancer::usage(None, &entry.state);
    assert_eq!(brief(&uses), "load-balancer 1, public-ipv4, load-balancer-capacity");
    let live = in_step(&entry, Balancer::default());
    assert_eq!(Elbv2LoadBalancer::usage(Some(&live), &entry.state), uses);
}

#[test]
fn a_function_is_billed_as_it_runs_by_its_memory() {
    let of = |more: &str| {
        let toml = format!(
            "name = 'site'\nsource = 'code'\nhandler = 'handler.handler'\nruntime = 'python3.13'\nrole = 'site'\n{more}"
        );
        let uses = LambdaFunction::usage(None, &entry::<LambdaFunction>(&toml).state);
        (brief(&uses), uses[1].note.clone().unwrap())
    };
    let (uses, note) = of("memory = 256");
    assert_eq!(uses, "function-requests, function-x86-64");
    assert_eq!(note, "with 256 MB, a second of a run is 0.250 GB-seconds");
    let (uses, note) = of("memory = 1769\narchitecture = 'arm64'");
    assert_eq!(uses, "function-requests, function-arm64");
    assert_eq!(note, "with 1769 MB, a second of a run is 1.727 GB-seconds");
}

#[test]
fn a_log_group_is_billed_by_its_class_and_for_what_it_keeps() {
    let toml = "name = '/team/site'\nretention-days = 30";
    assert_eq!(made::<LogsLogGroup>(toml), "log-ingestion, log-storage");
    let kept = there::<LogsLogGroup>(toml, LogGroup { bytes: Some(3 << 30) });
    assert_eq!(kept, "log-ingestion, log-storage measured 3221225472");
    let rare = format!("{toml}\nclass = 'infrequent-access'");
    assert_eq!(made::<LogsLogGroup>(&rare), "log-ingestion-infrequent-access, log-storage");
}

#[test]
fn what_is_free_says_nothing() {
    let trust = "trust = [{ effect = 'allow', principal = { service = ['lambda.amazonaws.com'] }, action = ['sts:AssumeRole'] }]";
    assert_eq!(made::<IamRole>(&format!("name = 'site'\n{trust}")), "");
}
