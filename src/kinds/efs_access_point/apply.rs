//! The calls that write, one per change.

use std::time::Duration;

use aws_sdk_efs::operation::create_access_point::builders::CreateAccessPointFluentBuilder;
use aws_sdk_efs::types::{CreationInfo, LifeCycleState, PosixUser, RootDirectory, Tag};

use super::observe::{NO_ACCESS_POINT, brings, described, of_no_use};
use super::state::{Change, State};
use crate::aws::{Answer as _, CallError};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::{Describe, Run};
use crate::model::{Outputs, Tags};

/// A file system that was just made and an access point are each available after seconds; minutes are no
/// cause for alarm.
const UNTIL_AVAILABLE: Duration = Duration::from_mins(10);

/// Makes the call that `change` stands for.
pub(super) async fn perform(run: &Run<'_>, change: &Change, outputs: &mut Outputs) -> Result<(), CallError> {
    let efs = &run.aws.efs;
    let call = change.describe().call;
    let id = outputs.get(Outputs::ID).unwrap_or_default().to_owned();
    match change {
        Change::CreateAccessPoint { state, tags } => {
            let name = state.name.as_str();
            let request = request(efs.create_access_point(), state, tags)
                .map_err(|why| CallError::unusable(call, name, why))?;
            let mut patience =
                run.patience(format!("{} to be available", state.file_system), UNTIL_AVAILABLE);
            let made = loop {
                match request.clone().send().await.about(call, name) {
                    Err(error) if error.is("IncorrectFileSystemLifeCycleState") => {
                        patience.pause_after(error).await?;
                    }
                    answer => break answer?,
                }
            };
            let none = |what| holds_no(call, name, what);
            let id = made.access_point_id().ok_or_else(|| none("id"))?;
            *outputs = brings(id, made.access_point_arn().ok_or_else(|| none("ARN"))?);
            until_available(run, id).await?;
        }
        Change::TagResource { tags, .. } => {
            let tags = sdk_tags(tags).map_err(|why| CallError::unusable(call, &id, why.to_string()))?;
            let request = efs.tag_resource().resource_id(&id).set_tags(Some(tags));
            request.send().await.about(call, &id)?;
        }
        Change::DeleteAccessPoint { permit: _, .. } => {
            let answer = efs.delete_access_point().access_point_id(&id).send().await.about(call, &id);
            absent_if(NO_ACCESS_POINT, answer)?;
        }
    }
    Ok(())
}

fn request(
    request: CreateAccessPointFluentBuilder,
    state: &State,
    tags: &Tags,
) -> Result<CreateAccessPointFluentBuilder, String> {
    let State { name: _, token, id: _, file_system, path, user, create } = state;
    let broken = |error: aws_sdk_efs::error::BuildError| error.to_string();
    let file_system = file_system.value().ok_or("the id of its file system is not known")?;
    let user = user.as_ref().map(|user| {
        let gids = user.secondary_gids.iter().map(|gid| i64::from(*gid)).collect();
        PosixUser::builder().uid(user.uid.into()).gid(user.gid.into()).set_secondary_gids(Some(gids)).build()
    });
    let create = create.as_ref().map(|create| {
        CreationInfo::builder()
            .owner_uid(create.uid.into())
            .owner_gid(create.gid.into())
            .permissions(create.permissions())
            .build()
    });
    let root = RootDirectory::builder().path(path).set_creation_info(create.transpose().map_err(broken)?);
    Ok(request
        .client_token(token)
        .file_system_id(file_system)
        .set_posix_user(user.transpose().map_err(broken)?)
        .root_directory(root.build())
        .set_tags(Some(sdk_tags(tags).map_err(broken)?)))
}

/// Waits until what was just made can be mounted through.
async fn until_available(run: &Run<'_>, id: &str) -> Result<(), CallError> {
    let mut patience = run.patience("the access point to be available", UNTIL_AVAILABLE);
    loop {
        let described = described(run.aws, id).await?;
        match described.as_ref().and_then(|it| it.life_cycle_state()) {
            Some(LifeCycleState::Available) => return Ok(()),
            // Reads may lag behind.
            None | Some(LifeCycleState::Creating | LifeCycleState::Updating) => patience.pause().await?,
            Some(other) => return Err(of_no_use(id, other)),
        }
    }
}

fn sdk_tags(tags: &Tags) -> Result<Vec<Tag>, aws_sdk_efs::error::BuildError> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}
