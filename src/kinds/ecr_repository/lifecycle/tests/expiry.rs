use serde_json::{Value, json};

use super::super::*;
use super::{document, lifecycle, rule};

const DAY: i64 = 86_400;
const NOW: i64 = 1_700_000_000;

/// An image called `digest`, with these tags, pushed so many days ago.
fn image(digest: &str, tags: &[&str], days: i64) -> Image {
    Image {
        digest: digest.to_owned(),
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
        bytes: Some(1),
        pushed_at: NOW - days * DAY,
    }
}

fn expiring(toml: &str, images: &[Image]) -> String {
    let expiring = lifecycle(toml).expiring(images, NOW).unwrap();
    expiring.iter().map(|image| image.digest.as_str()).collect::<Vec<_>>().join(" ")
}

fn tagged(limit: &str, prefixes: &str) -> String {
    format!("[[lifecycle]]\n{limit}\ntag-prefixes = [{prefixes}]\n")
}

/// ECR user guide, "Examples of lifecycle policies", with its images and its results.
#[test]
fn the_examples_of_the_user_guide() {
    let images = [
        image("A", &["beta-1", "prod-1"], 10),
        image("B", &["beta-2", "prod-2"], 9),
        image("C", &["beta-3"], 8),
    ];
    let (prod, beta) = (tagged("keep-last = 1", "\"prod\""), tagged("keep-last = 1", "\"beta\""));
    assert_eq!(expiring(&format!("{prod}{beta}"), &images), "A", "multiple rules, example A");
    assert_eq!(expiring(&format!("{beta}{prod}"), &images), "A B", "multiple rules, example B");

    let images = [
        image("A", &["alpha-1"], 12),
        image("B", &["beta-1"], 11),
        image("C", &["alpha-2", "beta-2"], 10),
        image("D", &["alpha-3"], 4),
        image("E", &["beta-3"], 3),
        image("F", &["alpha-4", "beta-4"], 2),
    ];
    let both = "\"alpha\", \"beta\"";
    assert_eq!(expiring(&tagged("expire-after-days = 5", both), &images), "C", "multiple tags, example A");

    let images = [
        image("A", &["alpha-1", "beta-1", "gamma-1"], 10),
        image("B", &["alpha-2", "beta-2"], 9),
        image("C", &["alpha-3", "beta-3", "gamma-2"], 8),
    ];
    assert_eq!(expiring(&tagged("keep-last = 1", both), &images), "A B", "multiple tags, example B");
}

#[test]
fn an_image_belongs_to_the_first_rule_that_selects_it() {
    let images = [
        image("new", &["v2"], 1),
        image("old", &["v1"], 100),
        image("loose", &[], 2),
        image("lost", &[], 50),
        image("same", &[], 2),
    ];
    let keep_releases = tagged("keep-last = 9", "\"v\"");
    let rest = "[[lifecycle]]\nkeep-last = 1\n";
    assert_eq!(expiring(rest, &images), "old lost loose same");
    // Releases are kept by their rule, and yet count among the images that the last rule looks at.
    assert_eq!(expiring(&format!("{keep_releases}{rest}"), &images), "lost loose same");
    let untagged = "[[lifecycle]]\nexpire-after-days = 50\ntag-status = \"untagged\"\n";
    assert_eq!(expiring(untagged, &images), "lost", "on the very day");
    assert_eq!(expiring("[[lifecycle]]\nkeep-last = 5", &images), "");
    assert_eq!(expiring(rest, &[]), "");
}

#[test]
fn patterns() {
    let selects = |pattern: &str, tag: &str| {
        let toml = format!("[[lifecycle]]\nexpire-after-days = 1\ntag-patterns = [\"{pattern}\"]");
        expiring(&toml, &[image("x", &["other", tag], 2)]) == "x"
    };
    for (pattern, tag) in [
        ("prod*", "prod"),
        ("prod*", "production-team1"),
        ("*prod*", "repo-production"),
        ("*", "anything"),
        ("v*.*.0", "v1.2.0"),
        ("a*a", "aa"),
        ("a*b*b", "axbxxb"),
        ("exact", "exact"),
        ("**", "x"),
    ] {
        assert!(selects(pattern, tag), "{pattern} {tag}");
    }
    for (pattern, tag) in [
        ("prod*", "reprod"),
        ("*prod", "production"),
        ("a*a", "a"),
        ("exact", "exactly"),
        ("a*b*b", "ab"),
        ("x*y*", "yx"),
    ] {
        assert!(!selects(pattern, tag), "{pattern} {tag}");
    }
}

