//! What an operator writes down about a centre: one TOML file, of which everything has a default, and variables of the
//! environment, which count more than the file: `YUYUE_SERVE_PUBLIC` is `public` of `[serve]`.

use crate::core::CoreConfig;
use crate::serve::ServeConfig;
use crate::store::StoreConfig;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// What the names of variables begin with.
const PREFIX: &str = "YUYUE_";
/// What follows in the names of variables that are about no key of a part.
const OWN: [&str; 4] = ["CONFIG", "FOLDER", "LOG", "STORE"];
/// What follows in names that our other programs read, which may run beside the centre: the window, its tests and
/// measurements. Everything else is a mistake, such as a letter that is missing.
const OTHERS: [&str; 12] = [
    "AUTHORITY",
    "BENCH_",
    "CALLER",
    "CENTRAL",
    "DATA",
    "KIOSK_",
    "PRINTER",
    "PRODUCTION_",
    "PROGRAM",
    "TRAINING_",
    "VISITS",
    "WRITE_",
];

/// Why a configuration is not usable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: the configuration cannot be read", .0.display())]
    Read(PathBuf, #[source] std::io::Error),
    /// The file says something that is not understood.
    #[error("{}: the configuration is wrong", .0.display())]
    Wrong(PathBuf, #[source] toml::de::Error),
    /// A variable says something that is not understood.
    #[error("the variable {0} is wrong")]
    Variable(String, #[source] toml::de::Error),
    /// A variable is about nothing that there is.
    #[error(
        "the variable {0} is not known; known are YUYUE_CONFIG, YUYUE_FOLDER, YUYUE_LOG, YUYUE_STORE, and YUYUE_PART_KEY \
         for the keys of the configuration's parts {1}"
    )]
    UnknownVariable(String, String),
    /// A variable is no text.
    #[error("the variable {0} is no text")]
    NoText(String),
    /// The defaults cannot be written down.
    #[error("the configuration has a part that cannot be written down")]
    Parts(#[from] toml::ser::Error),
}

/// The configuration of a centre.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// What is logged, and how.
    pub log: LogConfig,
}

/// How messages reach phones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmsConfig {
    /// The folder from which the city's gateway program fetches messages; none for `sms` in the centre's own folder.
    pub spool: Option<PathBuf>,
}

/// What is logged, and how. Nothing personal is, whatever is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// From which level on, such as `info`, also by part: `info,yuyue_central=debug`.
    pub filter: String,
    /// For programs or for people.
    pub format: LogFormat,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { filter: "info".to_owned(), format: LogFormat::Json }
    }
}

/// The form of a line of the log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// A JSON object.
    #[default]
    Json,
    /// A line for people.
    Text,
}

impl Config {
    /// Reads a file, when there is one, and the variables over it. What neither says is as by default.
    ///
    /// # Errors
    /// When the file cannot be read, or something is not understood: the error names the line and the key, or the variable.
    pub fn read(
        path: Option<&Path>,
        variables: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Self, ConfigError> {
        let mut table = path.map_or_else(|| Ok(Table::new()), read_file)?;
        let parts = Table::try_from(Self::default())?;
        for (name, value) in variables {
            let name = name.to_string_lossy().into_owned();
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            let Some((part, key)) = place_of(rest, &parts) else {
                if OWN.contains(&rest) || OTHERS.iter().any(|other| is_named(rest, other)) {
                    continue;
                }
                let parts: Vec<&str> = parts.keys().map(String::as_str).collect();
                return Err(ConfigError::UnknownVariable(name, parts.join(", ")));
            };
            let Some(text) = value.to_str() else { return Err(ConfigError::NoText(name)) };
            let one = Table::from_iter([(key, value_of(text))]);
            // Alone first, so that the error is about this variable.
            let alone = Table::from_iter([(part.clone(), Value::Table(one.clone()))]);
            alone.try_into::<Self>().map_err(|error| ConfigError::Variable(name, error))?;
            let known = table.entry(part).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(known) = known {
                known.extend(one);
            }
        }
        // Both were understood by themselves; together they are, too.
        let path = path.unwrap_or(Path::new("the environment"));
        table.try_into().map_err(|error| ConfigError::Wrong(path.to_owned(), error))
    }
}

/// Reads a file as a whole, so that an error knows its line.
fn read_file(path: &Path) -> Result<Table, ConfigError> {
    let wrong = |error| ConfigError::Wrong(path.to_owned(), error);
    let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Read(path.to_owned(), error))?;
    toml::from_str::<Config>(&text).map_err(wrong)?;
    toml::from_str(&text).map_err(wrong)
}

