//! The life of a role: made with what it names, repaired, taken over, deleted with its policies, kept.

use infra::cli::exit::Exit;

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const ROLE: (&str, &str) = ("RoleName", "cleanup");
const ENTRY: &str = r#"
[logs.log-group.cleanup]
name = "/aws/lambda/cleanup"
retention-days = 30

[iam.role.cleanup]
name = "cleanup"
trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
policies.logs = [{ effect = "allow", action = ["logs:CreateLogStream", "logs:PutLogEvents"], resource = ["logs.log-group.cleanup.arn:*"] }]
"#;
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"444455556666"},"Action":"sts:AssumeRole"}]}"#;
const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

/// A call, with what it says; and what tells of it, calls that repair it among that.
type Meddling = (&'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

fn iam(world: &World, operation: &str, parameters: &[(&str, &str)]) {
    let answer = world.account.iam(operation, &[&[ROLE], parameters].concat());
    assert_eq!(answer.code(), "", "{operation}");
}

#[test]
fn it_is_made_after_what_it_names_and_its_policy_names_that() {
    for world in World::each() {
        let manifest = world.manifest(ENTRY);
        let _ = world.apply(&manifest).tells("verified");
        let policy = world.account.iam("GetRolePolicy", &[ROLE, ("PolicyName", "logs")]).xml();
        let streams = format!(
            "arn%3Aaws%3Alogs%3Aus-west-2%3A{}%3Alog-group%3A%2Faws%2Flambda%2Fcleanup%3A%2A",
            world.number
        );
        let document =
            policy.element("PolicyDocument").replace(":*", "%3A%2A").replace('*', "%2A").replace('/', "%2F");
        assert!(document.contains(&streams), "{document}");
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(
            wire.counts()
                .iter()
                .filter(|(call, _)| call.starts_with("iam:"))
                .map(|(_, count)| count)
                .sum::<usize>(),
            5
        );
    }
}

#[test]
fn what_others_change_is_drift_and_is_repaired() {
    const MEDDLING: &[Meddling] = &[
        (
            "PutRolePolicy",
            &[("PolicyName", "by-hand"), ("PolicyDocument", POLICY)],
            &["iam:DeleteRolePolicy", "policy by-hand"],
        ),
        (
            "PutRolePolicy",
            &[("PolicyName", "logs"), ("PolicyDocument", POLICY)],
            &["iam:PutRolePolicy", "policy logs"],
        ),
        ("DeleteRolePolicy", &[("PolicyName", "logs")], &["iam:PutRolePolicy", "policy logs"]),
        (
            "AttachRolePolicy",
            &[("PolicyArn", "arn:aws:iam::aws:policy/AdministratorAccess")],
            &["iam:DetachRolePolicy", "AdministratorAccess"],
        ),
        (
            "UpdateAssumeRolePolicy",
            &[("PolicyDocument", TRUST)],
            &["iam:UpdateAssumeRolePolicy", "444455556666"],
        ),
        (
            "UpdateRole",
            &[("Description", "by hand"), ("MaxSessionDuration", "7200")],
            &["by hand → (none)", "max-session-seconds  7200"],
        ),
        (
            "PutRolePermissionsBoundary",
            &[("PermissionsBoundary", "arn:aws:iam::aws:policy/AdministratorAccess")],
            &["iam:DeleteRolePermissionsBoundary"],
        ),
        (
            "TagRole",
            &[("Tags.member.1.Key", "infra:address"), ("Tags.member.1.Value", "iam.role.other")],
            &["iam:TagRole"],
        ),
    ];
    for world in World::each() {
        let manifest = world.manifest(ENTRY);
        let _ = world.apply(&manifest);
        for (operation, parameters, told) in MEDDLING {
            iam(&world, operation, parameters);
            let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Pending);
            let plan = plan.says("~ update iam.role.cleanup");
            for text in told.iter().filter(|text| !text.starts_with("iam:")) {
                assert!(plan.out.contains(text), "{operation}: {text}\n{plan}");
            }
            let wire = Wire::new();
            let _ = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Done);
            for call in told.iter().filter(|text| text.starts_with("iam:")) {
                assert_eq!(wire.writes(), [*call], "{operation}");
            }
            let _ = world.drift(&manifest).expect(Exit::Done);
        }
    }
}

#[test]
fn one_of_nobodys_is_taken_over_and_one_of_anothers_is_not() {
    for world in World::each() {
        iam(&world, "CreateRole", &[("AssumeRolePolicyDocument", TRUST)]);
        let manifest = world.manifest(ENTRY);
        let plan = world.infra(&["drift"], &manifest).run().expect(Exit::Pending);
        let _ = plan.says("* adopt iam.role.cleanup");
        let _ = world
            .infra(&["apply", "--yes", "--adopt", "iam.role.cleanup"], &manifest)
            .run()
            .expect(Exit::Done);
        let _ = world.drift(&manifest).expect(Exit::Done);
        let other = world.named_manifest("other", ENTRY);
        let plan = world.infra(&["drift"], &other).run().expect(Exit::Refused);
        let _ = plan.says("! blocked iam.role.cleanup");
    }
}

#[test]
fn what_left_goes_with_its_policies_but_not_while_instances_have_it() {
    let delete = ["apply", "--yes", "--delete", "iam.role.cleanup"];
    for world in World::each() {
        let _ =
            world.apply(&world.manifest(&format!("{ENTRY}managed-policies = [\"AdministratorAccess\"]\n")));
        let without = world.manifest(ENTRY.split_once("[iam.role").unwrap().0);
        let profile = ("InstanceProfileName", "web");
        world.account.iam("CreateInstanceProfile", &[profile]).xml();
        iam(&world, "AddRoleToInstanceProfile", &[profile]);
        let _ = world
            .drift(&without)
            .expect(Exit::Done)
            .says("= keep iam.role.cleanup")
            .says("instance profile web");
        iam(&world, "RemoveRoleFromInstanceProfile", &[profile]);
        let _ = world.drift(&without).expect(Exit::Pending).says("- delete iam.role.cleanup");
        // Cut off after the first policy, the same words finish it.
        let cut =
            Wire::with_faults(vec![(Which::Named("iam:DeleteRole"), Fault::Answer(403, "AccessDenied"))]);
        let _ = world.infra(&delete, &without).wire(&cut).run();
        let wire = Wire::new();
        let _ = world.infra(&delete, &without).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), ["iam:DeleteRole"]);
        assert_eq!(world.account.iam("GetRole", &[ROLE]).code(), "NoSuchEntity");
    }
}

#[test]
fn what_cannot_be_read_is_unknown_and_nothing_is_written() {
    for world in World::each() {
        let manifest = world.manifest(ENTRY);
        let _ = world.apply(&manifest);
        for read in
            ["iam:GetRole", "iam:ListRolePolicies", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies"]
        {
            let wire = Wire::with_faults(vec![(Which::Named(read), Fault::Answer(403, "AccessDenied"))]);
            let output =
                world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
            assert_eq!(wire.writes(), [""; 0], "{read} {output}");
            let _ = output.says("? unknown iam.role.cleanup").says(read);
        }
    }
}
