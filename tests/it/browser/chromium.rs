//! Chromium and its driver.

use std::process::Stdio;

use thirtyfour::{ChromiumLikeCapabilities, prelude::*};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
};

/// A running chromedriver, on a port of its own.
pub struct Chromium {
    driver: Child,
    url: String,
}

impl Chromium {
    pub async fn start() -> Self {
        let mut command = Command::new("chromedriver");
        let mut driver =
            command.arg("--port=0").stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("chromedriver");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            // "ChromeDriver was started successfully on port 40123."
            if let Some((_, port)) = line.split_once("successfully on port ") {
                return Self { driver, url: format!("http://127.0.0.1:{}", port.trim_end_matches('.')) };
            }
        }
        panic!("chromedriver does not say its port")
    }

    /// A new window with nothing remembered.
    pub async fn window(&self) -> WebDriver {
        let mut wanted = DesiredCapabilities::chrome();
        // Inside containers there is no sandbox, and little shared memory.
        for argument in
            ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900", "--lang=en"]
        {
            wanted.add_arg(argument).unwrap();
        }
        WebDriver::new(&self.url, wanted).await.unwrap()
    }

    pub async fn stop(mut self) {
        self.driver.kill().await.unwrap();
    }
}
