//! The life of a function: made with its role and its log group, repaired, deployed behind our back, refused, deleted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use infra::cli::exit::Exit;
use infra::kind::SourceFile;
use infra::kinds::lambda_function::Code;
use serde_json::{Value, json};

use crate::emulator_contract::functions::packed;
use crate::support::capabilities::{Capability, lacks};
use crate::support::cli::World;
use crate::support::connector::Wire;
use crate::support::emulators::Backend;
use crate::support::leaks::program;

const ROLE: &str = r#"
[iam.role.site]
name = "site"
trust = [{ effect = "allow", principal = { service = ["lambda.amazonaws.com"] }, action = ["sts:AssumeRole"] }]
"#;
const GROUP: &str = r#"
[logs.log-group.site]
name = "/site"
retention-days = 30
"#;
const FUNCTION: &str = r#"
[lambda.function.site]
name = "site"
source = "code"
handler = "handler.handler"
runtime = "python3.13"
role = "site"
log-group = "site"
environment = { DAYS = "30" }
"#;
const NETWORK: &str = r#"
[lookup.vpc.main]
default = true
[ec2.security-group.site]
name = "site"
vpc = "main"
description = "What the function may reach"
[efs.file-system.site]
name = "site"
[efs.access-point.site]
file-system = "site"
name = "site"
path = "/"
"#;
const IN_NETWORK: &str = "vpc = { vpc = \"main\", security-groups = [\"site\"] }\n\
                          file-system = { access-point = \"site\", path = \"/mnt/site\" }\n";

const HANDLER: &str = "def handler(event, context):\n    return {}\n";

/// Each with the folder of the code beside its manifest.
fn worlds() -> impl Iterator<Item = World> {
    World::each().inspect(|world| {
        world.file("code/handler.py", HANDLER);
        world.file("code/lib/dates.py", "DAY = 86400\n");
    })
}

fn all() -> String {
    [ROLE, GROUP, FUNCTION].concat()
}

/// What is packed of that folder.
fn code() -> Vec<u8> {
    let file = |path: &str, text: &str| SourceFile {
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
        is_executable: false,
    };
    let files = [file("handler.py", HANDLER), file("lib/dates.py", "DAY = 86400\n")];
    Code::of(&files).unwrap().packed.unwrap().zip
}

fn about(world: &World) -> Value {
    world.account.lambda("GET 2015-03-31/functions/site", &Value::Null).json()
}

fn change(world: &World, what: &str, body: &Value) {
    let _ = world.account.lambda(&format!("PUT 2015-03-31/functions/site/{what}"), body).json();
}

#[test]
fn it_is_made_with_what_it_names_and_read_in_one_round_trip() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let planned = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let _ = planned.says("+ create lambda.function.site  site").says("(2 files, ");
        let _ = world.apply(&manifest).tells("verified");
        let live = about(&world)["Configuration"].clone();
        assert_eq!(live["LoggingConfig"]["LogGroup"], "/site");
        assert_eq!(live["Environment"]["Variables"], json!({ "DAYS": "30" }));
        let wire = Wire::new();
        let _ = world.infra(&["drift"], &manifest).wire(&wire).run().expect(Exit::Done);
        let counts = wire.counts();
        for call in ["GetFunction", "GetPolicy", "ListFunctions"] {
            assert_eq!(counts[&format!("lambda:{call}")], 1, "{counts:#?}");
        }
    }
}

/// What is deployed is what was packed, byte by byte.
#[test]
fn its_code_can_be_fetched_back() {
    for world in worlds() {
        if lacks(world.emulator.backend, Capability::FunctionCodeDownloaded).is_some() {
            continue;
        }
        let _ = world.apply(&world.manifest(&all()));
        assert_eq!(world.account.deployed("site"), code());
    }
}

