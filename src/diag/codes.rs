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
    FK0401 Error "this network's blocks are elsewhere"
        "fabkube.lock knows the first block of a channel, and channel-artifacts/ does not have it: a fresh clone, or a wrong folder. A\nsecond first block would begin a second channel of the same name, so none is made. Bring the folder here or name it with\n`--artifacts-dir`; `--new-network` begins another network."
    FK0402 Error "a channel's block is not there"
        "With `--frozen` nothing is made, and the channel's first block is missing in channel-artifacts/."
    FK0403 Error "a block is another one than fabkube.lock knows"
        "All nodes of a channel must start from the same block file: two that were made apart differ in nonce and time even when they\nsay the same. The file in channel-artifacts/ is not the one that fabkube.lock remembers."
    FK0404 Error "a file is not the first block of a channel"
        "The file in channel-artifacts/ cannot be read as the block that configtxgen's `-outputBlock` makes: it was cut off, is another\nkind of file, or is a later block of the channel."
    FK0405 Error "a block is another channel's"
        "The block names the channel that it was made for. Orderers and peers refuse it under another name."
    FK0406 Note "a channel's block is older than the files"
        "A channel's first block is history and is used as it is. The files now say something else at the paths named, and the running\nchannel does not know it until a configuration update brings it there. Certificates renewed on the same key are no difference."
    FK0407 Error "a block knows other CAs than the store"
        "The channel would take none of this network's nodes for what they are: their certificates are signed by a CA that the channel's\nblock does not know. The keys and the block come from different networks."
    FK0408 Error "an MSP folder has no CA certificate"
        "An organization's `MSPDir` must hold one PEM certificate or more in `cacerts`; configtxgen stops without one. `MSPDir` is a path from\nthe folder of configtx.yaml."
    FK0409 Error "a certificate that a channel needs is not there"
        "A consenter's `ClientTLSCert` or `ServerTLSCert`, or the `Certificate` of an organizational unit identifier, names a file that is\nmissing or is no certificate."
    FK0410 Warning "a node OU's certificate is not there"
        "Fabric goes on without it: then any CA of the organization may give an identity that role. Mostly the path in config.yaml is\nwrong."
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
