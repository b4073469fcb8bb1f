//! Views made by hand.

use crate::aws::{CallError, Class};
use crate::kind::view::{ChangeView, Risk, StepView, Verb};
use crate::model::{Address, FieldChange, KindName, Location, Shown};
use crate::plan::{Header, PlanView};

const REPOSITORY: KindName = KindName { service: "ecr", resource: "repository" };
const SECRET: KindName = KindName { service: "secretsmanager", resource: "secret" };

pub(super) const KEEP_30: &str = r#"{
  "rules": [
    {
      "rulePriority": 1,
      "selection": {
        "tagStatus": "any",
        "countType": "imageCountMoreThan",
        "countNumber": 30
      },
      "action": {
        "type": "expire"
      }
    }
  ]
}"#;

pub(super) fn header() -> Header {
    Header {
        manifest: "prereqs".to_owned(),
        file: "manifests/prereqs.toml".to_owned(),
        revision: "0a1b2c3d4e5f".to_owned(),
        account: "111122223333".to_owned(),
        region: "us-west-2".to_owned(),
        identity: "arn:aws:sts::111122223333:assumed-role/deploy/jane".to_owned(),
    }
}

/// A step at line `line`; none for what has left the manifest.
pub(super) fn step(verb: Verb, kind: KindName, key: &str, line: usize) -> StepView {
    let location = (line > 0).then(|| Location { file: "manifests/prereqs.toml".to_owned(), line });
    StepView { location, ..StepView::new(Address::new(kind, key), format!("team/{key}"), verb) }
}

pub(crate) fn repository(verb: Verb, key: &str, line: usize) -> StepView {
    step(verb, REPOSITORY, key, line)
}

pub(super) fn secret(verb: Verb, key: &str, line: usize) -> StepView {
    step(verb, SECRET, key, line)
}

fn text(field: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange::new(field, Shown::optional(before), Shown::optional(after))
}

fn new_tags(address: &str) -> Vec<FieldChange> {
    [
        ("tag Project", "site"),
        ("tag Cost centre", "web & more"),
        ("tag infra:address", address),
        ("tag infra:manifest", "prereqs"),
        ("tag infra:on-delete", "retain"),
    ]
    .map(|(field, value)| text(field, None, Some(value)))
    .into()
}

pub(super) fn error(call: &str, class: Class, code: Option<&str>) -> CallError {
    CallError {
        call: call.to_owned(),
        subject: "team/dark".to_owned(),
        code: code.map(str::to_owned),
        message: "User is not authorized to perform this".to_owned(),
        class,
    }
}

fn lifecycle(count: &str) -> Shown {
    Shown::document(format!("1 rule: keep last {count} (any)"), KEEP_30.replace("30", count))
}

fn policy(accounts: &[&str]) -> Shown {
    let accounts: Vec<_> = accounts.iter().map(|account| format!("          \"{account}\"")).collect();
    Shown::document(
        "2 statements: Pull; denies ecr:* to anyone, if Bool aws:SecureTransport = false",
        format!(
            "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{\n      \"Sid\": \"Pull\",\n      \"Effect\": \"Allow\",\n      \"Principal\": {{\n        \"AWS\": [\n{}\n        ]\n      }}\n    }}\n  ]\n}}",
            accounts.join(",\n")
        ),
    )
}

fn consequence(mut change: ChangeView, risk: Option<Risk>, line: &str) -> ChangeView {
    change.risk = risk;
    change.consequences.push(line.to_owned());
    change
}

/// A rule that keeps less, and several small changes beside it.
fn expires() -> StepView {
    let mut view = repository(Verb::Update, "site", 12);
    let lines = "17 of 27 images, 11.8 GiB, would expire within about a day; that cannot be undone";
    view.changes = vec![
        ChangeView::new(
            "ecr:TagResource",
            vec![text("tag Project", Some("old site"), Some("site")), text("tag Team", None, Some("web"))],
        ),
        ChangeView::new(
            "ecr:PutImageTagMutability",
            vec![text("tag-mutability", Some("mutable"), Some("immutable, except dev-*"))],
        ),
        ChangeView::new(
            "ecr:PutImageScanningConfiguration",
            vec![text("scan-on-push", Some("false"), Some("true"))],
        ),
        consequence(
            ChangeView::new(
                "ecr:PutLifecyclePolicy",
                vec![FieldChange::new("lifecycle", lifecycle("30"), lifecycle("10"))],
            ),
            Some(Risk::DestroysData),
            lines,
        ),
    ];
    view.remarks.push("2 other tags are left alone".to_owned());
    view
}

