use insta::assert_snapshot;

use super::fixture::{header, repository, secret};
use super::plain;
use crate::kind::view::{Seen, StepView, Verb};
use crate::model::{Outputs, Setting, Shown, Tags};
use crate::render::live::{Row, text};

fn seen(view: StepView, seen: Seen) -> StepView {
    StepView { seen: Some(Box::new(seen)), ..view }
}

#[test]
fn what_is_there_what_is_not_and_what_nobody_can_say() {
    let there = Seen {
        created: Some("2026-03-01".to_owned()),
        leaving: None,
        settings: vec![
            Setting::new("name", Shown::text("team/site")),
            Setting::new("tag-mutability", Shown::text("mutable")),
            Setting::new("lifecycle", Shown::document("1 rule", "{\n  \"rules\": []\n}")),
            Setting::new("rule to sg-2", Shown::text("sg-2, sg-3")),
            Setting::new("policy", Shown::Absent),
        ],
        tags: Tags::from_iter([("Project", "site"), ("infra:manifest", "prereqs")]),
        outputs: Outputs::default().with("id", "repo-1"),
        holds: Some("27 images, 11.8 GiB".to_owned()),
    };
    let group = Seen { outputs: Outputs::default().with("id", "sg-2"), ..Seen::default() };
    let mut noted = seen(repository(Verb::Update, "site", 4), there);
    noted.notes.push("it has no value yet".to_owned());
    let mut unread = secret(Verb::Unknown, "dark", 12);
    unread.reason = Some("it said\nno".to_owned());
    let mut kept = seen(repository(Verb::Keep, "old", 0), group);
    kept.reason = Some("it left the manifest and is retained".to_owned());
    let views = [noted, secret(Verb::Create, "new", 9), unread, kept];
    let ages = [Some(267), None, None, None];
    let rows: Vec<_> = views.iter().zip(ages).map(|(view, age)| Row { view, age }).collect();
    assert_snapshot!(plain(&text(&header(), &rows, &views.iter().collect::<Vec<_>>(), true)), @r#"
    prereqs in account 111122223333, us-west-2

    ecr.repository.site  team/site  manifests/prereqs.toml:4
          differs from the manifest: 0 changes to make, see `infra plan`
          id                repo-1
          created           2026-03-01, 267 days ago
          holds             27 images, 11.8 GiB
          tag-mutability    mutable
          lifecycle         1 rule
            + {
            +   "rules": []
            + }
          rule to sg-2 (ecr.repository.old)  sg-2 (ecr.repository.old), sg-3
          policy            (none)
          tags              Project=site
          marks             infra:manifest=prereqs
          note: it has no value yet

    secretsmanager.secret.new  team/new  manifests/prereqs.toml:9
          not there

    secretsmanager.secret.dark  team/dark  manifests/prereqs.toml:12
          could not be read: it said\nno

    ecr.repository.old  team/old
          kept: it left the manifest and is retained
          id                sg-2
    "#);
}
