//! The files beside a manifest, for kinds whose resources are made of them.

use std::fmt::Debug;

/// Reads what entries name by a path relative to the folder of their manifest.
pub trait Files: Debug + Send + Sync {
    /// Every file below the folder `path`, by name. What tools and desktops leave behind is not part of it.
    ///
    /// # Errors
    ///
    /// A path that leads elsewhere, a folder that is not there or is too large, something that is neither file nor
    /// folder.
    fn folder(&self, path: &str) -> Result<Vec<SourceFile>, Unreadable>;

    /// The first `most` bytes of the file `path`; none where there is no such file.
    ///
    /// # Errors
    ///
    /// A path that leads elsewhere, or to what is no file.
    fn file(&self, path: &str, most: u64) -> Result<Option<Vec<u8>>, Unreadable>;
}

/// One file of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path below the folder, with `/` between its parts.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
    /// Whether its owner may run it.
    pub is_executable: bool,
}

/// Why a folder is not what was meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// No files: where there is no manifest on disk.
#[derive(Debug)]
pub struct NoFiles;

impl Files for NoFiles {
    fn folder(&self, _path: &str) -> Result<Vec<SourceFile>, Unreadable> {
        Err(Unreadable {
            message: "there are no files here".to_owned(),
            help: "write the manifest to a file, and put the folder beside it".to_owned(),
        })
    }

    fn file(&self, _path: &str, _most: u64) -> Result<Option<Vec<u8>>, Unreadable> {
        Ok(None)
    }
}
