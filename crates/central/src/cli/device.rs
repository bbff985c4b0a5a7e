//! `device`: computers that may enrol, that are enrolled, and that may no longer connect.

use super::Outcome;
use super::output::{either, line, list};
use super::place::{Place, block_on};
use crate::store::{DeviceRow, Store as _};
use serde::Serialize;
use yuyue_domain::ids::{DeviceId, OfficeId};
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::DeviceKind;

/// Add, list and revoke devices.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Prepare a computer for enrolment; prints its one-time code, which counts for two days, and for a kiosk the code with
    /// which staff leave it
    Add {
        #[command(flatten)]
        place: Place,
        /// What kind of place it stands at
        #[arg(long, value_enum)]
        kind: Kind,
        /// Its name at the office, such as 3 号窗口
        #[arg(long)]
        label: String,
        /// The number of the office
        #[arg(long)]
        office: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all devices
    List {
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Revoke a device: it can neither connect nor deliver any more
    Revoke {
        #[command(flatten)]
        place: Place,
        /// The number of the device
        #[arg(long)]
        device: u32,
    },
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// A counter with a clerk
    Counter,
    /// A kiosk
    Kiosk,
}

#[derive(Serialize)]
struct Prepared {
    device: DeviceId,
    code: String,
    until: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<String>,
}

#[derive(Serialize)]
struct Listed {
    device: DeviceId,
    kind: DeviceKind,
    label: String,
    office: OfficeId,
    enrolled_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl From<DeviceRow> for Listed {
    fn from(row: DeviceRow) -> Self {
        let DeviceRow { id, kind, label, office, enrolled_at, revoked_at, .. } = row;
        Self { device: id, kind, label, office, enrolled_at, revoked_at }
    }
}

pub fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Add { place, kind, label, office, json: as_json } => {
            let kind = match kind {
                Kind::Counter => DeviceKind::Counter,
                Kind::Kiosk => DeviceKind::Kiosk,
            };
            let central = place.open()?;
            let added = block_on(async { Ok(central.core.add_device(kind, label, OfficeId(*office), None).await?) })?;
            let added = Prepared {
                device: added.device,
                code: added.code.0,
                until: added.until,
                exit_code: added.exit_code.map(|code| code.0),
            };
            either(*as_json, &added, |Prepared { device, code, until, exit_code }| {
                let exit = exit_code.as_ref().map(|code| format!("; staff leave the kiosk with {code}"));
                format!("device {device}: enrol with {code} until {until}{}", exit.unwrap_or_default())
            })
        }
        Command::List { place, json: as_json } => {
            let central = place.open()?;
            let rows = block_on(async { Ok(central.core.store().list_devices().await?) })?;
            let listed: Vec<Listed> = rows.into_iter().map(Listed::from).collect();
            list(*as_json, &listed, |one| {
                let state = match (one.revoked_at, one.enrolled_at) {
                    (Some(at), _) => format!("revoked {at}"),
                    (None, Some(at)) => format!("enrolled {at}"),
                    (None, None) => "not enrolled".to_owned(),
                };
                format!("{}\toffice {}\t{:?}\t{}\t{state}", one.device, one.office, one.kind, one.label)
            })
        }
        Command::Revoke { place, device } => {
            let central = place.open()?;
            block_on(async { Ok(central.core.revoke_device(DeviceId(*device)).await?) })?;
            line(format_args!("device {device} is revoked"))
        }
    }
}
