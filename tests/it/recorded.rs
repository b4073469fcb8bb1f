//! What real AWS answered, read by the real SDK and brought into normal form by the real kinds.
//!
//! See [`crate::support::recorded`] for where the answers come from. Everything of the operations that are
//! used must be understood; what is not is listed here by name, with its reason.

mod access_points;
mod ec2;
mod ecr;
mod efs;
mod elb;
mod elb_listeners;
mod exports;
pub(crate) mod functions;
mod iam;
mod log_groups;
mod lookups;
mod rules;
mod secretsmanager;

use std::sync::Arc;

use infra::aws::stack::{Standing, standing};
use infra::aws::{CallError, Class, Listings};
use infra::document::policy::Policy;
use infra::kind::{
    Common, Draft, Entry, Files, Found, Kind, Live, NoFiles, Observation, Place, SourceFile, Survey,
    Unreadable, Wanted,
};
use infra::model::{Location, StackMark, Tags};
use infra::value::NoValues;
use insta::assert_snapshot;
use serde_json::Value;

use crate::support::recorded::{self, Answer, Recording};

/// A folder `code` beside the manifest, with one file.
#[derive(Debug)]
struct Handler;

impl Files for Handler {
    fn folder(&self, path: &str) -> Result<Vec<SourceFile>, Unreadable> {
        let bytes = b"def handler(event, context):\n    return {}\n".to_vec();
        let file = SourceFile { path: "handler.py".to_owned(), bytes, is_executable: false };
        if path == "code" { Ok(vec![file]) } else { NoFiles.folder(path) }
    }

