//! How it stands with the value, as plain data. Pure.

use super::{SecretsManagerSecret, State, age};
use crate::kind::Live;
use crate::kind::secret::{CurrentValue, SecretView, Writer};

pub(super) fn of(live: Option<&Live<SecretsManagerSecret>>, want: &State) -> SecretView {
    let detail = live.map(|live| &live.detail);
    let current = detail.filter(|detail| detail.has_value()).map(|detail| CurrentValue {
        by: if detail.versions.is_ours() { Writer::Infra } else { Writer::Elsewhere },
        written: detail.versions.written.clone(),
        age_days: detail.age,
        too_old: age::is_over(detail, &want.value),
    });
    SecretView {
        max_age_days: want.value.max_age_days,
        source: want.value.source.as_ref().map(ToString::to_string),
        current,
        rotation: live.and_then(|live| live.state.rotation.as_ref()).map(ToString::to_string),
    }
}
