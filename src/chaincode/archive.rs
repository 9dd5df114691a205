//! Tar files in gzip whose bytes depend on what is in them and on nothing else: no time, no owner, no compressor's choice. What goes
//! in is `package`'s.
//!
//! A package's id is the hash of these bytes, and channels remember ids. So the gzip is written here, with blocks that are stored: what
//! a compressing library makes of the same input changes with its releases.

use crate::diag::Stop;
use std::path::Path;

/// The mode of every file, as Fabric's own packager writes it; its platforms for Java and Node refuse any other
/// (fabric `core/chaincode/platforms`, ValidateCodePackage).
const MODE: u32 = 0o100_644;

/// The longest block that deflate can store (RFC 1951, section 3.2.4).
const LONGEST_BLOCK: usize = 65_535;

/// Files to be packed, in the order in which they are added.
pub struct Archive {
    tar: tar::Builder<Vec<u8>>,
}

impl Archive {
    pub fn new() -> Self {
        Self { tar: tar::Builder::new(Vec::new()) }
    }

    /// Adds a file by its path in the archive, with `/` between its parts.
    pub fn add(&mut self, path: &str, bytes: &[u8]) -> Result<(), Stop> {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Regular);
        header.set_mode(MODE);
        header.set_size(bytes.len() as u64);
        header.set_mtime(0);
        header.set_uid(0);
        header.set_gid(0);
        self.tar.append_data(&mut header, Path::new(path), bytes).map_err(|error| cannot_pack(path, &error))
    }

    /// The tar file, in gzip.
    pub fn finish(self) -> Result<Vec<u8>, Stop> {
        self.tar.into_inner().map(|tar| gzip(&tar)).map_err(|error| cannot_pack("it", &error))
    }
}

fn cannot_pack(what: &str, error: &std::io::Error) -> Stop {
    Stop::Internal(format!("`{what}` cannot be packed: {error}"))
}

/// A gzip member (RFC 1952) whose blocks are stored.
fn gzip(data: &[u8]) -> Vec<u8> {
    // Magic, deflate, no flags, no time, no hint of the compression, of an unknown system.
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut blocks = data.chunks(LONGEST_BLOCK).peekable();
    if blocks.peek().is_none() {
        out.extend([1, 0, 0, 0xff, 0xff]);
    }
    while let Some(block) = blocks.next() {
        out.push(u8::from(blocks.peek().is_none()));
        // A chunk's length fits by LONGEST_BLOCK.
        let length = block.len() as u16;
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend_from_slice(block);
    }
    out.extend(crc32fast::hash(data).to_le_bytes());
    // The length modulo 2^32, as the format has it.
    out.extend((data.len() as u32).to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn unpacked(gzip: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        flate2::read::GzDecoder::new(gzip).read_to_end(&mut out).unwrap();
        out
    }

    #[test]
    fn others_read_what_was_written() {
        for length in [0, 1, LONGEST_BLOCK - 1, LONGEST_BLOCK, LONGEST_BLOCK + 1, 3 * LONGEST_BLOCK] {
            let data: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
            assert_eq!(unpacked(&gzip(&data)), data, "{length}");
        }
    }

    #[test]
    fn bytes_depend_on_files_alone() {
        let pack = || {
            let mut archive = Archive::new();
            archive.add("src/main.go", b"package main\n").unwrap();
            archive.add(&format!("src/{}/long.go", "a/".repeat(80)), b"").unwrap();
            archive.finish().unwrap()
        };
        let packed = pack();
        assert_eq!(packed, pack());
        let tar = unpacked(&packed);
        let mut archive = tar::Archive::new(tar.as_slice());
        let entries: Vec<(String, u32, u64)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                (entry.path().unwrap().display().to_string(), header.mode().unwrap(), header.mtime().unwrap())
            })
            .collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0], ("src/main.go".to_owned(), MODE, 0));
        assert!(entries[1].0.ends_with("/long.go"));
    }
}
