//! What entries bring to others: only what is there and ours, in the form that was asked for.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const ENTRIES: &str =
    "[ecr.repository.site]\nname = \"team/site\"\n[secretsmanager.secret.key]\nname = \"team/key\"\n";

#[test]
fn what_is_there_and_ours_is_printed() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let nothing = world.infra(&["output"], &manifest).run().expect(Exit::Pending);
        assert_eq!(nothing.out, "");
        let _ = nothing.tells("ecr.repository.site: it is not there yet; `infra apply` makes it");
        world.account.secrets("CreateSecret", &json!({"Name": "team/key"})).json();
        let _ = world.infra(&["apply", "--yes"], &manifest).run().expect(Exit::Refused);

        let uri = format!("{}.dkr.ecr.us-west-2.amazonaws.com/team/site", world.number);
        let wire = Wire::new();
        let output = world.infra(&["output", "--format", "json"], &manifest).wire(&wire).run();
        let output = output.expect(Exit::Pending).tells("secretsmanager.secret.key: it is there, and not");
        assert_eq!(wire.writes(), [""; 0]);
        let printed: Value = serde_json::from_str(&output.out).unwrap();
        assert_eq!(printed["ecr.repository.site"]["uri"], uri);
        assert!(printed["secretsmanager.secret.key"].is_null(), "{printed}");

        let adopt = ["apply", "--yes", "--adopt", "secretsmanager.secret.key"];
        let _ = world.infra(&adopt, &manifest).run().expect(Exit::Done);
        let all = world.infra(&["output", "--format", "github"], &manifest).run().expect(Exit::Done);
        let all = all.says(&format!("ecr_repository_site_uri={uri}\n"));
        let _ = all.says("secretsmanager_secret_key_arn=arn:aws:secretsmanager:us-west-2:");
    }
}

#[test]
fn one_value_stands_alone() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let path = manifest.to_str().unwrap();
        let one = |name: &str| world.infra(&["output", path, name], std::path::Path::new("--quiet")).run();
        let uri = one("ecr.repository.site.uri").expect(Exit::Done);
        assert_eq!(uri.out, format!("{}.dkr.ecr.us-west-2.amazonaws.com/team/site\n", world.number));
        let _ = one("ecr.repository.site.url").expect(Exit::Usage).tells("did you mean `uri`?");
        let _ =
            one("ecr.repository.sit.uri").expect(Exit::Usage).tells("did you mean `ecr.repository.site`?");
    }
}

#[test]
fn what_cannot_be_read_is_no_value() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let denied = Fault::Answer(400, "AccessDeniedException");
        let wire = Wire::with_faults(vec![(Which::Named("secretsmanager:DescribeSecret"), denied)]);
        let output = world.infra(&["output"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
        let output = output.tells("secretsmanager.secret.key: it could not be read").says("team/site");
        assert!(!output.out.contains("secretsmanager"), "{output}");
    }
}
