//! Requests to an emulator without an SDK: for tests of the emulators themselves.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::emulators::{Credentials, Emulator, REGION, fresh_account};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub body: String,
}

impl Answer {
    /// The body of a success.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        serde_json::from_str(&self.body).unwrap()
    }

    /// The text of the first XML element of this name.
    pub(crate) fn element(&self, name: &str) -> String {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let text = self.body.split_once(&start).and_then(|(_, rest)| rest.split_once(&end));
        text.unwrap_or_else(|| panic!("no {name} in {}", self.body)).0.to_owned()
    }

    /// The error's code and message, or nothing for a success.
    pub(crate) fn error(&self) -> Option<(String, String)> {
        if self.status == 200 {
            return None;
        }
        let Ok(body) = serde_json::from_str::<Value>(&self.body) else {
            return Some((self.status.to_string(), self.body.clone()));
        };
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let message = if body["message"].is_null() { text("Message") } else { text("message") };
        Some((text("__type").rsplit('#').next().unwrap_or_default().to_owned(), message))
    }

    /// The error's code, or an empty one for a success.
    pub(crate) fn code(&self) -> String {
        self.error().map_or_else(String::new, |(code, _)| code)
    }
}

/// An account in an emulator.
pub(crate) struct Account<'a> {
    pub endpoint_url: &'a str,
    pub credentials: Credentials,
}

impl<'a> Account<'a> {
    /// One that nobody else uses.
    pub(crate) fn fresh(emulator: &'a Emulator) -> Self {
        let credentials = emulator.credentials(&fresh_account());
        Self { endpoint_url: &emulator.endpoint_url, credentials }
    }

    /// Its number, as the emulator has it.
    pub(crate) fn number(&self) -> String {
        query(self.endpoint_url, &self.credentials, "sts", "GetCallerIdentity", &[]).element("Account")
    }

    pub(crate) fn ecr(&self, operation: &str, body: &Value) -> Answer {
        self.json("ecr", &format!("AmazonEC2ContainerRegistry_V20150921.{operation}"), body)
    }

    /// `UpdateSecret` gets a token where it has none, as every SDK and the AWS CLI give it one.
    pub(crate) fn secrets(&self, operation: &str, body: &Value) -> Answer {
        let mut body = body.clone();
        if operation == "UpdateSecret" && body["ClientRequestToken"].is_null() {
            body["ClientRequestToken"] = format!("{:0>32}", fresh_account()).into();
        }
        let body = &body;
        self.json("secretsmanager", &format!("secretsmanager.{operation}"), body)
    }

    /// Creates or updates the stack `name`, whose one output is exported under a fixed name.
    pub(crate) fn stack(&self, operation: &str, name: &str, value: &str) -> Answer {
        let template = json!({
            "Resources": { "None": { "Type": "AWS::CloudFormation::WaitConditionHandle" } },
            "Outputs": { "Out": { "Value": value, "Export": { "Name": "Name" } } },
        });
        let parameters = [("StackName", name), ("TemplateBody", &template.to_string())];
        query(self.endpoint_url, &self.credentials, "cloudformation", operation, &parameters)
    }

    pub(crate) fn exports(&self) -> Answer {
        query(self.endpoint_url, &self.credentials, "cloudformation", "ListExports", &[])
    }

    fn json(&self, service: &str, target: &str, body: &Value) -> Answer {
        let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n");
        post(self.endpoint_url, &self.credentials, service, &headers, &body.to_string())
    }
}

/// Calls a service that takes a form and answers with XML.
pub(crate) fn query(
    endpoint_url: &str,
    credentials: &Credentials,
    service: &str,
    operation: &str,
    parameters: &[(&str, &str)],
) -> Answer {
    let version = if service == "sts" { "2011-06-15" } else { "2010-05-15" };
    let mut form = format!("Action={operation}&Version={version}");
    for (name, value) in parameters {
        write!(form, "&{name}={}", percent_encoded(value)).unwrap();
    }
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    post(endpoint_url, credentials, service, headers, &form)
}

fn post(endpoint_url: &str, credentials: &Credentials, service: &str, headers: &str, body: &str) -> Answer {
    let address = endpoint_url.strip_prefix("http://").unwrap();
    let key = &credentials.access_key_id;
    let scope = format!("{key}/20260101/{REGION}/{service}/aws4_request");
    let token = match &credentials.session_token {
        Some(token) => format!("X-Amz-Security-Token: {token}\r\n"),
        None => String::new(),
    };
    // Version 1.0 of HTTP: one answer, in one piece, and the end of the connection.
    let request = format!(
        "POST / HTTP/1.0\r\nHost: {address}\r\n{headers}{token}\
         Authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut connection = TcpStream::connect(address).unwrap();
    connection.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, body: body.to_owned() }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").unwrap();
        }
        encoded
    })
}
