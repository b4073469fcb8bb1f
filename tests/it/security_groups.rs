//! The life of security groups: made, named by each other, changed by hand, adopted, in use, deleted.

use infra::cli::exit::Exit;

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::wire::Answer;

const VPC: &str = "[lookup.vpc.main]\ndefault = true\n";

/// An entry in the default VPC.
fn group(key: &str, more: &str) -> String {
    format!(
        "[ec2.security-group.{key}]\nname = \"team-{key}\"\nvpc = \"main\"\ndescription = \"of the team\"\n{more}\n"
    )
}

/// Two groups, each of which lets the other in, and itself.
fn pair() -> String {
    let lets_in =
        |key| format!("ingress = [{{ protocol = \"tcp\", port = 2049, security-groups = [\"{key}\"] }}]");
    format!("{VPC}{}{}", group("nfs", &lets_in("clients")), group("clients", &lets_in("nfs")))
}

/// The id of the live group of this name.
fn id(world: &World, name: &str) -> String {
    find(world, name).element("groupId")
}

fn find(world: &World, name: &str) -> Answer {
    let filter = [("Filter.1.Name", "group-name"), ("Filter.1.Value.1", name)];
    world.account.ec2("DescribeSecurityGroups", &filter).xml()
}

/// How many groups there are besides those of the VPCs.
fn count(world: &World) -> usize {
    find(world, "team-*").elements("groupDescription").count()
}

/// A call by hand, about one rule: TCP on this port, from or to this range.
fn by_hand(world: &World, operation: &str, port: &str, range: &str, description: &str) {
    let group = id(world, "team-nfs");
    let mut parameters = vec![
        ("GroupId", group.as_str()),
        ("IpPermissions.1.IpProtocol", "tcp"),
        ("IpPermissions.1.FromPort", port),
        ("IpPermissions.1.ToPort", port),
        ("IpPermissions.1.IpRanges.1.CidrIp", range),
    ];
    if !description.is_empty() {
        parameters.push(("IpPermissions.1.IpRanges.1.Description", description));
    }
    world.account.ec2(operation, &parameters).xml();
}

#[test]
fn groups_that_name_each_other_come_and_go_together() {
    for world in World::each() {
        let manifest = world.manifest(&pair());
        let _ = world.apply(&manifest).tells("verified");
        let _ = world.drift(&manifest).expect(Exit::Done).says(" 2 in sync, of 2;");
        let gone = world.manifest(VPC);
        let _ = world.drift(&gone).expect(Exit::Pending).says(" 2 to delete,");
        // A word for one is none for the other, and neither can go alone.
        let wire = Wire::new();
        let one = world.infra(&["apply", "--yes", "--delete", "ec2.security-group.nfs"], &gone).wire(&wire);
        let _ = one
            .run()
            .expect(Exit::Refused)
            .tells(
                "left out: delete ec2.security-group.clients: it needs --delete ec2.security-group.clients",
            )
            .tells("it can only go with ec2.security-group.clients, which is left out");
        assert_eq!(wire.writes(), [""; 0]);
        let wire = Wire::new();
        let delete = ["--delete", "ec2.security-group.nfs", "--delete", "ec2.security-group.clients"];
        let args = [&["apply", "--yes"][..], &delete].concat();
        let _ = world.infra(&args, &gone).wire(&wire).run().expect(Exit::Done);
        // The rules of both before either group: neither is in the other's way.
        assert_eq!(
            wire.writes(),
            [
                "ec2:RevokeSecurityGroupIngress",
                "ec2:RevokeSecurityGroupIngress",
                "ec2:DeleteSecurityGroup",
                "ec2:DeleteSecurityGroup"
            ]
        );
        assert_eq!(count(&world), 0);
        let _ = world.drift(&gone).expect(Exit::Done);
    }
}

