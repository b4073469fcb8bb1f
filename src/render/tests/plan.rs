use insta::assert_snapshot;

use super::fixture::{everything, gaps, looked_up, repository, rules, with};
use super::{marked, plain};
use crate::kind::view::{StepView, Verb};
use crate::render::plan::{Extent, text};

fn shown(steps: &[StepView], extent: Extent) -> String {
    plain(&with(steps, &[], |plan| text(plan, None, extent)))
}

fn only(verbs: &[Verb]) -> Vec<StepView> {
    everything().into_iter().filter(|view| verbs.contains(&view.verb)).collect()
}

#[test]
fn everything_that_a_plan_can_hold() {
    assert_snapshot!(plain(&with(&everything(), &gaps(), |plan| text(plan, None, Extent::default()))), @r#"
    prereqs in account 111122223333, us-west-2
      manifest  manifests/prereqs.toml (revision 0a1b2c3d4e5f)
      identity  arn:aws:sts::111122223333:assumed-role/deploy/jane

    Unknown: could not be read (1)
      ? unknown secretsmanager.secret.dark  team/dark  manifests/prereqs.toml:34
          secretsmanager:DescribeSecret on team/dark failed: AccessDeniedException: User is not authorized to perform this
          help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed

    Blocked: a guard refuses (1)
      ! blocked ecr.repository.app  team/app  manifests/prereqs.toml:30
          `encryption` cannot be changed on a live resource, only by replacing it
          encryption        AES256 → KMS with alias/site
          help: declare the encryption that is live, or make a repository of another name and copy the images

    Destroys data (1)
      ~ update ecr.repository.site  team/site  manifests/prereqs.toml:12
          tag Project       old site                   → site
          tag Team          (none)                     → web
          tag-mutability    mutable                    → immutable, except dev-*
          scan-on-push      false                      → true
          lifecycle         1 rule: keep last 30 (any) → 1 rule: keep last 10 (any)
                "selection": {
                  "tagStatus": "any"
                  "countType": "imageCountMoreThan"
              -   "countNumber": 30
              +   "countNumber": 10
                }
                "action": {
                  "type": "expire"
          destroys: 17 of 27 images, 11.8 GiB, would expire within about a day; that cannot be undone
          needs --allow-expire ecr.repository.site
          2 other tags are left alone

    Exposure: reachable or readable by more (1)
      ~ update ecr.repository.base  team/base  manifests/prereqs.toml:20
          policy            2 statements: Pull; denies ecr:* to anyone, if Bool aws:SecureTransport = false
                  "Principal": {
                    "AWS": [
                      "444455556666"
              +       "777788889999"
                    ]
                  }
                }
          exposes: allows ecr:BatchGetImage to 444455556666, 777788889999

    Deletes (1)
      - delete secretsmanager.secret.gone  team/gone
          secret            readable → deleted after 30 days
          nobody can read it from now on; for 30 days putting the entry back restores it
          needs --delete secretsmanager.secret.gone

    Adopts, restores, keeps (4)
      = keep ecr.repository.attic  team/attic
          it left the manifest and is retained, with 27 images, 11.8 GiB
      = keep ecr.repository.cellar  team/cellar
          it left the manifest and is retained, with 1 image, 3.0 MiB

      ^ restore secretsmanager.secret.back  team/back  manifests/prereqs.toml:44
          deletion          scheduled on 2026-12-01 → taken back
          note: its resource policy can be read once it is restored; plan again then

      * adopt secretsmanager.secret.found  team/found  manifests/prereqs.toml:40
          new tags          Project=site  Cost centre="web & more"
          marks             infra:address=secretsmanager.secret.found  infra:manifest=prereqs  infra:on-delete=retain
          description       made by hand       → (none)
          kms-key           aws/secretsmanager → alias/site
          whoever reads the secret needs kms:Decrypt on the new key
          needs --adopt secretsmanager.secret.found
          it holds a value

    Changes (1)
      ~ update secretsmanager.secret.words  team/words  manifests/prereqs.toml:50
          description
              - What the nightly job needs to read the catalogue, until the catalogue moves to its own account
              + What the nightly job needs to read the catalogue
          kms-key           "(none)"               → ""
          tag Owner         a\u{1b}[31m\nb\u{202e} → team
          policy            1 statement: Read      → (none)
              - {
              -   "Version": "2012-10-17"
              -   "Statement": []
              - }

    Creates (2)
      + create ecr.repository.images  team/images  manifests/prereqs.toml:60
          scan-on-push      true
          tag-mutability    mutable
          encryption        AES256
          tags              Project=site  Cost centre="web & more"
          lifecycle         1 rule: keep last 10 (any)

      + create secretsmanager.secret.token  team/token  manifests/prereqs.toml:66
          kms-key           aws/secretsmanager
          tags              Project=site  Cost centre="web & more"
          note: it is created without a value; readers get an error until one is put

    In sync, with notes (1)
      · in sync secretsmanager.secret.empty  team/empty  manifests/prereqs.toml:70
          note: it has no value yet; readers get an error until one is put

    Gaps: could not look everywhere for what has left the manifest (2)
      ? ecr:ListTagsForResource on team/dark failed: AccessDeniedException: User is not authorized to perform this
          help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed
      ? secretsmanager:ListSecrets on team/dark failed: User is not authorized to perform this

    plan: 2 to create, 3 to update, 1 to adopt, 1 to restore, 1 to delete, 2 kept, 1 blocked, 1 unknown, 3 in sync, of 15; digest adc9ff74993d
    "#);
}

#[test]
fn a_long_name_does_not_push_the_columns_of_others() {
    let text = shown(&[rules()], Extent::default());
    let rows: Vec<_> = text.lines().filter(|line| line.contains('→')).collect();
    assert_eq!(
        rows,
        [
            "      tag Project                    old     → site",
            "      ingress tcp 22 from 0.0.0.0/0  allowed → (none)",
            "      ingress tcp 2049 from ec2.security-group.clients  (none)  → allowed: NFS",
        ]
    );
}

#[test]
fn what_is_looked_up() {
    assert_snapshot!(shown(&looked_up(), Extent::default()), @"
    prereqs in account 111122223333, us-west-2
      manifest  manifests/prereqs.toml (revision 0a1b2c3d4e5f)
      identity  arn:aws:sts::111122223333:assumed-role/deploy/jane

    Unknown: could not be read (1)
      ? unknown lookup.certificate.dark  manifests/prereqs.toml:16
          acm:ListCertificates on team/dark failed: AccessDeniedException: User is not authorized to perform this
          help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed

    Blocked: a guard refuses (1)
      ! blocked lookup.vpc.other  manifests/prereqs.toml:13
          there is no VPC with the tag Name=other in this account and region
          help: name it by `id`

    Looked up (2)
      > found lookup.vpc.main  vpc-0a1b2c3d4e5f60718  manifests/prereqs.toml:8
          the default VPC, 172.31.0.0/16; us-west-2a subnet-0a1, us-west-2b subnet-0b2

      > found lookup.certificate.site  arn:aws:acm:us-west-2:111122223333:certificate/4f1c  manifests/prereqs.toml:10
          issued for *.example.com, ECDSA P-256
          note: it is valid until 2027-03-01, and nothing has renewed it

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 1 blocked, 1 unknown, 0 in sync, of 2; digest b79cb6e23279
    ");
    // It is nothing to do, and not counted.
    let found: Vec<_> = looked_up().into_iter().take(2).collect();
    assert_snapshot!(shown(&found, Extent::default()), @"
    prereqs in account 111122223333, us-west-2
      manifest  manifests/prereqs.toml (revision 0a1b2c3d4e5f)
      identity  arn:aws:sts::111122223333:assumed-role/deploy/jane

    Looked up (2)
      > found lookup.vpc.main  vpc-0a1b2c3d4e5f60718  manifests/prereqs.toml:8
          the default VPC, 172.31.0.0/16; us-west-2a subnet-0a1, us-west-2b subnet-0b2

      > found lookup.certificate.site  arn:aws:acm:us-west-2:111122223333:certificate/4f1c  manifests/prereqs.toml:10
          issued for *.example.com, ECDSA P-256
          note: it is valid until 2027-03-01, and nothing has renewed it

    Nothing to do: everything is as declared.

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 0 in sync, of 0; digest 1ef0b3e48963
    ");
}

/// Another subnet is another plan; that time passes is not.
#[test]
fn what_was_chosen_is_part_of_the_digest() {
    let digest = |edit: fn(&mut StepView)| {
        let mut steps = looked_up();
        steps.iter_mut().take(2).for_each(edit);
        with(&steps, &[], |plan| plan.digest.clone())
    };
    let first = digest(|_| ());
    assert_eq!(first, digest(|view| view.notes.clear()));
    assert_ne!(first, digest(|view| view.name.push('0')));
    assert_ne!(first, digest(|view| view.reason.as_mut().unwrap().push('0')));
}

/// EC2 ends some refusals with a message that it encodes anew each time.
#[test]
fn why_something_could_not_be_read_is_no_part_of_the_digest() {
    let digest = |why: &str| {
        let mut view = repository(Verb::Unknown, "site", 0);
        view.reason = Some(why.to_owned());
        with(&[view], &[], |plan| plan.digest.clone())
    };
    assert_eq!(
        digest("Encoded authorization failure message: q1"),
        digest("Encoded authorization failure message: x2")
    );
}

#[test]
fn with_all_and_with_calls() {
    let some = only(&[Verb::Create, Verb::InSync]);
    assert_snapshot!(shown(&some, Extent { all: true, calls: true }), @r#"
    prereqs in account 111122223333, us-west-2
      manifest  manifests/prereqs.toml (revision 0a1b2c3d4e5f)
      identity  arn:aws:sts::111122223333:assumed-role/deploy/jane

    Creates (2)
      + create ecr.repository.images  team/images  manifests/prereqs.toml:60
          ecr:CreateRepository
          scan-on-push      true
          tag-mutability    mutable
          encryption        AES256
          tags              Project=site  Cost centre="web & more"
          marks             infra:address=ecr.repository.images  infra:manifest=prereqs  infra:on-delete=retain
          ecr:PutLifecyclePolicy
          lifecycle         1 rule: keep last 10 (any)
              + {
              +   "rules": [
              +     {
              +       "rulePriority": 1
              +       "selection": {
              +         "tagStatus": "any"
              +         "countType": "imageCountMoreThan"
              +         "countNumber": 10
              +       }
              +       "action": {
              +         "type": "expire"
              +       }
              +     }
              +   ]
              + }

      + create secretsmanager.secret.token  team/token  manifests/prereqs.toml:66
          secretsmanager:CreateSecret
          kms-key           aws/secretsmanager
          tags              Project=site  Cost centre="web & more"
          marks             infra:address=secretsmanager.secret.token  infra:manifest=prereqs  infra:on-delete=retain
          note: it is created without a value; readers get an error until one is put

    In sync (3)
      · in sync ecr.repository.still  team/still  manifests/prereqs.toml:72
      · in sync secretsmanager.secret.empty  team/empty  manifests/prereqs.toml:70
          note: it has no value yet; readers get an error until one is put
      · in sync ecr.repository.quiet  team/quiet  manifests/prereqs.toml:74
          1 other tag is left alone

    plan: 2 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 3 in sync, of 5; digest 111d9d8bcc3f
    "#);
}

#[test]
fn nothing_to_do_is_said() {
    assert_snapshot!(shown(&[repository(Verb::InSync, "still", 1)], Extent::default()), @"
    prereqs in account 111122223333, us-west-2
      manifest  manifests/prereqs.toml (revision 0a1b2c3d4e5f)
      identity  arn:aws:sts::111122223333:assumed-role/deploy/jane

    Nothing to do: everything is as declared.

    plan: 0 to create, 0 to update, 0 to adopt, 0 to restore, 0 to delete, 0 kept, 0 blocked, 0 unknown, 1 in sync, of 1; digest 7998418cfdd4
    ");
    assert!(!shown(&only(&[Verb::Blocked]), Extent::default()).contains("Nothing to do"));
    assert!(!shown(&only(&[Verb::Unknown]), Extent::default()).contains("Nothing to do"));
    assert!(
        !plain(&with(&[], &gaps(), |plan| text(plan, None, Extent::default()))).contains("Nothing to do")
    );
}

#[test]
fn styles_stand_beside_words() {
    let some: Vec<_> = everything()
        .into_iter()
        .filter(|view| ["site", "attic"].contains(&view.address.key.as_str()))
        .collect();
    assert_snapshot!(marked(&with(&some, &gaps()[..1], |plan| text(plan, None, Extent { all: false, calls: true }))), @r#"
    ‹bold›prereqs‹› in account ‹bold›111122223333‹›, ‹bold›us-west-2‹›
      manifest  manifests/prereqs.toml (revision 0a1b2c3d4e5f)
      identity  arn:aws:sts::111122223333:assumed-role/deploy/jane

    ‹bold›Destroys data‹› (1)
      ‹yellow›~ update‹› ‹bold›ecr.repository.site‹›  team/site  ‹faint›manifests/prereqs.toml:12‹›
          ‹faint›ecr:TagResource‹›
          tag Project       old site                   → site
          tag Team          (none)                     → web
          ‹faint›ecr:PutImageTagMutability‹›
          tag-mutability    mutable                    → immutable, except dev-*
          ‹faint›ecr:PutImageScanningConfiguration‹›
          scan-on-push      false                      → true
          ‹faint›ecr:PutLifecyclePolicy‹›
          lifecycle         1 rule: keep last 30 (any) → 1 rule: keep last 10 (any)
              ‹faint›  "selection": {‹›
              ‹faint›    "tagStatus": "any"‹›
              ‹faint›    "countType": "imageCountMoreThan"‹›
              ‹red›-   "countNumber": 30‹›
              ‹green›+   "countNumber": 10‹›
              ‹faint›  }‹›
              ‹faint›  "action": {‹›
              ‹faint›    "type": "expire"‹›
          ‹bold›‹red›destroys: ‹›17 of 27 images, 11.8 GiB, would expire within about a day; that cannot be undone
          ‹bold›‹red›needs‹› --allow-expire ecr.repository.site
          ‹faint›2 other tags are left alone‹›

    ‹bold›Adopts, restores, keeps‹› (1)
      ‹cyan›= keep‹› ‹bold›ecr.repository.attic‹›  team/attic
          it left the manifest and is retained, with 27 images, 11.8 GiB

    ‹bold›Gaps: could not look everywhere for what has left the manifest‹› (1)
      ‹bold›‹red›?‹› ecr:ListTagsForResource on team/dark failed: AccessDeniedException: User is not authorized to perform this
          help: allow this action to the identity in the plan's first lines; docs/safety.md lists what is needed

    plan: 0 to create, 1 to update, 0 to adopt, 0 to restore, 0 to delete, 1 kept, 0 blocked, 0 unknown, 0 in sync, of 2; digest 38da0655bf55
    "#);
}

#[test]
fn the_last_line_is_the_same_in_every_mode() {
    let steps = everything();
    let last = |extent| {
        let text = plain(&with(&steps, &gaps(), |plan| text(plan, None, extent)));
        text.lines().last().unwrap().to_owned()
    };
    let line = last(Extent::default());
    assert_eq!(last(Extent { all: true, calls: true }), line);
    assert!(line.starts_with("plan: 2 to create, ") && line.contains(" 3 in sync, of 15; digest "), "{line}");
}

#[test]
fn the_digest_is_of_what_would_happen() {
    let digest = |steps: &[StepView]| with(steps, &[], |plan| plan.digest.clone());
    let steps = only(&[Verb::Update]);
    let first = digest(&steps);
    let mut same = steps.clone();
    same[0].location = None;
    same[0].remarks.clear();
    same.push(repository(Verb::InSync, "still", 1));
    assert_eq!(digest(&same), first);
    let mut other = steps.clone();
    other[0].changes[0].fields.remove(0);
    assert_ne!(digest(&other), first);
}
