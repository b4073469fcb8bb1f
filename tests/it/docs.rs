//! The documentation, held against the code: what it lists is what there is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use infra::aws::Effect;
use infra::aws::calls::CALLS;
use infra::cli::args::Cli;
use infra::cli::exit::{Exit, TABLE};
use infra::kind::Common;
use infra::kind::view::Verb;
use infra::kinds::KINDS;
use infra::manifest::ManifestTable;
use infra::model::Meter;
use infra::render::style::glyph;
use serde_json::Value;

use crate::support::cli::{World, infra};
use crate::support::leaks::WITHOUT_VALUES;
use crate::support::markdown::{self, blocks, code, read, section, table};

const TRY: &str = "cargo run -- --sandbox apply manifests/prereqs.toml";
const TEST: &str = "cargo test";

/// Every page.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md"), root.join("CHANGELOG.md")];
    for folder in ["docs", "docs/decisions"] {
        let entries = fs::read_dir(root.join(folder)).unwrap().map(|entry| entry.unwrap().path());
        pages.extend(entries.filter(|path| path.extension().is_some_and(|it| it == "md")));
    }
    pages
}

#[test]
fn two_commands_are_the_whole_set_up() {
    let readme = read("README.md");
    let commands = blocks(section(&readme, "## Try it"), "sh");
    assert_eq!(commands, [TRY, TEST]);
    assert!(readme.contains("--yes"), "what to do without a terminal");
    assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/prereqs.toml").exists());
}

#[test]
fn the_readme_ends_as_the_first_run_does() {
    let Some(world) = World::of_the_readme() else { return };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("manifests/prereqs.toml");
    let output = world.infra(&["apply", "--yes"], &manifest).env(WITHOUT_VALUES).run().expect(Exit::Done);
    let readme = read("README.md");
    let (_, shown) = section(&readme, "## Try it").split_once("It ends like this:\n\n```\n").unwrap();
    let (shown, _) = shown.split_once("\n```\n").unwrap();
    let is_told = |line: &str| output.err.lines().any(|told| told == line);
    for line in shown.lines() {
        let is_question = line.starts_with("Apply 17 steps? [y/N]");
        // The certificate is part of the digest, and another one in each account.
        let but_the_digest = |line: &str| line.split("; digest ").next().unwrap().to_owned();
        let is_said =
            output.out.lines().any(|said| but_the_digest(said) == but_the_digest(line)) || is_told(line);
        assert!(is_question || is_said, "{line}\n{output}");
    }
    assert!(shown.lines().count() > 5, "{shown}");
}

#[test]
fn the_shipped_schema_is_that_of_the_types() {
    let printed = infra(&["schema"]).run().expect(Exit::Done).out;
    assert!(
        read("docs/manifest.schema.json") == printed,
        "run `cargo run -- schema > docs/manifest.schema.json`"
    );
    assert!(read("manifests/prereqs.toml").starts_with("#:schema ../docs/manifest.schema.json\n"));
}

#[test]
fn ci_runs_the_same_tests_last() {
    let script = read(".ci/run");
    assert_eq!(script.lines().last(), Some(TEST));
    assert!(script.contains("INFRA_REQUIRE_EMULATORS=1"));
    assert!(read(".github/workflows/ci.yml").lines().any(|line| line.trim() == "- run: .ci/run"));
}

#[test]
fn every_command_in_the_readme_can_be_typed() {
    let lines = blocks(&read("README.md"), "sh").join("\n");
    let commands: Vec<_> = lines.lines().filter_map(|line| line.strip_prefix("cargo run -- ")).collect();
    assert!(commands.len() > 5, "{lines}");
    for command in commands {
        let words = std::iter::once("infra").chain(command.split_whitespace());
        if let Err(error) = Cli::try_parse_from(words) {
            panic!("{command}: {error}");
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            if link.starts_with("https://") {
                continue;
            }
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            assert!(target.exists(), "{}: {link}", page.display());
            if !anchor.is_empty() {
                let text = fs::read_to_string(&target).unwrap();
                let found = text.lines().any(|line| line.starts_with('#') && slug(line) == anchor);
                assert!(found, "{}: {link}", page.display());
            }
        }
    }
}

