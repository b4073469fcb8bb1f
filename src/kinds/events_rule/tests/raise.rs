//! The way back: what is live as an entry, or why there is none.

use insta::assert_snapshot;

use super::*;
use crate::kind::raise::{Ask, Keys, Sketch, Subnets, sketch};
use crate::kind::testing::place;

/// The entry of what is in step with `toml`, then edited; its function is `lambda.function.site`.
fn raised(toml: &str, edit: impl FnOnce(&mut Live<EventsRule>)) -> Result<Sketch, String> {
    let function = Ask { kind: KindName::FUNCTION, id: FUNCTION.to_owned(), subnets: Subnets::Any };
    let keys = Keys::from([(function, Ok("site".to_owned()))]);
    sketch(&live(toml, edit), "site", &Raising::new(&keys, true), &place(), &there())
}

fn why_not(edit: impl FnOnce(&mut Live<EventsRule>)) -> String {
    raised(DAILY, edit).unwrap_err()
}

#[test]
fn what_is_live_is_written_as_it_would_be_declared() {
    let bare = raised(DAILY, |_| ()).unwrap();
    assert_snapshot!(bare.fields, @r#"{"name":"site-cleanup","schedule":"rate(1 day)","function":"site"}"#);
    assert_eq!((bare.ignore, bare.comments), (vec![], vec![]));
    let full = with(
        "description = 'Cleans'\nenabled = false\ninput = '{\"mode\": \"report\"}'\n\
         retry-attempts = 0\nmaximum-event-age-seconds = 60",
    );
    assert_snapshot!(raised(&full, |_| ()).unwrap().fields, @r#"{"name":"site-cleanup","description":"Cleans","schedule":"rate(1 day)","enabled":false,"function":"site","input":"{\"mode\": \"report\"}","retry-attempts":0,"maximum-event-age-seconds":60}"#);
}

#[test]
fn what_no_entry_can_say_is_left_alone_or_left_out() {
    let counted = |live: &mut Live<EventsRule>| {
        live.state.rule.switch = Switch::Other("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS".to_owned());
    };
    assert_eq!(raised(DAILY, counted).unwrap().ignore, ["enabled"]);
    let told = [
        why_not(|live| live.state.target = None),
        why_not(|live| live.state.rule.schedule = None),
        why_not(|live| own(live).function = Link::live(OTHER)),
        why_not(|live| live.state.permission = Permission::Missing),
        why_not(|live| live.state.rule.role = Some("arn:aws:iam::111122223333:role/x".to_owned())),
        why_not(|live| {
            live.state.others.push(Other { id: "second".to_owned(), arn: OTHER.to_owned() });
        }),
        why_not(|live| own(live).more.push("RunCommandParameters")),
    ];
    assert_snapshot!(told.join("\n"), @"
    it calls nothing
    it acts on events, which no manifest can say
    it names arn:aws:lambda:us-west-2:111122223333:function:other, which is not in this manifest
    an entry would change it (permission)
    an entry would change it (role)
    an entry would change it (target second)
    an entry would change it (what else the target has)
    ");
}
