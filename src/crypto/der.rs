//! The few steps of DER that putting a certificate together takes.

/// The elements in a constructed value, each whole; `None` where it is damaged.
pub(super) fn children(constructed: &[u8]) -> Option<Vec<&[u8]>> {
    let (header, end) = extent(constructed)?;
    let mut rest = constructed.get(header..end)?;
    let mut found = Vec::new();
    while !rest.is_empty() {
        let (_, end) = extent(rest)?;
        let (element, after) = rest.split_at_checked(end)?;
        found.push(element);
        rest = after;
    }
    Some(found)
}

/// So many elements and no more.
pub(super) fn exactly<const N: usize>(elements: Vec<&[u8]>) -> Option<[&[u8]; N]> {
    elements.try_into().ok()
}

/// SEQUENCE of these elements.
pub(super) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &elements.concat())
}

/// BIT STRING of whole bytes.
pub(super) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], bytes].concat())
}

/// A value under a tag.
pub(super) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = &length[length.iter().take_while(|byte| **byte == 0).count()..];
    let mut der = vec![tag];
    match length {
        [] => der.push(0),
        [short] if *short < 0x80 => der.push(*short),
        long => {
            der.push(0x80 | long.len() as u8);
            der.extend(long);
        }
    }
    der.extend(content);
    der
}

/// What stands in an element.
pub(super) fn content(element: &[u8]) -> Option<&[u8]> {
    let (header, end) = extent(element)?;
    element.get(header..end)
}

/// Where the content of the first element begins, and where the element ends.
fn extent(der: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*der.get(1)?);
    let (header, length) = match first {
        0..=0x7f => (2, first),
        0x81..=0x84 => {
            let bytes = der.get(2..2 + (first & 0x7f))?;
            (2 + bytes.len(), bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
        }
        _ => return None,
    };
    let end = header.checked_add(length)?;
    (end <= der.len()).then_some((header, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_together_comes_apart_again() {
        for length in [0, 1, 126, 127, 128, 255, 256, 70_000] {
            let bits = bit_string(&vec![7; length]);
            let whole = sequence(&[&bits, &bits]);
            assert_eq!(children(&whole), Some(vec![bits.as_slice(), &bits]), "{length}");
        }
    }

    #[test]
    fn damaged_der_is_nothing_and_no_panic() {
        for bytes in
            [&[0x30][..], &[0x30, 0x05, 1], &[0x30, 0x85, 1, 1, 1, 1, 1], &[0x30, 0x84, 255, 255, 255, 255], &[0x30, 2, 4, 9]]
        {
            assert_eq!(children(bytes), None, "{bytes:?}");
        }
    }
}
