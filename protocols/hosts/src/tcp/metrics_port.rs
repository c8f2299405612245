//! The port for Prometheus: everything that is counted, as text, to whoever asks by HTTP.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::accept::Door;
use super::socket::{Broken, GREETING};
use super::wires::Event;

/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 8 << 10;

/// Answers one request, whatever it is for; a scraper asks for `/metrics`.
pub(crate) async fn scrape(door: Arc<Door>, mut stream: TcpStream) -> Result<(), Broken> {
    let mut head = Vec::new();
    let read = async {
        while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD_LIMIT {
            if stream.read_buf(&mut head).await? == 0 {
                return Err(Broken::Cut);
            }
        }
        Ok(())
    };
    timeout(GREETING, read).await.unwrap_or(Err(Broken::Slow(GREETING)))?;
    let (answer, told) = oneshot::channel();
    // Where the node has stopped, `told` says so by ending.
    let _ = door.events.send(Event::Metrics { answer }).await;
    let (status, body) = match (head.starts_with(b"GET "), told.await) {
        (true, Ok(text)) => ("200 OK", text),
        (false, _) => ("405 Method Not Allowed", "only GET is answered here\n".to_owned()),
        (true, Err(_)) => ("503 Service Unavailable", "this member is stopping\n".to_owned()),
    };
    let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let length = body.len();
    let response = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {form}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(())
}
