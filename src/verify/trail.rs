//! A trail that records who reads secrets.
//!
//! `GetSecretValue` is a management event that reads (Secrets Manager user guide, "Logging with `CloudTrail`"). So a trail
//! of this region or of all must be logging, and take management events that read.

use futures_util::future::join_all;

use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::check::Outcome;

const DESCRIBE: &str = "cloudtrail:DescribeTrails";
const STATUS: &str = "cloudtrail:GetTrailStatus";
const SELECTORS: &str = "cloudtrail:GetEventSelectors";

/// What a call about every trail is about.
const ACCOUNT: &str = "the account";

const HELP: &str = "without one nobody can say afterwards who has read a secret: aws cloudtrail create-trail --is-multi-region-trail, \
                    then start-logging; a trail records management events that read unless it was told not to";

/// What a trail is worth for this.
enum Worth {
    /// It records, by this name.
    Records(String),
    /// It does not, because.
    Not(String),
    /// Nobody can say.
    Unread(CallError),
}

pub(super) async fn ask(aws: &Aws) -> Outcome {
    // With the shadows of trails of other regions, which record here too.
    let answer = aws.cloudtrail.describe_trails().include_shadow_trails(true).send().await;
    let trails = match answer.about(DESCRIBE, ACCOUNT) {
        Ok(answer) => match answer.trail_list {
            Some(trails) => trails,
            None => {
                return Outcome::unread(&CallError::unusable(DESCRIBE, ACCOUNT, "the answer holds no list"));
            }
        },
        Err(error) => return Outcome::unread(&error),
    };
    // By its ARN: a shadow is asked about where it is not at home.
    let arns: Vec<_> = trails.iter().filter_map(|trail| trail.trail_arn.as_deref()).collect();
    if arns.is_empty() {
        return Outcome::failed("there is no trail in this region, nor one of all regions", HELP);
    }
    let (mut not, mut unread) = (Vec::new(), None);
    for worth in join_all(arns.into_iter().map(|arn| worth(aws, arn))).await {
        match worth {
            Worth::Records(name) => {
                return Outcome::passed(format!("{name} is logging, and takes events that read"));
            }
            Worth::Not(why) => not.push(why),
            Worth::Unread(error) => unread = Some(error),
        }
    }
    // The one that could not be read may be the one that records.
    match unread {
        Some(error) => Outcome::unread(&error),
        None => Outcome::failed(not.join("; "), HELP),
    }
}

async fn worth(aws: &Aws, arn: &str) -> Worth {
    let status = aws.cloudtrail.get_trail_status().name(arn).send();
    let selectors = aws.cloudtrail.get_event_selectors().trail_name(arn).send();
    let (status, selectors) = tokio::join!(status, selectors);
    match status.about(STATUS, arn) {
        Err(error) => return Worth::Unread(error),
        Ok(status) => match status.is_logging {
            None => {
                return Worth::Unread(CallError::unusable(
                    STATUS,
                    arn,
                    "the answer does not say whether it logs",
                ));
            }
            Some(false) => return Worth::Not(format!("{arn} is stopped")),
            Some(true) => {}
        },
    }
    let selectors = match selectors.about(SELECTORS, arn) {
        Ok(selectors) => selectors,
        Err(error) => return Worth::Unread(error),
    };
    // A trail has the one or the other (API `GetEventSelectors`).
    if selectors.event_selectors.is_none() && selectors.advanced_event_selectors.is_none() {
        return Worth::Unread(CallError::unusable(SELECTORS, arn, "the answer holds no selectors"));
    }
    let simple = selectors.event_selectors().iter().any(|selector| {
        let kind = selector.read_write_type().map_or("All", |kind| kind.as_str());
        // Both are what holds where nothing is said (API `EventSelector`).
        selector.include_management_events() != Some(false) && kind != "WriteOnly"
    });
    let advanced = selectors.advanced_event_selectors().iter().any(|selector| {
        let fields = selector.field_selectors();
        let is_of_management = fields.iter().any(|field| {
            field.field() == "eventCategory" && field.equals().iter().any(|value| value == "Management")
        });
        // What a selector says beside that narrows it: to reads it may, to anything else it may not.
        let narrows = |field: &&str, equals: &[String]| match *field {
            "eventCategory" => false,
            "readOnly" => !equals.iter().any(|value| value == "true"),
            _ => true,
        };
        is_of_management
            && !fields.iter().any(|field| {
                narrows(&field.field(), field.equals()) && !spares(field.field(), field.not_equals())
            })
    });
    if simple || advanced {
        return Worth::Records(arn.to_owned());
    }
    Worth::Not(format!("{arn} takes no management events that read"))
}

/// Whether a field leaves out only what is not about secrets.
fn spares(field: &str, not: &[String]) -> bool {
    field == "eventSource" && !not.is_empty() && !not.iter().any(|it| it.starts_with("secretsmanager."))
}
