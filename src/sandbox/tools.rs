//! What the sandbox may use of the machine: where programs are, and the settings that installers
//! need.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::error::SandboxError;

/// What is handed to installers besides `PATH`: how to reach the package index, and where to keep
/// things. Nothing else of the user's environment is, so that no credentials and no secrets are.
const SETTINGS: [&str; 10] = [
    "ALL_PROXY",
    "CURL_CA_BUNDLE",
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "NETRC",
    "NO_PROXY",
    "REQUESTS_CA_BUNDLE",
    "TMPDIR",
];
const PREFIXES: [&str; 6] = ["LC_", "PIP_", "PYENV_", "SSL_CERT_", "UV_", "XDG_"];

/// Settings that would lead pip to install elsewhere than into the environment it is asked to.
const MISLEADING: [&str; 4] = ["PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER"];

/// Where programs are looked for, and the settings that they are run with.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// `PATH`.
    pub path: OsString,
    /// Variables for installers; see [`Tools::from_variables`].
    pub settings: Vec<(OsString, OsString)>,
}

impl Tools {
    /// Takes what is needed, and only that, from an environment such as [`std::env::vars_os`].
    pub fn from_variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut tools = Self::default();
        for (name, value) in variables {
            if name == "PATH" {
                tools.path = value;
            } else if is_setting(&name) {
                tools.settings.push((name, value));
            }
        }
        tools
    }

    /// The first program of this name on `PATH`. Relative entries are not looked into: whatever
    /// folder infra happens to be in must not choose what it runs.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<PathBuf> {
        std::env::split_paths(&self.path)
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|program| is_executable(program))
    }

    /// Runs a program to its end, in `folder` and with nothing to read. It is killed when the
    /// future is dropped.
    pub(super) async fn run(
        &self,
        program: &Path,
        arguments: &[&OsStr],
        folder: &Path,
    ) -> Result<Output, SandboxError> {
        Command::new(program)
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", &self.path)
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(SandboxError::run(program))
    }

    /// What `program` prints for a line of Python, if it is a Python that can run it.
    pub(super) async fn evaluate(&self, program: &Path, code: &str) -> Option<String> {
        let arguments = ["-I", "-c", code].map(OsStr::new);
        let output = self.run(program, &arguments, Path::new("/")).await.ok()?;
        let printed = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| printed.trim().to_owned())
    }
}

fn is_setting(name: &OsStr) -> bool {
    // The names of proxies are spelled in both cases.
    name.to_str().map(str::to_ascii_uppercase).is_some_and(|name| {
        let wanted =
            SETTINGS.contains(&name.as_str()) || PREFIXES.iter().any(|prefix| name.starts_with(prefix));
        wanted && !MISLEADING.contains(&name.as_str())
    })
}

fn is_executable(program: &Path) -> bool {
    program.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}