#[test]
fn what_is_changed_by_hand_is_seen_and_repaired() {
    const RULE: &str =
        "ingress = [{ protocol = \"tcp\", port = 443, cidr = [\"10.0.0.0/8\"], description = \"web\" }]";
    type Meddling = (&'static str, [&'static str; 3], &'static str);
    const MEDDLING: &[Meddling] = &[
        ("AuthorizeSecurityGroupIngress", ["22", "0.0.0.0/0", "for now"], "ingress tcp 22 from 0.0.0.0/0"),
        ("RevokeSecurityGroupIngress", ["443", "10.0.0.0/8", ""], "ingress tcp 443 from 10.0.0.0/8"),
        (
            "UpdateSecurityGroupRuleDescriptionsIngress",
            ["443", "10.0.0.0/8", "mine"],
            "allowed: mine → allowed: web",
        ),
        ("AuthorizeSecurityGroupEgress", ["25", "10.1.0.0/16", ""], "egress tcp 25 to 10.1.0.0/16"),
    ];
    for world in World::each() {
        let manifest = world.manifest(&format!("{VPC}{}", group("nfs", RULE)));
        let _ = world.apply(&manifest);
        for (operation, [port, range, description], line) in MEDDLING {
            by_hand(&world, operation, port, range, description);
            let drift = world.drift(&manifest).expect(Exit::Pending);
            let _ = drift.says("~ update ec2.security-group.nfs").says(line);
            let _ = world.apply(&manifest);
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn what_nobody_owns_is_adopted_without_its_other_rules() {
    for world in World::each() {
        // AWS tells no case in names, and neither does the entry.
        let made = [("GroupName", "Team-NFS"), ("GroupDescription", "of the team")];
        world.account.ec2("CreateSecurityGroup", &made).xml();
        let manifest = world.manifest(&format!("{VPC}{}", group("nfs", "")));
        let plan = world.drift(&manifest).expect(Exit::Pending);
        let _ = plan.says("* adopt ec2.security-group.nfs").says("egress all traffic to 0.0.0.0/0");
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let args = ["apply", "--yes", "--adopt", "ec2.security-group.nfs"];
        let _ = world.infra(&args, &manifest).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done).says(" 1 in sync, of 1;");
    }
}

#[test]
fn what_is_in_use_stays_and_says_by_what() {
    for world in World::each() {
        let _ = world.apply(&world.manifest(&pair()));
        // An interface keeps one of the two, whose rules keep the other.
        let subnet = world.account.ec2("DescribeSubnets", &[]).xml().element("subnetId");
        let clients = id(&world, "team-clients");
        let made = [
            ("SubnetId", subnet.as_str()),
            ("SecurityGroupId.1", clients.as_str()),
            ("Description", "a machine"),
        ];
        world.account.ec2("CreateNetworkInterface", &made).xml();
        let gone = world.manifest(VPC);
        let plan = world.drift(&gone).expect(Exit::Done);
        let _ = plan
            .says("it is in use by 1 network interface (a machine)")
            .says(&format!("it is in use by rules of {clients} (team-clients)"));
        assert_eq!(count(&world), 2);
    }
}

#[test]
fn a_rule_that_is_ignored_is_set_once() {
    for world in World::each() {
        let rule =
            "ingress = [{ protocol = \"tcp\", port = 443, cidr = [\"10.0.0.0/8\"] }]\nignore = [\"ingress\"]";
        let manifest = world.manifest(&format!("{VPC}{}", group("nfs", rule)));
        let _ = world.apply(&manifest);
        assert_eq!(find(&world, "team-nfs").element("cidrIp"), "10.0.0.0/8");
        by_hand(&world, "RevokeSecurityGroupIngress", "443", "10.0.0.0/8", "");
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn without_its_network_nothing_is_said_of_a_group() {
    for world in World::each() {
        let lookup = "[lookup.vpc.main]\ntags = { Name = \"nowhere\" }\n";
        let manifest = world.manifest(&format!("{lookup}{}", group("nfs", "")));
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Refused);
        let _ = plan.says("it names lookup.vpc.main, which is blocked");
    }
}

/// EC2 may not know everywhere at once what it has just made, and a group may be let go of late.
#[test]
fn what_passes_by_itself_is_waited_for() {
    for world in World::each() {
        let rule = "ingress = [{ protocol = \"tcp\", port = 443, cidr = [\"10.0.0.0/8\"] }]";
        let manifest = world.manifest(&format!("{VPC}{}", group("nfs", rule)));
        let first = |name: &str| Which::First(1, name.to_owned());
        let late = Wire::with_faults(vec![
            (first("ec2:AuthorizeSecurityGroupIngress"), Fault::Answer(400, "InvalidGroup.NotFound")),
            (first("ec2:RevokeSecurityGroupEgress"), Fault::Answer(400, "InvalidGroup.NotFound")),
        ]);
        let _ = world.infra(&["apply", "--yes"], &manifest).wire(&late).run().expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        let gone = world.manifest(VPC);
        let held = Wire::with_faults(vec![(
            first("ec2:DeleteSecurityGroup"),
            Fault::Answer(400, "DependencyViolation"),
        )]);
        let args = ["apply", "--yes", "--delete", "ec2.security-group.nfs"];
        let output = world.infra(&args, &gone).wire(&held).run().expect(Exit::Done);
        let _ = output.tells("to be free of what uses it");
        assert_eq!(count(&world), 0);
    }
}

/// A reply that is lost, of each call in turn: what was made is taken up, and nothing is left to do.
#[test]
fn a_lost_reply_is_made_up_for() {
    for call in [
        "ec2:CreateSecurityGroup",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupEgress",
        "ec2:DeleteSecurityGroup",
    ] {
        for world in World::each() {
            let lost = || Wire::with_faults(vec![(Which::First(1, call.to_owned()), Fault::LostReply)]);
            let rule = "ingress = [{ protocol = \"tcp\", port = 443, cidr = [\"10.0.0.0/8\"] }]";
            let manifest = world.manifest(&format!("{VPC}{}", group("nfs", rule)));
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&lost()).run().expect(Exit::Done);
            let _ = world.drift(&manifest).expect(Exit::Done);
            let gone = world.manifest(VPC);
            let args = ["apply", "--yes", "--delete", "ec2.security-group.nfs"];
            let _ = world.infra(&args, &gone).wire(&lost()).run().expect(Exit::Done);
            let _ = world.drift(&gone).expect(Exit::Done);
        }
    }
}
