//! The zip that Lambda unpacks.

use std::io::{Cursor, Write};

use anyhow::Context;
// For its feature alone: the zip crate brings no backend of its own.
use flate2 as _;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// A zip of one executable, `bootstrap`, which is what `provided` runtimes start. The same input gives the same bytes:
/// the time, the mode and the compression are fixed.
///
/// # Errors
/// The executable is too large for a zip.
pub fn zip(executable: &[u8]) -> anyhow::Result<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(9))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o755);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("bootstrap", options)?;
    archive.write_all(executable).context("the executable cannot be zipped")?;
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use sha2::{Digest, Sha256};

    use super::*;

    /// The hash is written down because another compression library, or another version of it, may give other bytes:
    /// that is a change of every deployed package, and should not come unnoticed.
    #[test]
    fn the_same_input_gives_the_same_bytes() {
        // Irregular enough that compression has choices to make: squares, whose low bytes come again at odd distances.
        let input: Vec<u8> = (0..60_000_u32).flat_map(|n| (n * n / 97 % 4_001).to_le_bytes()).collect();
        let hash = hex::encode(Sha256::digest(zip(&input).unwrap()));
        assert_eq!(hash, "2e2bf194c4a04e28a9c6937c45a32fe709a9c6119996d174bd53a3c3ef6cde35");
    }

    #[test]
    fn it_holds_one_executable_named_bootstrap() {
        let mut archive = zip::ZipArchive::new(Cursor::new(zip(b"an executable").unwrap())).unwrap();
        assert_eq!(archive.len(), 1);
        let mut entry = archive.by_name("bootstrap").unwrap();
        assert_eq!(entry.unix_mode(), Some(0o100_755));
        assert_eq!(entry.last_modified().unwrap().year(), 1980);
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        assert_eq!(content, b"an executable");
    }
}
