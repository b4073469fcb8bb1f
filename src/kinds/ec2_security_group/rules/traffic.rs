//! What a rule lets through: a protocol, and what is told apart within it.

use std::fmt;

/// A protocol with its ports, or its types and codes. Others have nothing that a rule could tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Traffic {
    /// Every protocol.
    All,
    /// TCP.
    Tcp(Ports),
    /// UDP.
    Udp(Ports),
    /// ICMP, of IPv4.
    Icmp(Icmp),
    /// ICMP, of IPv6.
    Icmpv6(Icmp),
    /// A protocol by its number, none of the above.
    Other(u8),
}

/// The ports from one to another, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ports {
    /// The first.
    pub from: u16,
    /// The last.
    pub to: u16,
}

/// Which messages of ICMP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Icmp {
    /// All of them.
    All,
    /// Those of a type.
    Type(u8),
    /// Those of a type and a code.
    Code(u8, u8),
}

/// A protocol, without what is told apart within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    All,
    Tcp,
    Udp,
    Icmp,
    Icmpv6,
    Other(u8),
}

impl Protocol {
    /// The protocol of a name or a number. AWS takes the number of one that has a name for the name.
    pub(super) fn named(text: &str) -> Option<Self> {
        Some(match text {
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "1" => Self::Icmp,
            "icmpv6" | "58" => Self::Icmpv6,
            _ => Self::Other(text.parse().ok().filter(|number: &u8| number.to_string() == text)?),
        })
    }
}

impl Traffic {
    /// What AWS's three fields mean; none if they mean nothing.
    pub(super) fn from_aws(protocol: &str, from: Option<i32>, to: Option<i32>) -> Option<Self> {
        let protocol = if protocol == "-1" { Protocol::All } else { Protocol::named(protocol)? };
        Some(match protocol {
            Protocol::All => Self::All,
            Protocol::Tcp => Self::Tcp(Ports::from_aws(from, to)?),
            Protocol::Udp => Self::Udp(Ports::from_aws(from, to)?),
            Protocol::Icmp => Self::Icmp(Icmp::from_aws(from, to)?),
            Protocol::Icmpv6 => Self::Icmpv6(Icmp::from_aws(from, to)?),
            Protocol::Other(number) => Self::Other(number),
        })
    }

    /// AWS's three fields: the protocol, and the first and the last port, or the type and the code.
    #[must_use]
    pub fn to_aws(self) -> (String, Option<i32>, Option<i32>) {
        let (protocol, ports) = match self {
            Self::All => ("-1", None),
            Self::Tcp(ports) => ("tcp", Some(ports.to_aws())),
            Self::Udp(ports) => ("udp", Some(ports.to_aws())),
            Self::Icmp(icmp) => ("icmp", Some(icmp.to_aws())),
            Self::Icmpv6(icmp) => ("icmpv6", Some(icmp.to_aws())),
            Self::Other(number) => return (number.to_string(), None, None),
        };
        (protocol.to_owned(), ports.map(|(from, _)| from), ports.map(|(_, to)| to))
    }
}

impl Ports {
    /// Every port.
    const ALL: Self = Self { from: 0, to: u16::MAX };

    /// The ports from one to another, unless they are the wrong way round.
    pub(super) fn new(from: u16, to: u16) -> Option<Self> {
        (from <= to).then_some(Self { from, to })
    }

    fn from_aws(from: Option<i32>, to: Option<i32>) -> Option<Self> {
        Self::new(from?.try_into().ok()?, to?.try_into().ok()?)
    }

    fn to_aws(self) -> (i32, i32) {
        (self.from.into(), self.to.into())
    }
}

impl Icmp {
    /// -1 is every type, or every code, and so is nothing at all. All types have all codes (API `IpPermission`).
    fn from_aws(kind: Option<i32>, code: Option<i32>) -> Option<Self> {
        match (kind.unwrap_or(-1), code.unwrap_or(-1)) {
            (-1, _) => Some(Self::All),
            (kind, -1) => Some(Self::Type(kind.try_into().ok()?)),
            (kind, code) => Some(Self::Code(kind.try_into().ok()?, code.try_into().ok()?)),
        }
    }

    fn to_aws(self) -> (i32, i32) {
        match self {
            Self::All => (-1, -1),
            Self::Type(kind) => (kind.into(), -1),
            Self::Code(kind, code) => (kind.into(), code.into()),
        }
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all traffic"),
            Self::Tcp(ports) => ports.write(f, "tcp"),
            Self::Udp(ports) => ports.write(f, "udp"),
            Self::Icmp(icmp) => icmp.write(f, "icmp"),
            Self::Icmpv6(icmp) => icmp.write(f, "icmpv6"),
            Self::Other(number) => write!(f, "protocol {number}"),
        }
    }
}

impl Ports {
    fn write(self, f: &mut fmt::Formatter<'_>, protocol: &str) -> fmt::Result {
        let Self { from, to } = self;
        match self {
            Self::ALL => write!(f, "all {protocol} ports"),
            _ if from == to => write!(f, "{protocol} {from}"),
            _ => write!(f, "{protocol} {from}-{to}"),
        }
    }
}

impl Icmp {
    fn write(self, f: &mut fmt::Formatter<'_>, protocol: &str) -> fmt::Result {
        match self {
            Self::All => write!(f, "all {protocol}"),
            Self::Type(kind) => write!(f, "{protocol} type {kind}"),
            Self::Code(kind, code) => write!(f, "{protocol} type {kind} code {code}"),
        }
    }
}
