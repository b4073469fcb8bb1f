//! `infra show`: what is live of each entry.

use infra::cli::exit::Exit;
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::connector::{Fault, Which, Wire};

const ENTRIES: &str = "[ecr.repository.site]\nname = \"team/site\"\n\n[secretsmanager.secret.key]\nname = \"team/key\"\n\n[secretsmanager.secret.old]\nname = \"team/old\"\n";

/// An image, whose layers are so many bytes; AWS counts them.
fn push(world: &World) {
    let manifest = json!({"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 10, "digest": format!("sha256:{}", "a".repeat(64))}, "layers": []});
    let body =
        json!({"repositoryName": "team/site", "imageManifest": manifest.to_string(), "imageTag": "one"});
    assert_eq!(world.account.ecr("PutImage", &body).code(), "");
}

#[test]
fn what_is_live_is_measured_and_nothing_is_written() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.infra(&["show"], &manifest).run().expect(Exit::Done).says("not there");
        let _ = world.apply(&manifest);
        push(&world);
        let manifest = world.manifest(ENTRIES.split("\n\n[secretsmanager.secret.old]").next().unwrap());
        let wire = Wire::new();
        let shown = world.infra(&["show"], &manifest).wire(&wire).run().expect(Exit::Done);
        assert_eq!(wire.writes(), [""; 0]);
        let _ = shown
            .says("ecr.repository.site  team/site")
            .says("in sync")
            .says("arn               arn:aws:ecr:us-west-2:")
            .says(", today")
            .says("holds             1 image")
            .says("tags              Project=tests")
            .says("note: it has no value yet")
            .says("kept: it left the manifest and is retained");
        // One alone.
        let one = ["show", manifest.to_str().unwrap()];
        let one = world.infra(&one, "secretsmanager.secret.key".as_ref()).run().expect(Exit::Done);
        assert!(!one.out.contains("team/site"), "{one}");
        let none = ["show", manifest.to_str().unwrap()];
        let none = world.infra(&none, "secretsmanager.secret.kei".as_ref()).run().expect(Exit::Usage);
        let _ = none.tells("there is no such entry").tells("did you mean `secretsmanager.secret.key`?");
    }
}

#[test]
fn for_machines() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let shown = world.infra(&["show", "--format", "json"], &manifest).run().expect(Exit::Done);
        let shown: Value = serde_json::from_str(&shown.out).unwrap();
        assert_eq!(shown["format"], "infra.show/1");
        let site = &shown["entries"][0];
        assert_eq!((&site["address"], &site["verb"]), (&json!("ecr.repository.site"), &json!("in-sync")));
        assert_eq!(site["tags"]["infra:manifest"], "test");
        let setting = json!({"field": "tag-mutability", "value": {"is": "text", "value": "mutable"}});
        assert!(site["settings"].as_array().unwrap().contains(&setting), "{site:#}");
    }
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_shown() {
    for world in World::each() {
        let manifest = world.manifest(ENTRIES);
        let _ = world.apply(&manifest);
        let denied = Fault::Answer(400, "AccessDeniedException");
        let wire = Wire::with_faults(vec![(Which::Named("ecr:GetLifecyclePolicy"), denied)]);
        let shown = world.infra(&["show"], &manifest).wire(&wire).run().expect(Exit::Incomplete);
        let _ = shown.says("could not be read: ecr:GetLifecyclePolicy on team/site").says("in sync");
    }
}
