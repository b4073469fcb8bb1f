//! Who we are.

use super::{Answer as _, Aws, CallError};

/// The identity behind the credentials (STS `GetCallerIdentity`, which needs no permission).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The account, 12 digits.
    pub account: String,
    /// The ARN of the user or assumed role.
    pub arn: String,
}

impl Identity {
    /// Asks STS.
    ///
    /// # Errors
    ///
    /// [`CallError`] when there are no valid credentials, or no answer.
    pub async fn ask(aws: &Aws) -> Result<Self, CallError> {
        const CALL: &str = "sts:GetCallerIdentity";
        const SUBJECT: &str = "the credentials in use";
        let answer = aws.sts.get_caller_identity().send().await.about(CALL, SUBJECT)?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Self { account, arn }),
            _ => Err(CallError::unusable(CALL, SUBJECT, "the answer names no account")),
        }
    }
}
