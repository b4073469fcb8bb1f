//! One manifest and the account it is for, connected: what every command that reads the account begins with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::args::{Global, PricesArg};
use super::connect::{AWS, Reached, Target, close, connect};
use super::exit::Exit;
use super::failure::Failure;
use super::host::{Env, Host};
use super::plan_file;
use super::ui::Ui;
use super::values::reading;
use crate::aws::Aws;
use crate::cost::Prices;
use crate::kind::entry::Place;
use crate::kinds::KINDS;
use crate::manifest::{self, Manifest};
use crate::model::KindName;
use crate::model::escape::Line;
use crate::observe;
use crate::plan::{Origin, Plan};
use crate::sandbox::Sandbox;
use crate::value::{Given, NoValues, Reading, Values};

/// A manifest, and clients for its account.
pub(super) struct Session {
    /// The manifest.
    pub manifest: Manifest,
    /// The clients.
    pub aws: Aws,
    /// What is asked: AWS, the sandbox, or another endpoint.
    endpoint: String,
    sandbox: Option<Sandbox>,
    /// Whether all that the manifest owns is to go.
    destroys: bool,
}

impl Session {
    /// Loads the manifest and connects, to an emulated account if that is asked for. No secret value is read.
    ///
    /// # Errors
    ///
    /// A manifest with faults, an endpoint that is no URL, or an emulator that does not start. Nothing is sent
    /// to AWS yet.
    pub(super) async fn open(
        path: &Path,
        global: &Global,
        host: &Host,
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        Self::begin(path, false, Arc::new(NoValues), global, host, ui).await
    }

    /// The same with the values of secrets, which come from where the manifest says.
    ///
    /// # Errors
    ///
    /// As [`Session::open`]; and every value that cannot be one.
    pub(super) async fn open_with_values(
        path: &Path,
        global: &Global,
        host: &Host,
        ui: &mut Ui,
    ) -> Result<(Self, Arc<Reading>), Failure> {
        let values = reading(host);
        let session = Self::begin(path, false, values.clone(), global, host, ui).await?;
        Ok((session, values))
    }

    /// The same for its secrets alone: nothing else of the account is read.
    ///
    /// # Errors
    ///
    /// As [`Session::open`]; and a value that cannot be one.
    pub(super) async fn open_for_secrets(
        path: &Path,
        values: Arc<Given>,
        global: &Global,
        host: &Host,
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        let mut session = Self::begin(path, false, values, global, host, ui).await?;
        session.keep_secrets();
        Ok(session)
    }

    /// As [`Session::understand_again`], for its secrets alone.
    ///
    /// # Errors
    ///
    /// It is not the same any more.
    pub(super) fn understand_secrets_again(
        &mut self,
        path: &Path,
        values: Arc<Given>,
    ) -> Result<(), Failure> {
        self.understand_again(path, values)?;
        self.keep_secrets();
        Ok(())
    }

    fn keep_secrets(&mut self) {
        self.manifest.groups.retain(|group| group.kind() == KindName::SECRET);
    }

    /// Understands the same manifest again, with the values that are at hand by now.
    ///
    /// # Errors
    ///
    /// It is not the same any more.
    pub(super) fn understand_again(&mut self, path: &Path, values: Arc<dyn Values>) -> Result<(), Failure> {
        let manifest = manifest::load_with(path, KINDS, values)?;
        if manifest.hash != self.manifest.hash {
            return Err(Failure::Said {
                exit: Exit::Moved,
                message: format!("{} was changed while values were typed", Line(&self.manifest.file)),
                help: Some("nothing was changed; run the same command again".to_owned()),
            });
        }
        self.manifest = manifest;
        Ok(())
    }

    /// The same for `infra destroy`: its plans take down what there is.
    ///
    /// # Errors
    ///
    /// As [`Session::open`].
    pub(super) async fn open_to_destroy(
        path: &Path,
        global: &Global,
        host: &Host,
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        Self::begin(path, true, Arc::new(NoValues), global, host, ui).await
    }

    async fn begin(
        path: &Path,
        destroys: bool,
        values: Arc<dyn Values>,
        global: &Global,
        host: &Host,
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        if global.sandbox.is_some() {
            folder_without_equals(path)?;
        }
        let manifest = load_with(path, values)?;
        let Place { account, region, .. } = manifest.place.as_ref();
        let target = Target { account, region, domains: &manifest.domains(), destroys };
        let Reached { aws, endpoint, sandbox } = connect(target, global, host, ui).await?;
        Ok(Self { manifest, aws, endpoint, sandbox, destroys })
    }

    /// Reads the account and decides.
    ///
    /// # Errors
    ///
    /// When nothing may be concluded from what was read.
    pub(super) async fn plan(&self) -> Result<Plan, Failure> {
        let world = observe::observe(&self.aws, &self.manifest, self.destroys).await?;
        let decide = if self.destroys { Plan::destroy } else { Plan::build };
        Ok(decide(&self.manifest, world))
    }

    /// The same, with what each resource holds measured.
    ///
    /// # Errors
    ///
    /// As [`Session::plan`].
    pub(super) async fn measure(&self) -> Result<Plan, Failure> {
        Ok(Plan::build(&self.manifest, observe::observe(&self.aws, &self.manifest, true).await?))
    }

