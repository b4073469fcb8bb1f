//! What a repository is billed for. Pure.

use super::EcrRepository;
use super::lifecycle::Image;
use crate::kind::{Live, Usage};
use crate::model::Meter;

/// The size of an image is that of all its layers (API `ImageDetail`), also of those that it shares with others and that
/// are stored once: what is measured is the most that it can be.
pub(super) fn usage(live: Option<&Live<EcrRepository>>) -> Vec<Usage> {
    let images = live.and_then(|live| live.detail.images.as_ref());
    let active = images.and_then(|images| bytes(&images.active));
    let mut all = vec![Usage::measured(Meter::EcrStorage, active)];
    if let Some(images) = images.filter(|images| !images.archived.is_empty()) {
        all.push(Usage::measured(Meter::EcrArchive, bytes(&images.archived)));
    }
    all
}

/// How much images hold, if AWS says so of each.
fn bytes(images: &[Image]) -> Option<u64> {
    images.iter().try_fold(0_u64, |sum, image| Some(sum.saturating_add(image.bytes?)))
}

#[cfg(test)]
mod tests {
    use super::super::state::{Detail, Images};
    use super::*;
    use crate::kind::testing::{brief_uses, entry, in_step};

    #[test]
    fn images_are_billed_where_they_were_measured() {
        let toml = "name = 'team/site'";
        let image = |bytes| Image { digest: "sha256:1".to_owned(), tags: Vec::new(), bytes, pushed_at: 0 };
        let of = |active, archived| {
            let images = Some(Images { active, archived, measured_at: 0 });
            brief_uses(&usage(Some(&in_step(&entry(toml), Detail { images }))))
        };
        assert_eq!(of(Vec::new(), Vec::new()), "ecr-storage measured 0");
        assert_eq!(of(vec![image(Some(3)), image(Some(4))], Vec::new()), "ecr-storage measured 7");
        // One whose size is not told leaves the sum open.
        assert_eq!(of(vec![image(Some(3)), image(None)], Vec::new()), "ecr-storage");
        let archived = of(vec![image(Some(3))], vec![image(Some(5))]);
        assert_eq!(archived, "ecr-storage measured 3, ecr-archive-storage measured 5");
    }
}
