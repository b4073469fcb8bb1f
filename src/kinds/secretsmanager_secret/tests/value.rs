//! Where a value comes from, what is refused, and what follows from the versions that there are.

use std::sync::Arc;

use insta::{allow_duplicates, assert_snapshot};

use super::*;
use crate::kind::testing::{entry_in, try_entry};
use crate::kind::{Files, SourceFile, Unreadable};
use crate::value::{AtHand, Form, Holder, Reading, Value};

const ENV: &str = "value = { env = 'SITE_TOKEN' }";
const OVERWRITE: &str = "value = { env = 'SITE_TOKEN', elsewhere = 'overwrite' }";

/// One file, `keys/token`, with this in it.
#[derive(Debug)]
struct OneFile(&'static str);

impl Files for OneFile {
    fn folder(&self, _path: &str) -> Result<Vec<SourceFile>, Unreadable> {
        Ok(Vec::new())
    }

    fn file(&self, path: &str, _most: u64) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok((path == "keys/token").then(|| self.0.as_bytes().to_vec()))
    }
}

/// A manifest where `$SITE_TOKEN` and the file hold `value`; nothing does where it is empty.
fn with_value(value: &'static str) -> Arc<Place> {
    let is = move |name: &str| name == "SITE_TOKEN" && !value.is_empty();
    let values = Reading::new(move |name| is(name).then(|| value.into()));
    Arc::new(Place { values: Arc::new(values), files: Arc::new(OneFile(value)), ..(*place()).clone() })
}

fn read(more: &str, value: &'static str) -> Entry<SecretsManagerSecret> {
    entry_in(&with_value(value), "site", &with(more)).unwrap_or_else(|problems| panic!("{more} {problems:?}"))
}

fn refused(more: &str, value: &'static str) -> String {
    let problems = entry_in::<SecretsManagerSecret>(&with_value(value), "site", &with(more)).err();
    let said = problems.unwrap_or_default().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(value.is_empty() || !said.contains(value), "{said}");
    said
}

/// The id of the version that holds what is at hand.
fn id(entry: &Entry<SecretsManagerSecret>) -> String {
    let AtHand::Here(held) = &entry.state.value.at_hand else { panic!("it is not at hand") };
    held.version_id().as_str().to_owned()
}

/// Versions with their labels; `t` is the one of what is at hand.
fn versions(entry: &Entry<SecretsManagerSecret>, labels: &[(&str, &[&str])]) -> Versions {
    let named = |name: &str| if name == "t" { id(entry) } else { name.to_owned() };
    let each = labels
        .iter()
        .map(|(name, labels)| (named(name), labels.iter().map(|label| (*label).to_owned()).collect()));
    Versions { labels: each.collect(), written: Some("2026-11-01".to_owned()) }
}

/// What is decided where the secret has these versions. No id is in it.
fn decided(more: &str, value: &'static str, labels: &[(&str, &[&str])]) -> String {
    let entry = read(more, value);
    let versions = versions(&entry, labels);
    let ids: Vec<_> = versions.labels.keys().filter(|id| id.len() > 1).cloned().collect();
    let live = in_step(&entry, Detail { versions, ..Detail::default() });
    let said = World::present(entry, live).plan();
    assert!(!said.contains(value) || value.is_empty(), "{said}");
    assert!(ids.iter().all(|id| !said.contains(&id[..8])), "{said}");
    said.strip_prefix(IN_SYNC).map_or(said.clone(), |rest| format!("in sync{rest}"))
}