    fn file(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unreadable> {
        NoFiles.file(path, most)
    }
}

/// The entry `site` of any kind.
pub(crate) fn entry<K: Kind>(body: Value) -> Entry<K> {
    let place = Place {
        manifest: "prereqs".to_owned(),
        account: "111122223333".to_owned(),
        region: "us-east-1".to_owned(),
        tags: Tags::default(),
        files: Arc::new(Handler),
        values: Arc::new(NoValues),
    };
    let location = Location { file: "m.toml".to_owned(), line: 1 };
    let draft = Draft { key: "site".to_owned(), location, common: Common::default(), body };
    let (entry, findings) = Entry::from_draft(&draft, &Arc::new(place));
    entry.unwrap_or_else(|| panic!("{findings:#?}"))
}

#[tokio::main(flavor = "current_thread")]
async fn look<K: Kind>(state: &K::State, answers: Vec<(&'static str, Answer)>) -> Found<K> {
    let aws = recorded::aws(answers).await;
    let wanted = Wanted { state, tags: &Tags::default(), seen: None, measure: true };
    let mut seen = K::observe(&aws, &[wanted], None).await;
    assert_eq!(seen.found.len(), 1);
    seen.found.remove(0)
}

/// What is found of a manifest without entries.
#[tokio::main(flavor = "current_thread")]
async fn survey<K: Kind>(answers: Vec<(&'static str, Answer)>) -> Observation<K> {
    let listings = Listings::default();
    K::observe(&recorded::aws(answers).await, &[], Some(Survey::marked("prereqs", &listings))).await
}

fn present<K: Kind>(found: Found<K>, name: &str) -> Live<K> {
    match found {
        Found::Present(live) => *live,
        Found::Absent => panic!("{name}: absent"),
        Found::Unclear { reason, .. } => panic!("{name}: {reason}"),
        Found::Unknown(error) => panic!("{name}: {error}"),
    }
}

fn unknown<K: Kind>(found: Found<K>, name: &str) -> CallError {
    match found {
        Found::Unknown(error) => error,
        _ => panic!("{name} is not unknown"),
    }
}

fn statements(policy: Option<&Policy>) -> usize {
    policy.map_or(0, |policy| policy.pretty().matches("\"Effect\"").count())
}

/// What of the recordings cannot be read, and the code for it. Everything else must be.
const UNREADABLE: &[(&str, &str, Class)] = &[
    // It was asked for a repository without a name.
    ("ecr/GetRepositoryPolicy/test_ecr_remove_named_2", "InvalidParameterException", Class::Other),
    (
        "elasticfilesystem/DescribeFileSystemPolicy/test_efs_access_denied_1",
        "AccessDeniedException",
        Class::Denied,
    ),
    ("secretsmanager/DescribeSecret/test_secrets_manager_describe_2", "AccessDeniedException", Class::Denied),
    // The secret was described beside it: nobody can say that it is not there.
    (
        "secretsmanager/GetResourcePolicy/test_secrets_manager_has_statement_filter_2",
        "ResourceNotFoundException",
        Class::Other,
    ),
];

/// Whether a recording is one of [`UNREADABLE`]; then it must be unknown, for the reason that is given there.
fn is_unreadable<K: Kind>(recording: &Recording, look: impl FnOnce() -> Found<K>) -> bool {
    let Some((name, code, class)) = UNREADABLE.iter().find(|(name, ..)| *name == recording.name) else {
        return false;
    };
    let error = unknown(look(), name);
    assert_eq!((error.code.as_deref(), error.class), (Some(*code), *class), "{name}");
    true
}

/// Every recording of an operation; none without the folder.
fn recordings(service: &str, operation: &str) -> Vec<Recording> {
    let folder = recorded::folder();
    folder.map(|folder| recorded::of(&folder, service, operation)).unwrap_or_default()
}

#[tokio::main(flavor = "current_thread")]
async fn ask_stack(
    answers: Vec<(&'static str, Answer)>,
    logical_id: Option<&str>,
) -> Result<Standing, CallError> {
    let id = "arn:aws:cloudformation:us-east-1:111122223333:stack/any/0".to_owned();
    let mark = StackMark { id, name: "any".to_owned(), logical_id: logical_id.map(str::to_owned) };
    standing(&recorded::aws(answers).await, &mark).await
}

#[test]
fn a_stack_owns_what_it_made_until_it_is_deleted() {
    const STACKS: &str = "cloudformation:DescribeStacks";
    const RESOURCE: &str = "cloudformation:DescribeStackResource";
    let Some(folder) = recorded::folder() else { return };
    let mut live = None;
    for Recording { name, answer, .. } in recorded::of(&folder, "cloudformation", "DescribeStacks") {
        let deleted = answer.data["Stacks"][0]["StackStatus"] == "DELETE_COMPLETE";
        let expected = if deleted { Standing::Released } else { Standing::Owns };
        assert_eq!(ask_stack(vec![(STACKS, answer.clone())], None), Ok(expected), "{name}");
        live = live.or((!deleted).then_some(answer));
    }
    let live = live.unwrap();
    let mut told = String::new();
    for answer in recorded::errors(&folder, "test_stacks.snapshot.json") {
        // Asked about the stack, then about the resource in a stack that is there.
        let stack = ask_stack(vec![(STACKS, answer.clone())], None);
        let resource = ask_stack(vec![(STACKS, live.clone()), (RESOURCE, answer.clone())], Some("Site"));
        assert_eq!(stack.is_ok(), resource.is_ok());
        let word = |standing: Result<Standing, CallError>| match standing {
            Ok(standing) => format!("{standing:?}"),
            Err(error) => format!("unknown, {:?}", error.class),
        };
        let gone = answer.data["Error"]["Message"].as_str().unwrap().contains("does not exist");
        let line = format!(
            "{}{}: {}\n",
            answer.code().unwrap(),
            if gone { " (does not exist)" } else { "" },
            word(stack)
        );
        if !told.contains(&line) {
            told.push_str(&line);
        }
    }
    assert_snapshot!(told, @"
    AlreadyExistsException: unknown, Other
    ValidationError: unknown, Other
    ValidationError (does not exist): Released
    ");
}
