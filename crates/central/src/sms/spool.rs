//! The folder from which the city's gateway program fetches messages: one JSON file each, complete when it appears.

use super::{DueSms, Gateway, GatewayError, Sending};
use crate::apart::apart;
use serde::Serialize;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use yuyue_domain::time::Timestamp;

/// Writes messages into a folder that only the gateway program reads, and deletes from.
#[derive(Debug, Clone)]
pub struct SpoolGateway {
    folder: PathBuf,
}

#[derive(Serialize)]
struct SpooledMessage<'a> {
    id: u64,
    phone: &'a str,
    text: &'a str,
    expires_at: Timestamp,
}

impl SpoolGateway {
    /// Uses this folder, which is made when it is missing.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn new(folder: &Path) -> Result<Self, std::io::Error> {
        fs::create_dir_all(folder)?;
        Ok(Self { folder: folder.to_owned() })
    }

    fn write(&self, message: &DueSms) -> Result<(), std::io::Error> {
        let DueSms { id, phone, text, expires_at, .. } = message;
        let body = serde_json::to_vec(&SpooledMessage { id: *id, phone, text, expires_at: *expires_at })?;
        let hidden = self.folder.join(format!(".{id}.json"));
        let mut file = fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&hidden)?;
        file.write_all(&body)?;
        file.sync_all()?;
        fs::rename(&hidden, self.folder.join(format!("{id}.json")))
    }
}

impl Gateway for SpoolGateway {
    fn send<'a>(&'a self, message: &'a DueSms, _now: Timestamp) -> Sending<'a> {
        let written = apart(|| self.write(message)).map_err(|error| GatewayError(Box::new(error)));
        Box::pin(std::future::ready(written))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_appears_complete_under_its_number() {
        let folder = tempfile::tempdir().expect("a folder");
        let gateway = SpoolGateway::new(folder.path()).expect("usable");
        let message = DueSms {
            id: 7,
            phone: "13900000001".into(),
            text: "【渝约】测试".into(),
            tries: 0,
            expires_at: Timestamp::MAX,
        };
        gateway.write(&message).expect("written");
        let names: Vec<_> =
            fs::read_dir(folder.path()).expect("readable").flatten().map(|file| file.file_name()).collect();
        assert_eq!(names, ["7.json"], "nothing half-written is left");
        let text = fs::read_to_string(folder.path().join("7.json")).expect("readable");
        assert!(text.contains("13900000001") && text.contains("expires_at"), "the gateway finds what it needs");
    }
}
