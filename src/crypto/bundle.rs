//! Files with several certificates: a chain behind a server's certificate, administrators in one file.
//! Which certificate takes whose place is `renew`'s.

use super::certificate::Certificate;

const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
const END: &str = "-----END CERTIFICATE-----";

/// Whether a file has one of these certificates.
pub(super) fn holds(file: &[u8], is_meant: impl Fn(&Certificate) -> bool) -> bool {
    Certificate::parse_all(file).iter().any(is_meant)
}

/// The file with these certificates replaced by a new one; all else stays as it is, text between blocks too.
pub(super) fn with_replaced(file: &[u8], is_meant: impl Fn(&Certificate) -> bool, new: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(file);
    let mut whole = Vec::new();
    let mut rest: &str = &text;
    while let Some(begin) = rest.find(BEGIN) {
        let Some(length) = rest[begin..].find(END).map(|at| at + END.len()) else { break };
        let (before, block, after) = (&rest[..begin], &rest[begin..begin + length], &rest[begin + length..]);
        whole.extend(before.as_bytes());
        if Certificate::parse(block.as_bytes()).is_ok_and(|certificate| is_meant(&certificate)) {
            // The new block brings its own end of line.
            whole.extend(new);
            rest = after.strip_prefix("\r\n").or(after.strip_prefix('\n')).unwrap_or(after);
        } else {
            whole.extend(block.as_bytes());
            rest = after;
        }
    }
    whole.extend(rest.as_bytes());
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::plan::{Authority, Profile};
    use crate::crypto::{issue, signer};
    use crate::network::KeyAlgorithm;
    use crate::network::sample;

    fn certificate() -> String {
        let key = signer::new_key(KeyAlgorithm::Ecdsa).unwrap();
        let org = sample::two_orgs().orgs.remove(1);
        issue::authority(&Profile::of_authority(&org, Authority::Signing), &key, issue::now()).unwrap()
    }

    #[test]
    fn only_the_certificate_of_that_key_is_replaced() {
        let [leaf, ca, new] = [certificate(), certificate(), certificate()];
        let fingerprint = Certificate::parse(leaf.as_bytes()).unwrap().key_fingerprint;
        let is_meant = |certificate: &Certificate| certificate.key_fingerprint == fingerprint;
        assert!(holds(format!("{ca}{leaf}").as_bytes(), is_meant) && !holds(ca.as_bytes(), is_meant));
        let replaced = |file: String| String::from_utf8(with_replaced(file.as_bytes(), is_meant, new.as_bytes())).unwrap();
        assert_eq!(replaced(leaf.clone()), new);
        assert_eq!(replaced(format!("# a chain\n{leaf}{ca}")), format!("# a chain\n{new}{ca}"));
        assert_eq!(replaced(format!("{ca}\n{leaf}# end\n")), format!("{ca}\n{new}# end\n"));
        assert_eq!(replaced(ca.clone()), ca);
    }
}
