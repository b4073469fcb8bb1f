//! Reading the folders that entries name.

use std::fs::{self, DirEntry, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Component, Path, PathBuf};

use super::names;
use crate::kind::files::{Files, SourceFile, Unreadable};

/// More than this in one folder is no source code, but a folder that was not meant.
const MAX_BYTES: u64 = 50 * 1024 * 1024;
/// The same, in files.
const MAX_FILES: usize = 5_000;

/// What Python, Git, editors and desktops leave in a folder.
const LEFT_BEHIND: &[&str] =
    &["__pycache__", ".git", ".DS_Store", ".pytest_cache", ".mypy_cache", ".ruff_cache"];

/// The folder that a manifest is in.
#[derive(Debug)]
pub(super) struct Beside(PathBuf);

impl Beside {
    /// The folder of the manifest at `path`.
    pub(super) fn of(path: &Path) -> Self {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        Self(folder.unwrap_or(Path::new(".")).to_owned())
    }
}

impl Files for Beside {
    fn folder(&self, path: &str) -> Result<Vec<SourceFile>, Unreadable> {
        check_inside(path)?;
        let mut reading = Reading::default();
        reading.enter(&self.0.join(path), "")?;
        let mut files = reading.files;
        if files.is_empty() {
            return Err(unreadable("there is no file in this folder", "name the folder that the code is in"));
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(files)
    }

    fn file(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unreadable> {
        check_inside(path)?;
        // Asked of each step by itself: a link, of a folder or of the file, would lead elsewhere.
        let mut at = self.0.clone();
        let parts: Vec<_> = Path::new(path).components().collect();
        for (step, part) in parts.iter().enumerate() {
            at.push(part);
            let is = match fs::symlink_metadata(&at) {
                Ok(is) => is,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(of_file(&error)),
            };
            let fits = if step + 1 == parts.len() { is.is_file() } else { is.is_dir() };
            if !fits {
                return Err(unreadable(
                    "this is no file",
                    "links and devices are not followed; put the file itself there",
                ));
            }
        }
        let mut bytes = Vec::new();
        let read = File::open(&at).and_then(|file| file.take(most).read_to_end(&mut bytes));
        read.map_err(|error| of_file(&error))?;
        Ok(Some(bytes))
    }
}

/// Whether a path stays in the folder that it begins in.
fn check_inside(path: &str) -> Result<(), Unreadable> {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if path.is_empty() || !Path::new(path).components().all(plain) {
        return Err(unreadable(
            "this leads out of the manifest's folder",
            "write a path from the manifest's folder, with no `..`",
        ));
    }
    Ok(())
}

/// The text is the operating system's.
fn of_file(error: &io::Error) -> Unreadable {
    unreadable(&format!("it cannot be read: {error}"), "make the file readable for you")
}

#[derive(Default)]
struct Reading {
    files: Vec<SourceFile>,
    bytes: u64,
}

impl Reading {
    /// Reads what is below `folder`, which is called `name` below the one that was named.
    fn enter(&mut self, folder: &Path, name: &str) -> Result<(), Unreadable> {
        let failed = |error: &io::Error| of_error(error, name);
        // Asked of the path itself: a link to a folder is no folder.
        if !fs::symlink_metadata(folder).map_err(|error| failed(&error))?.is_dir() {
            return Err(unreadable("this is no folder", "name the folder that the code is in"));
        }
        for entry in fs::read_dir(folder).map_err(|error| failed(&error))? {
            let entry = entry.map_err(|error| failed(&error))?;
            let Ok(own) = entry.file_name().into_string() else {
                return Err(unreadable("a file's name in this folder is not UTF-8", "rename the file"));
            };
            let is_compiled = Path::new(&own).extension().is_some_and(|it| it == "pyc");
            if is_compiled || LEFT_BEHIND.contains(&own.as_str()) {
                continue;
            }
            let path = if name.is_empty() { own } else { format!("{name}/{own}") };
            let is = fs::symlink_metadata(entry.path()).map_err(|error| of_error(&error, &path))?;
            if is.is_dir() {
                self.enter(&entry.path(), &path)?;
            } else if is.is_file() {
                self.file(&entry, &is, path)?;
            } else {
                return Err(unreadable(
                    &format!("{} is neither a file nor a folder", names::file(&path)),
                    "links and devices are not followed; put the file itself there",
                ));
            }
        }
        Ok(())
    }

    fn file(&mut self, entry: &DirEntry, is: &Metadata, path: String) -> Result<(), Unreadable> {
        self.bytes += is.len();
        if self.bytes > MAX_BYTES || self.files.len() == MAX_FILES {
            return Err(unreadable(
                "this folder holds more than 50 MiB, or more than 5,000 files",
                "name the folder of the code alone",
            ));
        }
        let bytes = fs::read(entry.path()).map_err(|error| of_error(&error, &path))?;
        self.files.push(SourceFile { path, bytes, is_executable: is_executable(is) });
        Ok(())
    }
}

#[cfg(unix)]
fn is_executable(is: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    is.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_is: &Metadata) -> bool {
    false
}

fn of_error(error: &io::Error, name: &str) -> Unreadable {
    let what = if name.is_empty() { String::new() } else { format!("{}: ", names::file(name)) };
    match error.kind() {
        io::ErrorKind::NotFound => {
            unreadable(&format!("{what}there is no such folder"), "the path is from the manifest's folder")
        }
        // The text is the operating system's.
        _ => unreadable(&format!("{what}{error}"), "make the folder and its files readable for you"),
    }
}

fn unreadable(message: &str, help: &str) -> Unreadable {
    Unreadable { message: message.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beside(folder: &Path) -> Beside {
        Beside::of(&folder.join("m.toml"))
    }

    #[test]
    fn files_come_by_name_and_without_what_tools_leave() {
        let home = tempfile::tempdir().unwrap();
        let code = home.path().join("code");
        fs::create_dir_all(code.join("lib/__pycache__")).unwrap();
        for name in ["b.py", "lib/a.py", "lib/__pycache__/a.pyc", "a.py", ".DS_Store"] {
            fs::write(code.join(name), name).unwrap();
        }
        let files = beside(home.path()).folder("code").unwrap();
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["a.py", "b.py", "lib/a.py"]);
        assert_eq!(files[2].bytes, b"lib/a.py");
        assert_eq!(beside(home.path()).folder("./code/").unwrap(), files);
    }

    #[test]
    fn what_leads_elsewhere_is_refused() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("empty")).unwrap();
        fs::write(home.path().join("file"), "").unwrap();
        let said = |path: &str| beside(home.path()).folder(path).unwrap_err().message;
        for path in ["../x", "/etc", "", "empty/../empty"] {
            assert_eq!(said(path), "this leads out of the manifest's folder", "{path}");
        }
        assert_eq!(said("none"), "there is no such folder");
        assert_eq!(said("file"), "this is no folder");
        assert_eq!(said("empty"), "there is no file in this folder");
    }

