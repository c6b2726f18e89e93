//! Fixtures: a folder with a database, the binary run in it, a server with an HTTP client.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// A password that no rule refuses.
pub const PASSWORD: &str = "correct horse battery staple";

pub fn binary() -> PathBuf {
    std::env::var_os("FMDB_BIN").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_fmdb")), PathBuf::from)
}

/// A file of the real data beside the project; tells where it is missing.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if !path.exists() {
        eprintln!("NOT RUN: this test needs `../shared/data/{name}`, which is not there");
        return None;
    }
    Some(path)
}

/// Waits until a condition holds.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !holds() {
        assert!(Instant::now() < until, "in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A folder with a database.
pub struct Folder(pub TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.0.path()).env_remove("PORT").stdin(Stdio::null());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("FMDB_")) {
            command.env_remove(name);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub fn run_with(&self, arguments: &[&str], stdin: &[u8]) -> Output {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let bytes = stdin.to_vec();
        let writer = thread::spawn(move || drop(input.write_all(&bytes)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// Runs, expects success, gives stdout.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", stderr(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs with `--json`, expects success, gives the document.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let with_json: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.ok(&with_json)).unwrap()
    }

    /// The document that `--json` prints, whatever the status; null where there is none.
    pub fn json_or_null(&self, arguments: &[&str]) -> Value {
        let with_json: Vec<&str> = arguments.iter().copied().chain(["--json"]).collect();
        serde_json::from_slice(&self.run(&with_json).stdout).unwrap_or_default()
    }

    pub fn add_user(&self, name: &str, is_admin: bool) {
        let mut arguments = vec!["user", "add", name, "--password-stdin"];
        arguments.extend(is_admin.then_some("--admin"));
        let output = self.run_with(&arguments, format!("{PASSWORD}\n").as_bytes());
        assert!(output.status.success(), "{}", stderr(&output));
    }

    pub fn token(&self, name: &str) -> String {
        self.ok(&["token", "add", name]).trim().to_owned()
    }

    /// Imports JSON.
    pub fn load(&self, json: &str) {
        let file = self.write("load.json", json);
        self.ok(&["import", file.to_str().unwrap()]);
    }

    pub fn serve(&self, options: &[&str]) -> Server {
        Server::start(self.serving(options))
    }

    /// Serves under a limit that a shell sets, such as `ulimit -n 400`.
    pub fn serve_limited(&self, limit: &str, options: &[&str]) -> Server {
        let serving = self.serving(options);
        let mut limited = Command::new("sh");
        limited.args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")]).arg(serving.get_program());
        limited.args(serving.get_args()).current_dir(self.0.path()).stdin(Stdio::null());
        for (name, _) in serving.get_envs() {
            limited.env_remove(name);
        }
        Server::start(limited)
    }

    fn serving(&self, options: &[&str]) -> Command {
        self.command(&[&["serve", "--port", "0"], options].concat())
    }
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What went wrong is one line that begins with the program's name.
pub fn one_error_line(output: &Output) -> String {
    let text = stderr(output);
    let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("fmdb: ")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(!text.contains("panicked") && !text.contains("backtrace"), "{text}");
    lines[0].to_owned()
}

/// A running server; killed when it is dropped.
pub struct Server {
    pub child: Child,
    pub address: String,
    lines: Mutex<std::sync::mpsc::Receiver<String>>,
    log: Arc<Mutex<String>>,
    agent: ureq::Agent,
}

impl Server {
    fn start(mut serving: Command) -> Self {
        let mut child = serving.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (mut errors, kept) = (child.stderr.take().unwrap(), Arc::clone(&log));
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count) = errors.read(&mut bytes) {
                if count == 0 {
                    break;
                }
                kept.lock().unwrap().push_str(&String::from_utf8_lossy(&bytes[..count]));
            }
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_else(|| panic!("no server: {}", log.lock().unwrap()));
        let address = first.strip_prefix("fmdb listening on ").unwrap().to_owned();
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(sender.send(line))));
        let config = ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { child, address, lines: Mutex::new(receiver), log, agent: config.into() }
    }

    /// A client without any account.
    pub fn nobody(&self) -> Client<'_> {
        Client { server: self, headers: Vec::new() }
    }

    /// A client with an API token, which asks for JSON.
    pub fn bearer(&self, token: &str) -> Client<'_> {
        self.nobody().with("authorization", &format!("Bearer {token}")).with("accept", "application/json")
    }

    /// A browser that has signed in.
    pub fn signed_in(&self, name: &str) -> Client<'_> {
        let form = format!("username={name}&password={}", PASSWORD.replace(' ', "+"));
        let reply = self.nobody().with("accept", "text/html").form("/signin", &form);
        assert_eq!(reply.status, 303, "{}", reply.body);
        self.nobody().with("accept", "text/html").with("cookie", &reply.cookie())
    }

    /// The link to the first admin's form, which is the second line of a server without an admin.
    pub fn setup_link(&self) -> String {
        let line =
            self.lines.lock().unwrap().recv_timeout(Duration::from_secs(20)).expect("a line with the setup link");
        line.split_once("http").map(|(_, rest)| format!("http{rest}")).expect("a link")
    }

    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    pub fn port(&self) -> u16 {
        self.address.rsplit(':').next().unwrap().parse().unwrap()
    }

    /// Ends it as an operator does; gives the exit status.
    pub fn terminate(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status().unwrap();
        self.child.wait().unwrap().code()
    }

    /// Ends it as a power cut does.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("the server's log:\n{}", self.log());
        }
    }
}

/// Sends requests with the same headers.
#[derive(Clone)]
pub struct Client<'a> {
    server: &'a Server,
    headers: Vec<(String, String)>,
}

impl Client<'_> {
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(known, _)| known != name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", b"")
    }

    pub fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, "", b"")
    }

    pub fn form(&self, path: &str, body: &str) -> Reply {
        self.send("POST", path, "application/x-www-form-urlencoded", body.as_bytes())
    }

    pub fn json(&self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, "application/json", body.to_string().as_bytes())
    }

    /// The token of this session's forms.
    pub fn csrf(&self) -> String {
        let page = self.get("/").body;
        let rest = page.split("name=\"csrf\" value=\"").nth(1).expect("a form with a token");
        rest.split('"').next().unwrap().to_owned()
    }

    pub fn send(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Reply {
        let url = format!("{}{path}", self.server.address);
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let body = body.to_vec();
        let mut response = self.server.agent.run(request.body(body).unwrap()).unwrap_or_else(|error| {
            panic!("{method} {path}: {error}");
        });
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let status = response.status().as_u16();
        let bytes = response.body_mut().read_to_vec().unwrap();
        Reply { status, headers, body: String::from_utf8_lossy(&bytes).into_owned() }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The session that was set, as a request sends it.
    pub fn cookie(&self) -> String {
        let set = self.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value);
        let session = set.filter(|value| value.contains("session")).map(|value| value.split(';').next().unwrap());
        session.collect::<Vec<_>>().join("; ")
    }

    pub fn titles(&self) -> Vec<String> {
        let movies = self.json()["movies"].as_array().unwrap().clone();
        movies.iter().map(|movie| movie["movie_name"].as_str().unwrap().to_owned()).collect()
    }
}
