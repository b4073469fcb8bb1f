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
    /// The error's code, where it comes in a header: from services that take a method and a path.
    error_type: Option<String>,
    pub body: String,
}

impl Answer {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body of a success; null where there is none.
    pub(crate) fn json(&self) -> Value {
        assert!(self.is_success(), "{} {}", self.status, self.body);
        if self.body.is_empty() { Value::Null } else { serde_json::from_str(&self.body).unwrap() }
    }

    /// The body of a success, as XML.
    pub(crate) fn xml(self) -> Self {
        assert!(self.is_success(), "{} {}", self.status, self.body);
        self
    }

    /// The text of the first XML element of this name.
    pub(crate) fn element(&self, name: &str) -> String {
        self.elements(name).next().unwrap_or_else(|| panic!("no {name} in {}", self.body)).to_owned()
    }

    /// The texts of all XML elements of this name.
    pub(crate) fn elements(&self, name: &str) -> impl Iterator<Item = &str> {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let mut rest = self.body.as_str();
        std::iter::from_fn(move || {
            let (text, after) = rest.split_once(&start)?.1.split_once(&end)?;
            rest = after;
            Some(text)
        })
    }

    /// The keys and values of an XML list of pairs, by key: tags, or attributes.
    pub(crate) fn pairs(&self) -> Vec<(String, String)> {
        let pair = |key: &str| {
            let rest = self.body.split_once(&format!("<Key>{key}</Key>")).map_or("", |(_, rest)| rest);
            // An empty one may be of one piece.
            let value = rest.split_once("<Value>").filter(|(before, _)| before.trim().is_empty());
            value.and_then(|(_, value)| value.split_once('<')).map_or("", |(value, _)| value).to_owned()
        };
        let mut pairs: Vec<_> = self.elements("Key").map(|key| (key.to_owned(), pair(key))).collect();
        pairs.sort();
        pairs
    }

