//! The code of a function: the files of a folder, and what AWS is sent of them. Pure.

use std::fmt;
use std::io::{Cursor, Write as _};

use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, System, ZipWriter};

use crate::kind::SourceFile;
use crate::model::{digest, size};

/// The code of a function. Two are the same if their hashes are.
#[derive(Clone)]
pub struct Code {
    /// The SHA-256 of the packed code as AWS writes it: in Base64.
    pub sha256: String,
    /// How large that is packed, in bytes.
    pub size: u64,
    /// What it is packed from; none of what is live, of which AWS tells no more.
    pub packed: Option<Packed>,
}

/// Packed files.
#[derive(Clone)]
pub struct Packed {
    /// How many there are.
    pub files: usize,
    /// The archive.
    pub zip: Vec<u8>,
}

impl Code {
    /// The code that these files are. The same files come to the same bytes, wherever and whenever: nothing is compressed, they come by name, and
    /// there is one time for all and two modes.
    ///
    /// # Errors
    ///
    /// Why they cannot be packed.
    pub fn of(files: &[SourceFile]) -> Result<Self, String> {
        let zip = pack(files).map_err(|error| error.to_string())?;
        let (sha256, size) = (digest::base64_of_bytes(&zip), zip.len() as u64);
        Ok(Self { sha256, size, packed: Some(Packed { files: files.len(), zip }) })
    }

    /// The code that is live.
    #[must_use]
    pub fn live(sha256: impl Into<String>, size: u64) -> Self {
        Self { sha256: sha256.into(), size, packed: None }
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.sha256 == other.sha256
    }
}

/// Enough of the hash to tell two of them apart, and how much it is: `sha256 AbC… (5 files, 23.0 KiB)`.
impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sha256, size, packed } = self;
        let head: String = sha256.chars().take(SHOWN).collect();
        let files = packed.as_ref().map(|packed| format!("{}, ", size::count(packed.files, "file")));
        write!(f, "sha256 {head}… ({}{})", files.unwrap_or_default(), size::bytes(*size))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Code({self})")
    }
}

/// So many characters of a hash are shown.
const SHOWN: usize = 12;

fn pack(files: &[SourceFile]) -> ZipResult<Vec<u8>> {
    let mut files: Vec<_> = files.iter().collect();
    files.sort_by(|one, other| one.path.cmp(&other.path));
    // The oldest time that the format knows; and not the system that this runs on.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .system(System::Unix);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for SourceFile { path, bytes, is_executable } in files {
        // Lambda runs as another user than the owner of the files, and must be able to read them (Lambda developer guide, “Working with .zip
        // file archives”).
        let mode = if *is_executable { 0o755 } else { 0o644 };
        zip.start_file(path.as_str(), options.unix_permissions(mode))?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

/// The files of which one has to be there for `handler` to be found on `runtime`; none where only AWS knows.
///
/// Python: `a/b.f` and `a.b.f` are the function `f` of the module `a/b` (Lambda developer guide, “Define Lambda function handler in Python”).
/// Node.js: `a/b.f` is what `a/b.js`, `.mjs` or `.cjs` exports as `f`.
#[must_use]
pub(super) fn handler_files(runtime: &str, handler: &str) -> Option<Vec<String>> {
    if runtime.starts_with("python") {
        let (module, _) = handler.rsplit_once('.')?;
        let module = module.replace('.', "/");
        Some(vec![format!("{module}.py"), format!("{module}/__init__.py")])
    } else if runtime.starts_with("nodejs") {
        let (folder, last) = handler.rsplit_once('/').map_or(("", handler), |(folder, last)| (folder, last));
        let (module, _) = last.split_once('.')?;
        let module = if folder.is_empty() { module.to_owned() } else { format!("{folder}/{module}") };
        Some(["js", "mjs", "cjs"].map(|extension| format!("{module}.{extension}")).into())
    } else {
        None
    }
}
