use std::fmt::Write as _;

use super::*;

/// Each problem as `path: message (help)`.
fn complaints(toml: &str) -> Vec<String> {
    let found = lowered(toml).1.into_found();
    found.iter().map(|problem| format!("{problem} ({})", problem.help.as_deref().unwrap_or("-"))).collect()
}

/// The complaints about one rule from `10.0.0.0/8`, without their place.
fn about(rule: &str) -> Vec<String> {
    let found = complaints(&format!("ingress = [{{ cidr = ['10.0.0.0/8'], {rule} }}]"));
    found
        .into_iter()
        .map(|it| it.trim_start_matches("ingress.0").trim_start_matches('.').to_owned())
        .collect()
}

/// The complaints about one rule for tcp 443 with these peers.
fn about_peers(peers: &str) -> Vec<String> {
    let found = complaints(&format!("ingress = [{{ protocol = 'tcp', port = 443, {peers} }}]"));
    found
        .into_iter()
        .map(|it| it.trim_start_matches("ingress.0").trim_start_matches('.').to_owned())
        .collect()
}

fn phrases(toml: &str) -> Vec<String> {
    rules(toml).iter().map(|rule| rule.phrase(Direction::Ingress)).collect()
}

#[test]
fn rules_are_taken_apart() {
    let toml = r#"
        [[ingress]]
        description = "NFS"
        protocol = "tcp"
        port = 2049
        security-groups = ["clients", "nfs"]
        [[ingress]]
        protocol = "tcp"
        ports = { from = 8000, to = 8010 }
        cidr = ["10.0.0.0/16", "2001:0DB8:0000::/32"]
        prefix-lists = ["pl-0123abcd"]
        [[ingress]]
        description = ""
        protocol = "udp"
        port = 443
        cidr = ["0.0.0.0/0", "::/0"]
        public = true
    "#;
    assert_eq!(
        phrases(toml),
        [
            "tcp 2049 from ec2.security-group.clients",
            "tcp 2049 from ec2.security-group.nfs",
            "tcp 8000-8010 from 10.0.0.0/16",
            "tcp 8000-8010 from 2001:db8::/32",
            "tcp 8000-8010 from pl-0123abcd",
            "udp 443 from 0.0.0.0/0",
            "udp 443 from ::/0",
        ]
    );
    let descriptions: Vec<_> = rules(toml).into_iter().map(|rule| rule.description).collect();
    assert_eq!(descriptions[1..3], [Some("NFS".to_owned()), None]);
    assert_eq!(descriptions[6], None);
    assert_eq!(phrases(""), [""; 0]);
}

#[test]
fn every_traffic_can_be_written() {
    for (written, traffic) in [
        ("protocol = 'all'", Traffic::All),
        ("protocol = 'tcp', port = 0", tcp(0, 0)),
        ("protocol = '6', port = 22", tcp(22, 22)),
        ("protocol = 'udp', ports = { from = 0, to = 65535 }", Traffic::Udp(Ports { from: 0, to: 65_535 })),
        ("protocol = 'icmp'", Traffic::Icmp(Icmp::All)),
        ("protocol = 'icmp', icmp = { type = 8 }", Traffic::Icmp(Icmp::Type(8))),
        ("protocol = 'icmpv6', icmp = { type = 1, code = 4 }", Traffic::Icmpv6(Icmp::Code(1, 4))),
        ("protocol = '58'", Traffic::Icmpv6(Icmp::All)),
        ("protocol = '50'", Traffic::Other(50)),
    ] {
        let rules = rules(&format!("ingress = [{{ {written}, cidr = ['10.0.0.0/8'] }}]"));
        assert_eq!(rules, [rule(traffic, range("10.0.0.0/8"))], "{written}");
    }
}

#[test]
fn a_group_is_a_reference_with_its_place() {
    let (_, problems) = lowered(
        "ingress = [{ protocol = 'all', cidr = ['10.0.0.0/8'] }, { protocol = 'esp', security-groups = ['a', 'b'] }]",
    );
    let mut expected = Problems::default();
    expected.within("ingress", |it| {
        it.within(1, |it| {
            it.within("security-groups", |it| {
                for (at, key) in ["a", "b"].into_iter().enumerate() {
                    let _ = it.link(at, KindName::SECURITY_GROUP, key, Outputs::ID);
                }
            });
        });
    });
    // Even beside another fault.
    let found = problems.into_findings();
    assert_eq!(found.references, expected.into_findings().references);
    assert_eq!(found.problems.len(), 1);
}