    /// The error's code and message, or nothing for a success.
    pub(crate) fn error(&self) -> Option<(String, String)> {
        if self.is_success() {
            return None;
        }
        let Ok(body) = serde_json::from_str::<Value>(&self.body) else {
            let element = |name| self.elements(name).next().map(str::to_owned);
            return Some((
                element("Code").unwrap_or_else(|| self.status.to_string()),
                element("Message").unwrap_or_else(|| self.body.clone()),
            ));
        };
        let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
        let message = if body["message"].is_null() { text("Message") } else { text("message") };
        let code = self.error_type.clone().unwrap_or_else(|| text("__type"));
        Some((code.rsplit('#').next().unwrap_or_default().to_owned(), message))
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

    pub(crate) fn iam(&self, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        query(self.endpoint_url, &self.credentials, "iam", operation, parameters)
    }

    pub(crate) fn logs(&self, operation: &str, body: &Value) -> Answer {
        self.json("logs", &format!("Logs_20140328.{operation}"), body)
    }

    /// Calls the tagging API.
    pub(crate) fn tagging(&self, operation: &str, body: &Value) -> Answer {
        self.json("tagging", &format!("ResourceGroupsTaggingAPI_20170126.{operation}"), body)
    }

    /// Calls CloudFormation.
    pub(crate) fn cloudformation(&self, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        query(self.endpoint_url, &self.credentials, "cloudformation", operation, parameters)
    }

    pub(crate) fn exports(&self) -> Answer {
        query(self.endpoint_url, &self.credentials, "cloudformation", "ListExports", &[])
    }

    pub(crate) fn ec2(&self, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        query(self.endpoint_url, &self.credentials, "ec2", operation, parameters)
    }

    /// Calls Elastic Load Balancing, of application load balancers.
    pub(crate) fn elb(&self, operation: &str, parameters: &[(&str, &str)]) -> Answer {
        query(self.endpoint_url, &self.credentials, "elasticloadbalancing", operation, parameters)
    }

    pub(crate) fn acm(&self, operation: &str, body: &Value) -> Answer {
        self.json("acm", &format!("CertificateManager.{operation}"), body)
    }

    /// Calls `EventBridge`.
    pub(crate) fn events(&self, operation: &str, body: &Value) -> Answer {
        self.json("events", &format!("AWSEvents.{operation}"), body)
    }

    /// Requests a certificate for `domain`, which emulators issue at once, and gives its ARN.
    pub(crate) fn certify(&self, domain: &str) -> String {
        self.certify_with(domain, &json!({}))
    }

    /// The same, with more that the request says.
    pub(crate) fn certify_with(&self, domain: &str, more: &Value) -> String {
        let mut body = json!({ "DomainName": domain, "ValidationMethod": "DNS" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.acm("RequestCertificate", &body).json()["CertificateArn"].as_str().unwrap().to_owned()
    }

    /// Calls EFS with a method and a path, such as `GET mount-targets?FileSystemId=fs-1`.
    pub(crate) fn efs(&self, line: &str, body: &Value) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let line = format!("{method} /2015-02-01/{path}");
        let headers = "Content-Type: application/json\r\n";
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(self.endpoint_url, &self.credentials, "elasticfilesystem", &line, headers, &body)
    }

    /// Calls Lambda with a method and a path, such as `GET 2015-03-31/functions/site`.
    pub(crate) fn lambda(&self, line: &str, body: &Value) -> Answer {
        let (method, path) = line.split_once(' ').unwrap();
        let line = format!("{method} /{path}");
        let headers = "Content-Type: application/json\r\n";
        let body = if body.is_null() { String::new() } else { body.to_string() };
        send(self.endpoint_url, &self.credentials, "lambda", &line, headers, &body)
    }

    /// The code of a function, downloaded from where `GetFunction` says that it is.
    pub(crate) fn deployed(&self, function: &str) -> Vec<u8> {
        let about = self.lambda(&format!("GET 2015-03-31/functions/{function}"), &Value::Null).json();
        let location = about["Code"]["Location"].as_str().unwrap();
        let path = location.splitn(4, '/').nth(3).unwrap();
        let address = self.endpoint_url.strip_prefix("http://").unwrap();
        let mut connection = TcpStream::connect(address).unwrap();
        write!(connection, "GET /{path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        answer.split_off(end)
    }

    fn json(&self, service: &str, target: &str, body: &Value) -> Answer {
        let headers = format!("Content-Type: application/x-amz-json-1.1\r\nX-Amz-Target: {target}\r\n");
        send(self.endpoint_url, &self.credentials, service, ROOT, &headers, &body.to_string())
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
    let version = match service {
        "ec2" => "2016-11-15",
        "elasticloadbalancing" => "2015-12-01",
        "sts" => "2011-06-15",
        _ => "2010-05-15",
    };
    let mut form = format!("Action={operation}&Version={version}");
    for (name, value) in parameters {
        write!(form, "&{name}={}", percent_encoded(value)).unwrap();
    }
    let headers = "Content-Type: application/x-www-form-urlencoded\r\n";
    send(endpoint_url, credentials, service, ROOT, headers, &form)
}

const ROOT: &str = "POST /";

fn send(
    endpoint_url: &str,
    credentials: &Credentials,
    service: &str,
    line: &str,
    headers: &str,
    body: &str,
) -> Answer {
    let address = endpoint_url.strip_prefix("http://").unwrap();
    let key = &credentials.access_key_id;
    let scope = format!("{key}/20260101/{REGION}/{service}/aws4_request");
    let token = match &credentials.session_token {
        Some(token) => format!("X-Amz-Security-Token: {token}\r\n"),
        None => String::new(),
    };
    // Version 1.0 of HTTP: one answer, in one piece, and the end of the connection.
    let request = format!(
        "{line} HTTP/1.0\r\nHost: {address}\r\n{headers}{token}\
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
    let mut fields = head.lines().filter_map(|line| line.split_once(": "));
    let error_type = fields.find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-errortype"));
    let error_type = error_type.map(|(_, code)| code.to_owned());
    Answer { status, error_type, body: body.to_owned() }
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