    #[test]
    fn one_file_is_read_if_it_is_there() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("keys")).unwrap();
        fs::write(home.path().join("keys/a"), "0123456789").unwrap();
        let read = |path: &str, most| beside(home.path()).file(path, most).map_err(|it| it.message);
        assert_eq!(read("keys/a", 99), Ok(Some(b"0123456789".to_vec())));
        assert_eq!(read("./keys/a", 3), Ok(Some(b"012".to_vec())));
        for path in ["keys/b", "none/a"] {
            assert_eq!(read(path, 99), Ok(None), "{path}");
        }
        for path in ["keys", "keys/a/b"] {
            assert_eq!(read(path, 99), Err("this is no file".to_owned()), "{path}");
        }
        for path in ["../keys/a", "/etc/passwd", "", "keys/../keys/a"] {
            assert_eq!(read(path, 99), Err("this leads out of the manifest's folder".to_owned()), "{path}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn links_are_not_followed() {
        let home = tempfile::tempdir().unwrap();
        let code = home.path().join("code");
        fs::create_dir_all(&code).unwrap();
        fs::write(home.path().join("secret"), "x").unwrap();
        std::os::unix::fs::symlink(home.path().join("secret"), code.join("a.py")).unwrap();
        std::os::unix::fs::symlink(&code, home.path().join("linked")).unwrap();
        let said = |path: &str| beside(home.path()).folder(path).unwrap_err().message;
        assert_eq!(said("code"), "a.py is neither a file nor a folder");
        assert_eq!(said("linked"), "this is no folder");
        for path in ["code/a.py", "linked/a.py"] {
            assert_eq!(beside(home.path()).file(path, 99).unwrap_err().message, "this is no file", "{path}");
        }
    }
}
