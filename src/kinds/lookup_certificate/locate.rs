//! Which entry finds a certificate. Pure.

use super::choose::{Certificate, choose};
use super::spec::{Query, Spec};
use crate::kind::lookup::Located;

/// The entry that finds the certificate of this ARN: by its domain, where no other is issued for it.
///
/// # Errors
///
/// That there is none.
pub(super) fn locate(arn: &str, all: &[Certificate], now: i64) -> Result<Located<Spec>, String> {
    let Some(certificate) = all.iter().find(|certificate| certificate.arn == arn) else {
        return Err(format!("there is no certificate {arn} in this account and region"));
    };
    let domain = certificate.domain.to_ascii_lowercase();
    let by_domain =
        (Query::Domain(domain.clone()), Spec { domain: Some(certificate.domain.clone()), ..Spec::default() });
    let by_arn = (Query::Arn(arn.to_owned()), Spec { arn: Some(arn.to_owned()), ..Spec::default() });
    let found = [by_domain, by_arn].into_iter().find_map(|(query, spec)| {
        let outputs = choose(&query, all, now).ok().filter(|choice| choice.name == arn)?.outputs;
        Some(Located { spec, word: domain.clone(), outputs })
    });
    found.ok_or_else(|| format!("the certificate {arn} is not valid now"))
}
