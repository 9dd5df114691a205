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
        "The file was cut off, or a line of it cannot be read as YAML. The line named is where reading stopped; the cause is often a\nline or two above it: a tab, a missing space after a colon, an unclosed quote or bracket. A file whose aliases multiply\nbeyond a million values, or that nests a hundred levels deep, is not read either."
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
