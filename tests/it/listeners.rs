//! The life of a listener: made with its load balancer, repaired, taken over, refused, deleted, kept.

use std::time::Duration;

use infra::cli::exit::Exit;
use serde_json::Value;

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const NETWORK: &str = r#"
[lookup.vpc.main]
default = true
[lookup.certificate.site]
domain = "*.example.com"
[ec2.security-group.site]
name = "site"
vpc = "main"
description = "Who reaches it"
"#;
const BALANCER: &str = r#"
[elbv2.load-balancer.site]
name = "site-alb"
scheme = "internet-facing"
vpc = "main"
security-groups = ["site"]
"#;
const HTTPS: &str = r#"
[elbv2.listener.https]
load-balancer = "site"
port = 443
protocol = "https"
certificate = "site"
fixed-response = { status = 200, body = "No target configured" }
"#;
const HTTP: &str = r#"
[elbv2.listener.http]
load-balancer = "site"
port = 80
protocol = "http"
redirect = { protocol = "https", port = 443, permanent = true }
"#;
const CREATE: &str = "elasticloadbalancing:CreateListener";
const OLD: &str = "ELBSecurityPolicy-2016-08";

fn all() -> String {
    [NETWORK, BALANCER, HTTPS, HTTP].concat()
}

/// An account with the certificate that is looked up.
fn worlds() -> impl Iterator<Item = World> {
    World::each().inspect(|world| {
        let _ = world.account.certify("*.example.com");
    })
}

fn elb(world: &World, operation: &str, parameters: &[(&str, &str)]) -> crate::support::wire::Answer {
    world.account.elb(operation, parameters).xml()
}

fn balancer(world: &World) -> String {
    elb(world, "DescribeLoadBalancers", &[]).element("LoadBalancerArn")
}

/// The ARNs of all listeners.
fn listeners(world: &World) -> Vec<String> {
    let answer = elb(world, "DescribeListeners", &[("LoadBalancerArn", &balancer(world))]);
    answer.elements("ListenerArn").map(str::to_owned).collect()
}

/// The listener that the entry of this key has made.
fn of(world: &World, key: &str) -> String {
    let output = world.infra(&["output", "--format", "json"], &world.manifest(&all())).run();
    let printed: Value = serde_json::from_str(&output.out).unwrap();
    printed[format!("elbv2.listener.{key}")]["arn"].as_str().unwrap_or_else(|| panic!("{output}")).to_owned()
}

fn described(world: &World, arn: &str) -> String {
    elb(world, "DescribeListeners", &[("ListenerArns.member.1", arn)]).body
}

/// A rule of somebody else's.
fn rule(world: &World, arn: &str) {
    let _ = elb(
        world,
        "CreateRule",
        &[
            ("ListenerArn", arn),
            ("Priority", "10"),
            ("Conditions.member.1.Field", "path-pattern"),
            ("Conditions.member.1.Values.member.1", "/api/*"),
            ("Actions.member.1.Type", "fixed-response"),
            ("Actions.member.1.FixedResponseConfig.StatusCode", "204"),
        ],
    );
}

/// Makes one by hand, that answers 404.
fn by_hand(world: &World, port: &str) {
    let balancer = balancer(world);
    let settings = [
        ("LoadBalancerArn", balancer.as_str()),
        ("Protocol", "HTTP"),
        ("Port", port),
        ("DefaultActions.member.1.Type", "fixed-response"),
        ("DefaultActions.member.1.FixedResponseConfig.StatusCode", "404"),
    ];
    let _ = elb(world, "CreateListener", &settings);
}

#[test]
fn they_are_made_with_their_load_balancer_and_read_in_three_round_trips() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world
            .infra(&["plan"], &manifest)
            .run()
            .expect(Exit::Done)
            .says("+ create elbv2.listener.https  site-alb:443")
            .says("+ create elbv2.listener.http  site-alb:80")
            .says("redirect to https://#{host}:443/#{path}?#{query}, permanent (301)");
        let _ = world.apply(&manifest).tells("verified");
        let https = described(&world, &of(&world, "https"));
        for text in [
            "<Protocol>HTTPS</Protocol>",
            "<Port>443</Port>",
            "<SslPolicy>ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09</SslPolicy>",
            "<StatusCode>200</StatusCode>",
            "<ContentType>text/plain</ContentType>",
            "<MessageBody>No target configured</MessageBody>",
        ] {
            assert!(https.contains(text), "{text} {https}");
        }
        let http = described(&world, &of(&world, "http"));
        assert!(http.contains("<StatusCode>HTTP_301</StatusCode>"), "{http}");
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        let counts = wire.counts();
        for (call, count) in [
            ("DescribeLoadBalancers", 1),
            ("DescribeListeners", 1),
            ("DescribeListenerCertificates", 1),
            ("DescribeRules", 2),
            // Of the load balancer, and of its listeners.
            ("DescribeTags", 2),
        ] {
            assert_eq!(counts[&format!("elasticloadbalancing:{call}")], count, "{counts:#?}");
        }
        assert_eq!(wire.questions(), wire.seen().len(), "a question was asked twice: {counts:#?}");
        // Without the emulator, which takes its time: see the connector on depth.
        let replay = Wire::answering_as(&wire, Duration::from_millis(50));
        let again = world.infra(&["drift"], &manifest).wire(&replay).with_stopped_clock();
        let _ = again.run().expect(Exit::Done);
        assert_eq!(replay.depth(), 3, "{:#?}", replay.waves());
    }
}

