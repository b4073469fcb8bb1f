//! The guards of the product, from the outside: what a person must say before something is lost.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudformation::types::{Capability, DeletionMode};
use infra::aws::{Answer as _, Aws, CallError, Class, Connection};
use infra::cli::exit::Exit;
use serde_json::json;

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};
use crate::support::emulators::Backend;
use crate::support::leaks::program;

const REPOSITORY: &str = r#"
[ecr.repository.site]
name = "team/site"

[[ecr.repository.site.lifecycle]]
keep-last = 10
"#;

/// Puts images into a repository of moto.
pub(crate) fn push(world: &World, repository: &str, count: usize) {
    for number in 0..count {
        let config = json!({"mediaType": "application/vnd.docker.container.image.v1+json", "size": 1_048_576, "digest": format!("sha256:{number:064x}")});
        let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": config, "layers": []});
        let body = json!({"repositoryName": repository, "imageTag": format!("v{number}"), "imageManifest": manifest.to_string()});
        assert_eq!(world.account.ecr("PutImage", &body).code(), "");
    }
}

#[test]
fn adopting_a_repository_full_of_images_expires_none_without_a_word() {
    let Some(world) = World::on(Backend::Moto) else { return };
    world.account.ecr("CreateRepository", &json!({"repositoryName": "team/site"})).json();
    push(&world, "team/site", 27);
    let manifest = world.manifest(REPOSITORY);
    let plan = world.infra(&["plan", "--exit-code"], &manifest).run().expect(Exit::Pending);
    let plan = plan.says("Destroys data").says("* adopt ecr.repository.site").says("17 of 27 images, ");
    let _ = plan.says("needs --adopt ecr.repository.site").says("needs --allow-expire ecr.repository.site");

    let wire = Wire::new();
    let output = world.infra(&["apply", "--yes"], &manifest).wire(&wire).run().expect(Exit::Refused);
    let _ = output.tells(
        "left out: adopt ecr.repository.site: it needs --adopt ecr.repository.site and --allow-expire",
    );
    assert_eq!(wire.writes(), [""; 0]);

    let both = ["apply", "--yes", "--adopt", "ecr.repository.site", "--allow-expire", "ecr.repository.site"];
    let _ = world.infra(&both[..4], &manifest).run().expect(Exit::Refused);
    let _ = world.infra(&both, &manifest).run().expect(Exit::Done);
    let _ = world.drift(&manifest).expect(Exit::Done);
}

/// Clients past all our own code but the gate, to nowhere.
async fn clients(wire: &Wire) -> Aws {
    clients_of(wire, false).await
}

async fn clients_of(wire: &Wire, destroys: bool) -> Aws {
    let keys = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
    Aws::connect(&Connection {
        region: "us-west-2".to_owned(),
        endpoint_url: Some("http://127.0.0.1:9".to_owned()),
        credentials: Some(SharedCredentialsProvider::new(keys)),
        http: Some(wire.client()),
        destroys,
        ..Connection::default()
    })
    .await
}

#[track_caller]
fn check_refused<T: std::fmt::Debug>(answer: Result<T, CallError>) {
    let error = answer.unwrap_err();
    assert_eq!(error.class, Class::Refused, "{error}");
}

#[tokio::test]
async fn calls_that_only_destroy_or_read_a_secret_back_are_refused_before_they_leave() {
    let wire = Wire::new();
    let aws = clients(&wire).await;
    let (ec2, ecr, efs, secrets) = (&aws.ec2, &aws.ecr, &aws.efs, &aws.secrets);
    check_refused(secrets.get_secret_value().secret_id("key").send().await.about("", ""));
    check_refused(secrets.batch_get_secret_value().send().await.about("", ""));
    let images = ecr.batch_delete_image().repository_name("site").set_image_ids(Some(vec![]));
    check_refused(images.send().await.about("", ""));
    check_refused(efs.delete_file_system().file_system_id("fs-1").send().await.about("", ""));
    check_refused(efs.delete_mount_target().mount_target_id("fsmt-1").send().await.about("", ""));
    check_refused(ec2.delete_tags().resources("sg-1").send().await.about("", ""));
    check_refused(ec2.delete_vpc().vpc_id("vpc-1").send().await.about("", ""));
    check_refused(ec2.delete_subnet().subnet_id("subnet-1").send().await.about("", ""));
    check_refused(ec2.delete_network_interface().network_interface_id("eni-1").send().await.about("", ""));
    check_refused(ec2.terminate_instances().instance_ids("i-1").send().await.about("", ""));
    assert_eq!(wire.seen(), []);
}

