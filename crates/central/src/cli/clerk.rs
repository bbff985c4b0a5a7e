//! `clerk`: who may sign in.

use super::Outcome;
use super::output::{either, line, list};
use super::place::{Place, block_on};
use crate::store::{Account, Store as _};
use serde::Serialize;
use std::io::BufRead as _;
use yuyue_domain::ids::{ClerkId, OfficeId};
use yuyue_protocol::account::Secret;

/// Add, list and disable clerks, and reset their passwords.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add a clerk; the password is read as one line from the standard input
    Add {
        #[command(flatten)]
        place: Place,
        /// 工号
        #[arg(long)]
        staff_number: String,
        /// The name
        #[arg(long)]
        name: String,
        /// The number of the office
        #[arg(long)]
        office: u32,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List all clerks
    List {
        #[command(flatten)]
        place: Place,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Disable a clerk: no sign-in, and devices forget the clerk
    Disable {
        #[command(flatten)]
        place: Place,
        /// 工号
        #[arg(long)]
        staff_number: String,
    },
    /// Give a clerk a new password, read as one line from the standard input, and enable the account
    ResetPassword {
        #[command(flatten)]
        place: Place,
        /// 工号
        #[arg(long)]
        staff_number: String,
    },
}

#[derive(Serialize)]
struct Listed {
    clerk: ClerkId,
    staff_number: String,
    name: String,
    office: OfficeId,
    disabled: bool,
}

impl From<Account> for Listed {
    fn from(account: Account) -> Self {
        let clerk = account.clerk;
        Self {
            clerk: clerk.id,
            staff_number: clerk.staff_number,
            name: clerk.name,
            office: clerk.office,
            disabled: account.disabled,
        }
    }
}

pub fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Add { place, staff_number, name, office, json: as_json } => {
            let central = place.open()?;
            let password = read_password()?;
            let added = block_on(async {
                Ok(central.core.add_clerk(staff_number, name, OfficeId(*office), &password).await?)
            })?;
            either(*as_json, &added, |added| format!("clerk {} with staff number {}", added.id, added.staff_number))
        }
        Command::List { place, json: as_json } => {
            let central = place.open()?;
            let accounts = block_on(async { Ok(central.core.store().list_accounts().await?) })?;
            let listed: Vec<Listed> = accounts.into_iter().map(Listed::from).collect();
            list(*as_json, &listed, |one| {
                let state = if one.disabled { "disabled" } else { "active" };
                format!("{}\t{}\t{}\toffice {}\t{state}", one.clerk, one.staff_number, one.name, one.office)
            })
        }
        Command::Disable { place, staff_number } => {
            let central = place.open()?;
            block_on(async { Ok(central.core.disable_clerk(staff_number).await?) })?;
            line(format_args!("the clerk with staff number {staff_number} is disabled"))
        }
        Command::ResetPassword { place, staff_number } => {
            let central = place.open()?;
            let password = read_password()?;
            block_on(async { Ok(central.core.reset_password(staff_number, &password).await?) })?;
            line(format_args!("the clerk with staff number {staff_number} has a new password"))
        }
    }
}

/// A password on the command line would stand in the list of processes and in the shell's history.
fn read_password() -> Outcome<Secret> {
    let mut text = String::new();
    std::io::stdin().lock().read_line(&mut text)?;
    Ok(Secret(text.trim_end_matches(['\r', '\n']).to_owned()))
}