#[test]
fn a_value_comes_from_one_place() {
    let source = |more: &str| {
        let value = read(&format!("value = {{ {more} }}"), "").state.value;
        value.source.unwrap().to_string()
    };
    assert_eq!(source("env = 'ANTHROPIC_API_KEY'"), "from $ANTHROPIC_API_KEY");
    assert_eq!(source("file = 'secrets/github-token'"), "from secrets/github-token");
    assert_eq!(source("prompt = true, format = 'json', keys = ['a']"), "as it was typed");
    assert_eq!(source("generate = 32"), "generated, 32 characters");
    assert_eq!(source("generate = 16, characters = 'hex'"), "generated, 16 characters");
    assert_eq!(source("external = true"), "put by somebody else");
    for more in ["", "prompt = false", "format = 'json'"] {
        let said = refused(&format!("value = {{ {more} }}"), "");
        assert_eq!(said, "value: this does not say where the value comes from", "{more}");
    }
    for more in ["env = 'A', file = 'a'", "prompt = true, external = true", "env = 'A', generate = 32"] {
        assert_eq!(refused(&format!("value = {{ {more} }}"), ""), "value: a value comes from one place");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (more, said) in [
        ("env = 'AWS_SECRET_ACCESS_KEY'", "value.env: this variable is reserved"),
        ("env = 'aws_profile'", "value.env: this variable is reserved"),
        ("env = 'GITHUB_TOKEN'", "value.env: this variable is reserved"),
        ("env = 'ACTIONS_RUNTIME_TOKEN'", "value.env: this variable is reserved"),
        ("env = 'SSH_AUTH_SOCK'", "value.env: this variable is reserved"),
        ("env = 'INFRA_MANIFEST'", "value.env: this variable is reserved"),
        ("env = ''", "value.env: this is no name of an environment variable"),
        ("env = '1A'", "value.env: this is no name of an environment variable"),
        ("env = '$A'", "value.env: this is no name of an environment variable"),
        ("env = 'sk-live-abc'", "value.env: this is no name of an environment variable"),
        ("file = '/etc/passwd'", "value.file: this leads out of the manifest's folder"),
        ("file = '../token'", "value.file: this leads out of the manifest's folder"),
        ("file = 'a/../../token'", "value.file: this leads out of the manifest's folder"),
        ("file = ''", "value.file: this leads out of the manifest's folder"),
        ("generate = 15", "value.generate: this is no length for a value"),
        ("generate = 4097", "value.generate: this is no length for a value"),
        ("env = 'A', characters = 'hex'", "value.characters: this goes with `generate`"),
        ("env = 'A', keys = ['a']", "value.keys: only a JSON object has keys"),
        ("generate = 32, format = 'json'", "value.format: nobody would check this"),
        ("external = true, format = 'json'", "value.format: nobody would check this"),
        ("prompt = true, elsewhere = 'overwrite'", "value.elsewhere: this goes with `env` and `file` alone"),
    ] {
        assert_eq!(refused(&format!("value = {{ {more} }}"), ""), said, "{more}");
    }
    // Names that only look alike.
    for name in ["WEBORDINARY_GITHUB_TOKEN", "MY_AWS_KEY", "GITHUB_TOKEN_2", "SSHKEY", "_A"] {
        assert_eq!(refused(&format!("value = {{ env = '{name}' }}"), ""), "", "{name}");
    }
}

#[test]
fn what_is_at_hand_is_checked_and_never_shown() {
    assert_eq!(
        refused(ENV, "YOUR-TOKEN"),
        "value.env: the value of $SITE_TOKEN is a placeholder, or holds one"
    );
    let file = "value = { file = 'keys/token' }";
    assert_eq!(refused(file, "<token>"), "value.file: the value in this file is a placeholder, or holds one");
    let json = "value = { env = 'SITE_TOKEN', format = 'json', keys = ['a', 'b'] }";
    assert_eq!(refused(json, "canary"), "value.env: the value of $SITE_TOKEN is no JSON object");
    assert_eq!(
        refused(json, "{\"a\": \"canary\"}"),
        "value.env: the value of $SITE_TOKEN holds no text under `b`"
    );
    assert_eq!(refused(json, "{\"a\": \"canary\", \"b\": \"canary\"}"), "");
    // Who reads nothing refuses nothing.
    assert!(try_entry::<SecretsManagerSecret>(&with(ENV)).is_ok());
}

#[test]
fn a_new_secret_gets_what_is_at_hand() {
    let created = |more: &str, value: &'static str| {
        let plan = World::absent(read(more, value)).plan();
        let lines = plan.lines().skip(2).map(str::trim).collect::<Vec<_>>().join("\n");
        assert!(!lines.contains("canary"), "{lines}");
        lines
    };
    assert_snapshot!(created(ENV, "canary"), @"secretsmanager:PutSecretValue: value none -> from $SITE_TOKEN");
    assert_snapshot!(created("value = { generate = 24 }", ""), @"secretsmanager:PutSecretValue: value none -> generated, 24 characters");
    assert_snapshot!(created(ENV, ""), @"note: it is created without a value ($SITE_TOKEN is not set); readers get an error until one is put");
    assert_snapshot!(created("value = { file = 'keys/none' }", ""), @"note: it is created without a value (there is no file keys/none); readers get an error until one is put");
    assert_snapshot!(created("value = { prompt = true }", ""), @"note: it is created without a value (`infra apply` asks for it on a terminal); readers get an error until one is put");
    assert_snapshot!(created("value = { external = true }", ""), @"note: it is created without a value; readers get an error until one is put");
    // Who may not read it is kept out before there is anything to read.
    let plan =
        World::absent(read(&format!("{ENV}\nreaders = ['run']\nonly-readers = true"), "canary")).plan();
    let call = |name: &str| plan.find(name).unwrap();
    assert!(call("PutResourcePolicy") < call("PutSecretValue"), "{plan}");
}

