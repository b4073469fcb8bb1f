//! What AWS or `infra` would refuse, each rule of each kind.

use insta::assert_snapshot;

use super::brief;

/// `text` so many times, with a number for `@`.
fn numbered(count: usize, text: &str) -> String {
    (0..count).fold(String::new(), |all, at| all + &text.replace('@', &at.to_string()))
}

#[test]
fn keys_of_entries() {
    assert_snapshot!(brief(r#"
[ecr.repository.Site]
name = "one"
[ecr.repository."team/site"]
name = "two"
[ecr.repository.a_b]
name = "three"
[ecr.repository.""]
name = "four"
[ecr.repository.-a]
name = "five"
"#), @r"
        5:17 invalid-value: this is no valid key for an entry of ecr.repository
            help: keys are kebab-case: lower-case letters, digits and single hyphens
        7:17 invalid-value: this is no valid key for an entry of ecr.repository
            help: keys are kebab-case: lower-case letters, digits and single hyphens
        9:17 invalid-value: this is no valid key for an entry of ecr.repository
            help: keys are kebab-case: lower-case letters, digits and single hyphens
        11:17 invalid-value: this is no valid key for an entry of ecr.repository
            help: keys are kebab-case: lower-case letters, digits and single hyphens
        13:17 invalid-value: this is no valid key for an entry of ecr.repository
            help: keys are kebab-case: lower-case letters, digits and single hyphens
        ");
    let long = "a".repeat(250);
    assert_snapshot!(brief(&format!("[ecr.repository.{long}]\nname = \"one\"\n")), @r"
        5:17 invalid-value: ecr.repository.***: this key is too long for a tag value
            help: shorten it to fit 256 characters with its kind
        ");
}

#[test]
fn tags() {
    let long = "a".repeat(300);
    assert_snapshot!(brief(&format!(r#"
[tags]
"infra:owner" = "x"
"AWS:x" = "x"
"" = "x"
"a*b" = "x"
"{long}" = "x"
Value = "a*b"
Long = "{long}"
[ecr.repository.site]
name = "team/site"
tags = {{ "aws:x" = "x", Stage = "a\nb" }}
"#)), @r"
        6:1 invalid-value: tags: this tag key is reserved
            help: keys that begin with `infra:` or `aws:` cannot be declared
        7:1 invalid-value: tags: this tag key is reserved
            help: keys that begin with `infra:` or `aws:` cannot be declared
        8:1 invalid-value: tags: this is no valid tag key
            help: 1 to 128 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)
        9:1 invalid-value: tags: this is no valid tag key
            help: 1 to 128 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)
        10:1 invalid-value: tags: this is no valid tag key
            help: 1 to 128 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)
        11:9 invalid-value: tags: this is no valid tag value
            help: at most 256 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)
        12:8 invalid-value: tags: this is no valid tag value
            help: at most 256 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)
        15:10 invalid-value: ecr.repository.site: this tag key is reserved
            help: keys that begin with `infra:` or `aws:` cannot be declared
        15:33 invalid-value: ecr.repository.site: this is no valid tag value
            help: at most 256 letters, digits, spaces and any of _ . : / = + - @ (AWS tagging rules)
        ");
    let many: String = numbered(48, "Key@ = \"x\"\n");
    assert_snapshot!(brief(&format!("[ecr.repository.site]\nname = \"team/site\"\n[ecr.repository.site.tags]\n{many}")), @r"
        7:1 invalid-value: ecr.repository.site: there are more than 50 tags
            help: three of them are infra's own marks
        ");
}

#[test]
fn repositories() {
    let exclusions = r#"["a", "b", "c", "d", "e", "f*g*h*", "no spaces", ""]"#;
    assert_snapshot!(brief(&format!(r#"
[ecr.repository.a]
name = "Team/Site"
[ecr.repository.b]
name = "a"
[ecr.repository.c]
name = "team//site"
[ecr.repository.d]
name = "team/site"
tag-mutability-exclusions = {exclusions}
[ecr.repository.e]
name = "team/e"
kms-key = "1234abcd-12ab-34cd-56ef-1234567890ab"
[ecr.repository.f]
name = "team/f"
encryption = "kms"
kms-key = "alias/site"
[ecr.repository.g]
name = "team/g"
encryption = "kms"
kms-key = "arn:aws:s3:::bucket"
"#)), @r#"
        6:8 invalid-value: ecr.repository.a: this is no valid repository name
            help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them
        8:8 invalid-value: ecr.repository.b: this is no valid repository name
            help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them
        10:8 invalid-value: ecr.repository.c: this is no valid repository name
            help: 2 to 256 lower-case letters and digits, with single `.`, `_`, `-` or `/` between them
        13:29 invalid-value: ecr.repository.d: there are more than five exclusions
            help: AWS takes at most five; join some with `*`
        13:55 invalid-value: ecr.repository.d: this is no valid pattern of tags
            help: 1 to 128 letters, digits and any of . _ - with at most two `*`
        13:65 invalid-value: ecr.repository.d: this is no valid pattern of tags
            help: 1 to 128 letters, digits and any of . _ - with at most two `*`
        13:78 invalid-value: ecr.repository.d: this is no valid pattern of tags
            help: 1 to 128 letters, digits and any of . _ - with at most two `*`
        16:11 invalid-value: ecr.repository.e: `aes256` uses no KMS key
            help: set `encryption = "kms"`, or leave the key out
        20:11 invalid-value: ecr.repository.f: this is no id or ARN of a KMS key
            help: write the key's ARN; ECR keeps the key that an alias meant at creation, so an alias is not taken here
        24:11 invalid-value: ecr.repository.g: this is no id or ARN of a KMS key
            help: write the key's ARN; ECR keeps the key that an alias meant at creation, so an alias is not taken here
        "#);
}

#[test]
fn lifecycle_rules() {
    assert_snapshot!(brief(r#"
[ecr.repository.numbers]
name = "team/a"
lifecycle = [
    { },
    { keep-last = 1, expire-after-days = 1, tag-status = "untagged" },
    { keep-last = 0, tag-patterns = ["a*"] },
    { keep-last = 1, tag-patterns = ["b*"], priority = 0 },
    { keep-last = 1, tag-patterns = ["c*"], priority = 1 },
]
[ecr.repository.tags]
name = "team/b"
lifecycle = [
    { keep-last = 1, tag-status = "tagged" },
    { keep-last = 1, tag-status = "untagged", tag-prefixes = ["v"] },
    { keep-last = 1, tag-prefixes = ["v"], tag-patterns = ["v*"] },
    { keep-last = 1, tag-prefixes = ["", "v*"] },
    { keep-last = 1, tag-patterns = ["", "*a*b*c*d*"] },
]
[ecr.repository.order]
name = "team/c"
lifecycle = [{ keep-last = 1 }, { keep-last = 2, tag-status = "untagged" }, { expire-after-days = 3 }]
"#), @r#"
        8:5 invalid-value: ecr.repository.numbers: a rule has either keep-last or expire-after-days
            help: say how many images stay, or for how long
        8:5 invalid-value: ecr.repository.numbers: a rule for any image comes after all others
            help: put it last, or give it the highest priority number
        9:5 invalid-value: ecr.repository.numbers: a rule has either keep-last or expire-after-days
            help: say how many images stay, or for how long
        10:19 invalid-value: ecr.repository.numbers: the number is at least 1
            help: leave the rule out to keep every image
        11:56 invalid-value: ecr.repository.numbers: a priority is at least 1
            help: number the rules 1, 2, and so on
        12:56 invalid-value: ecr.repository.numbers: another rule has this priority
            help: give every rule its own, or none
        17:35 invalid-value: ecr.repository.tags: a rule for tagged images says which tags
            help: add tag-patterns; ["*"] means every tag
        18:35 invalid-value: ecr.repository.tags: only a rule for tagged images names tags
            help: remove tag-status, or the tags
        19:37 invalid-value: ecr.repository.tags: a rule has either tag-prefixes or tag-patterns
            help: write the prefix "v" as the pattern "v*"
        20:38 invalid-value: ecr.repository.tags: this selects nothing in particular
            help: use tag-patterns, such as "v*"
        20:42 invalid-value: ecr.repository.tags: a prefix has no wildcards
            help: use tag-patterns, such as "v*"
        21:38 invalid-value: ecr.repository.tags: this selects nothing in particular
            help: use tag-patterns, such as "v*"
        21:42 invalid-value: ecr.repository.tags: a pattern has at most four wildcards
            help: use tag-patterns, such as "v*"
        25:14 invalid-value: ecr.repository.order: a rule for any image comes after all others
            help: put it last, or give it the highest priority number
        25:77 invalid-value: ecr.repository.order: another rule selects the same images
            help: make one rule of the two
        "#);
    let rules = numbered(51, "{ keep-last = 1, tag-patterns = [\"v@\"] }, ");
    assert_snapshot!(brief(&format!("[ecr.repository.site]
name = \"team/site\"
lifecycle = [{rules}]
")), @r"
        7:13 invalid-value: ecr.repository.site: a lifecycle policy has at most 50 rules
            help: merge some of them
        ");
}

#[test]
fn statements() {
    assert_snapshot!(brief(r#"
[[ecr.repository.site.policy]]
effect = "allow"
[[ecr.repository.site.policy]]
sid = "no spaces"
effect = "allow"
action = ["GetImage", "ecr:Get*"]
not-action = ["ecr:*"]
principal = { aws = ["*", "bob", "111122223333"], service = ["Lambda"], federated = ["x"], canonical-user = ["x"] }
resource = ["*"]
[[ecr.repository.site.policy]]
sid = "Twice"
effect = "allow"
action = ["ecr:*"]
principal = { anyone = true }
[[ecr.repository.site.policy]]
sid = "Twice"
effect = "deny"
action = ["ecr:*"]
not-principal = { anyone = true, aws = ["111122223333"] }
principal = { }
[[ecr.repository.site.policy]]
effect = "allow"
action = ["ecr:*"]
not-principal = { anyone = true }
public = true
[[ecr.repository.site.policy]]
effect = "allow"
action = ["ecr:*"]
principal = { aws = ["111122223333"] }
public = true
condition = { StringEquals = { }, Bool = { "aws:SecureTransport" = [] } }
[[ecr.repository.site.policy]]
effect = "allow"
action = ["ecr:*"]
principal = { aws = ["111122223333"] }
public = true
[ecr.repository.site]
name = "team/site"
"#), @r#"
        5:1 invalid-value: ecr.repository.site: the statement does not say whom it is about
            help: add principal = { aws = ["123456789012"] }, or another principal
        5:1 invalid-value: ecr.repository.site: the statement names no action
            help: add action = ["service:Name"]
        8:7 invalid-value: ecr.repository.site: a sid is made of letters and digits only
            help: such as "PullFromProduction"
        10:11 invalid-value: ecr.repository.site: this is not the name of an action
            help: write it as service:Name, such as "ecr:BatchGetImage" or "ecr:Get*"
        11:14 invalid-value: ecr.repository.site: a statement has either action or not-action
            help: remove one of them
        12:22 invalid-value: ecr.repository.site: everybody is not written "*"
            help: write anyone = true instead of aws
        12:27 invalid-value: ecr.repository.site: this is neither an account nor the ARN of a principal
            help: write 12 digits, or an ARN like arn:aws:iam::123456789012:role/name, without wildcards
        12:62 invalid-value: ecr.repository.site: this is not the name of a service principal
            help: write it as service.amazonaws.com, in lower case
        12:86 invalid-value: ecr.repository.site: this is not an identity provider
            help: write the provider's ARN or domain, without wildcards
        12:110 invalid-value: ecr.repository.site: this is not a canonical user id
            help: write its 64 hexadecimal digits
        13:12 invalid-value: ecr.repository.site: a policy of this kind has no resource: it is about what it is attached to
            help: remove the key
        14:1 invalid-value: ecr.repository.site: this statement lets in anyone at all
            help: name the principals, add a condition on who or where they are (such as StringEquals aws:PrincipalOrgID), or say public = true if you mean it
        20:7 invalid-value: ecr.repository.site: another statement has this sid
            help: sids are unique in a policy
        23:17 invalid-value: ecr.repository.site: a statement has either principal or not-principal
            help: remove one of them
        28:28 invalid-value: ecr.repository.site: everybody but anyone is nobody
            help: name those to leave out, or use principal
        35:30 invalid-value: ecr.repository.site: the operator has no condition key
            help: add a key, or remove it
        35:68 invalid-value: ecr.repository.site: the condition key has no value
            help: list the values of which one must match
        40:10 invalid-value: ecr.repository.site: this statement is not public
            help: remove the key
        "#);
}

#[test]
fn a_policy_that_is_too_long() {
    let actions = "\"ecr:BatchGetImage\", ".repeat(600);
    assert_snapshot!(brief(&format!(
        "[ecr.repository.site]\nname = \"team/site\"\n[[ecr.repository.site.policy]]\neffect = \"allow\"\n\
         principal = {{ aws = [\"111122223333\"] }}\naction = [{actions}]\n"
    )), @r"
        7:1 invalid-value: ecr.repository.site: the policy is 12105 characters long, and AWS takes 10240
            help: use wildcards in actions, or name accounts instead of their roles
        ");
}

#[test]
fn a_statement_without_its_effect() {
    assert_snapshot!(brief("[ecr.repository.site]\nname = \"team/site\"\n[[ecr.repository.site.policy]]\npublic = false\n"), @r"
        7:1 missing-key: ecr.repository.site: `effect` is missing
            help: Whether the statement allows or denies. A denial wins over every permission.
        ");
}

#[test]
fn secrets() {
    let long = "x".repeat(2049);
    assert_snapshot!(brief(&format!(r#"
[secretsmanager.secret.a]
name = "team/token-abc123"
description = "{long}"
kms-key = "site"
[secretsmanager.secret.b]
name = "no spaces"
[secretsmanager.secret.c]
name = ""
[[secretsmanager.secret.d.policy]]
effect = "allow"
action = ["secretsmanager:GetSecretValue"]
principal = {{ anyone = true }}
public = true
resource = ["bucket"]
not-resource = ["*"]
[secretsmanager.secret.d]
name = "team/d"
[[secretsmanager.secret.e.policy]]
effect = "allow"
action = ["secretsmanager:GetSecretValue"]
principal = {{ anyone = true }}
[secretsmanager.secret.e]
name = "team/e"
"#)), @r#"
        6:8 invalid-value: secretsmanager.secret.a: a secret's name must not end in a hyphen and six characters
            help: Secrets Manager takes such a name for a partial ARN (API CreateSecret); add or drop a character
        7:15 invalid-value: secretsmanager.secret.a: this description is too long
            help: AWS takes at most 2,048 characters
        8:11 invalid-value: secretsmanager.secret.a: this is no id, ARN or alias of a KMS key
            help: write `alias/NAME`, or the key's id or ARN
        10:8 invalid-value: secretsmanager.secret.b: this is no valid secret name
            help: 1 to 512 letters, digits and any of / _ + = . @ - (API CreateSecret)
        12:8 invalid-value: secretsmanager.secret.c: this is no valid secret name
            help: 1 to 512 letters, digits and any of / _ + = . @ - (API CreateSecret)
        17:10 invalid-value: secretsmanager.secret.d: a secret cannot be public
            help: name the accounts or roles, or narrow it with a condition such as aws:PrincipalOrgID
        18:13 invalid-value: secretsmanager.secret.d: this is not a resource
            help: write an ARN, or "*"
        19:16 invalid-value: secretsmanager.secret.d: a statement has either resource or not-resource
            help: remove one of them
        22:1 invalid-value: secretsmanager.secret.e: this statement lets in anyone at all
            help: name the principals, or add a condition on who or where they are (such as StringEquals aws:PrincipalOrgID)
        "#);
}
