//! What a rule calls, and what it sends. Pure.

use serde_json::Value;

use crate::model::{Arn, FieldChange, Link, Shown};

/// How often a call is tried again, and for how long, where nothing is said (API `RetryPolicy`).
pub(super) const RETRIES: u32 = 185;
pub(super) const AGE: u32 = 86_400;

/// The function that a rule calls.
#[derive(Clone, Debug)]
pub struct Target {
    /// What the target is called in its rule; none of one that is declared, which takes whatever is there.
    pub id: Option<String>,
    /// The function.
    pub function: Link,
    /// What it is sent; none is the event itself.
    pub input: Option<Input>,
    /// How often a call that failed is tried again.
    pub retries: u32,
    /// For how many seconds.
    pub age: u32,
    /// What else is set, and cannot be declared (`a dead-letter queue`).
    pub more: Vec<&'static str>,
}

/// A target that no entry declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// What it is called in its rule.
    pub id: String,
    /// What it is.
    pub arn: String,
}

/// A JSON text; two are equal if they mean the same.
#[derive(Clone, Debug)]
pub struct Input {
    /// As it was written, and is sent.
    pub text: String,
    /// What it means; none of what is no JSON, which means only itself.
    value: Option<Value>,
}

impl Input {
    /// What this text means.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), value: serde_json::from_str(text).ok() }
    }

    /// Whether it is JSON.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.value.is_some()
    }

    fn shown(&self) -> Shown {
        Shown::text(self.value.as_ref().map_or_else(|| self.text.clone(), Value::to_string))
    }
}

impl PartialEq for Input {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (None, None) => self.text == other.text,
            (one, other) => one == other,
        }
    }
}

/// Two targets are the same if they call the same function in the same way, whatever they are called.
impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        // Destructured whole: a new field that nobody compares does not compile.
        let Self { id: _, function, input, retries, age, more } = self;
        *function == other.function
            && *input == other.input
            && *retries == other.retries
            && *age == other.age
            && *more == other.more
    }
}

impl Target {
    /// The settings as people read them, with what is not set.
    fn shown(&self) -> [(&'static str, Shown); 5] {
        let Self { id: _, function, input, retries, age, more } = self;
        let more = (!more.is_empty()).then(|| more.join(", "));
        [
            ("function", Shown::link(function)),
            ("input", input.as_ref().map_or(Shown::Absent, Input::shown)),
            ("retry-attempts", Shown::text(retries.to_string())),
            ("maximum-event-age-seconds", Shown::text(age.to_string())),
            ("what else the target has", Shown::optional(more)),
        ]
    }

    /// The fields that differ from `before`, or all that is set where there was none.
    pub(super) fn fields(&self, before: Option<&Self>) -> Vec<FieldChange> {
        let after = self.shown();
        let Some(before) = before else {
            let is_set = |(_, value): &(&str, Shown)| *value != Shown::Absent;
            return after
                .into_iter()
                .filter(is_set)
                .map(|(name, value)| FieldChange::set(name, value))
                .collect();
        };
        let is_same_function = before.function == self.function;
        let pairs = before.shown().into_iter().zip(after);
        let differ = pairs.filter(|((name, before), (_, after))| match *name {
            // Shown by its entry on one side and by its ARN on the other.
            "function" => !is_same_function,
            _ => before != after,
        });
        differ.map(|((name, before), (_, after))| FieldChange::new(name, before, after)).collect()
    }
}

/// The ARN of the function that a link of the rule `rule` means, as far as it is known: its name says it before it is
/// made.
pub(super) fn function_arn(rule: &str, function: &Link) -> Option<String> {
    let named = || {
        let rule = Arn::parse(rule)?;
        let resource = format!("function:{}", function.name()?);
        Some(Arn { service: "lambda", resource: &resource, ..rule }.to_string())
    };
    function.value().map(str::to_owned).or_else(named)
}

/// The name of a function of the account and the region of the rule `rule`; none of anything else, and none of a
/// version or an alias, which has a policy of its own.
pub(super) fn function_name<'a>(rule: &str, arn: &'a str) -> Option<&'a str> {
    let (rule, arn) = (Arn::parse(rule)?, Arn::parse(arn)?);
    let is_here = arn.service == "lambda" && arn.region == rule.region && arn.account == rule.account;
    arn.resource.strip_prefix("function:").filter(|name| is_here && !name.contains(':'))
}
