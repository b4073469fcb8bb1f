//! What an entry may say.

use insta::assert_snapshot;

use super::*;
use crate::kind::testing::try_entry;

fn problems(toml: &str) -> Vec<String> {
    let problems = try_entry::<Elbv2LoadBalancer>(toml).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn names_are_those_that_aws_takes() {
    let named = |name: &str| problems(&PUBLIC.replace("'site'", &format!("'{name}'")));
    let long = "a".repeat(32);
    for good in ["a", "webordinary-edit-alb", "A1", "x-internal-y", "internal", &long] {
        assert_eq!(named(good), [""; 0], "{good}");
    }
    let longer = "a".repeat(33);
    for bad in ["", "-a", "a-", "a_b", "a.b", "team/a", "ä", &longer] {
        assert_eq!(named(bad), ["name: this is no valid name of a load balancer"], "{bad}");
    }
    assert_eq!(named("internal-a"), ["name: the name of a load balancer must not begin with `internal-`"]);
}

#[test]
fn who_can_reach_it_is_always_said() {
    for key in ["scheme = 'internet-facing'\n", "security-groups = ['web']", "vpc = 'main'\n"] {
        assert_eq!(problems(&PUBLIC.replace(key, "")).len(), 1, "{key}");
    }
    let groups = |groups: &str| problems(&PUBLIC.replace("['web']", groups));
    assert_eq!(groups("[]"), ["security-groups: there is no security group"]);
    assert_eq!(groups("['web', 'more', 'web']"), ["security-groups.2: this security group is named twice"]);
    let private = PUBLIC.replace("internet-facing", "internal");
    let without = format!("{private}\nip-address-type = 'dualstack-without-public-ipv4'");
    assert_eq!(
        problems(&without),
        ["ip-address-type: an internal load balancer has no public addresses that it could be without"]
    );
    assert_eq!(problems(&format!("{private}\nip-address-type = 'dualstack'")), [""; 0]);
}

#[test]
fn every_problem_is_told_at_once() {
    let all = "name = '-'\nscheme = 'internal'\nvpc = 'main'\nsecurity-groups = []\nidle-timeout-seconds = 4001\nclient-keep-alive-seconds = 59\naccess-logs = { bucket = 'B', prefix = '/x' }\nconnection-logs = { bucket = 'ok-bucket', prefix = 'AWSLogs' }";
    assert_snapshot!(problems(all).join("\n"), @"
    name: this is no valid name of a load balancer
    security-groups: there is no security group
    idle-timeout-seconds: AWS takes no such time
    client-keep-alive-seconds: AWS takes no such time
    access-logs.bucket: this is no name of an S3 bucket
    access-logs.prefix: this is no prefix that AWS takes
    connection-logs.prefix: this is no prefix that AWS takes
    ");
    for good in
        ["idle-timeout-seconds = 1", "idle-timeout-seconds = 4000", "client-keep-alive-seconds = 604800"]
    {
        assert_eq!(problems(&with(good)), [""; 0], "{good}");
    }
}

/// A setting that nobody declares is compared too.
#[test]
fn what_is_left_out_is_at_its_default() {
    let state = entry::<Elbv2LoadBalancer>(PUBLIC).state;
    assert_eq!(state.attributes, attributes::Attributes::default());
    let settings: Vec<_> = Elbv2LoadBalancer::settings(&live(PUBLIC).state)
        .into_iter()
        .map(|it| format!("{} {:?}", it.field, it.value))
        .collect();
    assert_snapshot!(settings.join("\n"), @r#"
    name Text("site")
    scheme Text("internet-facing")
    vpc Text("vpc-1")
    subnet us-west-2a Text("subnet-a")
    subnet us-west-2b Text("subnet-b")
    security-group Text("sg-1")
    ip-address-type Text("ipv4")
    deletion-protection Text("false")
    idle-timeout-seconds Text("60")
    client-keep-alive-seconds Text("3600")
    http2 Text("true")
    desync-mitigation Text("defensive")
    drop-invalid-headers Text("false")
    forwarded-for Text("append")
    forwarded-for-client-port Text("false")
    preserve-host-header Text("false")
    tls-headers Text("false")
    waf-fail-open Text("false")
    zonal-shift Text("false")
    access-logs Text("off")
    connection-logs Text("off")
    health-check-logs Text("off")
    "#);
}
