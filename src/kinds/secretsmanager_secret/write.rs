//! The calls that write a value, and the looks that prove it.

use std::time::Duration;

use super::observe::versions;
use super::versions::{CURRENT, PUT, Versions};
use crate::aws::{Answer as _, CallError};
use crate::kind::Run;
use crate::kind::reading::holds_no;
use crate::model::digest;
use crate::value::{Held, Recipe};

const PUT_VALUE: &str = "secretsmanager:PutSecretValue";
const MOVE: &str = "secretsmanager:UpdateSecretVersionStage";

/// How long AWS is given to show what was written (terraform-provider-aws: `secretsmanager/wait.go`, two minutes).
const UNTIL_SHOWN: Duration = Duration::from_mins(2);
/// How often that is asked, some fifteen seconds, before the version is moved to although AWS says that it has made it
/// current. A version that has lost its labels stays as it is when its value is put again, and no documentation says
/// that the answer tells.
const LOOKS: u32 = 8;

/// Puts `held` as a new version and makes it current, where `from` is current.
pub(super) async fn put(run: &Run<'_>, name: &str, held: &Held, from: Option<&str>) -> Result<(), CallError> {
    let id = held.version_id().as_str();
    let is_made_current = send(run, name, id, held.for_call(), IN_USE).await?;
    let mut patience = run.patience("AWS to show the new version", UNTIL_SHOWN);
    let mut looks = 1;
    loop {
        let now = versions(run.aws, name).await?;
        if now.current() == Some(id) {
            return Ok(());
        }
        overtaken(name, &now, from)?;
        if !is_made_current || looks == LOOKS {
            return make_current(run, name, id, &now).await;
        }
        looks += 1;
        patience.pause().await?;
    }
}

/// Makes a value by `recipe` and puts it, if there is none yet. The token is the same in every run: a second value is
/// refused by AWS itself, whatever reads show.
pub(super) async fn make(
    run: &Run<'_>,
    name: &str,
    recipe: &Recipe,
    arn: Option<&str>,
) -> Result<(), CallError> {
    // The ARN ends in what AWS has picked for this very secret: one that is deleted and made again has another.
    let Some(arn) = arn else { return Err(holds_no("secretsmanager:DescribeSecret", name, "ARN")) };
    let token = digest::of_parts(["infra generate 1", arn]);
    let value = recipe.make().map_err(|error| CallError::unusable(PUT_VALUE, name, error.to_string()))?;
    let refused = match send(run, name, &token, value.for_call(), MADE_BEFORE).await {
        Ok(_) => None,
        // Another run has made one, or this one has and reads lag behind: that one stays.
        Err(error) if error.is(TAKEN) => Some(error),
        Err(error) => return Err(error),
    };
    let mut patience = run.patience("AWS to show the new version", UNTIL_SHOWN);
    while versions(run.aws, name).await?.current().is_none() {
        match &refused {
            Some(error) => patience.pause_after(error.clone()).await?,
            None => patience.pause().await?,
        }
    }
    Ok(())
}

/// Makes the version `id`, which is there, current.
pub(super) async fn make_current(
    run: &Run<'_>,
    name: &str,
    id: &str,
    seen: &Versions,
) -> Result<(), CallError> {
    // The label first. Should the run end here, what is current still has its own.
    let label = seen.next_label();
    if !seen.has(id, label) {
        update_stage(run, name, label, id, seen.holder(label)).await?;
    }
    // AWS refuses it where another version is current by now.
    update_stage(run, name, CURRENT, id, seen.current()).await?;
    let mut patience = run.patience("AWS to show the version as current", UNTIL_SHOWN);
    loop {
        let now = versions(run.aws, name).await?;
        if now.current() == Some(id) {
            return Ok(());
        }
        overtaken(name, &now, seen.current())?;
        patience.pause().await?;
    }
}

/// What AWS says of a token that it knows with another value.
const TAKEN: &str = "ResourceExistsException";

/// Why AWS refuses a token that it knows with another value. Its own words repeat the id.
const IN_USE: &str = "a version with the id of this value is there and holds another value, which only damage on the way \
     explains; nothing was changed. Look at the secret's versions in AWS";
const MADE_BEFORE: &str = "a value was made for this secret before, and is not made again; if it is not shown yet, run the \
     same command again in a minute";

/// API `PutSecretValue`: not more than once every ten minutes, sustained.
const TOO_OFTEN: &str = "the secret has had too many new versions of late: AWS takes one every ten minutes, sustained, and \
     deletes versions without a label only after a day; run the same command again later";
const MOVED_MEANWHILE: &str = "another version has become current in the meantime, so nothing was moved";

/// Sends a value; `known` is said where AWS knows the token with another one. The answer is whether AWS says that the
/// version is current.
async fn send(run: &Run<'_>, name: &str, token: &str, value: String, known: &str) -> Result<bool, CallError> {
    let request = run
        .aws
        .secrets
        .put_secret_value()
        .secret_id(name)
        .client_request_token(token)
        .secret_string(value)
        .version_stages(CURRENT)
        .version_stages(PUT);
    let answer = request.send().await.about(PUT_VALUE, name).map_err(|mut error| {
        if error.is(TAKEN) {
            known.clone_into(&mut error.message);
        } else if error.is("LimitExceededException") {
            TOO_OFTEN.clone_into(&mut error.message);
        }
        error
    })?;
    Ok(answer.version_stages().iter().any(|label| label == CURRENT))
}

async fn update_stage(
    run: &Run<'_>,
    name: &str,
    label: &str,
    to: &str,
    from: Option<&str>,
) -> Result<(), CallError> {
    let request = run
        .aws
        .secrets
        .update_secret_version_stage()
        .secret_id(name)
        .version_stage(label)
        .move_to_version_id(to)
        .set_remove_from_version_id(from.map(str::to_owned));
    request.send().await.about(MOVE, name).map_err(|mut error| {
        if error.is("InvalidParameterException") {
            MOVED_MEANWHILE.clone_into(&mut error.message);
        }
        error
    })?;
    Ok(())
}

/// Whether a version is current that is neither what was there before nor what was written.
fn overtaken(name: &str, now: &Versions, from: Option<&str>) -> Result<(), CallError> {
    match now.current() {
        Some(current) if Some(current) != from => Err(CallError::unusable(
            PUT_VALUE,
            name,
            "somebody else has written a value at the same time, and that one is current; plan again",
        )),
        _ => Ok(()),
    }
}
