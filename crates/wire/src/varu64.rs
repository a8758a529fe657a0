//! varu64: base-128 groups, most significant first, top bit set on all but the last byte
//! (PROTOCOL.md section 1). Every value has one encoding, so encodings may be compared as bytes.

use alloc::vec::Vec;

use crate::{ErrorCode, WireError};

/// The longest encoding, in bytes.
pub const MAX_LENGTH: usize = 10;

/// The value at `offset` and the offset after it.
///
/// # Errors
/// `truncated`, `overlong-varu64` or `varu64-overflow`, each at `offset`.
#[inline]
pub fn decode(bytes: &[u8], offset: usize) -> Result<(u64, usize), WireError> {
    match bytes.get(offset) {
        Some(&byte) if byte < 0x80 => Ok((u64::from(byte), offset + 1)),
        _ => decode_long(bytes, offset),
    }
}

fn decode_long(bytes: &[u8], offset: usize) -> Result<(u64, usize), WireError> {
    let refuse = |code| Err(WireError::new(code, offset));
    let field = bytes.get(offset..).unwrap_or_default();
    if field.first() == Some(&0x80) {
        return refuse(ErrorCode::OverlongVaru64);
    }
    let mut value = 0u64;
    for (end, &byte) in (offset + 1..).zip(field.iter().take(MAX_LENGTH)) {
        if value >> 57 != 0 {
            return refuse(ErrorCode::Varu64Overflow);
        }
        value = value << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Ok((value, end));
        }
    }
    refuse(if field.len() < MAX_LENGTH {
        ErrorCode::Truncated
    } else {
        ErrorCode::Varu64Overflow
    })
}

/// How many bytes [`encode`] appends.
#[inline]
#[must_use]
pub const fn length(value: u64) -> usize {
    (u64::BITS - (value | 1).leading_zeros()).div_ceil(7) as usize
}

/// Appends `value` to `out`.
#[inline]
pub fn encode(value: u64, out: &mut Vec<u8>) {
    for group in (1..length(value)).rev() {
        out.push((value >> (7 * group)) as u8 | 0x80);
    }
    out.push(value as u8 & 0x7f);
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn lengths_change_where_groups_do() {
        for groups in 1..MAX_LENGTH {
            let first = 1u64 << (7 * groups);
            for (value, expected) in [(first - 1, groups), (first, groups + 1)] {
                let mut bytes = vec![];
                encode(value, &mut bytes);
                assert_eq!((bytes.len(), length(value)), (expected, expected));
                assert_eq!(decode(&bytes, 0), Ok((value, expected)));
            }
        }
        assert_eq!(length(u64::MAX), MAX_LENGTH);
    }

    #[test]
    fn malformed() {
        let refused = |bytes: &[u8]| decode(bytes, 0).map_err(|error| (error.code, error.offset));
        let long = |first: u8, count: usize, last: u8| {
            let mut bytes = vec![0xff; count + 2];
            bytes[0] = first;
            bytes[count + 1] = last;
            bytes
        };
        assert_eq!(refused(&[]), Err((ErrorCode::Truncated, 0)));
        assert_eq!(refused(&[0x81]), Err((ErrorCode::Truncated, 0)));
        assert_eq!(refused(&[0x80]), Err((ErrorCode::OverlongVaru64, 0)));
        assert_eq!(refused(&[0x80, 0x01]), Err((ErrorCode::OverlongVaru64, 0)));
        assert_eq!(decode(&long(0x81, 8, 0x7f), 0), Ok((u64::MAX, 10)));
        assert_eq!(
            refused(&long(0x82, 7, 0xff)),
            Err((ErrorCode::Truncated, 0))
        );
        assert_eq!(
            refused(&long(0x82, 8, 0x7f)),
            Err((ErrorCode::Varu64Overflow, 0))
        );
        assert_eq!(
            refused(&long(0x81, 8, 0xff)),
            Err((ErrorCode::Varu64Overflow, 0))
        );
        assert_eq!(
            refused(&long(0xff, 20, 0xff)),
            Err((ErrorCode::Varu64Overflow, 0))
        );
    }

    #[test]
    fn offsets() {
        assert_eq!(decode(&[0x80, 0x89, 0x52, 0x80], 1), Ok((1234, 3)));
        assert_eq!(
            decode(&[1, 2], 2),
            Err(WireError::new(ErrorCode::Truncated, 2))
        );
        assert_eq!(
            decode(&[1, 2], 9),
            Err(WireError::new(ErrorCode::Truncated, 9))
        );
    }
}
