use insta::assert_snapshot;

use super::fixture::{error, repository, secret};
use super::{marked, plain};
use crate::apply::{Event, Outcome};
use crate::aws::Class;
use crate::kind::task::StepError;
use crate::kind::view::Verb;
use crate::model::{Address, KindName};
use crate::render::progress::line;

#[test]
fn every_event_and_every_outcome() {
    let (view, gone) = (repository(Verb::Create, "site", 1), secret(Verb::Delete, "gone", 0));
    let failed = error("ecr:CreateRepository", Class::Denied, Some("AccessDeniedException"));
    let moved = StepError::Moved {
        planned: Verb::Update,
        now: "blocked (it belongs to the manifest `other`)".to_owned(),
        begun: false,
    };
    let outcomes = [
        Outcome::Changed,
        Outcome::AlreadySo,
        Outcome::Failed(StepError::Call(failed)),
        Outcome::Failed(moved),
        Outcome::Panicked,
        Outcome::Stopped("fs-1 to be available".to_owned()),
        Outcome::Left { because: None, begun: false },
        Outcome::Left { because: Some(Address::new(KindName::FILE_SYSTEM, "data")), begun: true },
    ];
    let mut lines =
        vec![line(&Event::Started(&view)), line(&Event::Calling(&gone, "secretsmanager:DeleteSecret"))];
    lines.extend(outcomes.iter().map(|outcome| line(&Event::Ended(&view, outcome))));
    let waiting = Event::Waiting(&view, "fs-1 to be available");
    lines.extend([waiting, Event::Stopping(0), Event::Stopping(2)].iter().map(line));
    let lines: Vec<_> =
        lines.into_iter().map(|line| line.unwrap_or_else(|| "(nothing stays)".to_owned())).collect();
    assert_snapshot!(plain(&lines.join("\n")), @"
    (nothing stays)
    - delete secretsmanager.secret.gone secretsmanager:DeleteSecret
    + create ecr.repository.site done
    + create ecr.repository.site is already so
    + create ecr.repository.site failed
    + create ecr.repository.site failed
    + create ecr.repository.site failed
    + create ecr.repository.site stopped waiting for fs-1 to be available
    + create ecr.repository.site was not begun
    + create ecr.repository.site was not finished: it needs efs.file-system.data
    + create ecr.repository.site waits for fs-1 to be available
    (nothing stays)
    stopping: nothing new begins; waiting for the calls of 2 steps
    ");
    assert_snapshot!(marked(&lines[1..4].join("\n")), @"
    ‹bold›‹red›- delete‹› secretsmanager.secret.gone ‹faint›secretsmanager:DeleteSecret‹›
    ‹green›+ create‹› ecr.repository.site ‹green›done‹›
    ‹green›+ create‹› ecr.repository.site is already so
    ");
}
