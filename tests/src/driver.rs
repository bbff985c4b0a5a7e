//! `WebKitWebDriver`: the program between a test and the web view.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::{interval, timeout};

/// A busy machine may take its time; a test that waits this long has something wrong.
const START_WITHIN: Duration = Duration::from_secs(30);

/// A running driver. It ends when this is dropped.
pub struct Driver {
    process: Child,
    port: u16,
}

impl Driver {
    /// Starts it with everything that the window writes below `home`, and waits until it answers.
    pub async fn start(home: &Path) -> Self {
        let port = free_port();
        let process = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // A web view that is driven paints nothing with what the window sets by itself, for the kiosks.
            .env("WEBKIT_DISABLE_DMABUF_RENDERER", "0")
            // A small city is made quickly; it has the same people to try.
            .env("YUYUE_TRAINING_APPLICANTS", "500")
            .env("HOME", home)
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .spawn()
            .expect("WebKitWebDriver is installed by `cargo xtask test`");
        let driver = Self { process, port };
        timeout(START_WITHIN, driver.answers()).await.expect("the driver answers within half a minute");
        driver
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    async fn answers(&self) {
        let mut looks = interval(Duration::from_millis(50));
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_err() {
            looks.tick().await;
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that nobody listens on; the driver takes none of its own choice.
fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
