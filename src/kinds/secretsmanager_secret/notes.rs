//! What people must be told about an entry even when nothing is to be changed. Pure.

use super::change::written_elsewhere;
use super::state::{Detail, State};
use super::value::Wish;
use super::versions::{Standing, Versions, standing};
use super::{SecretsManagerSecret, age};
use crate::kind::Live;
use crate::value::{AtHand, Source};

pub(super) fn notes(live: Option<&Live<SecretsManagerSecret>>, want: &State) -> Vec<String> {
    let mut notes = Vec::new();
    // Secrets Manager user guide, "Access from a different account".
    if let Some(others) = want.access.others().filter(|_| want.kms_key.is_none()) {
        notes.push(format!(
            "{others} cannot read it: AWS's own key is not for other accounts; choose a `kms-key`"
        ));
    }
    let Some(live) = live else {
        if let Standing::Missing = standing(&Versions::default(), &want.value) {
            notes.push(format!(
                "it is created without a value{}; readers get an error until one is put",
                why_none(&want.value)
            ));
        }
        return notes;
    };
    notes.extend(note_of_value(&live.detail, &want.value));
    notes.extend(age::note(&live.detail, &want.value));
    if live.detail.policy_unread {
        notes.push("its resource policy can be read once it is restored; plan again then".to_owned());
    }
    notes
}

fn note_of_value(detail: &Detail, wish: &Wish) -> Option<String> {
    let written = || written_elsewhere(detail.versions.written.as_deref());
    match standing(&detail.versions, wish) {
        Standing::Settled | Standing::Due(_) => None,
        Standing::Missing => {
            Some(format!("it has no value yet{}; readers get an error until one is put", why_none(wish)))
        }
        Standing::Elsewhere => {
            let what = if wish.source == Some(Source::Prompt) { "was typed" } else { "is at hand" };
            let more = match wish.source {
                Some(Source::Prompt) => "",
                _ => "; `elsewhere = \"overwrite\"` in `value` replaces it",
            };
            Some(format!(
                "its value was {}; whether it is the one that {what} cannot be told{more}",
                written()
            ))
        }
        Standing::NotCompared if detail.versions.is_ours() => {
            Some(format!("its value was not compared: {}", why_not_at_hand(wish)))
        }
        Standing::NotCompared => {
            Some(format!("its value was {}, and was not compared: {}", written(), why_not_at_hand(wish)))
        }
    }
}

/// Why there is none at hand, where its entry says where it comes from.
fn why_none(wish: &Wish) -> String {
    match wish.source {
        None | Some(Source::External) => String::new(),
        Some(_) => format!(" ({})", why_not_at_hand(wish)),
    }
}

fn why_not_at_hand(wish: &Wish) -> String {
    match (&wish.source, &wish.at_hand) {
        (Some(Source::Prompt), _) => "`infra apply` asks for it on a terminal".to_owned(),
        (Some(Source::Env(name)), AtHand::Missing) => format!("${name} is not set"),
        (Some(Source::File(path)), AtHand::Missing) => format!("there is no file {path}"),
        _ => "no values are read here".to_owned(),
    }
}
