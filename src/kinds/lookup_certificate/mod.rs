//! `lookup.certificate`: an issued certificate, by its domain or its ARN.
//!
//! **Found** in the list of all certificates, which is read once for all entries: ACM allows few calls a
//! second. The list holds other keys than RSA 1024 and 2048 only if it is asked for them (API
//! `ListCertificates`). **Chosen** in memory, among those that are issued and valid now. The domain must stand
//! in the certificate letter by letter: a certificate for `*.example.com` is not looked up as
//! `www.example.com`, for whoever names one certificate means one. Of several, the only one in use is chosen, so that a
//! new one changes nothing that listens with the old one; else more than one is refused.
//!
//! A renewal keeps the ARN and changes the dates, so the dates are no part of why a certificate was chosen.

mod choose;
mod locate;
mod observe;
mod spec;
#[cfg(test)]
mod tests;

use crate::aws::Aws;
use crate::kind::LookUp;
use crate::kind::lookup::{Choice, Located, NoChoice, NotLocated};
use crate::kind::raise::Ask;
use crate::model::KindName;
use crate::model::problem::Problems;

pub use spec::{Query, Spec};

/// The look-up `lookup.certificate`.
pub struct LookUpCertificate;

impl LookUp for LookUpCertificate {
    const NAME: KindName = KindName::CERTIFICATE;
    const ABOUT: &'static str = "an issued certificate, by its domain or its ARN";

    type Spec = Spec;
    type Query = Query;

    fn lower(spec: &Spec, problems: &mut Problems) -> Option<Query> {
        spec::lower(spec, problems)
    }

    async fn look<'a>(aws: &'a Aws, queries: &'a [&'a Query]) -> Vec<Result<Choice, NoChoice>> {
        observe::look(aws, queries).await
    }

    async fn locate<'a>(aws: &'a Aws, asks: &'a [Ask]) -> Vec<Result<Located<Spec>, NotLocated>> {
        observe::locate(aws, asks).await
    }

    fn domain(query: &Query) -> Option<&str> {
        match query {
            Query::Domain(domain) => Some(domain),
            Query::Arn(_) => None,
        }
    }
}
