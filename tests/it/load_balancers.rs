//! The life of a load balancer: made, named by its DNS name, taken over, refused, kept, deleted.

use std::time::Duration;

use infra::cli::exit::Exit;

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::holdings::{elb_tags, group_id};

const VPC: &str = "[lookup.vpc.main]\ndefault = true\n";
const GROUP: &str =
    "[ec2.security-group.web]\nname = \"team-web\"\nvpc = \"main\"\ndescription = \"The web\"\n";
const EDIT: &str = "[elbv2.load-balancer.edit]\nname = \"team-edit\"\nscheme = \"internet-facing\"\n\
    vpc = \"main\"\nsecurity-groups = [\"web\"]\n";
const ADDRESS: &str = "elbv2.load-balancer.edit";
const CREATE: &str = "elasticloadbalancing:CreateLoadBalancer";

/// All of it, with these lines more.
fn all(more: &str) -> String {
    format!("{VPC}{GROUP}{EDIT}{more}")
}

fn arns(world: &World) -> Vec<String> {
    let listed = world.account.elb("DescribeLoadBalancers", &[]).xml();
    listed.elements("LoadBalancerArn").map(str::to_owned).collect()
}

/// The account's only load balancer.
#[track_caller]
fn only(world: &World) -> String {
    let mut arns = arns(world);
    assert_eq!(arns.len(), 1, "{arns:?}");
    arns.remove(0)
}

/// Makes one by hand, in every zone; gives its ARN.
fn by_hand(world: &World, also: &[(&str, &str)]) -> String {
    let found = world.account.ec2("DescribeSubnets", &[]).xml();
    let subnets: Vec<_> =
        (1..).zip(found.elements("subnetId")).map(|(n, id)| (format!("Subnets.member.{n}"), id)).collect();
    let mut parameters = vec![("Name", "team-edit")];
    parameters.extend(subnets.iter().map(|(name, id)| (name.as_str(), *id)));
    parameters.extend(also);
    world.account.elb("CreateLoadBalancer", &parameters).xml().element("LoadBalancerArn")
}

/// Makes a listener by hand; gives its ARN.
fn listen(world: &World, balancer: &str, port: &str, tags: &[(&str, &str)]) -> String {
    let numbered: Vec<_> = (1..)
        .zip(tags)
        .flat_map(|(n, (key, value))| {
            [(format!("Tags.member.{n}.Key"), *key), (format!("Tags.member.{n}.Value"), *value)]
        })
        .collect();
    let mut parameters = vec![
        ("LoadBalancerArn", balancer),
        ("Protocol", "HTTP"),
        ("Port", port),
        ("DefaultActions.member.1.Type", "fixed-response"),
        ("DefaultActions.member.1.FixedResponseConfig.StatusCode", "200"),
    ];
    parameters.extend(numbered.iter().map(|(key, value)| (key.as_str(), *value)));
    world.account.elb("CreateListener", &parameters).xml().element("ListenerArn")
}

#[test]
fn it_is_made_and_says_by_which_name_it_is_reached() {
    for world in World::each() {
        let manifest = world.manifest(&all("deletion-protection = true\n"));
        let plan = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let _ = plan
            .says(&format!("+ create {ADDRESS}"))
            .says("the internet can reach it, as far as its security groups let anybody in");
        let wire = Wire::new();
        let apply = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
        let _ = apply.tells("verified");
        // Whose it is has been read after the call, before anything else was written.
        let mut calls: Vec<_> = wire.seen().into_iter().map(|seen| seen.name).collect();
        calls.retain(|call| call.starts_with("elasticloadbalancing:"));
        let made = calls.iter().position(|call| call == CREATE).unwrap();
        assert_eq!(calls[made + 1], "elasticloadbalancing:DescribeTags");
        let arn = only(&world);
        let _ = world
            .infra(&["output"], &manifest)
            .run()
            .expect(Exit::Done)
            .says(&arn)
            .says(".elb.amazonaws.com");
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        for call in ["DescribeLoadBalancers", "DescribeTags", "DescribeLoadBalancerAttributes"] {
            assert_eq!(wire.counts()[&format!("elasticloadbalancing:{call}")], 1, "{call}");
        }
        // Without the emulator, which takes its time: see the connector on depth.
        let replay = Wire::answering_as(&wire, Duration::from_millis(50));
        let again = world.infra(&["drift"], &manifest).wire(&replay).with_stopped_clock();
        let _ = again.run().expect(Exit::Done);
        assert!(replay.depth() <= 3, "{:?}", replay.waves());
    }
}