#[test]
fn code_that_was_deployed_behind_its_back_is_drift_and_is_repaired() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        let declared = about(&world)["Configuration"]["CodeSha256"].clone();
        change(
            &world,
            "code",
            &json!({ "ZipFile": STANDARD.encode(packed("def handler(event, context):\n    pass\n")) }),
        );
        let _ = world.drift(&manifest).expect(Exit::Pending).says("code  ");
        let _ = world.apply(&manifest).tells("verified");
        assert_eq!(about(&world)["Configuration"]["CodeSha256"], declared);
        // And a file that was edited is deployed.
        world.file("code/handler.py", "def handler(event, context):\n    return 1\n");
        let _ = world.drift(&manifest).expect(Exit::Pending).says("code  ");
        let _ = world.apply(&manifest).tells("verified");
        assert_ne!(about(&world)["Configuration"]["CodeSha256"], declared);
        world.file("code/handler.py", HANDLER);
    }
}

#[test]
fn configuration_that_was_changed_behind_its_back_is_drift_and_is_repaired() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        for edit in [
            json!({ "Environment": { "Variables": { "DAYS": "1", "KEY": "canary" } } }),
            json!({ "Timeout": 9, "MemorySize": 512, "Handler": "other.handler", "Runtime": "python3.12" }),
            json!({ "Role": format!("arn:aws:iam::{}:role/other", world.number), "Description": "By hand" }),
            json!({ "TracingConfig": { "Mode": "Active" }, "EphemeralStorage": { "Size": 1024 } }),
            json!({ "LoggingConfig": { "LogFormat": "JSON", "LogGroup": "/other" } }),
        ] {
            change(&world, "configuration", &edit);
            let found = world.drift(&manifest).expect(Exit::Pending).says("~ update lambda.function.site");
            assert!(!found.out.contains("canary"), "{found}");
            let applied = world.apply(&manifest).tells("verified");
            assert!(!applied.out.contains("canary") && !applied.err.contains("canary"), "{applied}");
        }
        let zero = json!({ "ReservedConcurrentExecutions": 0 });
        let _ = world.account.lambda("PUT 2017-10-31/functions/site/concurrency", &zero).json();
        let _ = world.drift(&manifest).expect(Exit::Pending).says("reserved-concurrency");
        let _ = world.apply(&manifest).tells("verified");
        assert_eq!(about(&world)["Concurrency"], Value::Null);
    }
}

#[test]
fn who_may_invoke_it_is_exclusive_but_for_rules() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        let allow = |sid: &str, service: &str, source: &str| {
            let statement = json!({
                "StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": service, "SourceArn": source,
            });
            let _ = world.account.lambda("POST 2015-03-31/functions/site/policy", &statement).json();
        };
        let rule = format!("arn:aws:events:us-west-2:{}:rule/nightly", world.number);
        allow("infra-0ab1", "events.amazonaws.com", &rule);
        let _ = world.drift(&manifest).expect(Exit::Done);
        allow("by-hand", "s3.amazonaws.com", "arn:aws:s3:::bucket");
        let _ = world.drift(&manifest).expect(Exit::Pending).says("permission by-hand");
        let _ = world.apply(&manifest).tells("verified");
        let policy = world.account.lambda("GET 2015-03-31/functions/site/policy", &Value::Null).json();
        let policy = policy["Policy"].as_str().unwrap();
        assert!(policy.contains("infra-0ab1") && !policy.contains("by-hand"), "{policy}");
    }
}

#[test]
fn it_can_be_put_into_a_network_and_taken_out_again() {
    for world in worlds() {
        let inside = world.manifest(&[&all(), IN_NETWORK, NETWORK].concat());
        let _ = world.apply(&inside).tells("verified");
        let live = about(&world)["Configuration"].clone();
        assert_eq!(live["FileSystemConfigs"][0]["LocalMountPath"], "/mnt/site");
        assert!(live["VpcConfig"]["VpcId"].as_str().unwrap().starts_with("vpc-"), "{live}");
        let _ = world.drift(&inside).expect(Exit::Done);
        let outside = world.manifest(&[&all(), NETWORK].concat());
        let _ = world.apply(&outside).tells("verified");
        let _ = world.drift(&outside).expect(Exit::Done);
        assert!(about(&world)["Configuration"]["VpcConfig"]["VpcId"].as_str().is_none_or(str::is_empty));
    }
}