#[test]
fn a_value_that_is_current_is_in_step() {
    for labels in [["AWSCURRENT", "infra"], ["AWSCURRENT", "infra-again"], ["AWSCURRENT", "others"]] {
        assert_eq!(decided(ENV, "canary", &[("t", &labels), ("a", &["AWSPREVIOUS"])]), "in sync");
    }
}

#[test]
fn our_own_value_is_replaced() {
    assert_snapshot!(decided(ENV, "canary", &[]), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value none -> from $SITE_TOKEN
    ");
    assert_snapshot!(decided(ENV, "canary", &[("a", &["AWSCURRENT", "infra"])]), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value another version -> from $SITE_TOKEN
    ");
    // An earlier one, and one that a run began to move to.
    for labels in [&["AWSPREVIOUS"][..], &["infra-again"], &["AWSPREVIOUS", "infra-again"]] {
        let said = decided(ENV, "canary", &[("a", &["AWSCURRENT", "infra"]), ("t", labels)]);
        allow_duplicates!(assert_snapshot!(said, @"
        update secretsmanager.secret.site (site/token)
          secretsmanager:UpdateSecretVersionStage: value another version -> from $SITE_TOKEN, which an earlier version holds
        "));
    }
}

/// Our label on another version does not make the current one ours: what somebody wrote over it stays.
#[test]
fn what_was_written_elsewhere_is_kept_and_told() {
    for labels in [
        &[("x", &["AWSCURRENT"][..])][..],
        &[("x", &["AWSCURRENT"]), ("t", &["AWSPREVIOUS", "infra"])],
        &[("x", &["AWSCURRENT", "theirs"]), ("a", &["AWSPREVIOUS", "infra"]), ("t", &["infra-again"])],
    ] {
        allow_duplicates!(assert_snapshot!(decided(ENV, "canary", labels), @r#"
        in sync
          note: its value was written elsewhere on 2026-11-01; whether it is the one that is at hand cannot be told; `elsewhere = "overwrite"` in `value` replaces it
        "#));
    }
    assert_snapshot!(decided(OVERWRITE, "canary", &[("x", &["AWSCURRENT"])]), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value written elsewhere on 2026-11-01 -> from $SITE_TOKEN
        so whether it is another value than the present one cannot be told; that one stays as AWSPREVIOUS
    ");
    assert_snapshot!(decided(OVERWRITE, "canary", &[("x", &["AWSCURRENT"]), ("t", &["AWSPREVIOUS", "infra"])]), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:UpdateSecretVersionStage: value written elsewhere on 2026-11-01 -> from $SITE_TOKEN, which an earlier version holds
        so whether it is another value than the present one cannot be told; that one stays as AWSPREVIOUS
    ");
}

#[test]
fn what_is_not_at_hand_is_not_compared() {
    assert_snapshot!(decided(ENV, "", &[("a", &["AWSCURRENT", "infra"])]), @"
    in sync
      note: its value was not compared: $SITE_TOKEN is not set
    ");
    assert_snapshot!(decided(ENV, "", &[("x", &["AWSCURRENT"])]), @"
    in sync
      note: its value was written elsewhere on 2026-11-01, and was not compared: $SITE_TOKEN is not set
    ");
    assert_snapshot!(decided(ENV, "", &[]), @"
    in sync
      note: it has no value yet ($SITE_TOKEN is not set); readers get an error until one is put
    ");
    assert_snapshot!(decided("value = { external = true }", "", &[]), @"
    in sync
      note: it has no value yet; readers get an error until one is put
    ");
    assert_eq!(decided("value = { external = true }", "", &[("x", &["AWSCURRENT"])]), "in sync");
    // Where nothing is read at all.
    assert_snapshot!(plan(&with(ENV), |live| live.detail = full()), @"
    in sync secretsmanager.secret.site (site/token)
      note: its value was written elsewhere, and was not compared: no values are read here
    ");
}

#[test]
fn what_is_typed_or_made_is_put_once() {
    for more in ["value = { prompt = true }", "value = { generate = 32 }"] {
        assert_eq!(decided(more, "", &[("x", &["AWSCURRENT"])]), "in sync", "{more}");
    }
    assert_snapshot!(decided("value = { generate = 32 }", "", &[]), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value none -> generated, 32 characters
    ");
    assert_snapshot!(decided("value = { prompt = true }", "", &[]), @"
    in sync
      note: it has no value yet (`infra apply` asks for it on a terminal); readers get an error until one is put
    ");
}

#[test]
fn what_is_typed_gives_way_to_what_is_there_by_then() {
    let place = with_value("");
    let values = Arc::new(Reading::new(|_| None));
    let place = Arc::new(Place { values: values.clone(), ..(*place).clone() });
    let typed = |labels: &[(&str, &[&str])]| {
        let entry: Entry<SecretsManagerSecret> =
            entry_in(&place, "site", &with("value = { prompt = true }")).unwrap();
        let versions = if labels.is_empty() { Versions::default() } else { versions(&entry, labels) };
        let live = in_step(&entry, Detail { versions, ..Detail::default() });
        World::present(entry, live).plan()
    };
    let holder = Holder {
        partition: "aws".to_owned(),
        account: "111122223333".to_owned(),
        region: "us-west-2".to_owned(),
        name: "site/token".to_owned(),
    };
    values.take_in(holder, Value::new("canary".to_owned(), &Form::Text).unwrap());
    assert_snapshot!(typed(&[]), @"
    update secretsmanager.secret.site (site/token)
      secretsmanager:PutSecretValue: value none -> as it was typed
    ");
    assert_eq!(typed(&[("t", &["AWSCURRENT", "infra"])]), IN_SYNC);
    for labels in [&["AWSCURRENT", "infra"][..], &["AWSCURRENT"]] {
        allow_duplicates!(assert_snapshot!(typed(&[("x", labels)]), @"
        in sync secretsmanager.secret.site (site/token)
          note: its value was written elsewhere on 2026-11-01; whether it is the one that was typed cannot be told
        "));
    }
}

#[test]
fn rotation_and_a_value_exclude_each_other() {
    let rotated = |more: &str| {
        let entry = read(more, "canary");
        let mut live = in_step(&entry, full());
        live.detail.rotated_by = Some("arn:aws:lambda:us-west-2:111122223333:function:rotate".to_owned());
        World::present(entry, live).plan()
    };
    assert_snapshot!(rotated(ENV), @"
    blocked secretsmanager.secret.site (site/token)
      because `value` is rotated by arn:aws:lambda:us-west-2:111122223333:function:rotate
      cannot change value rotated by arn:aws:lambda:us-west-2:111122223333:function:rotate -> from $SITE_TOKEN
      help: take `value` out of the entry, or say that it is `external`; or switch the rotation off
    ");
    assert_eq!(rotated("value = { external = true }"), IN_SYNC);
    assert_eq!(rotated(""), IN_SYNC);
}

/// Whatever the value, what is said is the same to the letter.
#[test]
fn what_is_said_does_not_depend_on_the_value() {
    for labels in [&[][..], &[("a", &["AWSCURRENT", "infra"][..])], &[("x", &["AWSCURRENT"])]] {
        for more in [ENV, OVERWRITE] {
            let said = ["canary", "another, much longer one", "7"].map(|value| {
                let entry = read(more, value);
                let versions = versions(&entry, labels);
                let live = in_step(&entry, Detail { versions, ..Detail::default() });
                format!("{:?}", World::present(entry, live).view())
            });
            assert!(said.iter().all(|it| *it == said[0]), "{said:#?}");
            assert!(!said[0].contains("canary"));
        }
    }
}

/// What is about to become current gets the label that the current version does not have.
#[test]
fn labels_take_turns() {
    let labels = |labels: &[&str]| {
        let labels = labels.iter().map(|label| (*label).to_owned()).collect();
        Versions { labels: [("a".to_owned(), labels)].into(), written: None }.next_label()
    };
    assert_eq!(labels(&["AWSCURRENT", "infra"]), "infra-again");
    assert_eq!(labels(&["AWSCURRENT", "infra-again"]), "infra");
    assert_eq!(labels(&["AWSCURRENT", "theirs"]), "infra");
    assert_eq!(labels(&["AWSCURRENT", "infra", "infra-again"]), "infra");
}