#[tokio::test]
async fn forms_that_destroy_of_calls_that_need_not_are_refused_before_they_leave() {
    let wire = Wire::new();
    let aws = clients(&wire).await;
    let (ec2, ecr, efs, secrets) = (&aws.ec2, &aws.ecr, &aws.efs, &aws.secrets);
    check_refused(secrets.delete_secret().secret_id("key").send().await.about("", ""));
    let at_once = secrets.delete_secret().secret_id("key").force_delete_without_recovery(true);
    check_refused(at_once.send().await.about("", ""));
    // It rotates at once, unless it is told not to.
    check_refused(secrets.rotate_secret().secret_id("key").send().await.about("", ""));
    check_refused(
        secrets.rotate_secret().secret_id("key").rotate_immediately(true).send().await.about("", ""),
    );
    check_refused(ecr.delete_repository().repository_name("site").force(true).send().await.about("", ""));
    check_refused(ec2.delete_security_group().group_name("efs").send().await.about("", ""));
    let both = ec2.delete_security_group().group_id("sg-1").group_name("efs");
    check_refused(both.send().await.about("", ""));
    check_refused(ec2.delete_security_group().send().await.about("", ""));
    let policy = efs.put_file_system_policy().file_system_id("fs-1").policy("{}");
    check_refused(policy.bypass_policy_lockout_safety_check(true).send().await.about("", ""));
    assert_eq!(wire.seen(), []);
}

/// A value goes by one call, as text, with an id that tells which value it is.
#[tokio::test]
async fn a_value_that_goes_another_way_is_refused_before_it_leaves() {
    let wire =
        Wire::with_faults(vec![(Which::Named("secretsmanager:PutSecretValue"), Fault::Answer(400, "X"))]);
    let secrets = &clients(&wire).await.secrets;
    let bytes = || aws_smithy_types::Blob::new("x");
    let id = "0123456789abcdef".repeat(4);
    check_refused(secrets.create_secret().name("key").secret_string("x").send().await.about("", ""));
    check_refused(secrets.create_secret().name("key").secret_binary(bytes()).send().await.about("", ""));
    check_refused(secrets.update_secret().secret_id("key").secret_string("x").send().await.about("", ""));
    check_refused(secrets.update_secret().secret_id("key").secret_binary(bytes()).send().await.about("", ""));
    let put = || secrets.put_secret_value().secret_id("key");
    check_refused(put().secret_string("x").send().await.about("", ""));
    check_refused(put().secret_string("x").client_request_token("mine").send().await.about("", ""));
    check_refused(put().secret_binary(bytes()).client_request_token(&id).send().await.about("", ""));
    assert_eq!(wire.seen(), []);
    // What the product sends leaves.
    let sent = put().secret_string("x").client_request_token(&id).send().await.about("", "");
    assert!(sent.unwrap_err().is("X"));
}

/// A stack makes whatever its template says, and takes down what it has made.
#[tokio::test]
async fn a_stack_of_anything_but_outputs_is_refused_before_it_leaves() {
    const OURS: &str = "infra-test-exports";
    let nothing = json!({ "Type": "AWS::CloudFormation::WaitConditionHandle" });
    let outputs = json!({ "Resources": { "None": nothing }, "Outputs": {} }).to_string();
    let role = json!({ "Resources": { "Role": { "Type": "AWS::IAM::Role" } } }).to_string();
    let wire = Wire::with_faults(vec![
        (Which::Named("cloudformation:CreateStack"), Fault::Answer(400, "ValidationError")),
        (Which::Named("cloudformation:UpdateStack"), Fault::Answer(400, "ValidationError")),
        (Which::Named("cloudformation:DeleteStack"), Fault::Answer(400, "ValidationError")),
    ]);
    let aws = clients(&wire).await;
    let create = || aws.cloudformation.create_stack().stack_name(OURS).template_body(&outputs);
    let update = || aws.cloudformation.update_stack().stack_name(OURS);
    let delete = || aws.cloudformation.delete_stack().stack_name(OURS);
    check_refused(create().template_body(&role).send().await.about("", ""));
    check_refused(create().stack_name("legacy").send().await.about("", ""));
    check_refused(create().role_arn("arn:aws:iam::1:role/x").send().await.about("", ""));
    check_refused(create().capabilities(Capability::CapabilityIam).send().await.about("", ""));
    check_refused(create().template_url("https://example.com/x").send().await.about("", ""));
    check_refused(update().send().await.about("", ""));
    check_refused(update().template_body(&role).use_previous_template(true).send().await.about("", ""));
    check_refused(update().use_previous_template(true).role_arn("x").send().await.about("", ""));
    check_refused(delete().stack_name("legacy").send().await.about("", ""));
    check_refused(delete().retain_resources("Role").send().await.about("", ""));
    check_refused(delete().deletion_mode(DeletionMode::ForceDeleteStack).send().await.about("", ""));
    assert_eq!(wire.seen(), []);
    // What the product sends leaves.
    assert!(create().send().await.about("", "").unwrap_err().is("ValidationError"));
    assert!(update().template_body(&outputs).send().await.about("", "").unwrap_err().is("ValidationError"));
    assert!(
        update().use_previous_template(true).send().await.about("", "").unwrap_err().is("ValidationError")
    );
    assert!(delete().send().await.about("", "").unwrap_err().is("ValidationError"));
}