/// What somebody does to the HTTPS listener, and what `drift` says of it.
type Meddling = (&'static str, fn(&World, &str), &'static [&'static str]);

const MEDDLING: &[Meddling] = &[
    (
        "default action changed",
        |world, arn| {
            let redirect = [
                ("ListenerArn", arn),
                ("DefaultActions.member.1.Type", "redirect"),
                ("DefaultActions.member.1.RedirectConfig.Host", "www.example.com"),
                ("DefaultActions.member.1.RedirectConfig.StatusCode", "HTTP_302"),
            ];
            let _ = elb(world, "ModifyListener", &redirect);
        },
        &[
            "~ update elbv2.listener.https  site-alb:443",
            "redirect to #{protocol}://www.example.com:#{port}/#{path}?#{query}, temporary (302)",
            "fixed response 200 text/plain \"No target configured\"",
        ],
    ),
    (
        "requests forwarded to targets",
        |world, arn| {
            let vpc = world.account.ec2("DescribeVpcs", &[]).xml().element("vpcId");
            let group = [("Name", "blue"), ("Protocol", "HTTP"), ("Port", "80"), ("VpcId", &vpc)];
            let group = elb(world, "CreateTargetGroup", &group).element("TargetGroupArn");
            let forward = [
                ("ListenerArn", arn),
                ("DefaultActions.member.1.Type", "forward"),
                ("DefaultActions.member.1.TargetGroupArn", &group),
            ];
            let _ = elb(world, "ModifyListener", &forward);
        },
        &[
            "forward to blue → fixed response 200 text/plain \"No target configured\"",
            "requests that no rule takes no longer reach what answers them now",
        ],
    ),
    (
        "TLS policy changed",
        |world, arn| {
            let _ = elb(world, "ModifyListener", &[("ListenerArn", arn), ("SslPolicy", OLD)]);
        },
        &["tls-policy        ELBSecurityPolicy-2016-08 → ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"],
    ),
    (
        "certificate changed",
        |world, arn| {
            let other = world.account.certify("other.example.org");
            let certificate =
                [("ListenerArn", arn), ("Certificates.member.1.CertificateArn", other.as_str())];
            let _ = elb(world, "ModifyListener", &certificate);
        },
        &["certificate", "lookup.certificate.site"],
    ),
    (
        "certificate added",
        |world, arn| {
            let other = world.account.certify("other.example.org");
            let certificate =
                [("ListenerArn", arn), ("Certificates.member.1.CertificateArn", other.as_str())];
            let _ = elb(world, "AddListenerCertificates", &certificate);
        },
        &["extra-certificates", "+ (none)", "clients that ask for its domains are shown another certificate"],
    ),
    (
        "tag changed",
        |world, arn| {
            let tag = [
                ("ResourceArns.member.1", arn),
                ("Tags.member.1.Key", "Project"),
                ("Tags.member.1.Value", "other"),
            ];
            let _ = elb(world, "AddTags", &tag);
        },
        &["tag Project       other → tests"],
    ),
    (
        "listener deleted",
        |world, arn| {
            let _ = elb(world, "DeleteListener", &[("ListenerArn", arn)]);
        },
        &["+ create elbv2.listener.https  site-alb:443"],
    ),
];

#[test]
fn what_drifted_is_said_and_repaired() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        for (what, meddle, lines) in MEDDLING {
            meddle(&world, &of(&world, "https"));
            let mut drift = world.drift(&manifest).expect(Exit::Pending);
            for line in *lines {
                drift = drift.says(line);
            }
            assert!(drift.out.contains(" 1 to "), "{what}\n{drift}");
            let _ = world.apply(&manifest);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn rules_of_others_are_told_and_left_alone() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        let arn = of(&world, "https");
        rule(&world, &arn);
        let drift = world.infra(&["plan", "--all"], &manifest).run().expect(Exit::Done);
        let _ = drift.says("it also has 1 rule (priority 10) of others: asked first, and left alone");
        let _ = elb(&world, "ModifyListener", &[("ListenerArn", &arn), ("SslPolicy", OLD)]);
        let _ = world.apply(&manifest);
        let rules = elb(&world, "DescribeRules", &[("ListenerArn", &arn)]);
        assert!(rules.elements("Priority").any(|it| it == "10"), "{}", rules.body);
        // They keep the listener.
        let without = world.manifest(&[NETWORK, BALANCER, HTTP].concat());
        let wire = Wire::new();
        let delete = ["apply", "--yes", "--delete", "elbv2.listener.https"];
        let kept = world.infra(&delete, &without).wire(&wire).run();
        let _ = kept.says("= keep").says("it left the manifest; it has 1 rule (priority 10) of others");
        assert_eq!(wire.writes(), [""; 0]);
    }
}

#[test]
fn one_that_was_made_by_hand_is_taken_over_by_word() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(&[NETWORK, BALANCER].concat()));
        by_hand(&world, "80");
        let manifest = world.manifest(&all());
        let refused = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let _ = refused.says("* adopt elbv2.listener.http").says("fixed response 404 text/plain, no body");
        let adopt = ["apply", "--yes", "--adopt", "elbv2.listener.http"];
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        assert_eq!(listeners(&world).len(), 2);
    }
}

