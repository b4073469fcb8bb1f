//! The id of the version that holds a value: a slow, salted hash of the value (docs/decisions/019).

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};

use crate::model::digest;

/// The scheme. Another one gives every value another id, so every value would be put again.
const SCHEME: &str = "infra secret value 1";
/// Values are text. Bytes would be a kind of their own, so that equal bytes do not come to equal ids.
const STRING: &str = "string";

/// 64 MiB, three passes, one lane, 32 bytes (RFC 9106, its second recommendation with one lane, for there is one
/// thread).
const PARAMS: Params = match Params::new(64 * 1024, 3, 1, Some(32)) {
    Ok(params) => params,
    Err(_) => panic!("within the limits of RFC 9106"),
};

/// The secret that a value is for: the same value has another id in another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Holder {
    /// The partition (`aws`).
    pub partition: String,
    /// The account.
    pub account: String,
    /// The region.
    pub region: String,
    /// The secret's name.
    pub name: String,
}

/// The id of the version that holds a value: 64 hex digits, the longest that AWS takes (API `PutSecretValue`).
#[derive(Clone, PartialEq, Eq)]
pub struct VersionId(String);

impl VersionId {
    pub(super) fn derive(text: &str, of: &Holder) -> Self {
        let Holder { partition, account, region, name } = of;
        let salt = digest::bytes_of_parts([SCHEME, partition, account, region, name, STRING]);
        let mut id = [0; 32];
        let hash = Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS);
        #[expect(clippy::expect_used, reason = "every length is fixed or limited, within RFC 9106")]
        hash.hash_password_into(text.as_bytes(), &salt, &mut id).expect("lengths within RFC 9106");
        Self(digest::hex(&id))
    }

    /// As AWS knows it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Who sees it can try values on it. AWS shows it; what `infra` prints does not.
impl fmt::Debug for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VersionId(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Holder {
        let [partition, account, region, name] =
            ["aws", "111122223333", "us-west-2", name].map(str::to_owned);
        Holder { partition, account, region, name }
    }

    /// Whatever changes it would have every value of every secret put again. The id was also made by another
    /// implementation of Argon2id, that of OpenSSL: docs/decisions/019 has the lines.
    #[test]
    fn the_id_of_a_value_is_this_for_ever() {
        let id = VersionId::derive("correct horse battery staple", &of("site/token"));
        assert_eq!(id.as_str(), "5cc8b72fabc8fec6de7d80c61573d8cc8d75334f1fefaedc4a9fd40e55e05c4c");
    }

    /// RFC 9106, section 5.3: the hash itself is the one that the RFC means.
    #[test]
    fn the_hash_is_argon2id() {
        let mut params = argon2::ParamsBuilder::new();
        params.m_cost(32).t_cost(3).p_cost(4).output_len(32);
        params.data(argon2::AssociatedData::new(&[4; 12]).unwrap());
        let params = params.build().unwrap();
        let hash = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut out = [0; 32];
        hash.hash_password_into(&[1; 32], &[2; 16], &mut out).unwrap();
        assert_eq!(digest::hex(&out), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    #[test]
    fn it_is_of_one_value_in_one_secret() {
        let id = |text: &str, of: Holder| VersionId::derive(text, &of).0;
        let first = id("a", of("site/token"));
        assert!(first.len() == 64 && first.bytes().all(|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()));
        for other in [
            id("b", of("site/token")),
            id("a\n", of("site/token")),
            id("a", of("site/other")),
            id("a", Holder { account: "444455556666".to_owned(), ..of("site/token") }),
            id("a", Holder { region: "eu-west-1".to_owned(), ..of("site/token") }),
            id("a", Holder { partition: "aws-cn".to_owned(), ..of("site/token") }),
        ] {
            assert_ne!(first, other);
        }
    }
}
