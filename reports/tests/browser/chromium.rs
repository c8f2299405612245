//! Headless Chromium, spoken to by its own protocol (Chrome DevTools Protocol 1.3): no more of it than these tests need.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// A browser with one page in it. It ends with the value.
pub(crate) struct Chromium {
    process: Child,
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    session: Option<String>,
    last: u64,
    _profile: TempDir,
}

/// Names under which Debian and others install it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

impl Chromium {
    /// A browser with an empty page; nothing where none is installed.
    pub(crate) fn start() -> Option<Self> {
        let path = installed()?;
        let profile = tempfile::tempdir().expect("a folder");
        let mut process = Command::new(path)
            // Its sandbox wants a user who is not root.
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"])
            .args(["--window-size=1400,1000", "--no-first-run", "about:blank"])
            // Of itself it asks nobody anything.
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--disable-sync", "--disable-quic"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("Chromium starts");
        let told = BufReader::new(process.stderr.take().expect("its standard error"));
        let mut lines = told.lines().map_while(Result::ok);
        let address = lines.find_map(|line| Some(line.split_once("listening on ")?.1.to_owned()));
        let address = address.expect("Chromium says where it listens");
        // What else it says must go somewhere.
        std::thread::spawn(move || lines.for_each(drop));
        let (socket, _) = tungstenite::connect(address).expect("Chromium listens");
        let mut chromium = Self { process, socket, session: None, last: 0, _profile: profile };
        let target = chromium.call("Target.createTarget", &json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session = chromium.call("Target.attachToTarget", &attach);
        chromium.session = session["sessionId"].as_str().map(str::to_owned);
        chromium.call("Page.enable", &json!({}));
        Some(chromium)
    }

    /// Carries out a command and gives its result.
    pub(crate) fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last += 1;
        let id = self.last;
        let mut command = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = &self.session {
            command["sessionId"] = session.as_str().into();
        }
        self.socket.send(Message::text(command.to_string())).expect("Chromium listens");
        let mut answer = self.read(|told| told["id"] == id);
        assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
        answer["result"].take()
    }

    /// Goes to a page and waits until it is loaded.
    pub(crate) fn open(&mut self, address: &str) {
        self.call("Page.navigate", &json!({ "url": address }));
        self.read(|told| told["method"] == "Page.loadEventFired");
    }

    /// What an expression comes to, once what it promises has come.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let ask = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut told = self.call("Runtime.evaluate", &ask);
        assert!(told["exceptionDetails"].is_null(), "{expression}: {}", told["exceptionDetails"]);
        told["result"]["value"].take()
    }

    fn read(&mut self, is_it: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.socket.read().expect("Chromium answers");
            let Message::Text(text) = message else { continue };
            let told: Value = serde_json::from_str(&text).expect("Chromium speaks JSON");
            if is_it(&told) {
                return told;
            }
        }
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn installed() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let places: Vec<_> = std::env::split_paths(&folders).collect();
    let there =
        |name: &&str| places.iter().map(|folder| folder.join(name)).find(|path| path.is_file());
    NAMES.iter().find_map(there)
}