#[test]
fn what_leaves_is_deleted_by_word() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(&all()));
        by_hand(&world, "8080");
        let without = world.manifest(&[NETWORK, BALANCER, HTTPS].concat());
        let plan = world.infra(&["plan"], &without).run().expect(Exit::Done);
        let _ = plan.says("- delete elbv2.listener.http").says("nothing answers on port 80 from now on");
        let refused = world.infra(&["apply", "--yes"], &without).run();
        let _ = refused.expect(Exit::Refused);
        assert_eq!(listeners(&world).len(), 3);
        let delete = ["apply", "--yes", "--delete", "elbv2.listener.http"];
        let _ = world.infra(&delete, &without).run().expect(Exit::Done);
        // What is nobody's stays.
        assert_eq!(listeners(&world).len(), 2);
        let _ = world.drift(&without).expect(Exit::Done);
    }
}

#[test]
fn they_stay_with_a_load_balancer_that_stays_and_leave_with_one_that_leaves() {
    for world in worlds() {
        let retained = BALANCER.to_owned() + "on-delete = \"retain\"\n";
        let _ = world.apply(&world.manifest(&[NETWORK, &retained, HTTPS, HTTP].concat()));
        let without = world.manifest(NETWORK);
        let kept = "it left the manifest, and belongs to elbv2.load-balancer.site, which is kept";
        let _ = world.drift(&without).expect(Exit::Done).says("= keep elbv2.listener.https").says(kept);
        let _ = world.apply(&world.manifest(&all()));
        let names = ["elbv2.listener.https", "elbv2.listener.http", "elbv2.load-balancer.site"];
        let words = names.iter().flat_map(|name| ["--delete", name]);
        let delete: Vec<_> = ["apply", "--yes"].into_iter().chain(words).collect();
        let wire = Wire::new();
        let without = world.manifest(NETWORK);
        let _ = world.infra(&delete, &without).wire(&wire).run().expect(Exit::Done);
        let deletions: Vec<_> = wire.writes().into_iter().filter(|it| it.contains("Delete")).collect();
        assert_eq!(deletions.len(), 3, "{deletions:?}");
        assert_eq!(deletions[2], "elasticloadbalancing:DeleteLoadBalancer");
        let _ = world.drift(&without).expect(Exit::Done);
    }
}

/// AWS would delete it with its load balancer, and nobody has agreed to that.
#[test]
fn a_load_balancer_does_not_take_along_what_is_not_named() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(&all()));
        let without = world.manifest(NETWORK);
        let most = ["--delete", "elbv2.load-balancer.site", "--delete", "elbv2.listener.http"];
        let words = [&["apply", "--yes"], &most[..]].concat();
        let output = world.infra(&words, &without).run().expect(Exit::Refused);
        let _ = output
            .tells("left out: delete elbv2.listener.https: it needs --delete elbv2.listener.https")
            .tells("left out: delete elbv2.load-balancer.site: it can only go with elbv2.listener.https,");
        assert_eq!(listeners(&world).len(), 1);
        let only = [&["apply", "--yes", "--only", "elbv2.load-balancer.site"], &most[..2]].concat();
        let _ = world.infra(&only, &without).run().expect(Exit::Refused);
        assert_eq!(listeners(&world).len(), 1);
    }
}

