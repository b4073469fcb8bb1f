//! TLS policies: what their names tell. Pure.

/// The policy where none is declared: the console's default, and what AWS recommends for clients of TLS 1.2 and 1.3,
/// with and without post-quantum key exchange (ALB user guide, "Security policies"). The API's own default still takes
/// TLS 1.0, so a policy is always sent.
pub(super) const DEFAULT: &str = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09";

/// How the names of AWS's policies begin. There are no others: ALB takes no policy of one's own (ALB user guide,
/// "Security policies").
const PREFIX: &str = "ELBSecurityPolicy-";

/// Longest name (API `DescribeSSLPolicies`).
const MAX_NAME: usize = 64;

/// Whether a text looks like the name of a policy. Which there are, AWS alone knows.
pub(super) fn is_name(text: &str) -> bool {
    let is_inside = |c: u8| c.is_ascii_alphanumeric() || c == b'-';
    text.len() <= MAX_NAME
        && text.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(is_inside))
}

/// The lowest version of TLS 1 that a policy takes (2 for TLS 1.2), where its name tells (ALB user guide, "Security
/// policies").
fn lowest(policy: &str) -> Option<u32> {
    let rest = policy.strip_prefix(PREFIX)?;
    // `2016-08` is the API's default, `2015-05` an older name of it.
    if matches!(rest, "2016-08" | "2015-05" | "FS-2018-06") {
        return Some(0);
    }
    let family = ["TLS13-1-", "TLS-1-", "FS-1-"].iter().find_map(|family| rest.strip_prefix(family))?;
    family.split('-').next()?.parse().ok().filter(|version| *version <= 3)
}

/// The lowest version of TLS that `after` takes, where it is lower than what `before` takes and the names tell.
pub(super) fn weaker(before: &str, after: &str) -> Option<String> {
    let (before, after) = (lowest(before)?, lowest(after)?);
    (after < before).then(|| format!("TLS 1.{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_tells_the_lowest_version() {
        for (name, expected) in [
            (DEFAULT, Some(2)),
            ("ELBSecurityPolicy-TLS13-1-3-2021-06", Some(3)),
            ("ELBSecurityPolicy-TLS13-1-2-Ext2-2021-06", Some(2)),
            ("ELBSecurityPolicy-TLS13-1-1-2021-06", Some(1)),
            ("ELBSecurityPolicy-TLS13-1-0-FIPS-2023-04", Some(0)),
            ("ELBSecurityPolicy-TLS-1-2-Ext-2018-06", Some(2)),
            ("ELBSecurityPolicy-TLS-1-0-2015-04", Some(0)),
            ("ELBSecurityPolicy-FS-1-2-Res-2020-10", Some(2)),
            ("ELBSecurityPolicy-FS-2018-06", Some(0)),
            ("ELBSecurityPolicy-2016-08", Some(0)),
            ("ELBSecurityPolicy-TLS14-1-4-2031-01", None),
            ("ELBSecurityPolicy-TLS13-1-9-2031-01", None),
            ("other", None),
        ] {
            assert_eq!(lowest(name), expected, "{name}");
        }
    }

    #[test]
    fn only_what_is_known_to_be_weaker_is_said_to_be() {
        let old = "ELBSecurityPolicy-2016-08";
        assert_eq!(weaker(DEFAULT, old).as_deref(), Some("TLS 1.0"));
        for (before, after) in [(old, DEFAULT), (DEFAULT, DEFAULT), ("other", old), (DEFAULT, "other")] {
            assert_eq!(weaker(before, after), None, "{before} {after}");
        }
    }
}
