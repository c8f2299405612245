//! A client of etcd: its gRPC over HTTP/2, one request under way, with the two messages that a write takes written by hand.

use std::net::SocketAddr;

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{Method, Request};
use tokio::net::TcpStream;

use crate::load::Writes;

/// A connection.
pub(crate) struct Client {
    sender: SendRequest<Bytes>,
    put: String,
}

impl Client {
    pub(crate) async fn connect(address: SocketAddr) -> Result<Self, String> {
        let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
        stream.set_nodelay(true).map_err(|error| error.to_string())?;
        let (sender, connection) =
            h2::client::handshake(stream).await.map_err(|error| error.to_string())?;
        tokio::spawn(connection);
        Ok(Self { sender, put: format!("http://{address}/etcdserverpb.KV/Put") })
    }
}

/// A field of bytes in the form of Protocol Buffers. Its length has one or two bytes.
fn put_field(out: &mut BytesMut, number: u8, bytes: &[u8]) {
    out.put_u8(number << 3 | 2);
    let length = bytes.len();
    assert!(length < 1 << 14, "a key or value of a measurement is short");
    if length < 0x80 {
        out.put_u8(length as u8);
    } else {
        out.put_u8(length as u8 | 0x80);
        out.put_u8((length >> 7) as u8);
    }
    out.put_slice(bytes);
}

/// `etcdserverpb.PutRequest` in a frame of gRPC.
fn put_request(key: &str, value: &str) -> Bytes {
    let mut message = BytesMut::new();
    put_field(&mut message, 1, key.as_bytes());
    put_field(&mut message, 2, value.as_bytes());
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(0);
    frame.put_u32(message.len() as u32);
    frame.put_slice(&message);
    frame.freeze()
}

impl Writes for Client {
    async fn put(&mut self, key: &str, value: &str) -> Result<(), String> {
        let request = Request::builder()
            .method(Method::POST)
            .uri(&self.put)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .body(())
            .map_err(|error| error.to_string())?;
        let failed = |error: h2::Error| error.to_string();
        let (response, mut body) = self.sender.send_request(request, false).map_err(failed)?;
        body.send_data(put_request(key, value), true).map_err(failed)?;
        let response = response.await.map_err(failed)?;
        let at_once = response.headers().get("grpc-status").cloned();
        let mut stream = response.into_body();
        while let Some(data) = stream.data().await {
            let data = data.map_err(failed)?;
            stream.flow_control().release_capacity(data.len()).map_err(failed)?;
        }
        let trailers = stream.trailers().await.map_err(failed)?;
        let status = at_once.or_else(|| trailers.as_ref()?.get("grpc-status").cloned());
        match status {
            Some(status) if status == "0" => Ok(()),
            other => Err(format!("{other:?}: {trailers:?}")),
        }
    }
}