#[test]
fn a_role_that_was_made_again_has_its_configuration_written_again() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        let before = about(&world)["Configuration"]["RevisionId"].clone();
        // AWS tells both times to the second.
        std::thread::sleep(std::time::Duration::from_millis(1100));
        assert_eq!(world.account.iam("DeleteRole", &[("RoleName", "site")]).code(), "");
        let planned = world.infra(&["plan"], &manifest).run().expect(Exit::Done);
        let _ = planned.says("+ create iam.role.site").says("one that is made again is another");
        let _ = world.apply(&manifest).tells("verified");
        assert_ne!(about(&world)["Configuration"]["RevisionId"], before);
        let _ = world.drift(&manifest).expect(Exit::Done);
    }
}

#[test]
fn it_is_adopted_refused_and_deleted() {
    for world in worlds() {
        let manifest = world.manifest(&all());
        let _ = world.apply(&manifest);
        // Somebody takes the marks off: it is nobody's.
        let arn = about(&world)["Configuration"]["FunctionArn"].as_str().unwrap().to_owned();
        let tags = format!("2017-03-31/tags/{}", arn.replace(':', "%3A"));
        let keys = "tagKeys=infra%3Amanifest&tagKeys=infra%3Aaddress&tagKeys=infra%3Aon-delete";
        assert_eq!(world.account.lambda(&format!("DELETE {tags}?{keys}"), &Value::Null).code(), "");
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);
        let adopt = ["apply", "--yes", "--adopt", "lambda.function.site"];
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        // Another manifest does not touch it.
        let other = world.named_manifest(
            "other",
            &[&ROLE.replace("\"site\"", "\"other\""), GROUP, FUNCTION]
                .concat()
                .replace("\"/site\"", "\"/other\""),
        );
        let _ = world.infra(&["plan"], &other).run().says("blocked").says("belongs to the manifest `test`");
        // Once its entry is gone it goes, with a word.
        let without = world.manifest(&[ROLE, GROUP].concat());
        let delete = ["apply", "--yes", "--delete", "lambda.function.site"];
        let _ = world.infra(&delete, &without).run().expect(Exit::Done);
        let gone = world.account.lambda("GET 2015-03-31/functions/site", &Value::Null);
        assert_eq!(gone.code(), "ResourceNotFoundException");
        assert_eq!(
            world.account.logs("DescribeLogGroups", &json!({})).json()["logGroups"].as_array().unwrap().len(),
            1
        );
    }
}

/// The address of the code is a credential: it is in no output and in no log, not in the loudest of the real binary.
#[test]
fn the_address_of_the_code_is_in_no_output() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    world.file("code/handler.py", HANDLER);
    let manifest = world.manifest(&all());
    let _ = world.apply(&manifest);
    for command in [&["plan"][..], &["show"], &["output"]] {
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_infra"));
        program
            .args(command)
            .args(["-vv", "--endpoint-url", &world.emulator.endpoint_url])
            .arg(&manifest)
            .env_clear()
            .env("AWS_ACCESS_KEY_ID", &world.number)
            .env("AWS_SECRET_ACCESS_KEY", "emulated")
            .env("RUST_LOG", "trace")
            .env("LOG_SENSITIVE_BODIES", "true");
        let output = program::output(&mut program);
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(said.contains("lambda:GetFunction"), "{said}");
        for hidden in ["X-Amz-Signature", "lambda-code"] {
            assert!(!said.contains(hidden), "{hidden}: {said}");
        }
    }
}
