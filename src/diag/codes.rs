//! The table of every problem code: stable for ever, never reused. `fabkube explain` prints it.
//! A code exists from the day its problem does.

use super::Severity;
use std::fmt;
use std::str::FromStr;

macro_rules! codes {
    ($($code:ident $severity:ident $title:literal $explanation:literal)*) => {
        /// The stable code of a problem.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $code,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &'static [Code] = &[$(Code::$code),*];

            /// The severity that a problem of this code has by nature.
            pub fn severity(self) -> Severity {
                match self { $(Code::$code => Severity::$severity),* }
            }

            /// What it is, in one line.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title),* }
            }

            /// Why it is a problem and what to do, in a few lines.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$code => $explanation),* }
            }

            fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($code)),* }
            }
        }
    };
}

// 01xx reading files, 02xx the network, 03xx crypto material, 04xx channels, 05xx rendering, 06xx output, 09xx not built yet.
codes! {
    FK0101 Error "a file is not YAML"
        "The file was cut off, or a line of it cannot be read as YAML. The line named is where reading stopped; the cause is often a\nline or two above it: a tab, a missing space after a colon, an unclosed quote or bracket."
    FK0102 Error "a needed file is not there"
        "fabkube needs crypto-config.yaml in the project folder. `-C DIR` names the folder; `--crypto-config FILE` names the file."
    FK0103 Error "a value has the wrong type"
        "The key is known, but its value is of another kind than Fabric (or fabkube) reads there: a word where a number belongs, a\nlist where a map belongs."
    FK0104 Error "an unknown key"
        "Fabric's configtxgen refuses a configtx.yaml with a key it does not know, anywhere in the file; fabkube refuses such a key in\nvalues.yaml, since a misspelt setting would silently do nothing."
    FK0105 Warning "a key that does nothing"
        "Fabric's cryptogen ignores keys that it does not know, and keys are case-sensitive: a misspelt `peerorgs:` makes nothing and\nsays nothing. The key named here has no effect."
    FK0106 Error "a key stands twice"
        "Two values were given under one key of the same map. Fabric 2.x takes the last one silently and Fabric 3.x refuses the file."
    FK0107 Warning "a key stands twice, and the last one counts"
        "Fabric up to 2.5 takes the last of several values under one key. Fabric 3.x refuses the file."
    FK0108 Warning "a merge that overrides keys above it"
        "Up to Fabric 2.5 a `<<:` merge written after a key overrides that key; in Fabric 3.x the key wins. Put `<<:` first, and both read\nthe same."
    FK0109 Warning "more than one YAML document"
        "Fabric reads the first document of a file and ignores what follows the next `---`."
    FK0110 Error "a bad --set"
        "`--set` takes `path.to.key=value`, as in Helm: dots separate keys, a comma separates assignments, a backslash takes away the\nmeaning of the next character."
    FK0111 Error "an alias of an unknown anchor, or a merge of something that is no map"
        "`*name` needs an `&name` above it in the same file, and `<<:` takes a map or a list of maps."
    FK0301 Error "key material is missing"
        "With `--frozen` nothing is made, and a certificate or file that the network needs is not in the store. Run without\n`--frozen` where the keys belong, or restore the store."
    FK0302 Error "this network's keys are elsewhere"
        "fabkube.lock knows this org, so its keys were made before, but its CA is not in the store: a fresh clone, or another folder.\nNew keys would be another network's. Restore the folder, or begin a new network with `--new-network`."
    FK0303 Error "the CA in the store is another than fabkube.lock's"
        "The public key of the org's CA is not the one that fabkube.lock remembers: the store belongs to another network, or the CA was\nmade anew. Certificates of the two do not trust each other. `--new-network` accepts the store as it is."
    FK0304 Error "a consenter's TLS key is not the one in fabkube.lock"
        "A channel knows a consenter by its TLS certificate's public key. A consenter with a new key is not recognised by the others and\ncannot order. Restore the pair."
    FK0305 Error "a stored block names a key that is not here"
        "A channel's block names the TLS certificates of its consenters. An orderer whose key is lost cannot take its place again; with a\nnew key it can only after a config update of the channel. Restore the key from a backup."
    FK0306 Error "a certificate cannot be read"
        "A file where a certificate belongs is damaged, or is something else. Nodes that read it do not start, or ignore it silently."
    FK0307 Error "a private key is missing"
        "There is a certificate, but no private key beside it that matches. A node with such a pair does not start. Restore the key; where\nkeys are not needed (`--secrets redact`, say), they may be absent."
    FK0308 Error "a certificate is needed, and its CA cannot issue it"
        "The certificate is missing, and to make one the private key of the org's CA has to be in the store, in `ca/` or `tlsca/`, and has to\nbe ECDSA P-256. Let the CA issue the certificate where its key is, and put the pair into the store."
    FK0309 Error "a certificate is not issued by its org's CA"
        "The issuer, the key identifier or the signature leads to none of the CAs of the org. A node with it does not start, or nobody\ntrusts it. That comes of CAs that were made again while the certificates below them were kept."
    FK0310 Error "a certificate in use is not valid today"
        "The certificate of a node, or of the CA behind its TLS certificate, has expired or is not valid yet. Nodes do not start with it, or\nrefuse each other's connections."
    FK0311 Warning "a certificate is not valid today"
        "The certificate of a user or a signing CA has expired or is not valid yet. Nodes run on, but what is signed with it may be refused."
    FK0312 Error "an orderer's certificate lacks the host by which it is dialled"
        "Other orderers and peers dial the orderer by a host that is not among the names of its TLS certificate, so every connection fails.\nWith `addressing: domain` in values.yaml, nodes are dialled by the hosts of the user's files."
    FK0313 Warning "a peer's certificate lacks names"
        "Clients that dial the peer by a name which is not in its TLS certificate refuse the connection. With `addressing: domain` in\nvalues.yaml, nodes are dialled by the hosts of the user's files."
    FK0314 Error "a name cannot stand in a certificate or a path"
        "The certificates of the network hold its names, and folders are called by them. Names in certificates' DNS entries are ASCII\n(write an international domain as `xn--…`), and a common name may not have slashes."
    FK0315 Error "a private key cannot be used"
        "A file where a private key belongs cannot be read as one, or there are several keys and no certificate that says which is meant.\nFabric takes PKCS#8 and SEC1 keys, unencrypted."
    FK0316 Warning "a file that Fabric skips"
        "Fabric reads every file of an MSP folder and skips those without a PEM block."
    FK0317 Warning "EnableNodeOUs and the store differ"
        "`EnableNodeOUs` of crypto-config.yaml decides what new certificates look like; the org's MSP in the store was made with the other\nsetting, and counts. Members with and without a role OU do not go together."
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = text.to_ascii_uppercase();
        Code::ALL
            .iter()
            .copied()
            .find(|c| c.name() == wanted)
            .ok_or_else(|| format!("there is no code `{text}`: codes look like `{}`", Code::FK0101))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_read_back() {
        assert!(Code::ALL.windows(2).all(|w| w[0].name() < w[1].name()));
        for code in Code::ALL {
            assert_eq!(code.to_string().parse(), Ok(*code));
        }
    }

    #[test]
    fn a_title_is_one_line_without_a_full_stop() {
        for code in Code::ALL {
            assert!(!code.title().contains('\n') && !code.title().ends_with('.'), "{code}");
            assert!(code.explanation().ends_with('.'), "{code}");
        }
    }
}
