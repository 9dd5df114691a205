//! Laying what a user has core.yaml or orderer.yaml say over the rendered file. Whether it may stand there was judged in `network`.

use crate::yaml::{Mapping, Value};

/// Lays one map on another, key by key; whatever is no map on both sides is replaced, lists as a whole. Upper and lower case of
/// keys are alike, as they are to Fabric (viper and mapstructure): of two spellings of one key, chance would decide which counts.
pub fn overlay(base: &mut Value, over: Value) {
    match (base, over) {
        (Value::Mapping(base), Value::Mapping(over)) => {
            for (key, value) in over {
                let known = base.keys().find(|known| alike(known, &key)).cloned();
                match known.and_then(|known| base.get_mut(&known)) {
                    Some(old) => overlay(old, value),
                    None => {
                        // Among the user's own keys two spellings meet too, of two levels.
                        let mut made = Value::Mapping(Mapping::new());
                        overlay(&mut made, value);
                        base.insert(key, made);
                    }
                }
            }
        }
        (base, over) => *base = over,
    }
}

fn alike(a: &Value, b: &Value) -> bool {
    match (a.as_str(), b.as_str()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;

    fn overlaid(base: &str, over: &str) -> String {
        let value = |text: &str| yaml::documents(text).unwrap().remove(0);
        let mut base = value(base);
        overlay(&mut base, value(over));
        yaml::to_text(&base)
    }

    #[test]
    fn maps_join_and_everything_else_is_replaced() {
        assert_eq!(
            overlaid("a: {b: 1, c: [1, 2]}\nd: 1\n", "a: {c: [{e: 3}]}\nf: {g: 4}\n"),
            "a:\n  b: 1\n  c:\n    - e: 3\nd: 1\nf:\n  g: 4\n"
        );
        assert_eq!(overlaid("a: {b: 1}\n", "a: x\n"), "a: x\n");
        assert_eq!(overlaid("a:\n", "a: {b: 1}\n"), "a:\n  b: 1\n");
    }

    #[test]
    fn keys_are_alike_in_any_case_and_keep_their_first_spelling() {
        assert_eq!(
            overlaid("peer: {gossip: {pullInterval: 4s}}\n", "Peer: {GOSSIP: {pullinterval: 5s}}\n"),
            "peer:\n  gossip:\n    pullInterval: 5s\n"
        );
        assert_eq!(overlaid("{}\n", "a: {B: 1, b: 2}\n"), "a:\n  B: 2\n");
    }
}