#[test]
fn traffic_that_is_none() {
    let listed = "tcp, udp, icmp, icmpv6, all, or a number from 0 to 255 in quotes";
    for (protocol, help) in [
        ("TCP", "write \"tcp\""),
        ("https", "write \"tcp\""),
        ("ipv6-icmp", "write \"icmpv6\""),
        ("-1", "write \"all\""),
        ("esp", "write its number, \"50\""),
        ("256", listed),
        ("007", listed),
        ("+7", listed),
        ("", listed),
    ] {
        let expected = format!("protocol: this is no protocol ({help})");
        assert_eq!(about(&format!("protocol = '{protocol}'")), [expected]);
    }
}

#[test]
fn ports_and_types_have_their_protocols() {
    let no_ports = "only tcp and udp have ports (write protocol = \"tcp\" or \"udp\", or take it out)";
    let no_types =
        "only icmp and icmpv6 have types (write protocol = \"icmp\" or \"icmpv6\", or take it out)";
    let range = "{ from = 2, to = 1 }";
    for (rule, expected) in [
        (
            "protocol = 'tcp'".to_owned(),
            vec![": a rule for tcp or udp says which ports (add port = 443, or ports = { from = 0, to = 65535 } for every port)".to_owned()],
        ),
        (
            format!("protocol = 'udp', port = 1, ports = {range}"),
            vec!["ports: a rule has either port or ports (make two rules of it)".to_owned()],
        ),
        (
            format!("protocol = 'tcp', ports = {range}"),
            vec!["ports: the first port is behind the last (swap the two)".to_owned()],
        ),
        (
            format!("protocol = 'all', port = 1, ports = {range}, icmp = {{ type = 8 }}"),
            vec![format!("port: {no_ports}"), format!("ports: {no_ports}"), format!("icmp: {no_types}")],
        ),
        ("protocol = 'icmp', port = 8".to_owned(), vec![format!("port: {no_ports}")]),
        ("protocol = 'tcp', port = 8, icmp = { type = 8 }".to_owned(), vec![format!("icmp: {no_types}")]),
        ("protocol = '50', icmp = { type = 8 }".to_owned(), vec![format!("icmp: {no_types}")]),
    ] {
        assert_eq!(about(&rule), expected, "{rule}");
    }
}

#[test]
fn peers_that_are_none() {
    let no_range = "this is no range of addresses";
    let alike = "write it like 10.0.0.0/16 or 2001:db8::/32";
    for (peers, expected) in [
        ("cidr = []", ": a rule says from or to whom (add cidr, security-groups or prefix-lists)".to_owned()),
        ("cidr = ['10.0.0.1']", format!("cidr.0: {no_range} (write 10.0.0.1/32 for the one address)")),
        ("cidr = ['2001:DB8::1']", format!("cidr.0: {no_range} (write 2001:db8::1/128 for the one address)")),
        ("cidr = ['10.0.0.0/33']", format!("cidr.0: {no_range} ({alike})")),
        ("cidr = ['010.0.0.0/8']", format!("cidr.0: {no_range} ({alike})")),
        ("cidr = ['10.0.0.0/8', '']", format!("cidr.1: {no_range} ({alike})")),
        (
            "cidr = ['sg-0123456789abcdef0']",
            format!("cidr.0: {no_range} (groups are named under security-groups, by their entries)"),
        ),
        ("cidr = ['pl-0123abcd']", format!("cidr.0: {no_range} (put it under prefix-lists)")),
        (
            "cidr = ['10.0.0.5/24']",
            "cidr.0: this address is not the first of its range (AWS would make 10.0.0.0/24 of it: write that, or 10.0.0.5/32 for the one address)".to_owned(),
        ),
        (
            "security-groups = ['a', 'sg-0123456789abcdef0']",
            "security-groups.1: a group is named by its entry, and not by its id (declare the group in this manifest, and write the key of its entry)".to_owned(),
        ),
        (
            "security-groups = ['ec2.security-group.a']",
            "security-groups.0: a group is named by the key of its entry alone (leave `ec2.security-group.` out)".to_owned(),
        ),
        (
            "prefix-lists = ['pl-1']",
            "prefix-lists.0: this is no id of a prefix list (an id is `pl-` with digits and letters from a to f)".to_owned(),
        ),
    ] {
        assert_eq!(about_peers(peers), [expected], "{peers}");
    }
}

