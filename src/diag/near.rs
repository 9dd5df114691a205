//! Which known name a misspelt one means. What is said of it is its finder's.

/// The known name that is most like a word, if one is like it at all.
pub fn near<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = word.to_lowercase();
    let far = word.chars().count() / 3;
    known.iter().map(|k| (distance(&lower, &k.to_lowercase()), *k)).filter(|(d, _)| *d <= far).min().map(|(_, k)| k)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    if a.len() > 200 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut last = i;
        let mut left = i + 1;
        for (y, cell) in b.iter().zip(row.iter_mut().skip(1)) {
            let cost = (last + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            last = *cell;
            *cell = cost;
            left = cost;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_known_name_is_found() {
        let known = ["PeerOrgs", "OrdererOrgs", "x"];
        let table = [
            ("PeerOrg", Some("PeerOrgs")),
            ("peerorgs", Some("PeerOrgs")),
            ("OrderOrgs", Some("OrdererOrgs")),
            ("Foo", None),
            ("", None),
            ("X", Some("x")),
            ("y", None),
        ];
        for (word, wanted) in table {
            assert_eq!(near(word, &known), wanted, "{word}");
        }
        assert_eq!((distance("kitten", "sitting"), distance("", "ab"), distance("ab", "")), (3, 2, 2));
    }
}
