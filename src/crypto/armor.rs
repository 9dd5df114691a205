//! PEM of what may be secret: unlike with the `pem` crate, no copy is left behind that nobody wipes.
//! What the DER in it means is `key`'s and `certificate`'s.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

/// Bytes of DER in a line of 64 columns.
const LINE: usize = 48;

/// A PEM block as Go writes it: 64 columns, line feeds, one at the end. It lies in one buffer, which never moved.
pub(super) fn write(label: &str, der: &[u8]) -> String {
    let (begin, end) = (format!("-----BEGIN {label}-----\n"), format!("-----END {label}-----\n"));
    let body = der.len().div_ceil(3) * 4 + der.len().div_ceil(LINE);
    let mut text = String::with_capacity(begin.len() + body + end.len());
    text.push_str(&begin);
    let mut line = Zeroizing::new([0; LINE / 3 * 4]);
    for part in der.chunks(LINE) {
        // A part fills a line at most, and base64 is ASCII: neither fails.
        let length = STANDARD.encode_slice(part, line.as_mut_slice()).unwrap_or(0);
        text.push_str(str::from_utf8(&line[..length]).unwrap_or_default());
        text.push('\n');
    }
    text.push_str(&end);
    text
}

/// Whether a file has a private key in it, of whatever kind, encrypted or damaged.
pub(super) fn holds_private_key(bytes: &[u8]) -> bool {
    let label = b"PRIVATE KEY-----";
    bytes.windows(label.len()).any(|part| part == label)
}

/// A block that was found.
pub(super) struct Block<'t> {
    /// `PRIVATE KEY`.
    pub label: &'t str,
    pub is_encrypted: bool,
    pub der: Zeroizing<Vec<u8>>,
}

/// The first block of a text whose label is wanted, whatever the length of its lines. `None` where there is none or it is damaged.
pub(super) fn find<'t>(text: &'t str, is_wanted: impl Fn(&str) -> bool) -> Option<Block<'t>> {
    let mut rest = text;
    loop {
        let (label, after) = rest.split_once("-----BEGIN ")?.1.split_once("-----")?;
        let (body, after) = after.split_once(&format!("-----END {label}-----"))?;
        if is_wanted(label) {
            let is_header = |line: &&str| line.contains(':');
            let is_encrypted = body.lines().filter(is_header).any(|line| line.starts_with("DEK-Info"));
            let columns = body.lines().filter(|line| !is_header(line)).flat_map(str::bytes);
            let mut base64 = Zeroizing::new(Vec::with_capacity(body.len()));
            base64.extend(columns.filter(|byte| !byte.is_ascii_whitespace()));
            let mut der = Zeroizing::new(vec![0; base64.len().div_ceil(4) * 3]);
            let length = STANDARD.decode_slice(base64.as_slice(), &mut der).ok()?;
            der.truncate(length);
            return Some(Block { label, is_encrypted, der });
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_others_write_and_is_found_again() {
        for length in [0, 1, 47, 48, 49, 96, 138, 1000] {
            let der: Vec<u8> = (0..length).map(|i| i as u8).collect();
            let text = write("PRIVATE KEY", &der);
            let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
            assert_eq!(text, pem::encode_config(&pem::Pem::new("PRIVATE KEY", der.as_slice()), config), "{length}");
            assert_eq!(text.len(), text.capacity());
            assert_eq!(*find(&text, |label| label == "PRIVATE KEY").unwrap().der, der);
        }
    }

    #[test]
    fn a_block_is_found_behind_others_and_in_any_form() {
        let text = "a note\n-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n\
                    -----BEGIN EC PRIVATE KEY-----\r\nAQ\r\n ID\r\n-----END EC PRIVATE KEY-----\r\n";
        let block = find(text, |label| label.ends_with("PRIVATE KEY")).unwrap();
        assert_eq!((block.label, block.is_encrypted, block.der.as_slice()), ("EC PRIVATE KEY", false, [1, 2, 3].as_slice()));
        let encrypted = text.replace("\nAQ", "\nProc-Type: 4,ENCRYPTED\r\nDEK-Info: AES-256-CBC,00\r\n\r\nAQ");
        assert!(find(&encrypted, |label| label == "EC PRIVATE KEY").unwrap().is_encrypted);
        assert!(find(&text.replace("END EC PRIVATE", "END"), |label| label == "EC PRIVATE KEY").is_none());
        assert!(find(&text.replace("AQ", "A!"), |label| label == "EC PRIVATE KEY").is_none());
    }
}
