//! `manifest.json`: what was packaged, which Terraform reads.

use std::{collections::BTreeMap, fs, io::ErrorKind, path::Path};

use anyhow::Context;
use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Architecture;

/// The packages of one architecture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The commit that was checked out.
    pub commit: String,
    /// Whether some package may be something else than what that commit builds.
    pub dirty: bool,
    /// What the packages run on.
    pub architecture: Architecture,
    /// The packages, by context.
    pub packages: BTreeMap<String, Package>,
}

/// One context's zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// The zip's name, beside the manifest.
    pub file: String,
    /// The zip's size.
    pub bytes: usize,
    /// The zip's hash, in hexadecimal.
    pub sha256: String,
    /// The same hash as Lambda and Terraform's `source_code_hash` write it.
    pub sha256_base64: String,
    /// The executable's size.
    pub binary_bytes: usize,
}

impl Package {
    /// Describes a zip.
    pub fn new(file: String, zipped: &[u8], binary_bytes: usize) -> Self {
        let hash = Sha256::digest(zipped);
        let (sha256, sha256_base64) = (hex::encode(hash), BASE64_STANDARD.encode(hash));
        Self { file, bytes: zipped.len(), sha256, sha256_base64, binary_bytes }
    }
}

impl Manifest {
    /// One without packages.
    pub fn new(commit: String, dirty: bool, architecture: Architecture) -> Self {
        Self { commit, dirty, architecture, packages: BTreeMap::new() }
    }

    /// The one at `path`, if there is one.
    ///
    /// # Errors
    /// The file cannot be read, or is not a manifest.
    pub fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| path.display().to_string())?,
        };
        let manifest = serde_json::from_str(&text);
        manifest
            .with_context(|| format!("{} is not a manifest: delete it, and package again", path.display()))
            .map(Some)
    }

    /// Writes it to `path`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(&self, path: &Path) -> anyhow::Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        fs::write(path, text).with_context(|| path.display().to_string())
    }

    /// This one, with the packages of an older one that it does not have and that are still in `folder`.
    #[must_use]
    pub fn over(mut self, older: Self, folder: &Path) -> Self {
        for (context, package) in older.packages {
            if !self.packages.contains_key(&context) && folder.join(&package.file).is_file() {
                self.dirty |= older.dirty || older.commit != self.commit;
                self.packages.insert(context, package);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(commit: &str, contexts: &[&str]) -> Manifest {
        let mut manifest = Manifest::new(commit.to_owned(), false, Architecture::Arm64);
        for context in contexts {
            let package = Package::new(format!("{context}.zip"), commit.as_bytes(), 7);
            manifest.packages.insert((*context).to_owned(), package);
        }
        manifest
    }

    #[test]
    fn it_is_what_terraform_reads() {
        let json = serde_json::to_value(manifest("c0ffee", &["orders"])).unwrap();
        let expected = serde_json::json!({
            "commit": "c0ffee", "dirty": false, "architecture": "arm64",
            "packages": { "orders": {
                "file": "orders.zip", "bytes": 6,
                "sha256": "fb0288872031fc4818c03a7253bd3a78de192d05e6bccd09ceabeda65b4d7c6f",
                "sha256_base64": "+wKIhyAx/EgYwDpyU706eN4ZLQXmvM0JzqvtpltNfG8=",
                "binary_bytes": 7,
            } },
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn it_comes_back_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("manifest.json");
        assert_eq!(Manifest::read(&path).unwrap(), None);
        let written = manifest("c0ffee", &["catalog", "orders"]);
        written.write(&path).unwrap();
        assert_eq!(Manifest::read(&path).unwrap(), Some(written));
        fs::write(&path, "{}").unwrap();
        assert!(Manifest::read(&path).is_err());
    }

    #[test]
    fn a_package_of_another_commit_makes_it_dirty() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("orders.zip"), "").unwrap();
        let newer = || manifest("2222", &["catalog"]);
        let merged = newer().over(manifest("2222", &["catalog", "orders"]), folder.path());
        assert!(!merged.dirty && merged.packages.len() == 2);
        let merged = newer().over(manifest("1111", &["catalog", "orders"]), folder.path());
        assert!(merged.dirty && merged.packages.len() == 2);
        assert_eq!(merged.packages["catalog"], newer().packages["catalog"]);
    }

    #[test]
    fn a_package_that_is_gone_is_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let merged = manifest("2222", &["catalog"]).over(manifest("1111", &["orders"]), folder.path());
        assert_eq!(merged, manifest("2222", &["catalog"]));
    }
}
