//! What an operator writes down about a centre: one TOML file, of which everything has a default.

use crate::core::CoreConfig;
use crate::serve::ServeConfig;
use crate::store::StoreConfig;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Why a configuration is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: the configuration cannot be read", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// The file says something that is not understood.
    #[error("{}: the configuration is wrong", .0.display())]
    Wrong(PathBuf, #[source] toml::de::Error),
}

/// The configuration of a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Sign-in, tokens and what counters keep.
    pub core: CoreConfig,
    /// Where the centre listens.
    pub serve: ServeConfig,
    /// Where the rows are kept.
    pub store: StoreConfig,
    /// How messages reach phones.
    pub sms: SmsConfig,
}

/// How messages reach phones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmsConfig {
    /// The folder from which the city's gateway program fetches messages; none for `sms` in the centre's own folder.
    pub spool: Option<PathBuf>,
}

impl Config {
    /// Reads a file; without one everything is as by default.
    ///
    /// # Errors
    /// When the file cannot be read or says something that is not understood; the error names line and key.
    pub fn read(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read(path.to_owned(), error))?;
        toml::from_str(&text).map_err(|error| ConfigError::Wrong(path.to_owned(), error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        Config::read(Some(file.path()))
    }

    #[test]
    fn everything_has_a_default() {
        assert_eq!(read("").expect("nothing is needed"), Config::default(), "an empty file changes nothing");
        let config =
            read("[core]\ncache_scope = \"office\"\n[serve]\npublic = \"127.0.0.1:9000\"").expect("a good file");
        assert_eq!(config.serve.public.port(), 9000, "what is written counts");
        assert_eq!(config.serve.devices, ServeConfig::default().devices, "the rest stays");
    }

    #[test]
    fn a_misspelt_key_is_told() {
        let error = read("[serve]\npubic = \"127.0.0.1:9000\"").expect_err("nobody reads this key");
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        assert!(source.contains("pubic"), "the key is named: {source}");
    }
}