/// The anchor that a heading gets.
fn slug(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || " -".contains(*c);
    let text: String = heading.trim_start_matches('#').trim().chars().filter(kept).collect();
    text.to_lowercase().replace(' ', "-")
}

#[test]
fn exit_codes_are_those_of_the_table() {
    let heading = ["code", "meaning"];
    let row = |code: u8, meaning: &str| vec![format!("`{code}`"), meaning.to_owned()];
    let mut rows: Vec<_> = TABLE.iter().map(|(exit, meaning)| row(exit.code(), meaning)).collect();
    assert_eq!(table(&read("docs/writing.md"), &heading), rows);
    rows.sort_by_key(|row| code(&row[0]).concat().parse::<u8>().unwrap());
    assert_eq!(table(&read("README.md"), &heading), rows);
}

#[test]
fn glyphs_are_those_of_the_code() {
    use Verb::{Adopt, Blocked, Create, Delete, Found, InSync, Keep, Restore, Unknown, Update};
    let verbs = [Unknown, Blocked, Delete, Adopt, Restore, Keep, Update, Create, Found, InSync];
    let rows: Vec<_> = verbs.map(|verb| vec![format!("`{}`", glyph(verb)), verb.to_string()]).into();
    assert_eq!(table(&read("docs/writing.md"), &["glyph", "verb"]), rows);
}

#[test]
fn the_prices_are_those_that_infra_comes_with() {
    let prices = infra::manifest::prices(None).unwrap();
    let row = |meter: Meter| {
        let price = prices.of("us-west-2").of(meter);
        let price = price.map_or_else(|| "no price".to_owned(), |price| price.usd.to_string());
        vec![format!("`{}`", meter.name()), meter.about().to_owned(), meter.unit().to_owned(), price]
    };
    let rows = table(&read("docs/cost.md"), &["meter", "what it counts", "unit", "USD"]);
    assert_eq!(rows, Meter::ALL.map(row));
}

fn actions(wanted: impl Fn(Effect) -> bool) -> BTreeSet<String> {
    let wanted = CALLS.iter().filter(|call| wanted(call.effect));
    wanted.map(|call| format!("{}:{}", call.service, call.operation)).collect()
}

#[test]
fn the_permitted_calls_are_all_listed() {
    let rows = table(&read("docs/safety.md"), &["call", "effect", "what for"]);
    assert_eq!(rows.len(), CALLS.len());
    for (effect, word) in [
        (Effect::Read, "read"),
        (Effect::Write, "write"),
        (Effect::Delete, "delete"),
        (Effect::Destroy, "destroy"),
    ] {
        let listed: BTreeSet<_> =
            rows.iter().filter(|row| row[1] == word).map(|row| code(&row[0]).concat()).collect();
        assert_eq!(listed, actions(|it| it == effect), "{word}");
    }
}

/// What AWS does with the caller's permissions when a permitted call is made (API `CreateMountTarget`,
/// `ModifyMountTargetSecurityGroups`; for `CreateLoadBalancer`, ELB user guide, "API permissions").
const IN_YOUR_NAME: [&str; 7] = [
    "ec2:CreateNetworkInterface",
    "ec2:ModifyNetworkInterfaceAttribute",
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeInternetGateways",
    "iam:PassRole",
    "lambda:GetLayerVersion",
];

/// The same, of calls that read: without it `GetFunction` has no tags (API `GetFunction`).
const READ_IN_YOUR_NAME: &str = "lambda:ListTags";

/// The calls that `verify` alone makes.
const OF_VERIFY: [&str; 5] = [
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetTrailStatus",
    "ecr:GetAuthorizationToken",
    "logs:FilterLogEvents",
];

/// What the registry asks of whoever pulls and pushes (ECR user guide, "IAM permissions for pushing an image").
const OF_THE_REGISTRY: [&str; 5] = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:UploadLayerPart",
];

