//! Answers that were recorded from real AWS, played back below the real SDK.
//!
//! The recordings are no part of this repository. `INFRA_RECORDED_AWS` names their folder; without it,
//! `../shared/recorded-aws` is tried. A recording is what boto3 showed (`{"status_code", "data"}`, times as
//! `{"__class__": "datetime", …}`), so it is put back into the form that AWS sent.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::date_time::Format;
use infra::aws::{Aws, CallName, Connection};
use infra::document::listed;
use infra::document::policy::Policy;
use serde_json::{Map, Value, json};

/// The folder of the recordings, if it is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/recorded-aws");
    let folder = std::env::var_os("INFRA_RECORDED_AWS").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    // Not `eprintln!`: what that prints is only shown for tests that fail.
    let _ = writeln!(io::stderr(), "recorded answers passed over: there is no {}", folder.display());
    None
}

/// What AWS answered, as boto3 showed it.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub data: Value,
}

impl Answer {
    pub(crate) fn ok(data: Value) -> Self {
        Self { status: 200, data }
    }

    pub(crate) fn error(code: &str, message: &str) -> Self {
        Self { status: 400, data: json!({ "Error": { "Code": code, "Message": message } }) }
    }

    /// The error's code, if it is one.
    pub(crate) fn code(&self) -> Option<&str> {
        self.data["Error"]["Code"].as_str()
    }

    fn message(&self) -> &str {
        self.data["Error"]["Message"].as_str().unwrap_or_default()
    }

    /// In the form of the JSON 1.1 protocol.
    fn json(&self) -> String {
        match self.code() {
            Some(code) => json!({ "__type": code, "message": self.message() }),
            None => with_seconds(&self.data),
        }
        .to_string()
    }

    /// In the form of the Query protocol.
    fn xml(&self, operation: &str) -> String {
        let mut body = String::new();
        if let Some(code) = self.code() {
            let error = json!({ "Type": "Sender", "Code": code, "Message": self.message() });
            element(&mut body, "Error", &error);
            return format!("<ErrorResponse>{body}</ErrorResponse>");
        }
        element(&mut body, &format!("{operation}Result"), &self.data);
        format!("<{operation}Response>{body}</{operation}Response>")
    }

    /// In the form of EC2's own protocol.
    fn ec2(&self, operation: &str) -> String {
        let mut body = String::new();
        if let Some(code) = self.code() {
            let error = json!({ "Code": code, "Message": self.message() });
            item(&mut body, "Error", &error);
            return format!("<Response><Errors>{body}</Errors></Response>");
        }
        item(&mut body, &format!("{operation}Response"), &self.data);
        body
    }
}

/// One file.
#[derive(Debug)]
pub(crate) struct Recording {
    /// `ecr/GetLifecyclePolicy/test_ecr_lifecycle_delete_1`.
    pub name: String,
    /// `test_ecr_lifecycle_delete`: what was recorded together.
    pub case: String,
    pub answer: Answer,
}

/// Every recording of an operation, ordered by name.
pub(crate) fn of(folder: &Path, service: &str, operation: &str) -> Vec<Recording> {
    let files = fs::read_dir(folder.join(service).join(operation)).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    let recording = |path: PathBuf| {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let case = stem.rsplit_once('_').unwrap().0.to_owned();
        let document: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let status = document["status_code"].as_u64().unwrap().try_into().unwrap();
        let mut data = document["data"].clone();
        data.as_object_mut().unwrap().remove("ResponseMetadata");
        Recording { name: format!("{service}/{operation}/{stem}"), case, answer: Answer { status, data } }
    };
    files.into_iter().map(recording).collect()
}

/// Every distinct error in a snapshot of the `LocalStack` project, which validated them against AWS.
pub(crate) fn errors(folder: &Path, snapshot: &str) -> Vec<Answer> {
    let text = fs::read_to_string(folder.join("localstack-validated").join(snapshot)).unwrap();
    let mut found = BTreeMap::new();
    collect(&serde_json::from_str(&text).unwrap(), &mut found);
    found
        .into_iter()
        .map(|((code, message), status)| Answer { status, ..Answer::error(&code, &message) })
        .collect()
}

