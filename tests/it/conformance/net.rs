//! Loopback addresses, and the way from a Service to its pods. Which Service and which pods is `cluster`'s.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

/// A loopback address that nothing else in this process has; another process that runs these tests has others. All tests together
/// take hundreds.
pub fn loopback() -> Ipv4Addr {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let number = 1 + LAST.fetch_add(1, Ordering::Relaxed);
    assert!(number < (1 << OWN_BITS) - 1, "no loopback address is left");
    // Of 127.0.0.0/8, without the block of 127.0.0.1.
    let block = 1 + std::process::id() % ((1 << (24 - OWN_BITS)) - 1);
    Ipv4Addr::from_bits(u32::from(Ipv4Addr::new(127, 0, 0, 0)) | block << OWN_BITS | number)
}

/// How much of an address tells those of one process apart.
const OWN_BITS: u32 = 10;

/// A port of a Service: what connects to it is led to a pod's, the first that takes the connection. Ends when dropped.
pub struct Forwarder {
    from: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Forwarder {
    pub fn start(from: (Ipv4Addr, u16), to: Vec<(Ipv4Addr, u16)>) -> Self {
        let listener = TcpListener::bind(from).unwrap_or_else(|e| panic!("cannot listen on {}:{}: {e}", from.0, from.1));
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let connected = |to: &(Ipv4Addr, u16)| connect(*to).ok();
                // No pod listens yet: the client sees its connection closed.
                let Some(server) = to.iter().find_map(connected) else { continue };
                if let (Ok(answers), Ok(questions)) = (server.try_clone(), client.try_clone()) {
                    std::thread::spawn(move || pump(questions, server));
                    std::thread::spawn(move || pump(answers, client));
                }
            }
        });
        Self { from: SocketAddrV4::new(from.0, from.1).into(), stop, thread: Some(thread) }
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // The thread waits for a connection: this is one.
        if TcpStream::connect_timeout(&self.from, PATIENCE).is_ok()
            && let Some(thread) = self.thread.take()
        {
            drop(thread.join());
        }
    }
}

fn pump(mut from: TcpStream, mut to: TcpStream) {
    // How a connection ends is its two ends' business.
    drop(io::copy(&mut from, &mut to));
    drop(to.shutdown(Shutdown::Write));
}

/// Whether something listens.
pub fn connect(at: (Ipv4Addr, u16)) -> Result<TcpStream, String> {
    let stream = TcpStream::connect_timeout(&SocketAddrV4::new(at.0, at.1).into(), PATIENCE);
    stream.map_err(|e| format!("{}:{}: {e}", at.0, at.1))
}

/// The body of a page that answers 200; else what it answered.
pub fn get(at: (Ipv4Addr, u16), path: &str) -> Result<String, String> {
    let answer = exchange(at, path).map_err(|e| format!("GET {path} from {}:{}: {e}", at.0, at.1))?;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    match head.split(' ').nth(1) {
        Some("200") => Ok(body.to_owned()),
        _ => Err(format!("GET {path} from {}:{} answers {answer}", at.0, at.1)),
    }
}

/// What a client of TLS has.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// The CA that it knows the server by, and the server's name; `None`: it takes any, as the kubelet does.
    pub server: Option<(PathBuf, String)>,
    /// Its own certificate and key.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// The body of a page that answers 200 by TLS; else what it answered. `curl` asks.
pub fn get_by_tls((ip, port): (Ipv4Addr, u16), path: &str, tls: &Tls) -> Result<String, String> {
    let mut curl = Command::new("curl");
    curl.args(["--silent", "--show-error", "--max-time", "5", "--write-out", "\n%{http_code}"]);
    let host = match &tls.server {
        Some((ca, name)) => {
            curl.arg("--cacert").arg(ca).args(["--resolve", &format!("{name}:{port}:{ip}")]);
            name.clone()
        }
        None => {
            curl.arg("--insecure");
            ip.to_string()
        }
    };
    if let Some((certificate, key)) = &tls.client {
        curl.arg("--cert").arg(certificate).arg("--key").arg(key);
    }
    let url = format!("https://{host}:{port}{path}");
    let output = curl.arg(&url).output().expect("curl is needed to ask by TLS");
    let answer = String::from_utf8_lossy(&output.stdout);
    match answer.rsplit_once('\n') {
        Some((body, "200")) if output.status.success() => Ok(body.to_owned()),
        _ => Err(format!("GET {url} from {ip} answers {answer} {}", String::from_utf8_lossy(&output.stderr).trim())),
    }
}

fn exchange(at: (Ipv4Addr, u16), path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&SocketAddrV4::new(at.0, at.1).into(), PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {}\r\n\r\n", at.0)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
