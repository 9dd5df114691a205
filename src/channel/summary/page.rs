//! Lines of a page, and how certificates and numbers are said in them.

use crate::crypto::Certificate;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::fmt::Write as _;

/// Text, line by line.
#[derive(Debug, Default)]
pub struct Page(String);

impl Page {
    /// A line, indented. What a file says cannot speak to a terminal: control characters are written out.
    pub fn line(&mut self, depth: usize, text: &str) {
        for _ in 0..depth {
            self.0.push_str("  ");
        }
        for c in text.chars() {
            if c.is_control() {
                let _ = write!(self.0, "{}", c.escape_unicode());
            } else {
                self.0.push(c);
            }
        }
        self.0.push('\n');
    }

    pub fn text(self) -> String {
        self.0
    }
}

/// What base64 in the JSON stands for; nothing where it is none.
pub fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default()
}

/// `CN=ca.org1.example.com, until 2036-11-17`.
pub fn certificate(value: &Value) -> String {
    let pem = bytes(value);
    match Certificate::parse(&pem) {
        Ok(certificate) => format!("{}, until {}", certificate.subject_text, certificate.not_after.date()),
        Err(_) if pem.is_empty() => "none".to_owned(),
        Err(reason) => format!("{} bytes that are no certificate: {reason}", pem.len()),
    }
}

/// An identity as Fabric serializes it: its MSP, and whom its certificate names.
pub fn identity(value: &Value) -> String {
    let msp = value["mspid"].as_str().unwrap_or_default();
    match Certificate::parse(&bytes(&value["id_bytes"])) {
        Ok(certificate) => format!("{msp}, {}, until {}", certificate.subject_text, certificate.not_after.date()),
        Err(_) => format!("{msp}, without a certificate"),
    }
}
