//! The kinds, one folder each. Nothing but the command line and the tests imports this module.

pub mod cloudformation_exports;
pub mod ec2_security_group;
pub mod ecr_repository;
pub mod efs_access_point;
pub mod efs_file_system;
pub mod elbv2_listener;
pub mod elbv2_load_balancer;
pub mod events_rule;
pub mod iam_role;
pub mod lambda_function;
pub mod logs_log_group;
pub mod lookup_certificate;
pub mod lookup_vpc;
pub mod secretsmanager_secret;

use crate::kind::erase::{self, AnyKind, Erased, ErasedLookUp};

use cloudformation_exports::CloudFormationExports;
use ec2_security_group::Ec2SecurityGroup;
use ecr_repository::EcrRepository;
use efs_access_point::EfsAccessPoint;
use efs_file_system::EfsFileSystem;
use elbv2_listener::Elbv2Listener;
use elbv2_load_balancer::Elbv2LoadBalancer;
use events_rule::EventsRule;
use iam_role::IamRole;
use lambda_function::LambdaFunction;
use logs_log_group::LogsLogGroup;
use lookup_certificate::LookUpCertificate;
use lookup_vpc::LookUpVpc;
use secretsmanager_secret::SecretsManagerSecret;

const LOOKUP_VPC: ErasedLookUp<LookUpVpc> = erase::lookup();
const LOOKUP_CERTIFICATE: ErasedLookUp<LookUpCertificate> = erase::lookup();
const ECR_REPOSITORY: Erased<EcrRepository> = erase::kind();
const SECRETSMANAGER_SECRET: Erased<SecretsManagerSecret> = erase::kind();
const EC2_SECURITY_GROUP: Erased<Ec2SecurityGroup> = erase::kind();
const EFS_FILE_SYSTEM: Erased<EfsFileSystem> = erase::kind();
const EFS_ACCESS_POINT: Erased<EfsAccessPoint> = erase::kind();
const ELBV2_LOAD_BALANCER: Erased<Elbv2LoadBalancer> = erase::kind();
const ELBV2_LISTENER: Erased<Elbv2Listener> = erase::kind();
const LOGS_LOG_GROUP: Erased<LogsLogGroup> = erase::kind();
const IAM_ROLE: Erased<IamRole> = erase::kind();
const LAMBDA_FUNCTION: Erased<LambdaFunction> = erase::kind();
const EVENTS_RULE: Erased<EventsRule> = erase::kind();
const CLOUDFORMATION_EXPORTS: Erased<CloudFormationExports> = erase::kind();

/// Every kind that a manifest can declare. The order is that of documentation and of plans.
pub static KINDS: &[&dyn AnyKind] = &[
    &LOOKUP_VPC,
    &LOOKUP_CERTIFICATE,
    &ECR_REPOSITORY,
    &SECRETSMANAGER_SECRET,
    &EC2_SECURITY_GROUP,
    &EFS_FILE_SYSTEM,
    &EFS_ACCESS_POINT,
    &ELBV2_LOAD_BALANCER,
    &ELBV2_LISTENER,
    &LOGS_LOG_GROUP,
    &IAM_ROLE,
    &LAMBDA_FUNCTION,
    &EVENTS_RULE,
    &CLOUDFORMATION_EXPORTS,
];
