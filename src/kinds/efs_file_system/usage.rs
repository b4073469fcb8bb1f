//! What a file system is billed for. Pure.

use super::state::{Stored, Throughput};
use super::{EfsFileSystem, State};
use crate::kind::{Live, Usage};
use crate::model::Meter;

/// Which class a file is in decides its price, and the price of some follows from the throughput mode (Amazon EFS
/// pricing).
pub(super) fn usage(live: Option<&Live<EfsFileSystem>>, state: &State) -> Vec<Usage> {
    let stored = live.and_then(|live| live.detail.stored.as_ref());
    let is_elastic = matches!(state.throughput, Throughput::Elastic);
    let (standard, infrequent) = match (&state.availability_zone, is_elastic) {
        (Some(_), _) => (Meter::EfsOneZone, Meter::EfsOneZoneInfrequentAccess),
        (None, true) => (Meter::EfsStandard, Meter::EfsInfrequentAccessElastic),
        (None, false) => (Meter::EfsStandard, Meter::EfsInfrequentAccess),
    };
    let of = |class: fn(&Stored) -> u64| stored.map(class);
    let mut all = vec![Usage::measured(standard, of(|stored| stored.standard))];
    // What no file is moved to, and none is in, is not worth a word.
    let holds = |bytes: Option<u64>, moves: bool| moves || bytes.is_some_and(|bytes| bytes > 0);
    let bytes = of(|stored| stored.infrequent_access);
    if holds(bytes, state.lifecycle.infrequent_after.is_some()) {
        all.push(Usage::measured(infrequent, bytes));
    }
    let bytes = of(|stored| stored.archive);
    if holds(bytes, state.lifecycle.archive_after.is_some()) {
        all.push(Usage::measured(Meter::EfsArchive, bytes));
    }
    match state.throughput {
        Throughput::Bursting => {}
        Throughput::Elastic => {
            all.push(Usage::used(Meter::EfsElasticReads));
            all.push(Usage::used(Meter::EfsElasticWrites));
        }
        Throughput::Provisioned { mibps } => all.push(
            Usage::used(Meter::EfsProvisionedThroughput)
                .note(format!("as far as {mibps} MiB/s are more than comes with the files")),
        ),
    }
    if state.backups {
        all.push(Usage::used(Meter::EfsBackup).note("as much as AWS Backup keeps, which is not measured"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::super::state::Detail;
    use super::*;
    use crate::kind::testing::{brief_uses, entry, in_step};

    #[test]
    fn a_file_system_is_billed_by_the_classes_of_its_files() {
        let of = |toml: &str, stored: Option<Stored>| {
            let entry = entry::<EfsFileSystem>(toml);
            let live = in_step(&entry, Detail { stored, ..Detail::default() });
            brief_uses(&usage(Some(&live), &entry.state))
        };
        let stored =
            |standard, infrequent_access, archive| Some(Stored { standard, infrequent_access, archive });
        let plain = "name = 'site'\nbackups = false";
        assert_eq!(of(plain, None), "efs-standard");
        assert_eq!(of(plain, stored(6, 0, 0)), "efs-standard measured 6");
        // What is there is billed, whether or not anything moves there today.
        let all = "efs-standard measured 6, efs-infrequent-access measured 7, efs-archive measured 8";
        assert_eq!(of(plain, stored(6, 7, 8)), all);
        let moves = format!("{plain}\nlifecycle = {{ infrequent-access-after-days = 30 }}");
        assert_eq!(of(&moves, None), "efs-standard, efs-infrequent-access");
        assert_eq!(of(&moves, stored(6, 0, 0)), "efs-standard measured 6, efs-infrequent-access measured 0");
        let elastic = format!("{moves}\nthroughput-mode = 'elastic'");
        assert_eq!(
            of(&elastic, None),
            "efs-standard, efs-infrequent-access-elastic, efs-elastic-reads, efs-elastic-writes"
        );
        let one = format!("{moves}\navailability-zone = 'us-west-2a'");
        assert_eq!(of(&one, None), "efs-one-zone, efs-one-zone-infrequent-access");
        assert_eq!(of("name = 'site'\nbackups = true", None), "efs-standard, efs-backup");
    }
}