#[test]
fn one_that_was_made_by_hand_is_taken_over_by_word() {
    for world in World::each() {
        let arn = by_hand(&world, &[]);
        let manifest = world.manifest(&all(""));
        let refused = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let _ = refused.says(&format!("* adopt {ADDRESS}")).says("it holds the DNS name team-edit-");
        assert!(elb_tags(&world.account, &arn).is_empty());
        let adopt = ["apply", "--yes", "--adopt", ADDRESS];
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        assert_eq!(only(&world), arn);
    }
}

#[test]
fn what_is_somebody_elses_is_refused() {
    for world in World::each() {
        let mark = [("Tags.member.1.Key", "infra:manifest"), ("Tags.member.1.Value", "other")];
        let arn = by_hand(&world, &mark);
        let manifest = world.manifest(&all(""));
        let wire = Wire::new();
        let adopt = ["apply", "--yes", "--adopt", ADDRESS];
        let refused = world.infra(&adopt, &manifest).wire(&wire).run();
        let _ = refused.says(&format!("! blocked {ADDRESS}")).says("other");
        assert!(!wire.writes().iter().any(|call| call.starts_with("elasticloadbalancing:")));
        assert_eq!(elb_tags(&world.account, &arn).len(), 1);
    }
}

#[test]
fn the_name_of_one_of_another_type_is_taken() {
    for world in World::each() {
        by_hand(&world, &[("Type", "network"), ("Scheme", "internal")]);
        let manifest = world.manifest(&all(""));
        let refused = world.infra(&["drift"], &manifest).run().expect(Exit::Refused);
        let _ = refused
            .says(&format!("! blocked {ADDRESS}"))
            .says("`team-edit` is the name of a network load balancer");
    }
}

/// A reply that is lost, and a process that is gone: one load balancer, not two, and it is ours.
#[test]
fn it_is_made_once_whatever_happens() {
    for fault in [Fault::LostReply, Fault::CrashAfter, Fault::CrashBefore] {
        for world in World::each() {
            let manifest = world.manifest(&all("idle-timeout-seconds = 120\n"));
            let wire = Wire::with_faults(vec![(Which::First(1, CREATE.to_owned()), fault)]);
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
            let _ = world.apply(&manifest);
            let _ = only(&world);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn a_lost_reply_of_any_later_call_is_made_up_for() {
    for call in ["ModifyLoadBalancerAttributes", "SetSubnets", "AddTags", "DeleteLoadBalancer"] {
        for world in World::each() {
            let wire = || {
                let call = format!("elasticloadbalancing:{call}");
                Wire::with_faults(vec![(Which::First(1, call), Fault::LostReply)])
            };
            let manifest = world.manifest(&all("http2 = false\n"));
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire()).run().expect(Exit::Done);
            let found = world.account.ec2("DescribeSubnets", &[]).xml();
            let two: Vec<_> = found.elements("subnetId").take(2).collect();
            let arn = only(&world);
            let subnets = [
                ("LoadBalancerArn", arn.as_str()),
                ("Subnets.member.1", two[0]),
                ("Subnets.member.2", two[1]),
            ];
            world.account.elb("SetSubnets", &subnets).xml();
            let tags = [("ResourceArns.member.1", arn.as_str()), ("TagKeys.member.1", "infra:on-delete")];
            world.account.elb("RemoveTags", &tags).xml();
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire()).run().expect(Exit::Done);
            let _ = world.drift(&manifest).expect(Exit::Done);
            let gone = world.manifest(&format!("{VPC}{GROUP}"));
            let delete = ["apply", "--yes", "--delete", ADDRESS];
            let _ = world.infra(&delete, &gone).wire(&wire()).run().expect(Exit::Done);
            assert_eq!(arns(&world), [""; 0]);
        }
    }
}

#[test]
fn what_is_protected_stays_until_somebody_switches_it_off() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all("deletion-protection = true\n")));
        let arn = only(&world);
        let without = || world.manifest(&format!("{VPC}{GROUP}"));
        let gone = without();
        let _ = world
            .drift(&gone)
            .expect(Exit::Done)
            .says(&format!("= keep {ADDRESS}"))
            .says("its deletion protection is on")
            .says("Key=deletion_protection.enabled,Value=false");
        let delete = ["apply", "--yes", "--delete", ADDRESS];
        let _ = world.infra(&delete, &gone).run();
        assert_eq!(only(&world), arn);
        // As the plan says: put it back, switch it off, then take it out.
        let _ = world.apply(&world.manifest(&all("")));
        let _ = world.infra(&delete, &without()).run().expect(Exit::Done);
        assert_eq!(arns(&world), [""; 0]);
    }
}

