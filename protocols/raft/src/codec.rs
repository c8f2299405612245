//! Numbers and bytes in the form that the disk and the wire have them: little-endian, nothing aligned.

use seatrial_node::{NodeId, WireError};

/// Terms and indices are below this: no cluster gets so far, and one more is always a number.
pub(crate) const LIMIT: u64 = 1 << 62;

pub(crate) fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

pub(crate) fn put_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(&value.to_le_bytes());
}

/// Puts a node's name that may be missing.
pub(crate) fn put_node(out: &mut Vec<u8>, node: Option<NodeId>) {
    out.push(u8::from(node.is_some()));
    put_u32(out, node.map_or(0, |node| node.0));
}

/// Takes values off the front of bytes that may hold anything.
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Result<&'a [u8], WireError> {
        let split = self.0.split_at_checked(len);
        let (front, rest) = split.ok_or_else(|| {
            WireError::Malformed(format!("{len} bytes wanted, {} are left", self.0.len()))
        })?;
        self.0 = rest;
        Ok(front)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, WireError> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, WireError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// A term or an index.
    pub(crate) fn count(&mut self) -> Result<u64, WireError> {
        match self.u64()? {
            count if count < LIMIT => Ok(count),
            other => Err(WireError::Malformed(format!("{other} is no term and no index"))),
        }
    }

    pub(crate) fn bool(&mut self) -> Result<bool, WireError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(WireError::Malformed(format!("{other} is neither yes nor no"))),
        }
    }

    pub(crate) fn node(&mut self) -> Result<Option<NodeId>, WireError> {
        let (known, id) = (self.bool()?, self.u32()?);
        Ok(known.then_some(NodeId(id)))
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// Whether nothing is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// Where something is left.
    pub(crate) fn end(&self) -> Result<(), WireError> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(WireError::Malformed(format!("{} bytes too many", self.0.len())))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let mut array = [0; N];
        array.copy_from_slice(self.bytes(N)?);
        Ok(array)
    }
}
