//! MiniStack, an emulator of AWS that runs the real packages and enforces IAM.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, bail};

use crate::{commands::docs::root, tools};

/// The emulator, what it checks signatures with, and all that they bring.
const REQUIREMENTS: [&str; 20] = [
    "botocore==1.43.106",
    "cffi==2.1.1",
    "cryptography==50.0.2",
    "defusedxml==0.7.1",
    "graphql-core==3.2.12",
    "h11==0.16.0",
    "h2==4.4.1",
    "hpack==4.2.0",
    "Hypercorn==0.18.0",
    "hyperframe==6.1.0",
    "jmespath==1.1.0",
    "jsonata-python==0.7.1",
    "ministack==1.5.33",
    "priority==2.0.0",
    "pycparser==3.12",
    "python-dateutil==2.9.0.post0",
    "PyYAML==6.0.4",
    "six==1.17.0",
    "urllib3==2.8.0",
    "wsproto==1.3.2",
];

/// Starts it, with its differences from AWS put right.
const LAUNCHER: &str = "terraform/environments/local/emulator.py";

/// How long it may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// The administrator's credentials, which only this emulator knows.
pub const ACCESS_KEY: &str = "test";
/// The same, the secret.
pub const SECRET_KEY: &str = "test";
/// The account that everything is in.
pub const ACCOUNT: &str = "000000000000";

/// A running emulator. It ends when this is dropped, and forgets everything.
pub struct Emulator {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Emulator {
    /// Installs it if need be, starts it on a loopback port with IAM enforced, and waits until it answers. Its log and its
    /// files go to `folder`.
    ///
    /// # Errors
    /// It cannot be installed, or does not start; its log is shown.
    pub fn start(folder: &Path, port: u16) -> anyhow::Result<Self> {
        let python = tools::python("emulator", &REQUIREMENTS)?.join("python");
        let files = folder.join("files");
        fs::create_dir_all(&files).with_context(|| files.display().to_string())?;
        let log = folder.join("emulator.log");
        let output = File::create(&log).with_context(|| log.display().to_string())?;
        if TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).is_ok() {
            bail!("port {port} is in use: end what listens there, another emulator perhaps");
        }
        let process = Command::new(python)
            .arg(root().join(LAUNCHER))
            // Functions inherit it. On AWS they log what they log without it, and that is what is looked at.
            .env_remove("RUST_LOG")
            .env("AUTH", "true")
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            // Functions on a custom runtime learn the endpoint from the emulator's own environment.
            .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{port}"))
            .env("AWS_ACCESS_KEY_ID", ACCESS_KEY)
            .env("AWS_SECRET_ACCESS_KEY", SECRET_KEY)
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("TMPDIR", &files)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .context("the emulator cannot be started")?;
        let mut emulator = Self { process, port, log };
        emulator.wait()?;
        Ok(emulator)
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The end of its log.
    pub fn last_words(&self) -> String {
        let log = fs::read(&self.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let end = Instant::now() + PATIENCE;
        while Instant::now() < end {
            if self.answers().is_ok_and(|answers| answers) {
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("the emulator ended ({status}):\n{}", self.last_words());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("the emulator does not answer after {} s:\n{}", PATIENCE.as_secs(), self.last_words());
    }

    fn answers(&self) -> std::io::Result<bool> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(1))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        stream.write_all(b"GET /_ministack/health HTTP/1.0\r\nhost: localhost\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b"200"))
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It ends its functions' processes when it is asked to; a kill would leave them behind.
        let asked = Command::new("kill").arg(self.process.id().to_string()).status();
        let end = Instant::now() + Duration::from_secs(10);
        while asked.as_ref().is_ok_and(std::process::ExitStatus::success) && Instant::now() < end {
            if self.process.try_wait().is_ok_and(|ended| ended.is_some()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // Nothing is lost with it.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
