//! Reads fields one after another; every error is at the start of its field (see `error`).

use crate::{varu64, Coordinates, ErrorCode, Key, Root, Watermark, WireError};

#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl<'a> Reader<'a> {
    #[inline]
    pub(crate) const fn at(bytes: &'a [u8], offset: usize) -> Self {
        Self { bytes, offset }
    }

    #[inline]
    pub(crate) const fn offset(&self) -> usize {
        self.offset
    }

    #[inline]
    pub(crate) const fn is_at_end(&self) -> bool {
        self.offset >= self.bytes.len()
    }

    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<&'a [u8; N], WireError> {
        let field = self.bytes.get(self.offset..).and_then(<[u8]>::first_chunk);
        let field = field.ok_or(WireError::new(ErrorCode::Truncated, self.offset))?;
        self.offset += N;
        Ok(field)
    }

    #[inline]
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let rest = self.bytes.get(self.offset..).unwrap_or_default();
        let field = rest
            .get(..length)
            .ok_or(WireError::new(ErrorCode::Truncated, self.offset))?;
        self.offset += length;
        Ok(field)
    }

    #[inline]
    pub(crate) fn u16(&mut self) -> Result<usize, WireError> {
        self.array()
            .map(|field| usize::from(u16::from_be_bytes(*field)))
    }

    #[inline]
    pub(crate) fn varu64(&mut self) -> Result<u64, WireError> {
        let (value, end) = varu64::decode(self.bytes, self.offset)?;
        self.offset = end;
        Ok(value)
    }

    #[inline]
    pub(crate) fn key(&mut self) -> Result<Key, WireError> {
        self.array().map(Key::from_bytes)
    }

    #[inline]
    pub(crate) fn watermark(&mut self) -> Result<Watermark, WireError> {
        Ok(Watermark {
            key: self.key()?,
            sequence: self.varu64()?,
        })
    }

    #[inline]
    pub(crate) fn root(&mut self) -> Result<Root, WireError> {
        Ok(Root {
            key: self.key()?,
            sequence: self.varu64()?,
        })
    }

    #[inline]
    pub(crate) fn coordinates(&mut self) -> Result<Coordinates<'a>, WireError> {
        let length = self.u16()?;
        let start = self.offset;
        Coordinates::from_body(self.take(length)?).map_err(|error| error.shifted(start))
    }

    /// The field that everything ends with.
    #[inline]
    pub(crate) fn last(mut self, length: usize) -> Result<&'a [u8], WireError> {
        let field = self.take(length)?;
        self.finish()?;
        Ok(field)
    }

    #[inline]
    pub(crate) fn finish(self) -> Result<(), WireError> {
        if self.is_at_end() {
            Ok(())
        } else {
            Err(WireError::new(ErrorCode::TrailingBytes, self.offset))
        }
    }
}
