use proptest::prelude::*;

use super::*;

pub(super) fn any_traffic() -> impl Strategy<Value = Traffic> {
    let ports = || (any::<u16>(), any::<u16>()).prop_map(|(a, b)| Ports { from: a.min(b), to: a.max(b) });
    let icmp = || {
        let code = (any::<u8>(), any::<u8>()).prop_map(|(kind, code)| Icmp::Code(kind, code));
        prop_oneof![Just(Icmp::All), any::<u8>().prop_map(Icmp::Type), code]
    };
    let other = any::<u8>().prop_filter("has a name", |number| ![1, 6, 17, 58].contains(number));
    prop_oneof![
        Just(Traffic::All),
        ports().prop_map(Traffic::Tcp),
        ports().prop_map(Traffic::Udp),
        icmp().prop_map(Traffic::Icmp),
        icmp().prop_map(Traffic::Icmpv6),
        other.prop_map(Traffic::Other),
    ]
}

proptest! {
    #[test]
    fn what_is_sent_is_read_back(traffic in any_traffic()) {
        let (protocol, from, to) = traffic.to_aws();
        prop_assert_eq!(Traffic::from_aws(&protocol, from, to), Some(traffic));
    }
}

#[test]
fn spellings_of_aws_are_one() {
    let icmp = |kind, code| Some(Traffic::Icmp(Icmp::Code(kind, code)));
    for (protocol, from, to, expected) in [
        ("-1", None, None, Some(Traffic::All)),
        ("-1", Some(0), Some(0), Some(Traffic::All)),
        ("-1", Some(-1), Some(-1), Some(Traffic::All)),
        ("tcp", Some(443), Some(443), Some(tcp(443, 443))),
        ("6", Some(0), Some(65_535), Some(tcp(0, 65_535))),
        ("17", Some(53), Some(53), Some(Traffic::Udp(Ports { from: 53, to: 53 }))),
        ("icmp", Some(-1), Some(-1), Some(Traffic::Icmp(Icmp::All))),
        ("icmp", Some(8), Some(-1), Some(Traffic::Icmp(Icmp::Type(8)))),
        ("1", Some(8), Some(0), icmp(8, 0)),
        ("icmpv6", None, None, Some(Traffic::Icmpv6(Icmp::All))),
        ("58", Some(-1), Some(-1), Some(Traffic::Icmpv6(Icmp::All))),
        ("50", Some(0), Some(0), Some(Traffic::Other(50))),
        ("0", None, None, Some(Traffic::Other(0))),
    ] {
        assert_eq!(Traffic::from_aws(protocol, from, to), expected, "{protocol} {from:?} {to:?}");
    }
}

#[test]
fn what_means_nothing_is_not_guessed() {
    for (protocol, from, to) in [
        ("tcp", None, None),
        ("tcp", Some(1), None),
        ("tcp", Some(-1), Some(-1)),
        ("udp", Some(2), Some(1)),
        ("udp", Some(0), Some(65_536)),
        ("icmp", Some(256), Some(-1)),
        ("icmp", Some(8), Some(-2)),
        ("256", None, None),
        ("06", Some(1), Some(1)),
        ("all", None, None),
        ("", None, None),
    ] {
        assert_eq!(Traffic::from_aws(protocol, from, to), None, "{protocol} {from:?} {to:?}");
    }
}

#[test]
fn live_rules_are_normalised() {
    let live = |peer, description| Rule::live("-1", Some(0), Some(0), peer, description).unwrap();
    assert_eq!(live(range("10.0.0.0/8"), Some("")), rule(Traffic::All, range("10.0.0.0/8")));
    assert_eq!(live(range("10.0.0.0/8"), Some("a")).description.as_deref(), Some("a"));
    assert_eq!(live(Peer::group("sg-1"), None), rule(Traffic::All, group("clients", Some("sg-1"))));
    assert_eq!(range("2001:0DB8:0::/32"), range("2001:db8::/32"));
    assert_eq!(range("10.1.2.3/8"), range("10.0.0.0/8"));
    assert_eq!(Peer::range("10.0.0.0"), None);
    assert_eq!(Rule::live("tcp", None, None, range("10.0.0.0/8"), None), None);
}