#[test]
fn the_policies_allow_the_permitted_calls_and_no_other() {
    let text = read("docs/safety.md");
    let texts_of_policies = blocks(section(&text, "## Permissions"), "json");
    let policies: Vec<Value> =
        texts_of_policies.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    let [plan, verify, apply_reads, apply_writes, destroy] = &policies[..] else {
        panic!("{} policies", policies.len())
    };
    // What a managed policy holds (IAM user guide, "IAM and AWS STS quotas"): white space does not count.
    let is_long = |text: &&String| text.chars().filter(|c| !c.is_whitespace()).count() > 6_144;
    assert_eq!(texts_of_policies.iter().find(is_long), None);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
    };
    let says = |policy: &Value, effect: &str| -> BTreeSet<String> {
        let statements = policy["Statement"].as_array().unwrap().iter();
        statements.filter(|it| it["Effect"] == effect).flat_map(|it| texts(&it["Action"])).collect()
    };
    // STS needs no permission.
    let needed = |wanted: fn(Effect) -> bool| -> BTreeSet<String> {
        actions(wanted).into_iter().filter(|action| !action.starts_with("sts:")).collect()
    };
    let owned = |actions: &[&str]| -> BTreeSet<String> {
        actions.iter().map(|action| (*action).to_owned()).collect()
    };
    let of_verify = owned(&OF_VERIFY);
    let reads = &needed(|effect| effect == Effect::Read) - &of_verify;
    let in_your_name = owned(&[READ_IN_YOUR_NAME]);
    assert_eq!(says(plan, "Allow"), &reads | &in_your_name);
    assert_eq!(says(verify, "Allow"), &of_verify | &owned(&OF_THE_REGISTRY));
    let all = &(&needed(|effect| effect != Effect::Destroy) - &of_verify) | &owned(&IN_YOUR_NAME);
    assert_eq!(says(apply_reads, "Allow"), &reads | &in_your_name);
    let writes = &all - &reads;
    assert_eq!(says(apply_writes, "Allow"), writes);
    let to_destroy = needed(|effect| effect == Effect::Destroy).into_iter();
    let to_destroy = to_destroy.chain(["ec2:DeleteNetworkInterface".to_owned()]);
    assert_eq!(says(destroy, "Allow"), to_destroy.collect());
    for policy in [plan, apply_reads] {
        assert!(says(policy, "Deny").contains("secretsmanager:GetSecretValue"));
    }
    for policy in [plan, verify, apply_reads, apply_writes] {
        for statement in policy["Statement"].as_array().unwrap() {
            for resource in texts(&statement["Resource"]).iter().filter(|it| *it != "*") {
                let service = resource.split(':').nth(2).unwrap();
                let acts = texts(&statement["Action"]);
                assert!(acts.iter().any(|action| action.starts_with(&format!("{service}:"))), "{resource}");
            }
        }
    }
}

/// The keys in the first column of every table of a section.
fn keys(section: &str) -> BTreeSet<String> {
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    rows.map(str::to_owned).collect()
}

