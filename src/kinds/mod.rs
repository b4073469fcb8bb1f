//! The kinds, one folder each. Nothing but the command line and the tests imports this module.

pub mod ec2_security_group;
pub mod ecr_repository;
pub mod secretsmanager_secret;

use crate::kind::erase::{self, AnyKind, Erased};

use ec2_security_group::Ec2SecurityGroup;
use ecr_repository::EcrRepository;
use secretsmanager_secret::SecretsManagerSecret;

const ECR_REPOSITORY: Erased<EcrRepository> = erase::kind();
const SECRETSMANAGER_SECRET: Erased<SecretsManagerSecret> = erase::kind();
const EC2_SECURITY_GROUP: Erased<Ec2SecurityGroup> = erase::kind();

/// Every kind that a manifest can declare. The order is that of documentation and of plans.
pub static KINDS: &[&dyn AnyKind] = &[&ECR_REPOSITORY, &SECRETSMANAGER_SECRET, &EC2_SECURITY_GROUP];
