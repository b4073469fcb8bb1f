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
    /// A repository of images.
    pub const REPOSITORY: Self = Self { service: "ecr", resource: "repository" };
    /// A secret.
    pub const SECRET: Self = Self { service: "secretsmanager", resource: "secret" };
    /// A security group.
    pub const SECURITY_GROUP: Self = Self { service: "ec2", resource: "security-group" };
    /// A file system.
    pub const FILE_SYSTEM: Self = Self { service: "efs", resource: "file-system" };
    /// A load balancer.
    pub const LOAD_BALANCER: Self = Self { service: "elbv2", resource: "load-balancer" };
    /// An access point of a file system.
    pub const ACCESS_POINT: Self = Self { service: "efs", resource: "access-point" };
    /// A role.
    pub const ROLE: Self = Self { service: "iam", resource: "role" };
    /// A listener of a load balancer.
    pub const LISTENER: Self = Self { service: "elbv2", resource: "listener" };
    /// A log group.
    pub const LOG_GROUP: Self = Self { service: "logs", resource: "log-group" };
    /// A function.
    pub const FUNCTION: Self = Self { service: "lambda", resource: "function" };
    /// A rule that calls a function: a schedule.
    pub const RULE: Self = Self { service: "events", resource: "rule" };
    /// All that a manifest exports: a stack.
    pub const EXPORTS: Self = Self { service: "cloudformation", resource: "exports" };
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
