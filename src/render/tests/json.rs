use insta::assert_snapshot;

use super::fixture::{everything, gaps, with};
use crate::kind::view::Verb;
use crate::render::json;

/// The form that machines read. What changes here in meaning, or goes away, makes a new version of it.
#[test]
fn the_form_is_stable() {
    let keys = ["app", "token", "site", "gone"];
    let steps: Vec<_> =
        everything().into_iter().filter(|view| keys.contains(&view.address.key.as_str())).collect();
    assert_snapshot!(with(&steps, &gaps()[1..], |plan| json::plan(plan, None).unwrap()));
}

#[test]
fn every_step_is_in_it() {
    let (steps, gaps) = (everything(), gaps());
    let text = with(&steps, &gaps, |plan| json::plan(plan, None).unwrap());
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["steps"].as_array().unwrap().len(), steps.len());
    assert_eq!(document["summary"]["total"], steps.len());
    assert_eq!(document["gaps"].as_array().unwrap().len(), gaps.len());
    let verb = |verb: Verb| serde_json::to_value(verb).unwrap();
    assert_eq!(document["steps"][0]["verb"], verb(Verb::Unknown));
}
