//! What entries bring, as a text names it: `ecr.repository.site.uri`.

use std::fmt;

use super::{Address, KindName, Link};

/// What the entries of each kind bring to a text that names it. All of it is public: there is no output that could be a
/// secret's value, so whatever takes such a text cannot hold one.
const BROUGHT: &[(KindName, &[&str])] = &[
    (KindName::VPC, &["id", "cidr"]),
    (KindName::CERTIFICATE, &["arn", "domain"]),
    (KindName::REPOSITORY, &["arn", "uri"]),
    (KindName::SECRET, &["arn"]),
    (KindName::SECURITY_GROUP, &["id"]),
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

/// A value that may be told to everybody: what an entry brings, and nothing else.
///
/// There is one way to make one: by a text that names one of the outputs that the table lists. So what takes a
/// `Public` can be given no secret, by mistake or otherwise:
///
/// ```
/// use infra::model::Public;
///
/// let export = Public::named("secretsmanager.secret.api-key.arn")?;
/// assert_eq!(export.value(), None, "it is known when the secret is");
/// // The value of a secret is nothing that an entry brings.
/// assert!(Public::named("secretsmanager.secret.api-key.value").is_err());
/// assert!(Public::named("hunter2").is_err());
/// # Ok::<(), String>(())
/// ```
///
/// A text is none, whatever it holds:
///
/// ```compile_fail
/// use infra::model::Public;
///
/// let secret = String::from("hunter2");
/// let export: Public = secret.into();
/// ```
///
/// Nor is a link, which can be to whatever has a name:
///
/// ```compile_fail
/// use infra::model::{Link, Public};
///
/// let export = Public { link: Link::live("hunter2"), output: "arn" };
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Public {
    link: Link,
    output: &'static str,
}

impl Public {
    /// What a text names.
    ///
    /// # Errors
    ///
    /// What to write instead.
    pub fn named(text: &str) -> Result<Self, String> {
        let (address, output) = brought(text)?;
        Ok(Self { link: Link::to(address, output), output })
    }

    /// The value, once it is known.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.link.value()
    }

    /// The entry that brings it.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        self.link.address()
    }

    /// Shows the link to `visit`, who fills in what is known.
    pub fn visit(&mut self, visit: impl FnOnce(&mut Link)) {
        // Whoever is shown it could put another in its place.
        let mut link = self.link.clone();
        visit(&mut link);
        self.link.resolve(link.outputs().cloned());
    }
}

/// The text that names it: the same before and after the value is known.
impl fmt::Display for Public {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.link, self.output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Outputs;

    #[test]
    fn what_is_public_stays_what_it_names() {
        let mut public = Public::named("ecr.repository.site.uri").unwrap();
        public.visit(|link| *link = Link::live("hunter2"));
        // That has an id, and the uri is asked for.
        assert_eq!((public.to_string().as_str(), public.value()), ("ecr.repository.site.uri", None));
        public.visit(|link| link.resolve(Some(Outputs::default().with("uri", "1.dkr/site"))));
        assert_eq!(public.value(), Some("1.dkr/site"));
    }

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
