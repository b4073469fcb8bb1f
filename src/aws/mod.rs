//! The only way to AWS: one client per service, all behind one [`gate`].
//!
//! Clients are the SDK's own; what is faked in tests lies below them, at the HTTP connector, so that
//! serialisation, signing and retries are always the real ones.

pub mod calls;
mod day;
pub mod error;
pub mod gate;
pub mod identity;
mod limits;
mod listings;
pub mod stack;
mod turns;
pub mod wait;

use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::{ProfileFileCredentialsProvider, ProfileFileRegionProvider};
use aws_config::provider_config::ProviderConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::{self, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

pub use calls::{Call, Effect};
pub use day::{day, days_since};
pub use error::{Answer, CallError, Class};
pub use gate::{CallName, Ledger};
pub use identity::Identity;
pub use listings::{FunctionPolicy, Listings, elb_tags, function_policy};

use gate::Gate;
use limits::Capped;
use turns::{Turn, Turns};

/// How to reach an account.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The region of every client. The environment's and the profile's are not asked.
    pub region: String,
    /// A profile of the AWS configuration files; none means the SDK's default chain.
    pub profile: Option<String>,
    /// Another endpoint than AWS, for every service.
    pub endpoint_url: Option<String>,
    /// Credentials to use instead of the default chain.
    pub credentials: Option<SharedCredentialsProvider>,
    /// Whether it is for `infra destroy`: then the [`gate`] lets pass what nothing else may do.
    pub destroys: bool,
    /// The HTTP client below the SDK; none means TLS with the system's certificates.
    pub http: Option<SharedHttpClient>,
}

/// One client per service, and the record of the calls they made.
#[derive(Clone, Debug)]
pub struct Aws {
    /// Certificate Manager: certificates by domain.
    pub acm: aws_sdk_acm::Client,
    /// `CloudTrail`: who reads what is recorded.
    pub cloudtrail: aws_sdk_cloudtrail::Client,
    /// CloudFormation: whether a stack still owns what its tags are on.
    pub cloudformation: aws_sdk_cloudformation::Client,
    /// `EventBridge`: schedules, and what they call.
    pub events: aws_sdk_eventbridge::Client,
    /// Identity and Access Management: roles.
    pub iam: aws_sdk_iam::Client,
    /// Lambda: functions.
    pub lambda: aws_sdk_lambda::Client,
    /// `CloudWatch` Logs: log groups.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Elastic Compute Cloud: networks, subnets, security groups.
    pub ec2: aws_sdk_ec2::Client,
    /// Elastic Container Registry.
    pub ecr: aws_sdk_ecr::Client,
    /// Elastic File System.
    pub efs: aws_sdk_efs::Client,
    /// Elastic Load Balancing: load balancers and their listeners.
    pub elb: aws_sdk_elasticloadbalancingv2::Client,
    /// Secrets Manager.
    pub secrets: aws_sdk_secretsmanager::Client,
    /// Resource Groups Tagging: what carries a tag, as of some minutes ago.
    pub tagging: aws_sdk_resourcegroupstagging::Client,
    /// Security Token Service: who we are.
    pub sts: aws_sdk_sts::Client,
    endpoint_url: Option<String>,
    ledger: Ledger,
    turns: Turns,
}

impl Aws {
    /// Makes the clients. Nothing is sent yet, but credentials files may be read.
    pub async fn connect(connection: &Connection) -> Self {
        let config = sdk_config(connection).await;
        let ledger = Ledger::default();
        let gate = Gate::new(ledger.clone(), connection.destroys);
        // A macro, because what the SDK's crates have in common is no trait.
        macro_rules! client {
            ($sdk:ident) => {
                $sdk::Client::from_conf(
                    $sdk::config::Builder::from(&config)
                        .interceptor(gate.clone())
                        .retry_classifier(limits::Quotas)
                        .build(),
                )
            };
        }
        Self {
            acm: client!(aws_sdk_acm),
            cloudformation: client!(aws_sdk_cloudformation),
            cloudtrail: client!(aws_sdk_cloudtrail),
            ec2: client!(aws_sdk_ec2),
            ecr: client!(aws_sdk_ecr),
            efs: client!(aws_sdk_efs),
            elb: client!(aws_sdk_elasticloadbalancingv2),
            events: client!(aws_sdk_eventbridge),
            iam: client!(aws_sdk_iam),
            lambda: client!(aws_sdk_lambda),
            logs: client!(aws_sdk_cloudwatchlogs),
            secrets: client!(aws_sdk_secretsmanager),
            tagging: client!(aws_sdk_resourcegroupstagging),
            sts: client!(aws_sdk_sts),
            endpoint_url: config.endpoint_url().map(str::to_owned),
            ledger,
            turns: Turns::default(),
        }
    }

    /// Waits until nobody else in this process writes to `what`; the turn ends when it is dropped. For what AWS does not
    /// keep two writes apart at.
    pub async fn turn(&self, what: &str) -> Turn {
        self.turns.take(what).await
    }

    /// Where calls go instead of AWS: from the connection, the environment or the profile.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// The calls made so far, through every client.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }
}

/// The region of a profile of the AWS configuration files; none means the one that the environment names, or the
/// default one.
pub async fn region_of_profile(profile: Option<&str>) -> Option<String> {
    let mut builder = ProfileFileRegionProvider::builder();
    if let Some(profile) = profile {
        builder = builder.profile_name(profile);
    }
    builder.build().region().await.map(|region| region.to_string())
}

async fn sdk_config(connection: &Connection) -> SdkConfig {
    let http = connection.http.clone().unwrap_or_else(|| {
        // `ring` instead of the SDK's default aws-lc: the same TLS, without a minute of compiling C.
        aws_smithy_http_client::Builder::new()
            .tls_provider(tls::Provider::Rustls(CryptoMode::Ring))
            .build_https()
    });
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new(connection.region.clone()))
        .http_client(Capped::new(http.clone()));
    if let Some(profile) = &connection.profile {
        // The SDK's chain would ask the environment first. Who names a profile means that profile, as with
        // the AWS CLI.
        let config = ProviderConfig::default()
            .with_region(Some(Region::new(connection.region.clone())))
            .with_http_client(http);
        let credentials =
            ProfileFileCredentialsProvider::builder().configure(&config).profile_name(profile).build();
        loader = loader.profile_name(profile).credentials_provider(credentials);
    }
    if let Some(url) = &connection.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(credentials) = &connection.credentials {
        loader = loader.credentials_provider(credentials.clone());
    }
    let config = loader.load().await;
    let (retries, timeouts) =
        (limits::retries(config.retry_config()), limits::timeouts(config.timeout_config()));
    config.into_builder().retry_config(retries).timeout_config(timeouts).build()
}
