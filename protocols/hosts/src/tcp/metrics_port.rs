//! The port for Prometheus: everything that is counted, as text, to whoever asks by HTTP.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::accept::Door;
use super::places::Guest;
use super::socket::{Broken, GREETING};
use super::wires::Event;

/// The longest head of a request, in bytes.
const HEAD_LIMIT: usize = 8 << 10;

/// Answers one request; what there is, is `/metrics`.
pub(crate) async fn scrape(door: Arc<Door>, mut stream: TcpStream, _: Guest) -> Result<(), Broken> {
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
    let response = match asked(&head) {
        Ok(()) => {
            let (answer, told) = oneshot::channel();
            // Where the node has stopped, `told` says so by ending.
            let _ = door.events.send(Event::Metrics { answer }).await;
            match told.await {
                Ok(text) => response("200 OK", METRICS, &text),
                Err(_) => response("503 Service Unavailable", PLAIN, "this member is stopping\n"),
            }
        }
        Err((status, why)) => response(status, PLAIN, why),
    };
    stream.write_all(response.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(())
}

const METRICS: &str = "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "Content-Type: text/plain; charset=utf-8\r\nAllow: GET";

/// Whether this is a request for what there is, or the status that says why not.
fn asked(head: &[u8]) -> Result<(), (&'static str, &'static str)> {
    let line = head.split(|byte| *byte == b'\r').next().and_then(|line| str::from_utf8(line).ok());
    let words: Vec<&str> = line.unwrap_or_default().split(' ').collect();
    let [method, target, version] = words[..] else {
        return Err(("400 Bad Request", "this is no request of HTTP\n"));
    };
    if !version.starts_with("HTTP/1.") {
        return Err(("400 Bad Request", "HTTP/1.1 is spoken here\n"));
    }
    if target.split('?').next() != Some("/metrics") {
        return Err(("404 Not Found", "there is nothing here but /metrics\n"));
    }
    if method == "GET" {
        return Ok(());
    }
    Err(("405 Method Not Allowed", "only GET is answered here\n"))
}

fn response(status: &str, head: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_thing_to_get_and_one_way_to_get_it() {
        let status =
            |head: &str| asked(head.as_bytes()).map_or_else(|(status, _)| status, |()| "200");
        assert_eq!(status("GET /metrics HTTP/1.1\r\n\r\n"), "200");
        assert_eq!(status("GET /metrics?name[]=a HTTP/1.0\r\n\r\n"), "200");
        assert_eq!(status("GET / HTTP/1.1\r\n\r\n"), "404 Not Found");
        assert_eq!(status("GET /metrics/more HTTP/1.1\r\n\r\n"), "404 Not Found");
        assert_eq!(status("POST /metrics HTTP/1.1\r\n\r\n"), "405 Method Not Allowed");
        for bad in ["", "GET", "GET /metrics", "GET /metrics SPDY/3\r\n", "\0\u{fffd} b c"] {
            assert_eq!(status(bad), "400 Bad Request", "{bad}");
        }
    }
}