/// Whether a variable is this one, or one of those that begin so.
fn is_named(rest: &str, other: &str) -> bool {
    if other.ends_with('_') { rest.starts_with(other) } else { rest == other }
}

/// Which key of which part a variable is about; none when it is about something else, such as `YUYUE_FOLDER`.
fn place_of(rest: &str, parts: &Table) -> Option<(String, String)> {
    let (part, key) = rest.split_once('_')?;
    let part = part.to_ascii_lowercase();
    parts.contains_key(&part).then(|| (part, key.to_ascii_lowercase()))
}

/// A value as it would stand in the file. What is none there is a text, so that texts need no quotes.
fn value_of(text: &str) -> Value {
    let written = toml::from_str::<Table>(&format!("value = {text}")).ok();
    written.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("written");
        let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        Config::read(Some(file.path()), variables)
    }

    /// An error with its cause.
    fn complaint(read: Result<Config, ConfigError>) -> String {
        let error = read.expect_err("it is wrong");
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        format!("{error}: {cause}")
    }

    #[test]
    fn everything_has_a_default() {
        assert_eq!(read("", &[]).expect("nothing is needed"), Config::default(), "an empty file changes nothing");
        let config =
            read("[core]\ncache_scope = \"office\"\n[serve]\npublic = \"127.0.0.1:9000\"", &[]).expect("a good file");
        assert_eq!(config.serve.public.port(), 9000, "what is written counts");
        assert_eq!(config.serve.devices, ServeConfig::default().devices, "the rest stays");
    }

    #[test]
    fn variables_count_more_than_the_file() {
        let variables = [
            ("YUYUE_SERVE_PUBLIC", "127.0.0.1:9001"),
            ("YUYUE_SERVE_NAMES", "[\"centre.example\", \"192.0.2.1\"]"),
            ("YUYUE_SERVE_CONNECTIONS", "7"),
            ("YUYUE_CORE_CARD_VISITS", "true"),
            ("YUYUE_SMS_SPOOL", "/var/spool/sms"),
            ("YUYUE_LOG_FORMAT", "text"),
            ("YUYUE_FOLDER", "somewhere"),
            ("YUYUE_LOG", "debug"),
            ("OTHER_SERVE_PUBLIC", "nonsense"),
        ];
        let config =
            read("[serve]\npublic = \"127.0.0.1:9000\"\nadmin = \"127.0.0.1:9002\"", &variables).expect("good");
        assert_eq!(config.serve.public.port(), 9001, "the variable counts");
        assert_eq!(config.serve.admin.port(), 9002, "what no variable is about stays");
        assert_eq!(config.serve.names, ["centre.example", "192.0.2.1"], "a list is written as in the file");
        assert_eq!((config.serve.connections, config.core.card_visits), (7, true), "numbers and truths are understood");
        assert_eq!(config.sms.spool, Some(PathBuf::from("/var/spool/sms")), "a text needs no quotes");
        assert_eq!(config.log.format, LogFormat::Text, "a word is one of those that are known");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let misspelt = complaint(read("[serve]\npubic = \"127.0.0.1:9000\"", &[]));
        assert!(misspelt.contains("pubic") && misspelt.contains("line 2"), "the key and its line: {misspelt}");
        let unknown = complaint(read("", &[("YUYUE_SERVE_PUBIC", "127.0.0.1:9000")]));
        assert!(unknown.contains("YUYUE_SERVE_PUBIC"), "the variable: {unknown}");
        let port = complaint(read("", &[("YUYUE_SERVE_PUBLIC", "nine thousand")]));
        assert!(port.contains("YUYUE_SERVE_PUBLIC"), "a value that is none: {port}");
        for misspelt in ["YUYUE_DATABASE_URL", "YUYUE_SERV_PUBLIC", "YUYUE_FOLDERS", "YUYUE_SERVEPUBLIC", "YUYUE_"] {
            let unknown = complaint(read("", &[(misspelt, "127.0.0.1:9000")]));
            assert!(unknown.contains(misspelt), "a variable that is about nothing: {unknown}");
            assert!(unknown.contains("YUYUE_FOLDER") && unknown.contains("serve"), "and what there is: {unknown}");
        }
        let beside =
            [("YUYUE_PRINTER", "counter-1"), ("YUYUE_TRAINING_BEGIN", "2026-11-23"), ("YUYUE", "x"), ("HOME", "/")];
        assert!(read("", &beside).is_ok(), "what other programs read is no mistake");
        let zero = complaint(read("[serve]\ndevice_requests_per_minute = 0", &[]));
        assert!(zero.contains("device_requests_per_minute"), "a limit that lets nobody in: {zero}");
    }
}
