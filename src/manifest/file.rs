//! Reading manifests, and what else is read like them, from disk.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::fault::{Code, Fault, Invalid};
use super::names;
use super::source::Source;

/// No manifest that people write is larger. It keeps a mistyped path from filling the memory.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Reads the file at `path`, which is to be a `what`: a manifest, or a price list.
///
/// # Errors
///
/// A file that is not there, not readable, or not text.
pub(super) fn read(path: &Path, what: &str) -> Result<Source, Invalid> {
    let file = path.display().to_string();
    let name_it = format!("name the {what}'s file");
    let unreadable = |message: &str, help: &str| {
        let fault =
            Fault::new(Code::Unreadable, 0..0, format!("{}: {message}", names::file(&file))).help(help);
        Invalid { file: names::file(&file), faults: vec![fault], more: 0 }
    };
    let bytes = bytes(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => match meant(path) {
            Some(near) => {
                unreadable("there is no such file", &format!("did you mean {}?", names::file(&near)))
            }
            None => unreadable("there is no such file", &name_it),
        },
        ErrorKind::IsADirectory => unreadable("it is a folder", "name one file in it"),
        ErrorKind::PermissionDenied => unreadable("it may not be read", "make the file readable for you"),
        ErrorKind::FileTooLarge => {
            unreadable("it is larger than 4 MiB", &format!("this cannot be a {what}; name another file"))
        }
        // The text of the other kinds is the operating system's.
        _ => unreadable(&error.to_string(), &name_it),
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(file, text)),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
            Err(unreadable(&format!("line {line} is not UTF-8"), "save the file as UTF-8"))
        }
    }
}

/// The file that was probably meant by a path at which there is none: of the same name in `manifests/`, or of
/// nearly the same name beside it.
fn meant(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let folder = path.parent()?;
    let deeper = folder.join("manifests").join(name);
    if deeper.is_file() {
        return Some(deeper.display().to_string());
    }
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let manifests = entries.filter(|path| path.extension().is_some_and(|it| it == "toml"));
    let manifests: Vec<_> =
        manifests.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect();
    let near = names::nearest(name, manifests.iter().map(String::as_str))?;
    Some(folder.join(near).display().to_string())
}

fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let mut bytes = Vec::new();
    // A device or a pipe has no size to ask for beforehand.
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

/// The other TOML files in the folder of `path`, by name, with what they hold. What cannot be read is no manifest.
pub(super) fn beside(path: &Path) -> impl Iterator<Item = (String, String)> {
    let files = || {
        let own = fs::canonicalize(path).ok()?;
        let files = fs::read_dir(own.parent()?).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
        let is_other = |other: &Path| {
            *other != own && other.is_file() && other.extension().is_some_and(|it| it == "toml")
        };
        let mut files: Vec<_> = files.filter(|other| is_other(other)).collect();
        files.sort();
        Some(files)
    };
    let read = |other: PathBuf| {
        let name = other.file_name()?.to_string_lossy().into_owned();
        Some((name, String::from_utf8(bytes(&other).ok()?).ok()?))
    };
    files().unwrap_or_default().into_iter().filter_map(read)
}

/// Writes a new manifest: whole or not at all, and never over a file that is there.
///
/// # Errors
///
/// Whatever keeps the file from being written; that it is there already, for one.
pub fn create(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    let file = file.persist_noclobber(path).map_err(|error| error.error)?;
    readable(&file)
}

/// A temporary file is for its owner alone, and a manifest is for whoever reads the folder.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_file: &File) -> io::Result<()> {
    Ok(())
}
