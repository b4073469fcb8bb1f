//! Answers: as they came, edited, cut short, and made up.

use std::fmt::Write as _;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use infra::aws::Call;

/// An answer: status, headers and body.
pub(super) type Answered = (u16, Vec<(String, String)>, Vec<u8>);

pub(super) async fn whole(answer: HttpResponse) -> Answered {
    let headers = answer.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let status = answer.status().as_u16();
    let body = ByteStream::new(answer.into_body()).collect().await.unwrap().to_vec();
    (status, headers, body)
}

pub(super) async fn edited(answer: HttpResponse, is: &str, as_if: &str) -> HttpResponse {
    let mut answered = whole(answer).await;
    let text = String::from_utf8(answered.2).unwrap();
    assert!(text.contains(is), "there is no {is} in {text}");
    answered.1.retain(|(name, _)| name != "content-length");
    answered.2 = text.replace(is, as_if).into_bytes();
    response(answered)
}

pub(super) async fn cut(answer: HttpResponse) -> HttpResponse {
    let (status, mut headers, mut body) = whole(answer).await;
    // The length would tell.
    headers.retain(|(name, _)| name != "content-length");
    body.truncate(body.len() / 2);
    response((status, headers, body))
}

pub(super) fn response((status, headers, body): Answered) -> HttpResponse {
    let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
    for (name, value) in headers {
        // Nor could a header on the wire hold an escape or a line.
        let _ = response.headers_mut().try_append(name, value);
    }
    response
}

/// An error as the call's own protocol has it.
pub(super) fn answer(call: &Call, status: u16, code: &str, message: &str) -> HttpResponse {
    let error = format!("<Error><Code>{}</Code><Message>{}</Message></Error>", xml(code), xml(message));
    let json = |key: &str| serde_json::json!({ key: code, "message": message }).to_string();
    let (kind, body) = match call.service {
        "sts" | "cloudformation" | "iam" | "elasticloadbalancing" => {
            ("text/xml", format!("<ErrorResponse>{error}</ErrorResponse>"))
        }
        "ec2" => (
            "text/xml",
            format!("<Response><Errors>{error}</Errors><RequestID>injected</RequestID></Response>"),
        ),
        "elasticfilesystem" => ("application/json", json("ErrorCode")),
        _ => ("application/x-amz-json-1.1", json("__type")),
    };
    let mut headers = vec![("content-type".to_owned(), kind.to_owned())];
    if call.service == "elasticfilesystem" {
        headers.push(("x-amzn-errortype".to_owned(), code.to_owned()));
    }
    response((status, headers, body.into_bytes()))
}

/// A text as it stands in XML.
pub(crate) fn xml(text: &str) -> String {
    text.chars().fold(String::new(), |mut xml, c| {
        if c.is_ascii_alphanumeric() || " .,:;/_-@=".contains(c) {
            xml.push(c);
        } else {
            write!(xml, "&#x{:x};", u32::from(c)).unwrap();
        }
        xml
    })
}

#[test]
fn errors_are_answered_as_each_service_does() {
    let injected = |service: &str, operation: &str| {
        let call = infra::aws::calls::permitted(service, operation).unwrap();
        let answer = answer(call, 400, "Code", "words");
        let header = answer.headers().get("x-amzn-errortype").map(str::to_owned);
        (header, String::from_utf8(answer.body().bytes().unwrap().to_vec()).unwrap())
    };
    let (header, body) = injected("EFS", "DescribeFileSystems");
    assert_eq!(
        (header.as_deref(), body.as_str()),
        (Some("Code"), r#"{"ErrorCode":"Code","message":"words"}"#)
    );
    let error = "<Error><Code>Code</Code><Message>words</Message></Error>";
    let ec2 = format!("<Response><Errors>{error}</Errors><RequestID>injected</RequestID></Response>");
    assert_eq!(injected("EC2", "DescribeVpcs"), (None, ec2));
    let sts = format!("<ErrorResponse>{error}</ErrorResponse>");
    assert_eq!(injected("STS", "GetCallerIdentity"), (None, sts));
    let acm = r#"{"__type":"Code","message":"words"}"#.to_owned();
    assert_eq!(injected("ACM", "ListCertificates"), (None, acm));
}
