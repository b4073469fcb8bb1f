//! The call that reads, and how AWS's answers become the normal form.

use std::collections::BTreeSet;

use aws_sdk_efs::types::{AccessPointDescription, CreationInfo, LifeCycleState, PosixUser};

use super::EfsAccessPoint;
use super::spec::mode_of;
use super::state::{Directory, State, User};
use crate::aws::{Answer as _, Aws, CallError};
use crate::kind::named::{Asked, Candidate, Choice, NAME, Words, alone, choose};
use crate::kind::reading::{absent_if, holds_no};
use crate::kind::{Found, Live, Observation, Phase, Survey, Wanted};
use crate::model::{Link, Outputs, Tags};

/// Largest page (API `DescribeAccessPoints`).
const PAGE: i32 = 100;

pub(super) const DESCRIBE: &str = "elasticfilesystem:DescribeAccessPoints";
pub(super) const NO_ACCESS_POINT: &str = "AccessPointNotFound";

/// What a call about every access point is about.
const ACCOUNT: &str = "the account";

const WORDS: Words = Words { what: "access point", by: "its name and path" };

/// An access point as a list has it.
struct Listed {
    id: String,
    token: String,
    tags: Tags,
    about: AccessPointDescription,
}

impl Listed {
    fn candidate(&self, path: &str) -> Candidate<'_> {
        Candidate {
            id: &self.id,
            token: &self.token,
            tags: &self.tags,
            leaving: self.about.life_cycle_state() == Some(&LifeCycleState::Deleting),
            fits: self.about.root_directory().and_then(|root| root.path()) == Some(path),
        }
    }
}

pub(super) async fn observe(
    aws: &Aws,
    wanted: &[Wanted<'_, EfsAccessPoint>],
    survey: Option<Survey<'_>>,
) -> Observation<EfsAccessPoint> {
    // A second look at what left the manifest: by its id alone.
    let seen = match wanted {
        [one] if survey.is_none() => asked(one).seen,
        _ => None,
    };
    let read = match seen {
        Some(id) => one(aws, id).await,
        None => list(aws).await,
    };
    let listed = match read {
        Ok(listed) => listed,
        Err(error) => {
            let found = wanted.iter().map(|_| Found::Unknown(error.clone())).collect();
            return Observation::new(found, survey.map(|_| Err(error)));
        }
    };
    let choices: Vec<_> = wanted.iter().map(|wanted| among(wanted, &listed)).collect();
    let named: BTreeSet<_> = choices
        .iter()
        .filter_map(|choice| match choice {
            Choice::Is(at) => Some(*at),
            Choice::None | Choice::Unclear { .. } => None,
        })
        .collect();
    let found = choices.into_iter().map(|choice| match choice {
        Choice::Is(at) => found(listed.get(at)),
        Choice::None => Found::Absent,
        Choice::Unclear { reason, help } => Found::Unclear { reason, help },
    });
    let takes = |it: &Listed| {
        let words = [it.tags.get(NAME).unwrap_or(&it.id), &it.id];
        survey.is_some_and(|survey| survey.may_take(&words) && survey.takes(&it.tags))
    };
    let others = listed.iter().enumerate().filter(|(at, it)| takes(it) && !named.contains(at));
    Observation::new(alone(found.collect()), others.map(|(_, it)| live(it).map(Some)))
}

fn asked<'a>(wanted: &Wanted<'a, EfsAccessPoint>) -> Asked<'a> {
    let State { id, token, name, .. } = wanted.state;
    Asked::of(wanted, id.as_deref(), token, name)
}

/// Which is meant. Another directory is not meant by a name alone: a second access point beside it harms nothing.
fn among(wanted: &Wanted<'_, EfsAccessPoint>, listed: &[Listed]) -> Choice {
    let candidates: Vec<_> = listed.iter().map(|it| it.candidate(&wanted.state.path)).collect();
    choose(WORDS, &asked(wanted), &candidates)
}

fn found(listed: Option<&Listed>) -> Found<EfsAccessPoint> {
    let Some(listed) = listed else { return Found::Absent };
    live(listed).map_or_else(Found::Unknown, |live| Found::Present(Box::new(live)))
}

/// Every access point of the account and region that is not gone.
async fn list(aws: &Aws) -> Result<Vec<Listed>, CallError> {
    let mut pages = aws.efs.describe_access_points().into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.about(DESCRIBE, ACCOUNT)?;
        all.extend(page.access_points.ok_or_else(|| holds_no(DESCRIBE, ACCOUNT, "list"))?);
    }
    listed(all)
}

/// The access point of this id, if it is there.
async fn one(aws: &Aws, id: &str) -> Result<Vec<Listed>, CallError> {
    listed(described(aws, id).await?.into_iter().collect())
}