/// A policy that lets one more account in.
fn exposes() -> StepView {
    let mut view = repository(Verb::Update, "base", 20);
    let fields = vec![FieldChange::new(
        "policy",
        policy(&["444455556666"]),
        policy(&["444455556666", "777788889999"]),
    )];
    view.changes.push(consequence(
        ChangeView::new("ecr:SetRepositoryPolicy", fields),
        Some(Risk::Exposes),
        "allows ecr:BatchGetImage to 444455556666, 777788889999",
    ));
    view
}

fn blocked() -> StepView {
    let mut view = repository(Verb::Blocked, "app", 30);
    view.reason = Some("`encryption` cannot be changed on a live resource, only by replacing it".to_owned());
    view.help = Some(
        "declare the encryption that is live, or make a repository of another name and copy the images"
            .to_owned(),
    );
    view.immutable.push(text("encryption", Some("AES256"), Some("KMS with alias/site")));
    view
}

fn unknown() -> StepView {
    let mut view = secret(Verb::Unknown, "dark", 34);
    let error = error("secretsmanager:DescribeSecret", Class::Denied, Some("AccessDeniedException"));
    view.reason = Some(error.to_string());
    view.help = error.class.help().map(str::to_owned);
    view
}

fn deletes() -> StepView {
    let mut view = secret(Verb::Delete, "gone", 0);
    view.changes.push(consequence(
        ChangeView::new(
            "secretsmanager:DeleteSecret",
            vec![text("secret", Some("readable"), Some("deleted after 30 days"))],
        ),
        None,
        "nobody can read it from now on; for 30 days putting the entry back restores it",
    ));
    view
}

fn adopts() -> StepView {
    let mut view = secret(Verb::Adopt, "found", 40);
    view.changes = vec![
        ChangeView::new("secretsmanager:TagResource", new_tags("secretsmanager.secret.found")),
        consequence(
            ChangeView::new(
                "secretsmanager:UpdateSecret",
                vec![
                    text("description", Some("made by hand"), None),
                    text("kms-key", Some("aws/secretsmanager"), Some("alias/site")),
                ],
            ),
            None,
            "whoever reads the secret needs kms:Decrypt on the new key",
        ),
    ];
    view.remarks.push("it holds a value".to_owned());
    view
}

fn restores() -> StepView {
    let mut view = secret(Verb::Restore, "back", 44);
    view.changes.push(ChangeView::new(
        "secretsmanager:RestoreSecret",
        vec![text("deletion", Some("scheduled on 2026-12-01"), Some("taken back"))],
    ));
    view.notes.push("its resource policy can be read once it is restored; plan again then".to_owned());
    view
}

fn keeps(key: &str, held: &str) -> StepView {
    let mut view = repository(Verb::Keep, key, 0);
    view.reason = Some(format!("it left the manifest and is retained, with {held}"));
    view
}

/// Values that are long, empty, hostile, or go away with all that they say.
fn changes() -> StepView {
    let mut view = secret(Verb::Update, "words", 50);
    let old =
        "What the nightly job needs to read the catalogue, until the catalogue moves to its own account";
    let new = "What the nightly job needs to read the catalogue";
    let gone =
        Shown::document("1 statement: Read", "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}");
    view.changes = vec![
        ChangeView::new(
            "secretsmanager:UpdateSecret",
            vec![
                text("description", Some(old), Some(new)),
                text("kms-key", Some("(none)"), Some("")),
                text("tag Owner", Some("a\u{1b}[31m\nb\u{202e}"), Some("team")),
            ],
        ),
        ChangeView::new(
            "secretsmanager:DeleteResourcePolicy",
            vec![FieldChange::new("policy", gone, Shown::Absent)],
        ),
    ];
    view
}

