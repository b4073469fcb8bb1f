//! What is exported: each fault at its own export, and all of them at once.

use insta::assert_snapshot;

use super::{brief, entries};
use crate::support::cli::infra;

const SITE: &str = "[ecr.repository.site]\nname = \"team/site\"\n";

fn export(value: &str) -> String {
    format!("{SITE}[export.SiteALBArn]\nvalue = \"{value}\"\n")
}

#[test]
fn what_it_names_is_looked_for() {
    assert_snapshot!(entries(&export("ecr.repository.sile.uri")), @"
    exit 65
    manifest::invalid-value

      × export.SiteALBArn: there is no ecr.repository `sile`
       ╭─[m.toml:8:9]
     8 │ value = ***
       ·         ─┬─
       ·          ╰── invalid value
       ╰────
      help: did you mean `site`?

    error: 1 problem in m.toml; no AWS call was made
    ");
}

#[test]
fn every_fault_stands_at_its_export() {
    let exports = "
[export]
Plain = \"ecr.repository.site.uri\"
[export.None]
[export.Two_words]
value = \"ecr.repository.site.uri\"
[export.Output]
value = \"ecr.repository.site.id\"
[export.Kind]
value = \"ecr.image.site.uri\"
[export.Description]
value = \"ecr.repository.site.uri\"
descripton = \"Where images go\"
";
    assert_snapshot!(brief(&format!("{SITE}{}", exports.trim_start())), @"
    8:9 wrong-type: `export.Plain` must be a table
        help: write it as [export.Plain]
    9:9 missing-key: export.None: `value` is missing
        help: What is exported: the address of an entry and what it brings, as in `ecr.repository.site.uri`.
    10:9 invalid-value: export.Two_words: this is no valid name of an export
        help: letters, digits, colons and hyphens; the case of letters counts
    13:9 invalid-value: export.Output: this is not what an entry brings
        help: write ecr.repository.KEY.OUTPUT; what it brings: arn, uri
    15:9 invalid-value: export.Kind: this is not what an entry brings
        help: write KIND.KEY.OUTPUT; the kinds are lookup.vpc, lookup.certificate, ecr.repository, secretsmanager.secret, ec2.security-group, efs.file-system, efs.access-point, elbv2.load- balancer, elbv2.listener, logs.log-group, iam.role, lambda.function, events.rule
    18:1 unknown-key: export.Description: there is no key `descripton` here
        help: did you mean `description`?
    ");
}

/// A secret that somebody takes for a value is not repeated.
#[test]
fn a_value_of_ones_own_is_none() {
    for value in ["hunter2-CANARY", "secretsmanager.secret.key.value", "CANARY.hunter2.of.mine"] {
        let said = entries(&export(value));
        assert!(said.contains("export.SiteALBArn: this is not what an entry brings"), "{said}");
        assert!(!said.contains("CANARY"), "{said}");
    }
}

#[test]
fn the_kind_has_no_table_of_its_own() {
    assert_snapshot!(brief("[cloudformation.exports.site]\nvalue = \"x\"\n"), @"
    5:2 unknown-key: there is no table `cloudformation`
        help: write it as [export.NAME]
    ");
    assert_snapshot!(brief("[exports.Site]\nvalue = \"x\"\n"), @"
    5:2 unknown-key: there is no table `exports`
        help: write it as [export.NAME]
    ");
    // One without members declares nothing.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.toml");
    let header = "[manifest]\nname = \"site\"\naccount = \"111122223333\"\nregion = \"us-west-2\"\n";
    std::fs::write(&path, format!("{header}[export]\n")).unwrap();
    let _ = infra(&["check", path.to_str().unwrap()]).run().expect(infra::cli::exit::Exit::Done);
}
