//! What entries name: a near miss, nothing, another kind of thing; and all of it at once.

use insta::assert_snapshot;

use super::{brief, entries};
use crate::support::cli::infra;

const VPC: &str = "[lookup.vpc.main]\ndefault = true\n";

fn group(vpc: &str) -> String {
    format!("[ec2.security-group.nfs]\nname = \"nfs\"\ndescription = \"NFS\"\nvpc = \"{vpc}\"\n")
}

fn point(file_system: &str) -> String {
    format!("[efs.access-point.clients]\nfile-system = \"{file_system}\"\n")
}

#[test]
fn a_near_miss_is_pointed_at() {
    assert_snapshot!(entries(&format!("{VPC}{}", group("mian"))), @r#"
    exit 65
    manifest::invalid-value

      × ec2.security-group.nfs: there is no lookup.vpc `mian`
        ╭─[m.toml:10:7]
     10 │ vpc = "mian"
        ·       ───┬──
        ·          ╰── invalid value
        ╰────
      help: did you mean `main`?

    error: 1 problem in m.toml; no AWS call was made
    "#);
}

#[test]
fn what_is_not_there_is_said_with_what_is() {
    assert_snapshot!(brief(&format!("{VPC}{}", group("other-network"))), @"
    10:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `other-network`
        help: there is: main
    ");
    assert_snapshot!(brief(&group("main")), @"
    8:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `main`
        help: declare one as [lookup.vpc.main]
    ");
    assert_snapshot!(brief(&point("workspaces")), @"
    6:15 invalid-value: efs.access-point.clients: there is no efs.file-system `workspaces`
        help: declare one as [efs.file-system.workspaces]
    ");
    // What cannot be a key is no advice.
    assert_snapshot!(brief(&group("")), @"
    8:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc of this name
        help: declare one as [lookup.vpc.KEY]
    ");
    assert_snapshot!(brief(&group("Main Network")), @"
    8:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `Main Network`
        help: declare one as [lookup.vpc.KEY]
    ");
    let many = (0..9).fold(String::new(), |all, at| format!("{all}[lookup.vpc.n{at}]\ndefault = true\n"));
    assert_snapshot!(brief(&format!("{many}{}", group("other-network"))), @"
    26:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `other-network`
        help: declare one as [lookup.vpc.other-network]
    ");
}

#[test]
fn another_kind_of_thing_is_not_what_is_meant() {
    let certificate = "[lookup.certificate.site]\ndomain = \"example.com\"\n";
    assert_snapshot!(brief(&format!("{certificate}{VPC}{}", group("site"))), @"
    12:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `site`
        help: there is: main
    ");
    assert_snapshot!(brief(&format!("{VPC}{}", group("nfs"))), @"
    10:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `nfs`
        help: there is: main
    ");
    // Nor is a whole address: the field says of which kind it is.
    assert_snapshot!(brief(&format!("{VPC}{}", group("lookup.vpc.main"))), @"
    10:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `lookup.vpc.main`
        help: write its key alone: `main`
    ");
    assert_snapshot!(brief(&format!("{VPC}{}", group("vpc-0a1b2c3d"))), @r#"
    10:7 invalid-value: ec2.security-group.nfs: a VPC is named by its look-up, and not by its id
        help: look it up, with id = "vpc-…" under [lookup.vpc.KEY], and write that key
    "#);
}

#[test]
fn all_of_them_come_at_once_each_at_its_place() {
    let rules = "ingress = [\n  { protocol = \"tcp\", port = 22, security-groups = [\"nfs\", \"nsf\"] },\n  { protocol = \"tcp\", port = 99, cidr = [\"10.0.0.1/8\"], security-groups = [\"gone\"] },\n]\n";
    assert_snapshot!(brief(&format!("{VPC}{}{rules}{}", group("mian"), point("workspaces"))), @"
    10:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `mian`
        help: did you mean `main`?
    12:60 invalid-value: ec2.security-group.nfs: there is no ec2.security-group `nsf`
        help: did you mean `nfs`?
    13:42 invalid-value: ec2.security-group.nfs: this address is not the first of its range
        help: AWS would make 10.0.0.0/8 of it: write that, or 10.0.0.1/32 for the one address
    13:76 invalid-value: ec2.security-group.nfs: there is no ec2.security-group `gone`
        help: there is: nfs
    16:15 invalid-value: efs.access-point.clients: there is no efs.file-system `workspaces`
        help: declare one as [efs.file-system.workspaces]
    ");
}

#[test]
fn an_entry_is_not_named_by_an_id() {
    let files = "[efs.file-system.files]\nname = \"files\"\n";
    assert_snapshot!(brief(&format!("{files}{}", point("fs-0123456789abcdef0"))), @"
    8:15 invalid-value: efs.access-point.clients: there is no efs.file-system of this name
        help: write the key of an entry, not an id; there is: files
    ");
    assert_snapshot!(brief(&point("fs-0123456789abcdef0")), @"
    6:15 invalid-value: efs.access-point.clients: there is no efs.file-system of this name
        help: write the key of an entry, not an id; declare one as [efs.file-system.KEY]
    ");
}

#[test]
fn no_rules_are_left_out_and_not_said_in_words() {
    let problems = brief(&format!("{VPC}{}egress = \"none\"\n", group("main")));
    assert!(problems.contains("`egress` must be a list of tables"), "{problems}");
    assert!(problems.contains("help: write [{ KEY = VALUE }], or leave it out"), "{problems}");
}

/// Whether what is named is sound is told there.
#[test]
fn what_is_named_may_be_wrong_itself() {
    assert_snapshot!(brief(&format!("[lookup.vpc.main]\ndefault = true\nid = \"vpc-0a1b2c3d\"\n{}", group("main"))), @r#"
    7:1 invalid-value: lookup.vpc.main: this says once more which VPC is meant
        help: write one of `default = true`, `id = "vpc-…"` and `tags = { Name = "…" }`
    "#);
    assert_snapshot!(brief(&format!("[lookup.vpc]\nmain = 5\n{}", group("main"))), @"
    6:8 wrong-type: `lookup.vpc.main` must be a table
        help: write it as [lookup.vpc.main]
    ");
    assert_snapshot!(brief(&format!("[lookup]\nvpc = 5\n{}", group("main"))), @"
    6:7 wrong-type: `lookup.vpc.KEY` must be a table
        help: write it as [lookup.vpc.KEY]
    10:7 invalid-value: ec2.security-group.nfs: there is no lookup.vpc `main`
        help: declare one as [lookup.vpc.main]
    ");
}

#[test]
fn a_credential_in_a_reference_is_not_repeated() {
    for secret in
        ["AKIAIOSFODNN7EXAMPLE", "ghp_abcdefghijklmnopqrstuvwxyzABCDEF0123", "sk-ant-api03-abcdefghijklmnop"]
    {
        for text in [
            group(secret),
            point(secret),
            format!(
                "{}ingress = [{{ protocol = \"tcp\", port = 22, security-groups = [\"{secret}\"] }}]\n",
                group("main")
            ),
        ] {
            let said = entries(&format!("{VPC}{text}"));
            assert!(said.contains("exit 65") && !said.contains(&secret[..12]), "{said}");
        }
    }
}

#[test]
fn what_is_named_rightly_is_fine() {
    let folder = super::Folder::new();
    let text = format!("{}{VPC}{}", super::HEADER, group("main"));
    let path = folder.write("m.toml", text.as_bytes());
    let _ = infra(&["check", path.to_str().unwrap()]).run().expect(infra::cli::exit::Exit::Done);
}

/// What every entry may say is nothing that a look-up may.
#[test]
fn a_look_up_is_not_kept_renamed_or_ignored() {
    assert_snapshot!(brief("[lookup.vpc.main]\ndefault = true\non-delete = \"retain\"\nwas = \"old\"\nignore = []\n[lookup.certificate.site]\ndomain = \"example.com\"\ntags = { A = \"b\" }\n"), @"
    7:1 unknown-key: lookup.vpc.main: there is no key `on-delete` here
        help: known here: default, id, subnet-tags, tags
    8:1 unknown-key: lookup.vpc.main: there is no key `was` here
        help: known here: default, id, subnet-tags, tags
    9:1 unknown-key: lookup.vpc.main: there is no key `ignore` here
        help: known here: default, id, subnet-tags, tags
    12:1 unknown-key: lookup.certificate.site: there is no key `tags` here
        help: known here: arn, domain
    ");
    assert_snapshot!(brief("[lookup.vpc.main]\n[lookup.certificate.site]\n"), @r#"
    5:13 invalid-value: lookup.vpc.main: this does not say which VPC is meant
        help: write one of `default = true`, `id = "vpc-…"` and `tags = { Name = "…" }`
    6:21 invalid-value: lookup.certificate.site: this does not say which certificate is meant
        help: write one of `domain = "…"` and `arn = "…"`
    "#);
    assert_snapshot!(brief("[lookup.vpc.main]\ndefault = true\ntags = { Name = \"x\" }\nid = \"main\"\n[lookup.certificate.site]\ndomain = \"com\"\narn = \"x\"\n"), @r#"
    7:1 invalid-value: lookup.vpc.main: this says once more which VPC is meant
        help: write one of `default = true`, `id = "vpc-…"` and `tags = { Name = "…" }`
    8:1 invalid-value: lookup.vpc.main: this says once more which VPC is meant
        help: write one of `default = true`, `id = "vpc-…"` and `tags = { Name = "…" }`
    8:6 invalid-value: lookup.vpc.main: this is no id of a VPC
        help: write `vpc-` and its 8 or 17 hexadecimal digits
    10:10 invalid-value: lookup.certificate.site: this is no domain
        help: letters, digits and hyphens between dots, as in `example.com` or `*.example.com`; other scripts as `xn--…`
    11:1 invalid-value: lookup.certificate.site: this says once more which certificate is meant
        help: write one of `domain = "…"` and `arn = "…"`
    11:7 invalid-value: lookup.certificate.site: this is no ARN of a certificate
        help: such as `arn:aws:acm:REGION:ACCOUNT:certificate/ID`
    "#);
}
