//! What entries bring, as a text names it: `ecr.repository.site.uri`.

use super::{Address, KindName};

/// What the entries of each kind bring to a text that names it. All of it is public: there is no output that could be a
/// secret's value, so whatever takes such a text cannot hold one.
const BROUGHT: &[(KindName, &[&str])] = &[
    (KindName::VPC, &["id", "cidr"]),
    (KindName::CERTIFICATE, &["arn"]),
    (KindName::REPOSITORY, &["arn", "uri"]),
    (KindName::SECRET, &["arn"]),
    (KindName::SECURITY_GROUP, &["id", "arn"]),
    (KindName::FILE_SYSTEM, &["id", "arn"]),
    (KindName::ACCESS_POINT, &["id", "arn"]),
    (KindName::LOAD_BALANCER, &["arn", "dns-name", "zone-id"]),
    (KindName::LISTENER, &["arn"]),
    (KindName::LOG_GROUP, &["arn"]),
    (KindName::ROLE, &["arn", "name"]),
    (KindName::FUNCTION, &["arn", "name"]),
    (KindName::RULE, &["arn"]),
];

/// What entries of `kind` bring that a text can name.
#[must_use]
pub fn brought_by(kind: KindName) -> Option<&'static [&'static str]> {
    BROUGHT.iter().find(|(name, _)| *name == kind).map(|(_, outputs)| *outputs)
}

/// The kinds whose entries bring something that a text can name.
pub fn bringing() -> impl Iterator<Item = KindName> {
    BROUGHT.iter().map(|(kind, _)| *kind)
}

/// What a text names, if it is the address of an entry with one of its outputs.
///
/// # Errors
///
/// What to write instead.
pub fn brought(text: &str) -> Result<(Address, &'static str), String> {
    let mut parts = text.split('.');
    let named = (parts.next(), parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(service), Some(resource), key, output, None) = named else {
        return Err("write KIND.KEY.OUTPUT, such as ecr.repository.KEY.uri".to_owned());
    };
    let found = BROUGHT.iter().find(|(kind, _)| kind.service == service && kind.resource == resource);
    let Some((kind, outputs)) = found else {
        let kinds: Vec<_> = BROUGHT.iter().map(|(kind, _)| kind.to_string()).collect();
        return Err(format!("write KIND.KEY.OUTPUT; the kinds are {}", kinds.join(", ")));
    };
    let output = output.and_then(|output| outputs.iter().find(|it| **it == output));
    let (Some(key), Some(output)) = (key.filter(|key| !key.is_empty()), output) else {
        return Err(format!("write {kind}.KEY.OUTPUT; what it brings: {}", outputs.join(", ")));
    };
    Ok((Address::new(*kind, key), output))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_an_output_is_understood() {
        let (address, output) = brought("ecr.repository.site.uri").unwrap();
        assert_eq!((address.to_string().as_str(), output), ("ecr.repository.site", "uri"));
    }

    #[test]
    fn what_else_there_is_is_said() {
        for text in ["", "site", "ecr.repository.site.uri.x"] {
            assert!(brought(text).unwrap_err().contains("such as ecr.repository.KEY.uri"), "{text}");
        }
        assert!(brought("ecr.image.site.uri").unwrap_err().contains("lookup.vpc, lookup.certificate"));
        for text in ["ecr.repository.site", "ecr.repository", "ecr.repository..uri", "ecr.repository.site.id"]
        {
            assert_eq!(
                brought(text).unwrap_err(),
                "write ecr.repository.KEY.OUTPUT; what it brings: arn, uri",
                "{text}"
            );
        }
    }
}
