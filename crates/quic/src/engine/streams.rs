//! Calls about streams and datagrams of a connection.

use bytes::Bytes;

use super::{ConnectionId, Engine, UnknownConnection};
use crate::connection::{Connection, DatagramError, Read, StreamError, Write};

impl Engine {
    /// Opens a stream; none while the other side's limit is reached.
    pub fn open(&mut self, connection: ConnectionId) -> Result<Option<u64>, UnknownConnection> {
        Ok(self.get(connection)?.open())
    }

    /// Takes as many bytes as there is room for.
    pub fn write(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        bytes: &[u8],
    ) -> Result<Write, StreamError> {
        self.stream(connection)?.write(stream, bytes)
    }

    /// No more bytes will be written; `Delivered` follows when the other side has them all.
    pub fn finish(&mut self, connection: ConnectionId, stream: u64) -> Result<(), StreamError> {
        self.stream(connection)?.finish(stream)
    }

    /// Gives up what was written and is still on its way. The other side reads the code.
    pub fn reset(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        code: u64,
    ) -> Result<(), StreamError> {
        self.stream(connection)?.reset(stream, code)
    }

    /// Asks the other side to send no more on this stream, and forgets what it sent.
    pub fn stop(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        code: u64,
    ) -> Result<(), StreamError> {
        self.stream(connection)?.stop(stream, code)
    }

    /// Fills `target` as far as there are bytes. The end of the stream is told once.
    pub fn read(
        &mut self,
        connection: ConnectionId,
        stream: u64,
        target: &mut [u8],
    ) -> Result<Read, StreamError> {
        self.stream(connection)?.read(stream, target)
    }

    /// Sends a datagram if the other side takes one of this size. If many wait, the oldest is dropped.
    pub fn send_datagram(
        &mut self,
        connection: ConnectionId,
        payload: Bytes,
    ) -> Result<(), DatagramError> {
        self.get(connection)
            .map_err(|UnknownConnection| DatagramError::Closed)?
            .send_datagram(payload)
    }

    /// The largest datagram that this connection takes now; none if the other side takes none.
    pub fn max_datagram(
        &mut self,
        connection: ConnectionId,
    ) -> Result<Option<usize>, UnknownConnection> {
        Ok(self.get(connection)?.max_datagram())
    }

    fn stream(&mut self, id: ConnectionId) -> Result<&mut Connection, StreamError> {
        self.get(id)
            .map_err(|UnknownConnection| StreamError::Closed)
    }
}