fn collect(value: &Value, found: &mut BTreeMap<(String, String), u16>) {
    if let (Some(code), Some(message)) = (value["Error"]["Code"].as_str(), value["Error"]["Message"].as_str())
    {
        let status = value["ResponseMetadata"]["HTTPStatusCode"].as_u64().unwrap_or(400);
        found.insert((code.to_owned(), message.to_owned()), status.try_into().unwrap());
    }
    match value {
        Value::Object(members) => members.values().for_each(|value| collect(value, found)),
        Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
        _ => {}
    }
}

/// The clients of an account in which each call has one answer. A call without one fails the test.
pub(crate) async fn aws(answers: impl IntoIterator<Item = (&'static str, Answer)>) -> Aws {
    scripted(answers.into_iter().map(|(call, answer)| (call, vec![answer]))).await.0
}

/// The calls that were made, by name.
pub(crate) type Calls = Arc<Mutex<Vec<String>>>;

/// The same where each call has these answers in turn, the last one for ever; and the calls that are made.
pub(crate) async fn scripted(answers: impl IntoIterator<Item = (&'static str, Vec<Answer>)>) -> (Aws, Calls) {
    let answers = answers.into_iter().map(|(call, answers)| (call.to_owned(), answers.into())).collect();
    let calls = Calls::default();
    let playback = Playback { answers: Arc::new(Mutex::new(answers)), calls: Arc::clone(&calls) };
    let keys = Credentials::new("AKIDEXAMPLE", "nothing", None, None, "test");
    let aws = Aws::connect(&Connection {
        region: "us-east-1".to_owned(),
        credentials: Some(SharedCredentialsProvider::new(keys)),
        http: Some(SharedHttpClient::new(playback)),
        // The gate has tests of its own.
        destroys: true,
        ..Connection::default()
    })
    .await;
    (aws, calls)
}

#[derive(Clone, Debug)]
struct Playback {
    answers: Arc<Mutex<BTreeMap<String, VecDeque<Answer>>>>,
    calls: Calls,
}

impl Playback {
    fn answer(&self, call: String) -> Answer {
        let mut answers = self.answers.lock().unwrap();
        let left = answers.get_mut(&call).unwrap_or_else(|| panic!("nothing answers {call}"));
        self.calls.lock().unwrap().push(call);
        let last = left.len() == 1;
        if last { left[0].clone() } else { left.pop_front().unwrap() }
    }
}

impl HttpClient for Playback {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Playback {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let CallName(call) = request.extension::<CallName>().expect("the gate names every request");
        let answer = self.answer(format!("{}:{}", call.service, call.operation));
        let (body, content) = match call.service {
            "cloudformation" | "elasticloadbalancing" | "iam" => (answer.xml(call.operation), "text/xml"),
            "ec2" => (answer.ec2(call.operation), "text/xml"),
            _ => (answer.json(), "application/x-amz-json-1.1"),
        };
        let mut response = HttpResponse::new(answer.status.try_into().unwrap(), SdkBody::from(body));
        response.headers_mut().insert("content-type", content);
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// A time, if this is how boto3 shows one.
pub(crate) fn time(value: &Value) -> Option<DateTime> {
    if value["__class__"] != "datetime" {
        return None;
    }
    let part = |name: &str| value[name].as_u64().unwrap();
    let text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
        part("year"),
        part("month"),
        part("day"),
        part("hour"),
        part("minute"),
        part("second"),
        part("microsecond")
    );
    Some(DateTime::from_str(&text, Format::DateTime).unwrap())
}

/// The JSON protocols send a time as the number of its seconds.
fn with_seconds(value: &Value) -> Value {
    match value {
        value if time(value).is_some() => json!(time(value).unwrap().as_secs_f64()),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), with_seconds(value))).collect()
        }
        Value::Array(items) => items.iter().map(with_seconds).collect(),
        other => other.clone(),
    }
}

