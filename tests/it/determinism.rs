//! The order in which a manifest is written, and how it is laid out, change nothing of what would happen.

use infra::cli::exit::Exit;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::cli::World;
use crate::support::emulators::Backend;

/// What the account is first brought to.
const BEFORE: &str = r#"
[ecr.repository.site]
name = "team/old"
[ecr.repository.tools]
name = "team/tools"
scan-on-push = true
[ecr.repository.gone]
name = "team/gone"
on-delete = "delete"
"#;

/// Tables with their keys. Something of every verb, but for what cannot be read.
const TABLES: &[(&str, &[&str])] = &[
    ("tags", &["Team = \"web\"", "Cost = \"7\""]),
    ("ecr.repository.site", &["name = \"team/new\"", "scan-on-push = true"]),
    (
        "ecr.repository.tools",
        &[
            "name = \"team/tools\"",
            "lifecycle = [{ keep-last = 3, description = \"x\" }]",
            "tag-mutability-exclusions = [\"b\", \"a\"]",
        ],
    ),
    (
        "secretsmanager.secret.key",
        &["name = \"team/key\"", "description = \"ours\"", "tags = { A = \"1\", B = \"2\" }"],
    ),
    (
        "secretsmanager.secret.token",
        &[
            "name = \"team/token\"",
            "policy = [{ effect = \"allow\", principal = { aws = [\"444455556666\", \"111122223333\"] }, action = [\"secretsmanager:GetSecretValue\"] }]",
        ],
    ),
    ("secretsmanager.secret.another", &["name = \"team/another\""]),
    // Two in one group.
    ("secretsmanager.secret.more", &["name = \"team/more\""]),
];

/// The tables in some order, each with its keys in some order, and between them some comments and blank lines.
fn layout() -> impl Strategy<Value = String> {
    let table = |(name, keys): &(&'static str, &'static [&'static str])| {
        let name = *name;
        (Just(keys.to_vec()).prop_shuffle(), "( *\n){0,3}(# [a-z ]{0,9}\n)?").prop_map(move |(keys, gap)| {
            format!("{gap}[{name}]\n{gap}{}\n", keys.join(&format!(" # c\n{gap}")))
        })
    };
    let tables: Vec<_> = TABLES.iter().map(table).collect();
    tables.prop_shuffle().prop_map(|tables| tables.concat())
}

/// What would happen, without where it is written.
fn plan(world: &World, text: &str) -> (Value, Value) {
    let manifest = world.manifest("");
    let head = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, head.split("[tags]").next().unwrap().to_owned() + text).unwrap();
    let output = world.infra(&["plan", "--format", "json"], &manifest).run().expect(Exit::Done);
    let mut plan: Value = serde_json::from_str(&output.out).unwrap();
    let mut steps = plan["steps"].take().as_array().unwrap().clone();
    for step in &mut steps {
        step["location"] = Value::Null;
    }
    steps.sort_by_key(|step| step["address"].to_string());
    (Value::Array(steps), plan["digest"].take())
}

#[test]
fn how_a_manifest_is_written_is_no_part_of_its_plan() {
    let Some(world) = World::on(Backend::Ministack) else { return };
    let _ = world.apply(&world.manifest(BEFORE));
    world.account.secrets("CreateSecret", &json!({"Name": "team/key"})).json();
    let plain: Vec<_> =
        TABLES.iter().map(|(name, keys)| format!("[{name}]\n{}\n", keys.join("\n"))).collect();
    let expected = plan(&world, &plain.concat());
    let verbs: Vec<_> =
        expected.0.as_array().unwrap().iter().map(|step| step["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["delete", "keep", "blocked", "update", "create", "adopt", "create", "create"]);
    let mut runner = TestRunner::new(Config { cases: 100, failure_persistence: None, ..Config::default() });
    let same = runner.run(&layout(), |text| {
        prop_assert_eq!(&plan(&world, &text), &expected, "{}", text);
        Ok(())
    });
    same.unwrap_or_else(|failure| panic!("{failure}"));
}