#[test]
fn what_is_not_understood_is_not_predicted() {
    let odd: [fn(&mut Value); 12] = [
        |rule| rule["action"]["type"] = json!("transition"),
        |rule| rule["action"]["targetStorageClass"] = json!("archive"),
        |rule| rule["selection"]["storageClass"] = json!("archive"),
        |rule| rule["selection"]["countType"] = json!("sinceImagePulled"),
        |rule| rule["selection"]["countUnit"] = json!("days"),
        |rule| rule["selection"]["countType"] = json!("sinceImagePushed"),
        |rule| rule["selection"]["tagStatus"] = json!("untagged"),
        |rule| rule["selection"]["tagPrefixList"] = json!([]),
        |rule| rule["selection"]["tagPatternList"] = json!(["x"]),
        |rule| rule["selection"]["countNumber"] = json!(-1),
        |rule| rule["selection"]["new"] = json!(1),
        |rule| rule["new"] = json!(1),
    ];
    for change in odd {
        let policy = document(&json!([rule(change)]));
        assert_eq!(policy.expiring(&[], NOW), Err(Unpredictable), "{}", policy.text());
        assert_eq!(policy.summary(), "1 rule");
    }
    let standard = document(&json!([rule(|rule| rule["selection"]["storageClass"] = json!("standard"))]));
    assert_eq!(standard.expiring(&[], NOW), Ok(vec![]));
}

type Selects = fn(&Image) -> bool;

/// Every repository of five images, each of four sorts, under every pair of rules from a list,
/// against a plain restatement of the user guide's sentences.
#[test]
fn the_evaluation_agrees_with_its_definition() {
    const SORTS: [&[&str]; 4] = [&[], &["a"], &["b"], &["a", "b"]];
    let limits =
        [("keep-last = 1", 1, false), ("keep-last = 2", 2, false), ("expire-after-days = 3", 3, true)];
    let selectors: [(&str, Selects); 3] = [
        ("tag-prefixes = [\"a\"]", |image| image.tags.iter().any(|tag| tag == "a")),
        ("tag-patterns = [\"b*\"]", |image| image.tags.iter().any(|tag| tag == "b")),
        ("tag-status = \"untagged\"", |image| image.tags.is_empty()),
    ];
    let repositories: Vec<Vec<Image>> = (0..4_usize.pow(5))
        .map(|code| {
            let sort = |place: u32| SORTS[code / 4_usize.pow(place) % 4];
            (0..5).map(|place| image(&place.to_string(), sort(place), i64::from(place) + 1)).collect()
        })
        .collect();
    for (first, one) in selectors {
        for (second, two) in selectors.iter().copied().filter(|(second, _)| *second != first) {
            for (limit, number, by_age) in limits {
                let policy = lifecycle(&format!(
                    "[[lifecycle]]\n{limit}\n{first}\n[[lifecycle]]\n{limit}\n{second}\n"
                ));
                for images in &repositories {
                    // The images are from young to old, so that the place tells the age.
                    let marked = |selects: Selects, image: &Image| {
                        let younger =
                            images.iter().filter(|other| selects(other) && other.pushed_at > image.pushed_at);
                        let over = if by_age {
                            NOW - image.pushed_at >= number * DAY
                        } else {
                            younger.count() >= usize::try_from(number).unwrap()
                        };
                        selects(image) && over
                    };
                    let expected: Vec<&Image> = images
                        .iter()
                        .rev()
                        .filter(|image| marked(one, image) || (marked(two, image) && !one(image)))
                        .collect();
                    assert_eq!(
                        policy.expiring(images, NOW).unwrap(),
                        expected,
                        "{} {images:?}",
                        policy.text()
                    );
                }
            }
        }
    }
}
