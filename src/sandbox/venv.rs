//! Virtual environments made from hashed requirements.
//!
//! An environment is made where it stays, because its scripts name their own place. A file that is
//! written last, and tells what was installed, makes it count; without that file, or with another
//! content, it is made afresh. Only one process at a time makes it.
//!
//! Only wheels are installed, and only those whose hashes are in the requirements: nothing is
//! built, so no code runs that is not pinned, and what is installed on one machine is installed on
//! all.

use std::ffi::OsStr;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::error::{SandboxError, last_lines};
use super::python;
use super::tools::Tools;

/// How often a process that waits for another one's installation looks whether it has ended.
const GLANCE: Duration = Duration::from_millis(100);

/// Succeeds where the folder that packages were installed in is the one that this Python looks
/// into. It is not when the Python that the environment was made from has been upgraded or removed
/// since.
const STILL_WHOLE: &str =
    "import os, site, sys; sys.exit(not any(map(os.path.isdir, site.getsitepackages())))";

const INSTALL: [&str; 4] = ["install", "--require-hashes", "--only-binary=:all:", "--requirement"];

/// Makes the virtual environment `folder` from `requirements`, in the format of pip with all
/// hashes, unless it is there already; gives its Python. With `uv` where that is on `PATH`, else
/// with Python's own means.
///
/// # Errors
/// When there is neither, when an installer fails (most often: the package index cannot be reached), or when the
/// folder cannot be written.
pub async fn provide(
    requirements: &str,
    folder: &Path,
    tools: &Tools,
    say: &mut dyn FnMut(&str),
) -> Result<PathBuf, SandboxError> {
    let environment = Environment { folder, python: folder.join("bin/python"), tools };
    if !environment.is_whole(requirements).await {
        let lock = environment.lock(say).await?;
        // Another process may have made it in the meantime.
        if !environment.is_whole(requirements).await {
            environment.make(requirements, say).await?;
        }
        drop(lock);
    }
    Ok(environment.python)
}

struct Environment<'a> {
    folder: &'a Path,
    python: PathBuf,
    tools: &'a Tools,
}

impl Environment<'_> {
    /// The requirements that were installed: there once all of them are.
    fn installed(&self) -> PathBuf {
        self.folder.join("installed.txt")
    }

    async fn is_whole(&self, requirements: &str) -> bool {
        fs::read_to_string(self.installed()).is_ok_and(|installed| installed == requirements)
            && self.tools.evaluate(&self.python, STILL_WHOLE).await.is_some()
    }

    /// Waits for whoever is making the environment. In glances, so that the wait can be given up at
    /// any time.
    async fn lock(&self, say: &mut dyn FnMut(&str)) -> Result<File, SandboxError> {
        let parent = self.parent();
        fs::create_dir_all(parent).map_err(SandboxError::file("create", parent))?;
        let mut name = self.folder.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let file = File::create(&path).map_err(SandboxError::file("create", &path))?;
        let mut waiting = false;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::Error(source)) => {
                    return Err(SandboxError::file("lock", &path)(source));
                }
                Err(TryLockError::WouldBlock) if waiting => {}
                Err(TryLockError::WouldBlock) => {
                    say(&format!("waiting for another process that installs {}", self.folder.display()));
                    waiting = true;
                }
            }
            tokio::time::sleep(GLANCE).await;
        }
    }

    async fn make(&self, requirements: &str, say: &mut dyn FnMut(&str)) -> Result<(), SandboxError> {
        match fs::remove_dir_all(self.folder) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(SandboxError::file("remove", self.folder)(error));
            }
            _ => {}
        }
        let wanted = self.folder.join("wanted.txt");
        let write_wanted = || fs::write(&wanted, requirements).map_err(SandboxError::file("write", &wanted));
        let folder = self.folder.as_os_str();
        let install = INSTALL.map(OsStr::new);
        if let Some(uv) = self.tools.find("uv") {
            say(&format!("installing {} with uv, this once", self.folder.display()));
            self.step(&uv, &[&["venv", "--python", ">=3.10"].map(OsStr::new), &[folder]]).await?;
            write_wanted()?;
            let into = [OsStr::new("--python"), self.python.as_os_str()];
            self.step(&uv, &[&[OsStr::new("pip")], &install, &[wanted.as_os_str()], &into]).await?;
        } else {
            let python = python::find(self.tools).await?;
            say(&format!("installing {} with {}, this once", self.folder.display(), python.display()));
            self.step(&python, &[&["-I", "-m", "venv"].map(OsStr::new), &[folder]]).await?;
            write_wanted()?;
            let quietly = ["--no-input", "--disable-pip-version-check"].map(OsStr::new);
            let pip = ["-I", "-m", "pip"].map(OsStr::new);
            self.step(&self.python, &[&pip, &install, &[wanted.as_os_str()], &quietly]).await?;
        }
        let installed = self.installed();
        fs::rename(&wanted, &installed).map_err(SandboxError::file("write", &installed))
    }

    /// Runs one program of the installation; its output is shown only when it fails. It runs beside
    /// the environment, where no project's settings are.
    async fn step(&self, program: &Path, arguments: &[&[&OsStr]]) -> Result<(), SandboxError> {
        let output = self.tools.run(program, &arguments.concat(), self.parent()).await?;
        if output.status.success() {
            return Ok(());
        }
        // `venv` explains itself on standard output, pip and uv on standard error.
        let text =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        Err(SandboxError::Install {
            folder: self.folder.to_owned(),
            program: program.to_owned(),
            output: last_lines(&text),
        })
    }

    fn parent(&self) -> &Path {
        self.folder.parent().unwrap_or(Path::new("/"))
    }
}