    /// What is asked in place of AWS, if it is not AWS.
    pub(super) fn stand_in(&self) -> Option<&'static str> {
        match &self.sandbox {
            Some(_) => Some("the account is emulated"),
            None if self.endpoint == AWS => None,
            None => Some("another endpoint stands in for AWS"),
        }
    }

    /// Where a plan of this session is made.
    pub(super) fn origin(&self) -> Origin {
        Origin {
            file: self.manifest.file.clone(),
            hash: self.manifest.hash.clone(),
            endpoint: self.endpoint.clone(),
        }
    }

    /// Ends it. See [`close`].
    ///
    /// # Errors
    ///
    /// The work's own, or else that the state could not be kept.
    pub(super) async fn close<T>(self, work: Result<T, Failure>, ui: &mut Ui) -> Result<T, Failure> {
        close(self.sandbox, work, ui).await
    }
}

/// Which of the words after a command is the manifest: the first, if it looks like one.
pub(super) fn told_apart(mut words: Vec<String>) -> (Option<PathBuf>, Vec<String>) {
    let is_file = |word: &String| {
        let path = Path::new(word);
        path.exists() || path.extension().is_some_and(|it| it == "toml")
    };
    let manifest = words.first().is_some_and(is_file).then(|| PathBuf::from(words.remove(0)));
    (manifest, words)
}

/// Reads the manifest at `path`, and no secret value.
///
/// # Errors
///
/// A manifest with faults, or a plan in its place.
pub(super) fn load(path: &Path) -> Result<Manifest, Failure> {
    load_with(path, Arc::new(NoValues))
}

/// The same, with the values of secrets as `values` gives them.
///
/// # Errors
///
/// As [`load`]; and every value that cannot be one.
pub(super) fn load_with(path: &Path, values: Arc<dyn Values>) -> Result<Manifest, Failure> {
    if plan_file::is_plan(path) {
        let name = path.display().to_string();
        let message = format!("{} is a plan, not a manifest", Line(&name));
        return Err(Failure::usage(message, format!("apply it: infra apply {}", Line(&name))));
    }
    Ok(manifest::load_with(path, KINDS, values)?)
}

/// The prices to reckon with: those of the file that was typed or that `$INFRA_PRICES` names, over those that there are.
///
/// # Errors
///
/// A file with faults.
pub(super) fn prices(typed: PricesArg, env: &Env) -> Result<Prices, Failure> {
    let file = typed.prices.or_else(|| env.get("INFRA_PRICES").map(PathBuf::from));
    Ok(manifest::prices(file.as_deref())?)
}

/// The manifest to work on: as typed, else `$INFRA_MANIFEST`, else the only file in `manifests/`.
///
/// # Errors
///
/// When none or several could be meant.
pub(super) fn manifest_path(typed: Option<PathBuf>, env: &Env) -> Result<PathBuf, Failure> {
    if let Some(path) = typed {
        return Ok(path);
    }
    if let Some(path) = env.get("INFRA_MANIFEST") {
        if !Path::new(path).exists() {
            let message = format!("INFRA_MANIFEST names {}, and there is no such file", Line(path));
            return Err(Failure::usage(
                message,
                "name the manifest: infra plan PATH, or unset INFRA_MANIFEST",
            ));
        }
        return Ok(path.into());
    }
    let files = fs::read_dir("manifests").into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|it| it == "toml")).collect();
    files.sort();
    match (files.pop(), files.len()) {
        (Some(only), 0) => Ok(only),
        (None, _) => Err(Failure::usage(
            "no manifest is named, and there is none in manifests/",
            "name one: infra plan PATH, or set INFRA_MANIFEST",
        )),
        (Some(last), _) => {
            files.push(last);
            let names: Vec<_> =
                files.iter().map(|path| Line(&path.display().to_string()).to_string()).collect();
            let message = "no manifest is named, and there are several in manifests/";
            Err(Failure::usage(message, format!("name one of {}", names.join(", "))))
        }
    }
}

/// `--sandbox DIR` is easily typed, and makes DIR the manifest.
fn folder_without_equals(path: &Path) -> Result<(), Failure> {
    let is_meant = path.is_dir() || (!path.exists() && path.extension().is_none());
    if !is_meant {
        return Ok(());
    }
    let shown = path.display().to_string();
    Err(Failure::usage(
        format!("{} was taken for the manifest, and is none", Line(&shown)),
        format!("if it is to be the sandbox's folder, write --sandbox={}", Line(&shown)),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Meter;

    #[test]
    fn prices_are_those_that_were_typed_or_else_those_of_the_environment() {
        let folder = tempfile::tempdir().unwrap();
        let list = |name: &str, usd: &str| {
            let path = folder.path().join(name);
            let line = format!(
                "[[price]]\nmeter = \"secret\"\nusd = \"{usd}\"\nunit = \"secret-month\"\n\
                 regions = [\"us-west-2\"]\ndate = \"2026-12-01\"\nsource = \"ours\"\n"
            );
            fs::write(&path, line).unwrap();
            path
        };
        let (typed, named) = (list("typed.toml", "0.30"), list("named.toml", "0.20"));
        let secret = |typed: Option<&PathBuf>, env: &Env| {
            let prices = prices(PricesArg { prices: typed.cloned() }, env).unwrap();
            prices.of("us-west-2").of(Meter::Secret).unwrap().usd.to_string()
        };
        let env = Env::from_iter([("INFRA_PRICES", named.to_str().unwrap())]);
        assert_eq!(secret(Some(&typed), &env), "0.30");
        assert_eq!(secret(None, &env), "0.20");
        assert_eq!(secret(None, &Env::default()), "0.40");
    }
}