/// A group, of whose rules one has a long name.
pub(super) fn rules() -> StepView {
    let kind = KindName::SECURITY_GROUP;
    let mut view = step(Verb::Update, kind, "files", 70);
    let fields = vec![
        text("tag Project", Some("old"), Some("site")),
        text("ingress tcp 22 from 0.0.0.0/0", Some("allowed"), None),
        text("ingress tcp 2049 from ec2.security-group.clients", None, Some("allowed: NFS")),
    ];
    view.changes = vec![ChangeView::new("ec2:AuthorizeSecurityGroupIngress", fields)];
    view
}

fn creates() -> Vec<StepView> {
    let mut full = repository(Verb::Create, "images", 60);
    let mut fields = vec![
        text("name", None, Some("team/images")),
        text("scan-on-push", None, Some("true")),
        text("tag-mutability", None, Some("mutable")),
        text("encryption", None, Some("AES256")),
    ];
    fields.extend(new_tags("ecr.repository.images"));
    full.changes = vec![
        ChangeView::new("ecr:CreateRepository", fields),
        ChangeView::new("ecr:PutLifecyclePolicy", vec![FieldChange::set("lifecycle", lifecycle("10"))]),
    ];
    let mut secret = secret(Verb::Create, "token", 66);
    let mut fields =
        vec![text("name", None, Some("team/token")), text("kms-key", None, Some("aws/secretsmanager"))];
    fields.extend(new_tags("secretsmanager.secret.token"));
    secret.changes.push(ChangeView::new("secretsmanager:CreateSecret", fields));
    secret.notes.push("it is created without a value; readers get an error until one is put".to_owned());
    vec![full, secret]
}

fn in_sync() -> Vec<StepView> {
    let mut noted = secret(Verb::InSync, "empty", 70);
    noted.notes.push("it has no value yet; readers get an error until one is put".to_owned());
    let mut remarked = repository(Verb::InSync, "quiet", 74);
    remarked.remarks.push("1 other tag is left alone".to_owned());
    vec![repository(Verb::InSync, "still", 72), noted, remarked]
}

/// Everything that a plan can hold.
pub(super) fn everything() -> Vec<StepView> {
    let mut all = creates();
    all.extend(in_sync());
    all.extend([keeps("attic", "27 images, 11.8 GiB"), keeps("cellar", "1 image, 3.0 MiB")]);
    all.extend([changes(), restores(), adopts(), deletes(), exposes(), expires(), blocked(), unknown()]);
    all
}

/// Gaps of both sorts: one with a word of help, one without.
pub(super) fn gaps() -> Vec<CallError> {
    vec![
        error("ecr:ListTagsForResource", Class::Denied, Some("AccessDeniedException")),
        error("secretsmanager:ListSecrets", Class::Other, None),
    ]
}

/// Shows `steps` as a plan.
pub(super) fn with<R>(steps: &[StepView], gaps: &[CallError], show: impl FnOnce(&PlanView<'_>) -> R) -> R {
    show(&PlanView::new(&header(), steps, gaps))
}

/// A look-up that found something, one that found too much, and one that could not look.
pub(super) fn looked_up() -> Vec<StepView> {
    let mut vpc = step(Verb::Found, KindName::VPC, "main", 8);
    vpc.name = "vpc-0a1b2c3d4e5f60718".to_owned();
    vpc.reason =
        Some("the default VPC, 172.31.0.0/16; us-west-2a subnet-0a1, us-west-2b subnet-0b2".to_owned());
    let mut ending = step(Verb::Found, KindName::CERTIFICATE, "site", 10);
    ending.name = "arn:aws:acm:us-west-2:111122223333:certificate/4f1c".to_owned();
    ending.reason = Some("issued for *.example.com, ECDSA P-256".to_owned());
    ending.notes.push("it is valid until 2027-03-01, and nothing has renewed it".to_owned());
    let mut refused = step(Verb::Blocked, KindName::VPC, "other", 13);
    refused.name = String::new();
    refused.reason = Some("there is no VPC with the tag Name=other in this account and region".to_owned());
    refused.help = Some("name it by `id`".to_owned());
    let mut dark = step(Verb::Unknown, KindName::CERTIFICATE, "dark", 16);
    dark.name = String::new();
    let error = error("acm:ListCertificates", Class::Denied, Some("AccessDeniedException"));
    dark.reason = Some(error.to_string());
    dark.help = error.class.help().map(str::to_owned);
    vec![vpc, ending, refused, dark]
}
