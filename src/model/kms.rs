//! KMS keys, which AWS names in four ways: key id, key ARN, alias, alias ARN.

use super::Arn;

/// Whether `text` can name a key: a key id, an alias, or the ARN of either.
#[must_use]
pub fn names_key(text: &str) -> bool {
    let rest = match Arn::parse(text) {
        Some(arn) if arn.service == "kms" => arn.resource,
        Some(_) => return false,
        None => text,
    };
    rest.strip_prefix("alias/").is_some_and(|alias| !alias.is_empty()) || key_id(rest).is_some()
}

/// Whether `text` names an alias, or the ARN of one.
#[must_use]
pub fn is_alias(text: &str) -> bool {
    resource(text).starts_with("alias/")
}

/// Whether two texts name the same key, as far as the texts can tell.
///
/// A bare id and the ARN that ends in it are the same key; two ARNs must be equal; what an alias points
/// at is not known here.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one == other
        || (!(one.starts_with("arn:") && other.starts_with("arn:")) && resource(one) == resource(other))
}

/// The part of a name that an ARN ends in: `key/<id>` or `alias/<name>`.
fn resource(text: &str) -> String {
    let rest = Arn::parse(text).map_or(text, |arn| arn.resource);
    match key_id(rest) {
        Some(id) => format!("key/{id}"),
        None => rest.to_owned(),
    }
}

/// A key id: a UUID, or `mrk-` and 32 hex digits for a multi-Region key.
fn key_id(text: &str) -> Option<&str> {
    let id = text.strip_prefix("key/").unwrap_or(text);
    let digits = id.strip_prefix("mrk-").unwrap_or(id);
    let hex = digits.chars().filter(|c| *c != '-').count() == 32
        && digits.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    hex.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
    const ARN: &str = "arn:aws:kms:us-west-2:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const ALIAS: &str = "arn:aws:kms:us-west-2:111122223333:alias/site";

    #[test]
    fn keys_have_four_names() {
        for good in [ID, ARN, "alias/site", ALIAS, "mrk-1234abcd12ab34cd56ef1234567890ab"] {
            assert!(names_key(good), "{good}");
        }
        for bad in
            ["", "site", "alias/", "arn:aws:s3:::bucket", "1234", "arn:aws:kms:us-west-2:111122223333:key/x"]
        {
            assert!(!names_key(bad), "{bad}");
        }
    }

    #[test]
    fn an_id_and_its_arn_are_one_key() {
        assert!(same(ID, ARN) && same(ARN, ID) && same("alias/site", ALIAS));
        assert!(!same(ARN, ALIAS) && !same(ARN, &ARN.replace("us-west-2", "us-east-1")));
        assert!(is_alias(ALIAS) && is_alias("alias/site") && !is_alias(ARN) && !is_alias(ID));
    }
}
