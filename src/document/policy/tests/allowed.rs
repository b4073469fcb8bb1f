//! Whom a policy lets in.

use super::super::Policy;

#[test]
fn whoever_is_allowed_something_is_told() {
    let policy = |statements: &str| {
        Policy::parse(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statements}]}}"#)).unwrap()
    };
    let allowed = |principal: &str, more: &str| {
        let policy =
            policy(&format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "*", {principal}{more}}}"#));
        (policy.allowed().into_iter().collect::<Vec<_>>().join(" "), policy.is_public())
    };
    let role = "arn:aws:iam::111122223333:role/site";
    for (principal, more, expected, public) in [
        (r#""Principal": "*""#, "", "*", true),
        (r#""Principal": {"AWS": "*"}"#, "", "*", true),
        (r#""NotPrincipal": {"AWS": "111122223333"}"#, "", "*", true),
        (
            r#""Principal": "*""#,
            r#", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}"#,
            "*",
            false,
        ),
        (
            r#""Principal": {"AWS": ["111122223333", "arn:aws:iam::111122223333:role/site"]}"#,
            "",
            &format!("111122223333 {role}"),
            false,
        ),
        (r#""Principal": {"Service": "lambda.amazonaws.com"}"#, "", "", false),
        // What is left of a role that was deleted: nobody.
        (r#""Principal": {"AWS": "AROAEXAMPLEEXAMPLEEX"}"#, "", "", false),
    ] {
        assert_eq!(allowed(principal, more), (expected.to_owned(), public), "{principal}{more}");
    }
    let denied = policy(r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}"#);
    assert!(denied.allowed().is_empty() && !denied.is_public());
}