#[test]
fn what_others_listen_on_stays() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all("")));
        let arn = only(&world);
        let gone = world.manifest(&format!("{VPC}{GROUP}"));
        let delete = ["apply", "--yes", "--delete", ADDRESS];
        let kept = |why: &str| {
            let _ = world.drift(&gone).expect(Exit::Done).says(&format!("= keep {ADDRESS}")).says(why);
            let wire = Wire::new();
            let _ = world.infra(&delete, &gone).wire(&wire).run();
            assert_eq!((wire.writes(), only(&world)), (vec![], arn.clone()), "{why}");
        };
        let foreign = listen(&world, &arn, "8080", &[]);
        kept("1 listener on port 8080, which does not carry this manifest's mark");
        world.account.elb("DeleteListener", &[("ListenerArn", &foreign)]).xml();
        // A rule that somebody has put on one that is ours.
        let mark = [("infra:manifest", "test"), ("infra:on-delete", "retain")];
        let own = listen(&world, &arn, "8081", &mark);
        kept("1 listener on port 8081, which is to be retained");
        let rule = [
            ("ListenerArn", own.as_str()),
            ("Priority", "1"),
            ("Conditions.member.1.Field", "path-pattern"),
            ("Conditions.member.1.Values.member.1", "/x"),
            ("Actions.member.1.Type", "fixed-response"),
            ("Actions.member.1.FixedResponseConfig.StatusCode", "200"),
        ];
        let made = world.account.elb("CreateRule", &rule).xml().element("RuleArn");
        kept("1 rule on port 8081, which no manifest declares");
        world.account.elb("DeleteRule", &[("RuleArn", &made)]).xml();
        world.account.elb("DeleteListener", &[("ListenerArn", &own)]).xml();
        let _ = world.infra(&delete, &gone).run().expect(Exit::Done);
        assert_eq!(arns(&world), [""; 0]);
    }
}

/// Its network interfaces keep its security group, which goes in the run after.
#[test]
fn it_leaves_before_its_security_group() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&all("")));
        let gone = world.manifest(VPC);
        let group = group_id(&world.account, "team-web");
        let plan = world.infra(&["plan"], &gone).run().expect(Exit::Done);
        let _ = plan.says(&format!("- delete {ADDRESS}")).says("is gone for good: no other one can have it");
        let both = ["apply", "--yes", "--delete", ADDRESS, "--delete", "ec2.security-group.web"];
        let _ = world.infra(&both, &gone).run();
        assert_eq!(arns(&world), [""; 0]);
        let _ = world.infra(&["apply", "--yes", "--delete", "ec2.security-group.web"], &gone).run();
        let left = world.account.ec2("DescribeSecurityGroups", &[]).xml();
        assert!(!left.elements("groupId").any(|id| id == group), "{}", left.body);
    }
}
