//! Names of kinds and of entries.

use std::fmt;

/// The name of a kind: AWS service and resource, as written in a manifest (`ecr.repository`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KindName {
    /// The service, the first table of an entry (`ecr`).
    pub service: &'static str,
    /// The resource, the second table of an entry (`repository`).
    pub resource: &'static str,
}

impl KindName {
    /// A network, looked up.
    pub const VPC: Self = Self { service: "lookup", resource: "vpc" };
    /// A certificate, looked up.
    pub const CERTIFICATE: Self = Self { service: "lookup", resource: "certificate" };
    /// A security group.
    pub const SECURITY_GROUP: Self = Self { service: "ec2", resource: "security-group" };
    /// A file system.
    pub const FILE_SYSTEM: Self = Self { service: "efs", resource: "file-system" };
    /// A load balancer.
    pub const LOAD_BALANCER: Self = Self { service: "elbv2", resource: "load-balancer" };
}

impl fmt::Display for KindName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.service, self.resource)
    }
}

/// The address of an entry: its kind and its key in the manifest (`ecr.repository.claude-code-astro`).
///
/// An address is how people name an entry; what identifies the resource in AWS is its name there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// What kind of resource the entry declares.
    pub kind: KindName,
    /// The entry's key.
    pub key: String,
}

impl Address {
    /// The address of the entry `key` of `kind`.
    pub fn new(kind: KindName, key: impl Into<String>) -> Self {
        Self { kind, key: key.into() }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.kind, self.key)
    }
}