/// What cuts off whoever has a file system mounted is for `infra destroy` alone.
#[tokio::test]
async fn a_mount_target_is_deleted_by_nothing_but_destroy() {
    const UNMOUNT: &str = "elasticfilesystem:DeleteMountTarget";
    for destroys in [false, true] {
        let wire = Wire::with_faults(vec![(Which::Named(UNMOUNT), Fault::Answer(400, "BadRequest"))]);
        let aws = clients_of(&wire, destroys).await;
        let answer = aws.efs.delete_mount_target().mount_target_id("fsmt-1").send().await.about("", "");
        let error = answer.unwrap_err();
        assert_eq!(error.class == Class::Refused, !destroys, "{error}");
        assert_eq!(wire.writes().len(), usize::from(destroys));
    }
}

/// The SDK fills in a random token where there is none: then a run that is cut off makes a second file system.
#[tokio::test]
async fn what_aws_knows_by_a_token_is_not_made_with_one_that_is_not_ours() {
    let wire = Wire::with_faults(vec![
        (Which::Named("elasticfilesystem:CreateFileSystem"), Fault::Answer(400, "BadRequest")),
        (Which::Named("elasticfilesystem:CreateAccessPoint"), Fault::Answer(400, "BadRequest")),
    ]);
    let aws = clients(&wire).await;
    let file_system = || aws.efs.create_file_system();
    let access_point = || aws.efs.create_access_point().file_system_id("fs-1");
    check_refused(file_system().send().await.about("", ""));
    check_refused(file_system().creation_token("other").send().await.about("", ""));
    check_refused(access_point().send().await.about("", ""));
    check_refused(access_point().client_token("other").send().await.about("", ""));
    assert_eq!(wire.seen(), []);
    let ours = [
        file_system().creation_token("infra-1").send().await.about("", "").map(drop),
        access_point().client_token("infra-1").send().await.about("", "").map(drop),
    ];
    for answer in ours {
        assert_eq!(answer.unwrap_err().code.as_deref(), Some("BadRequest"));
    }
}

/// The loudest log there is, of the real binary: the SDK would write out whole requests and answers, and with
/// this variable even what it holds for sensitive. A description stands in for what must not be in it.
#[test]
fn the_log_holds_no_credentials_no_requests_and_no_answers() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let manifest = world.manifest(
        "[secretsmanager.secret.key]\nname = \"team/key\"\ndescription = \"canary of a request\"\n",
    );
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_infra"));
    command
        .args(["apply", "--yes", "-vv", "--endpoint-url", &world.emulator.endpoint_url])
        .arg(&manifest)
        .env_clear()
        .env("AWS_ACCESS_KEY_ID", &world.number)
        .env("AWS_SECRET_ACCESS_KEY", "canary-of-a-key")
        .env("AWS_SESSION_TOKEN", "canary-of-a-token")
        .env("RUST_LOG", "trace")
        .env("LOG_SENSITIVE_BODIES", "true");
    let output = program::output(&mut command);
    let (out, log) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && log.contains("CreateSecret") && log.contains("DEBUG"), "{log}");
    // In the plan, where it belongs, and nowhere else.
    assert!(out.contains("canary of a request"));
    for hidden in ["canary", "Signature=", "Authorization: AWS4"] {
        assert!(!log.contains(hidden), "{hidden}");
    }
}