#[test]
fn the_whole_internet_is_marked() {
    let unmarked = |at| {
        format!(
            "cidr.{at}: this range is the whole internet (if that is meant, add public = true to the rule)"
        )
    };
    let needless = "public: no range of this rule is the whole internet (take public out; or if that is meant, add 0.0.0.0/0 or ::/0 to cidr)";
    assert_eq!(about_peers("cidr = ['0.0.0.0/0', '10.0.0.0/8', '0::0/0']"), [unmarked(0), unmarked(2)]);
    assert_eq!(about_peers("cidr = ['10.0.0.0/8', '::/0'], public = true"), [""; 0]);
    assert_eq!(about_peers("cidr = ['10.0.0.0/8'], public = true"), [needless]);
    assert_eq!(about_peers("security-groups = ['a'], public = true"), [needless]);
    // What the faulty range was meant to be is not known.
    let faulty = about_peers("cidr = ['0.0.0.1/0'], public = true");
    assert!(matches!(&faulty[..], [one] if one.starts_with("cidr.0")), "{faulty:?}");
}

#[test]
fn nothing_is_said_twice() {
    let help = "(take one of the two out: a description does not make them different)";
    let toml = r#"
        [[ingress]]
        protocol = "tcp"
        port = 443
        cidr = ["2001:db8::/32", "10.0.0.0/8", "2001:DB8:0::/32"]
        security-groups = ["a"]
        [[ingress]]
        description = "the same"
        protocol = "6"
        ports = { from = 443, to = 443 }
        cidr = ["10.0.0.0/8"]
        security-groups = ["b", "a"]
        [[ingress]]
        protocol = "udp"
        port = 443
        cidr = ["10.0.0.0/8"]
    "#;
    assert_eq!(
        complaints(toml),
        [
            format!("ingress.0.cidr.2: there is a rule for this already {help}"),
            format!("ingress.1.cidr.0: there is a rule for this already {help}"),
            format!("ingress.1.security-groups.1: there is a rule for this already {help}"),
        ]
    );
}

#[test]
fn descriptions_are_what_ec2_takes() {
    let described = |text: &str| about(&format!("protocol = 'all', description = \"{text}\""));
    assert_eq!(described(&format!("aZ 09._-:/()#,@[]+=&;{{}}!$*{}", "d".repeat(229))), [""; 0]);
    assert_eq!(
        described(&"d".repeat(256)),
        ["description: this description is too long (EC2 takes at most 255 characters)"]
    );
    for text in ["it's", "\\t", "ä", "a→b", "a < b"] {
        let found = described(text);
        assert_eq!(
            found,
            [
                "description: EC2 does not take every character of this description (letters of English, digits, spaces and any of ._-:/()#,@[]+=&;{}!$*)"
            ],
            "{text}"
        );
    }
}

#[test]
fn the_quota_counts_for_each_family() {
    let rule = |peers: &str| format!("[[ingress]]\nprotocol = 'all'\n{peers}\n");
    let ranges = |make: fn(usize) -> String, count: usize| {
        let listed = (0..count).fold(String::new(), |mut text, at| {
            let _ = write!(text, "'{}', ", make(at));
            text
        });
        rule(&format!("cidr = [{listed}]"))
    };
    let ipv4 = |count| ranges(|at| format!("10.{}.{}.0/24", at / 256, at % 256), count);
    let ipv6 = |count| ranges(|at| format!("2001:db8:{at:x}::/48"), count);
    let group = rule("security-groups = ['a']");
    assert_eq!(complaints(&(ipv4(1000) + &ipv6(1000))), [""; 0]);
    let help = "(AWS raises its quota of 60 to no more than that, and each peer is a rule; merge ranges, or make several groups)";
    let over = |family| format!("ingress: these are more than 1000 rules for {family} {help}");
    assert_eq!(complaints(&ipv4(1001)), [over("IPv4")]);
    assert_eq!(complaints(&(ipv4(1000) + &ipv6(999) + &group)), [over("IPv4")]);
    assert_eq!(complaints(&(ipv4(1000) + &ipv6(1000) + &group)), [over("IPv4"), over("IPv6")]);
}

#[test]
fn the_schema_describes_every_key() {
    let schema = schemars::schema_for!(RuleSpec).to_value();
    let tables = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    for (key, property) in tables.flat_map(|table| table["properties"].as_object().unwrap()) {
        assert!(property.get("description").is_some(), "{key}");
    }
    assert_eq!(schema["required"], serde_json::json!(["protocol"]));
    // What is checked before anything is decoded.
    assert_eq!(schema["properties"]["port"]["maximum"], 65_535);
    assert_eq!(schema["$defs"]["IcmpSpec"]["properties"]["type"]["maximum"], 255);
}