/// The Query protocol sends a list as members, and a time as text.
fn element(out: &mut String, name: &str, value: &Value) {
    let mut content = String::new();
    match value {
        Value::Array(items) => items.iter().for_each(|item| element(&mut content, "member", item)),
        Value::Object(members) if time(value).is_none() => {
            members.iter().for_each(|(name, value)| element(&mut content, name, value));
        }
        value => content = text(value),
    }
    write!(out, "<{name}>{content}</{name}>").unwrap();
}

/// EC2 sends a list as items, and calls most things by names with a small first letter and some by others.
fn item(out: &mut String, name: &str, value: &Value) {
    let mut content = String::new();
    match value {
        Value::Array(items) => items.iter().for_each(|value| item(&mut content, "item", value)),
        Value::Object(members) if time(value).is_none() => {
            for (key, value) in members {
                item(&mut content, &ec2_name(key, members), value);
            }
        }
        value => content = text(value),
    }
    write!(out, "<{name}>{content}</{name}>").unwrap();
}

/// What EC2 calls a member among these, whom boto3 calls `key` (`locationName` in the API model).
fn ec2_name(key: &str, among: &Map<String, Value>) -> String {
    match key {
        "Code" | "Message" => key.to_owned(),
        "SecurityGroups" => "securityGroupInfo".to_owned(),
        "UserIdGroupPairs" => "groups".to_owned(),
        "Description" if among.contains_key("IpPermissionsEgress") => "groupDescription".to_owned(),
        "Tags" => "tagSet".to_owned(),
        "Groups" | "NetworkInterfaces" | "Subnets" | "Vpcs" => {
            format!("{}Set", small(key).strip_suffix('s').unwrap())
        }
        _ => small(key),
    }
}

fn small(key: &str) -> String {
    format!("{}{}", key[..1].to_lowercase(), &key[1..])
}

/// A value that is one text in XML.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace('&', "&amp;").replace('<', "&lt;"),
        value => time(value).map_or_else(|| value.to_string(), |time| time.fmt(Format::DateTime).unwrap()),
    }
}

/// The same document as another writer would put it: order turned around, and single elements alone.
pub(crate) fn rewritten(text: &str) -> String {
    fn turn(value: &mut Value) {
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(turn);
                items.reverse();
                if let [only] = items.as_mut_slice() {
                    *value = only.take();
                }
            }
            Value::Object(members) => {
                members.values_mut().for_each(turn);
                let turned: Map<_, _> = std::mem::take(members).into_iter().rev().collect();
                *members = turned;
            }
            _ => {}
        }
    }
    let mut document = serde_json::from_str(text).unwrap();
    turn(&mut document);
    document.to_string()
}

/// A policy of AWS as the entry's field that declares it.
pub(crate) fn declared(policy: &Policy) -> Value {
    let document: Value = serde_json::from_str(policy.text()).unwrap();
    let statement = |statement: Value| {
        let mut entry = Map::new();
        for (key, value) in statement.as_object().unwrap() {
            let value = match (key.as_str(), value) {
                ("Effect", _) => json!(value.as_str().unwrap().to_lowercase()),
                ("Principal", Value::String(_)) => json!({ "anyone": true }),
                ("Principal", Value::Object(kinds)) => {
                    kinds.iter().map(|(kind, who)| (kind.to_lowercase(), json!(listed(who)))).collect()
                }
                ("Action" | "Resource", _) => json!(listed(value)),
                ("Condition", Value::Object(operators)) => {
                    let lists = |keys: &Value| -> Value {
                        let keys = keys.as_object().unwrap().iter();
                        keys.map(|(key, values)| (key.clone(), json!(listed(values)))).collect()
                    };
                    operators.iter().map(|(operator, keys)| (operator.clone(), lists(keys))).collect()
                }
                ("Sid", _) => value.clone(),
                other => panic!("no recorded policy had {other:?}"),
            };
            entry.insert(key.to_lowercase(), value);
        }
        let open = entry["principal"].get("anyone").is_some() && entry["effect"] == "allow";
        entry.insert("public".to_owned(), json!(open));
        Value::Object(entry)
    };
    listed(&document["Statement"]).into_iter().map(statement).collect()
}
