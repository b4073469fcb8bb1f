//! What entries bring to others, in the forms that others read.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::model::Outputs;
use crate::model::escape::{self, Line};

/// An entry's address with what it brings.
pub type Brought<'a> = (String, &'a Outputs);

/// One line for each output, for people: name and value side by side.
#[must_use]
pub fn text(all: &[Brought<'_>]) -> String {
    let rows: Vec<_> = pairs(all).collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    rows.iter().fold(String::new(), |mut out, (name, value)| {
        let _ = writeln!(out, "{name:width$}  {}", Line(value));
        out
    })
}

/// One object for each entry.
#[must_use]
pub fn json(all: &[Brought<'_>]) -> String {
    let entry = |(address, outputs): &Brought<'_>| {
        let outputs = outputs.iter().map(|(name, value)| (name.to_owned(), Value::from(value)));
        (address.clone(), Value::Object(outputs.collect()))
    };
    let document = Value::Object(all.iter().map(entry).collect::<Map<_, _>>());
    escape::json(&format!("{document:#}\n"))
}

/// `NAME='value'`, for a shell or a dotenv file.
#[must_use]
pub fn dotenv(all: &[Brought<'_>]) -> String {
    pairs(all).fold(String::new(), |mut out, (name, value)| {
        let name = name.replace(|c: char| !c.is_ascii_alphanumeric(), "_").to_uppercase();
        let _ = writeln!(out, "{name}='{}'", Line(value).to_string().replace('\'', "'\\''"));
        out
    })
}

/// `name=value`, for the file that `$GITHUB_OUTPUT` names.
#[must_use]
pub fn github(all: &[Brought<'_>]) -> String {
    pairs(all).fold(String::new(), |mut out, (name, value)| {
        let _ = writeln!(out, "{}={}", name.replace('.', "_"), Line(value));
        out
    })
}

/// Each output under its whole name: `ecr.repository.site.uri`.
fn pairs<'a>(all: &'a [Brought<'_>]) -> impl Iterator<Item = (String, &'a str)> {
    all.iter().flat_map(|(address, outputs)| {
        outputs.iter().map(move |(name, value)| (format!("{address}.{name}"), value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form() {
        let outputs = Outputs::default().with("arn", "arn:aws:x").with("uri", "it's\n::error::x");
        let all = [("ecr.repository.my-site".to_owned(), &outputs)];
        insta::assert_snapshot!(text(&all), @r"
        ecr.repository.my-site.arn  arn:aws:x
        ecr.repository.my-site.uri  it's\n::error::x
        ");
        insta::assert_snapshot!(dotenv(&all), @r"
        ECR_REPOSITORY_MY_SITE_ARN='arn:aws:x'
        ECR_REPOSITORY_MY_SITE_URI='it'\''s\n::error::x'
        ");
        insta::assert_snapshot!(github(&all), @r"
        ecr_repository_my-site_arn=arn:aws:x
        ecr_repository_my-site_uri=it's\n::error::x
        ");
        insta::assert_snapshot!(json(&all), @r#"
        {
          "ecr.repository.my-site": {
            "arn": "arn:aws:x",
            "uri": "it's\n::error::x"
          }
        }
        "#);
    }
}
