//! The kinds, one folder each. Nothing but the command line and the tests imports this module.

pub mod ecr_repository;

use crate::kind::erase::{self, AnyKind, Erased};

use ecr_repository::EcrRepository;

const ECR_REPOSITORY: Erased<EcrRepository> = erase::kind();

/// Every kind that a manifest can declare. The order is that of documentation and of plans.

/// Every kind that a manifest can declare. The order is that of documentation and of plans.
pub static KINDS: &[&dyn AnyKind] = &[&ECR_REPOSITORY];
