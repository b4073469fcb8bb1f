//! What is verified of a repository: its registry, the newest image, and an upload.

use insta::assert_snapshot;

use super::{Repository, images, world};
use crate::model::Outputs;

fn checks(edit: impl FnOnce(&mut Repository)) -> String {
    let uri = "111122223333.dkr.ecr.us-west-2.amazonaws.com/team/site";
    let world = world("name = 'team/site'", |live| {
        live.outputs = Outputs::default().with("uri", uri);
        edit(live);
    });
    world.checks().lines().skip(2).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_newest_image_is_pulled() {
    assert_snapshot!(checks(|live| live.detail.images = Some(images(3, 1))), @r#"
    probe registry: Registry { host: "111122223333.dkr.ecr.us-west-2.amazonaws.com" }
    probe pull: Pull { host: "111122223333.dkr.ecr.us-west-2.amazonaws.com", name: "team/site", digest: "sha256:00" }
    probe push: Push { host: "111122223333.dkr.ecr.us-west-2.amazonaws.com", name: "team/site" }
    "#);
}

#[test]
fn what_there_is_not_cannot_be_pulled() {
    // Those in the archive cannot.
    let empty = checks(|live| live.detail.images = Some(images(0, 2)));
    assert!(empty.contains("unchecked pull: it holds no image that could be pulled"), "{empty}");
    assert!(checks(|_| ()).contains("unread pull: its images were not listed"));
    let nowhere = checks(|live| live.outputs = Outputs::default());
    assert_eq!(nowhere, "unread registry: AWS did not say where its registry is");
}