/// An entry cannot take its listener to another load balancer, so the old one answers until another entry does.
#[test]
fn a_load_balancer_stays_while_an_entry_stands_for_what_listens_on_it() {
    for world in worlds() {
        let _ = world.apply(&world.manifest(&all()));
        let moved = all().replace("site-alb", "new-alb").replace("balancer.site", "balancer.new");
        let moved = moved.replace("load-balancer = \"site\"", "load-balancer = \"new\"");
        let manifest = world.manifest(&moved);
        let words = ["apply", "--yes", "--delete", "elbv2.load-balancer.site"];
        let wire = Wire::new();
        let first = world.infra(&words, &manifest).wire(&wire).run().expect(Exit::Refused);
        let _ = first.tells("left out: delete elbv2.load-balancer.site: it can only go with elbv2.listener.");
        assert!(!wire.writes().iter().any(|call| call.contains("Delete")), "{:?}", wire.writes());
        // Under keys of their own the new ones can be made, and the old ones leave.
        let manifest = world.manifest(&moved.replace("listener.http", "listener.new-http"));
        let file = manifest.with_extension("plan");
        let _ = world.infra(&["plan", "--out", file.to_str().unwrap()], &manifest).run().expect(Exit::Done);
        let _ = world.infra(&["apply"], &file).run().expect(Exit::Done);
        assert_eq!(listeners(&world).len(), 2);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

/// A reply that is lost, and a process that is gone: one listener, not two.
#[test]
fn it_is_made_once_whatever_happens() {
    for fault in [Fault::LostReply, Fault::CrashAfter, Fault::CrashBefore] {
        for world in worlds() {
            let manifest = world.manifest(&all());
            let wire = Wire::with_faults(vec![(Which::First(1, CREATE.to_owned()), fault)]);
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
            let _ = world.apply(&manifest);
            assert_eq!(listeners(&world).len(), 2);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

/// AWS gives the one that is there, whoever's it is, where its settings are those that are asked for.
#[test]
fn one_that_somebody_makes_meanwhile_is_not_taken_over() {
    for world in worlds() {
        let entry = "[elbv2.listener.http]\nload-balancer = \"site\"\nport = 80\nprotocol = \"http\"\n\
            fixed-response = { status = 404 }\n";
        let _ = world.apply(&world.manifest(&[NETWORK, BALANCER].concat()));
        let manifest = world.manifest(&[NETWORK, BALANCER, entry].concat());
        by_hand(&world, "80");
        // Whoever made it has marked it: then its tags are not waited for.
        let arn = listeners(&world).remove(0);
        let mark = [("Key", "infra:manifest"), ("Value", "other")];
        let mark = mark.map(|(name, value)| (format!("Tags.member.1.{name}"), value));
        let mut tag: Vec<_> = mark.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        tag.push(("ResourceArns.member.1", &arn));
        let _ = elb(&world, "AddTags", &tag);
        // The look just before the creation does not see it yet.
        let blind = Fault::Reads("<Port>80</Port>", "<Port>81</Port>");
        let wire =
            Wire::with_faults(vec![(Which::Until("elasticloadbalancing:DescribeListeners", CREATE), blind)]);
        let stopped = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run();
        assert!(matches!(stopped.exit, Some(Exit::Moved | Exit::Failed)), "{stopped}");
        assert_eq!(wire.counts()[CREATE], 1);
        let tags = elb(&world, "DescribeTags", &[("ResourceArns.member.1", &arn)]);
        assert_eq!(tags.elements("Key").collect::<Vec<_>>(), ["infra:manifest"], "{}", tags.body);
    }
}

#[test]
fn what_could_not_be_read_is_unknown() {
    for call in [
        "elasticloadbalancing:DescribeLoadBalancers",
        "elasticloadbalancing:DescribeListeners",
        "elasticloadbalancing:DescribeRules",
        "elasticloadbalancing:DescribeTags",
    ] {
        for world in worlds() {
            let manifest = world.manifest(&all());
            let _ = world.apply(&manifest);
            let denied = Fault::Answer(403, "AccessDenied");
            let wire = Wire::with_faults(vec![(Which::Named(call), denied)]);
            let drift = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
            let _ = drift.says("? unknown elbv2.listener.https").says("? unknown elbv2.listener.http");
        }
    }
}

/// Another certificate for the same domain changes nothing that listens with the first one.
#[test]
fn a_certificate_that_is_in_use_stays_the_one_that_is_meant() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let digest = |output: &crate::support::cli::Output| {
            output.out.rsplit_once("digest ").map(|(_, digest)| digest.trim().to_owned()).unwrap()
        };
        let _ = world.apply(&manifest);
        let before = world.drift(&manifest).expect(Exit::Done);
        let second = world.account.certify("*.example.com");
        let after = world.drift(&manifest).expect(Exit::Done);
        assert_eq!(digest(&after), digest(&before));
        let plan = world.infra(&["plan", "--all"], &manifest).run().expect(Exit::Done);
        let _ = plan.says(&format!("it is the one in use; beside it, but unused, there is {second}"));
    }
}