fn properties(schema: &Value) -> BTreeMap<String, Value> {
    schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// The row of a key, and what it says of the type that the schema can know: whether it is required, its
/// default, and the words it takes.
#[track_caller]
fn check_row(section: &str, key: &str, field: &Value, required: bool, definitions: &Value) {
    // Two tables of one section may share a key.
    let mut rows = section.lines().filter(|line| line.starts_with(&format!("| `{key}` |")));
    let row = rows.find(|row| row.contains(", required |") == required);
    let row = row.unwrap_or_else(|| panic!("`{key}` (required: {required}) has no row in\n{section}"));
    if let Some(default) = field.get("default").filter(|it| it.is_boolean()) {
        assert!(row.contains(&format!("| `{default}` |")), "the default is {default}: {row}");
    }
    let references = [&field["$ref"], &field["anyOf"][0]["$ref"]];
    let Some(name) = references.iter().find_map(|it| it.as_str()) else { return };
    let choices = definitions[name.trim_start_matches("#/$defs/")]["oneOf"].as_array();
    for word in choices.into_iter().flatten().filter_map(|choice| choice["const"].as_str()) {
        assert!(row.contains(&format!("`{word}`")), "`{word}` is missing: {row}");
    }
}

/// Checks a table of keys in both directions.
#[track_caller]
fn check_keys(section: &str, schemas: &[&Value], definitions: &Value) {
    let mut known = BTreeSet::new();
    for schema in schemas {
        let required: Vec<_> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (key, field) in properties(schema) {
            check_row(section, &key, &field, required.contains(&key.as_str()), definitions);
            known.insert(key);
        }
    }
    assert_eq!(keys(section), known, "rows for keys that there are not");
}

/// The definitions that policies are made of, which have a section of their own.
const POLICY: [&str; 2] = ["StatementSpec", "PrincipalSpec"];

#[test]
fn every_field_of_a_manifest_is_in_the_reference() {
    let text = read("docs/manifest.md");
    let header = schemars::schema_for!(ManifestTable).to_value();
    check_keys(section(&text, "## `[manifest]`"), &[&header], &Value::Null);
    let common = schemars::schema_for!(Common).to_value();
    check_keys(section(&text, "## Every entry"), &[&common], &common["$defs"]);
    let mut policies = false;
    for kind in KINDS {
        let section = section(&text, &format!("## `{}`", kind.name()));
        let schema = kind.schema();
        let definitions = schema["$defs"].as_object().into_iter().flatten();
        let (policy, own): (Vec<_>, Vec<_>) = definitions
            .filter(|(_, it)| it.get("properties").is_some())
            .partition(|(name, _)| POLICY.contains(&name.as_str()));
        let own: Vec<_> = std::iter::once(&schema).chain(own.into_iter().map(|(_, it)| it)).collect();
        check_keys(section, &own, &schema["$defs"]);
        if !policy.is_empty() && !policies {
            let shared = markdown::section(&text, "## Policy statements");
            let schemas: Vec<_> = policy.iter().map(|(_, it)| *it).collect();
            check_keys(shared, &schemas, &schema["$defs"]);
            policies = true;
        }
    }
    let headings = text.lines().filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'));
    let kinds: Vec<_> = headings.filter(|heading| !heading.starts_with('[')).collect();
    assert_eq!(kinds, KINDS.iter().map(|kind| kind.name().to_string()).collect::<Vec<_>>());
}

#[test]
fn the_reference_says_of_each_kind_what_it_is_and_how_it_is_kept() {
    let text = read("docs/manifest.md");
    for kind in KINDS {
        let section = section(&text, &format!("## `{}`", kind.name()));
        assert!(section.contains(&format!("What it is: {}.", kind.about())), "{}", kind.name());
        if kind.is_lookup() || kind.gathered().is_some() {
            assert!(!section.contains("on-delete") && !section.contains("`ignore`"), "{}", kind.name());
            continue;
        }
        let words: Vec<_> = kind.on_delete().iter().map(|it| it.word()).collect();
        let [default, rest @ ..] = &words[..] else { panic!("{} has no on-delete", kind.name()) };
        let rest: Vec<_> = rest.iter().map(|word| format!("`{word}`")).collect();
        let kept =
            format!("`on-delete`: {}.", [&[format!("`{default}` (default)")], &rest[..]].concat().join(", "));
        assert!(section.contains(&kept), "{}: {kept}", kind.name());
        let fields: Vec<_> = kind.fields().iter().map(|field| format!("`{field}`")).collect();
        let ignored = format!("`ignore` takes: {}.", fields.join(", "));
        assert!(section.contains(&ignored), "{}: {ignored}", kind.name());
    }
}

#[test]
fn the_example_is_a_manifest() {
    let text = read("docs/manifest.md");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("example.toml");
    fs::write(&path, blocks(&text, "toml").join("\n\n")).unwrap();
    let code = folder.path().join("functions/report");
    fs::create_dir_all(&code).unwrap();
    fs::write(code.join("handler.py"), "def handler(event, context):\n    return {}\n").unwrap();
    let manifest = infra::manifest::load(&path, KINDS).unwrap();
    assert_eq!(manifest.entries().len(), 18);
}
