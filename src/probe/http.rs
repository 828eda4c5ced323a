//! One request over a connection of its own, and as much of HTTP/1.1 as its answer needs.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::definition::Request;

use super::Stop;

/// Largest answer that is read, in bytes.
const LARGEST: usize = 64 << 20;
/// Largest head of an answer, in bytes.
const LARGEST_HEAD: usize = 256 << 10;
/// How long a read waits before it looks whether somebody wants to stop.
const SLICE: Duration = Duration::from_millis(50);

/// How long a request took from before the connection to the last byte of the answer, and the status.
///
/// # Errors
/// Why there is no answer, a clause.
pub(super) fn ask(
    port: u16,
    request: &Request,
    timeout: Duration,
    stop: &Stop,
) -> Result<(Duration, u16), String> {
    let text = written(request, port);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let io = |error: std::io::Error| error.to_string();
    let begun = Instant::now();
    let mut stream = TcpStream::connect_timeout(&address, timeout).map_err(io)?;
    stream.set_nodelay(true).map_err(io)?;
    stream.set_read_timeout(Some(SLICE)).map_err(io)?;
    stream.set_write_timeout(Some(timeout)).map_err(io)?;
    stream.write_all(&text).map_err(io)?;
    let mut answer = Vec::new();
    let mut chunk = vec![0; 64 << 10];
    loop {
        let is_over = match stream.read(&mut chunk) {
            Ok(length) => {
                answer.extend_from_slice(&chunk[..length]);
                length == 0
            }
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => false,
                _ => return Err(error.to_string()),
            },
        };
        let took = begun.elapsed();
        if let Some(status) = status(&answer, request.method == "HEAD", is_over)? {
            return Ok((took, status));
        }
        if answer.len() > LARGEST {
            return Err("the answer is larger than 64 MiB".to_owned());
        }
        if took > timeout {
            return Err(format!("no whole answer within {} s", timeout.as_secs()));
        }
        if stop.is_wanted() {
            return Err("it was interrupted".to_owned());
        }
    }
}

/// The bytes of a request.
fn written(request: &Request, port: u16) -> Vec<u8> {
    let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.path);
    let names = |wanted: &str| {
        let mut headers = request.headers.iter();
        headers.any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    let length = request.body.len().to_string();
    let has_length = !request.body.is_empty() || !matches!(request.method.as_str(), "GET" | "HEAD");
    for (name, value, is_needed) in [
        ("Host", format!("127.0.0.1:{port}"), true),
        ("Accept", "*/*".to_owned(), true),
        ("User-Agent", "quality-probe".to_owned(), true),
        ("Content-Length", length, has_length),
    ] {
        if is_needed && !names(name) {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    for (name, value) in &request.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    // The end of the answer is the end of the connection, whatever else the server says.
    if !names("Connection") {
        text.push_str("Connection: close\r\n");
    }
    text.push_str("\r\n");
    text.push_str(&request.body);
    text.into_bytes()
}

/// The status of a whole answer; none while it is not whole. `is_over` says that no more will come.
fn status(answer: &[u8], is_head_only: bool, is_over: bool) -> Result<Option<u16>, String> {
    let mut rest = answer;
    loop {
        let Some(end) = memchr::memmem::find(rest, b"\r\n\r\n") else {
            return if is_over {
                Err("the connection was closed before there was an answer".to_owned())
            } else if rest.len() > LARGEST_HEAD {
                Err("the head of the answer is larger than 256 KiB".to_owned())
            } else {
                Ok(None)
            };
        };
        let head = String::from_utf8_lossy(&rest[..end]);
        rest = &rest[end + 4..];
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| {
            let (_, rest) = line.strip_prefix("HTTP/1.")?.split_once(' ')?;
            let digits = rest
                .get(..3)
                .filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
            digits.parse::<u16>().ok()
        });
        let Some(status) = status else {
            return Err("the answer is not HTTP/1".to_owned());
        };
        // What comes before the answer itself, such as 100 Continue.
        if (100..200).contains(&status) && status != 101 {
            continue;
        }
        let header = |wanted: &str| {
            let mut headers = lines.clone().filter_map(|line| line.split_once(':'));
            let found = headers.find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
            found.map(|(_, value)| value.trim())
        };
        let length = match header("Transfer-Encoding") {
            None => header("Content-Length").and_then(|length| length.parse::<usize>().ok()),
            Some(_) => None,
        };
        let is_whole = match length {
            _ if is_head_only || matches!(status, 101 | 204 | 304) => true,
            Some(length) if rest.len() >= length => true,
            Some(_) if is_over => {
                return Err("the connection was closed before the answer was whole".to_owned());
            }
            Some(_) => false,
            None => is_over,
        };
        return Ok(is_whole.then_some(status));
    }
}

#[cfg(test)]
mod tests {
    use super::{status, written};
    use crate::definition::Request;

    #[test]
    fn an_answer_is_whole_at_its_length_or_at_the_end() {
        let counted = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab";
        assert_eq!(status(counted, false, false), Ok(None));
        assert!(status(counted, false, true).is_err());
        assert_eq!(
            status(&[&counted[..], b"c"].concat(), false, false),
            Ok(Some(200))
        );
        assert_eq!(status(counted, true, false), Ok(Some(200)));
        let open = b"HTTP/1.0 404 Not Found\r\n\r\nabc";
        assert_eq!(status(open, false, false), Ok(None));
        assert_eq!(status(open, false, true), Ok(Some(404)));
        let chunked = b"HTTP/1.1 200\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n";
        assert_eq!(status(chunked, false, false), Ok(None));
        assert_eq!(
            status(b"HTTP/1.1 204 \r\n\r\n", false, false),
            Ok(Some(204))
        );
    }

    #[test]
    fn what_comes_before_the_answer_is_none() {
        let text = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(status(text, false, false), Ok(Some(500)));
    }

    #[test]
    fn what_is_no_answer_is_said_to_be_none() {
        assert_eq!(status(b"", false, false), Ok(None));
        for (text, is_over) in [
            (&b""[..], true),
            (b"HTTP/1.1 200 OK\r\n", true),
            (b"SSH-2.0\r\n\r\n", false),
            (b"HTTP/1.1 2\r\n\r\n", false),
            (b"HTTP/1.1 \xff\xff\xff\r\n\r\n", false),
        ] {
            assert!(status(text, false, is_over).is_err());
        }
    }

    #[test]
    fn a_request_closes_and_says_what_it_brings() {
        let get = String::from_utf8(written(&Request::get("/a?b"), 80)).unwrap();
        assert!(
            get.starts_with("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:80\r\n"),
            "{get}"
        );
        assert!(get.ends_with("Connection: close\r\n\r\n") && !get.contains("Content-Length"));
        let post = Request {
            method: "POST".to_owned(),
            headers: vec![("host".to_owned(), "shop".to_owned())],
            body: "é".to_owned(),
            ..Request::get("/")
        };
        let post = String::from_utf8(written(&post, 80)).unwrap();
        assert!(
            post.contains("Content-Length: 2\r\n") && post.ends_with("\r\n\r\né"),
            "{post}"
        );
        assert!(
            post.contains("host: shop\r\n") && !post.contains("Host:"),
            "{post}"
        );
    }
}