/// What AWS says of the access point of this id, if it is there.
pub(super) async fn described(aws: &Aws, id: &str) -> Result<Option<AccessPointDescription>, CallError> {
    let answer = aws.efs.describe_access_points().access_point_id(id).send().await;
    let Some(answer) = absent_if(NO_ACCESS_POINT, answer.about(DESCRIBE, id))? else { return Ok(None) };
    // One that is not there is an error, so an answer without it says nothing.
    let mut all = answer.access_points.unwrap_or_default().into_iter();
    let this = all.find(|it| it.access_point_id() == Some(id));
    this.map(Some).ok_or_else(|| holds_no(DESCRIBE, id, "access point of this id"))
}

fn listed(all: Vec<AccessPointDescription>) -> Result<Vec<Listed>, CallError> {
    let mut listed = Vec::new();
    for about in all {
        let id = about.access_point_id().ok_or_else(|| holds_no(DESCRIBE, ACCOUNT, "id"))?.to_owned();
        let token = about.client_token().ok_or_else(|| holds_no(DESCRIBE, &id, "client token"))?.to_owned();
        let tags: Tags = about.tags().iter().map(|tag| (tag.key(), tag.value())).collect();
        // A name without its tag: the tags were left out, so nobody can say whose it is.
        if about.name().is_some_and(|name| !name.is_empty()) && tags.get(NAME).is_none() {
            return Err(holds_no(DESCRIBE, &id, "tags"));
        }
        if about.life_cycle_state() != Some(&LifeCycleState::Deleted) {
            listed.push(Listed { id, token, tags, about });
        }
    }
    Ok(listed)
}

fn live(listed: &Listed) -> Result<Live<EfsAccessPoint>, CallError> {
    let Listed { id, token, tags, about } = listed;
    let none = |what| holds_no(DESCRIBE, id, what);
    let arn = about.access_point_arn().ok_or_else(|| none("ARN"))?;
    let root = about.root_directory().ok_or_else(|| none("root directory"))?;
    Ok(Live {
        tags: tags.clone(),
        phase: phase(about, id)?,
        service: None,
        state: State {
            name: tags.get(NAME).unwrap_or_default().to_owned(),
            token: token.clone(),
            id: Some(id.clone()),
            file_system: Link::live(about.file_system_id().ok_or_else(|| none("file system"))?),
            path: root.path().ok_or_else(|| none("path"))?.to_owned(),
            user: about.posix_user().map(|it| user(it, id)).transpose()?,
            create: root.creation_info().map(|it| directory(it, id)).transpose()?,
        },
        // `DescribeAccessPoints` does not tell.
        created: None,
        detail: (),
        outputs: brings(id, arn),
    })
}

/// What an access point brings to others.
pub(super) fn brings(id: &str, arn: &str) -> Outputs {
    Outputs::default().with(Outputs::ID, id).with(Outputs::ARN, arn)
}

fn phase(about: &AccessPointDescription, id: &str) -> Result<Phase, CallError> {
    match about.life_cycle_state().ok_or_else(|| holds_no(DESCRIBE, id, "state"))? {
        LifeCycleState::Available | LifeCycleState::Creating | LifeCycleState::Updating => Ok(Phase::Active),
        LifeCycleState::Deleting => Ok(Phase::Deleting),
        // What else AWS says of it is not to be relied on.
        other => Err(of_no_use(id, other)),
    }
}

/// An access point that AWS itself says has failed.
pub(super) fn of_no_use(id: &str, state: &LifeCycleState) -> CallError {
    CallError::unusable(
        DESCRIBE,
        id,
        format!("AWS says that it is in the state `{state}`; the EFS console says why"),
    )
}

fn user(sdk: &PosixUser, id: &str) -> Result<User, CallError> {
    let gids: Result<BTreeSet<_>, _> = sdk.secondary_gids().iter().map(|gid| number(*gid, id)).collect();
    Ok(User { uid: number(sdk.uid(), id)?, gid: number(sdk.gid(), id)?, secondary_gids: gids? })
}

fn directory(sdk: &CreationInfo, id: &str) -> Result<Directory, CallError> {
    let mode = mode_of(sdk.permissions()).ok_or_else(|| holds_no(DESCRIBE, id, "mode that can be read"))?;
    Ok(Directory { uid: number(sdk.owner_uid(), id)?, gid: number(sdk.owner_gid(), id)?, mode })
}

/// API `PosixUser`: 0 to 4,294,967,295.
fn number(sdk: i64, id: &str) -> Result<u32, CallError> {
    sdk.try_into().map_err(|_| CallError::unusable(DESCRIBE, id, format!("{sdk} is no number of a user")))
}
