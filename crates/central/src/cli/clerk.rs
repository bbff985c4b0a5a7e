//! `clerk`: who may sign in.

use super::Outcome;
use super::output::{either, line, list};
use super::place::{Place, block_on};
use crate::store::{Account, Store as _};
use serde::Serialize;
use std::io::BufRead as _;
use yuyue_domain::ids::{ClerkId, OfficeId};
use yuyue_domain::rights::Role;
use yuyue_protocol::account::Secret;

/// Add, list, move and disable clerks, give them roles, and reset their passwords.
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
        /// What the clerk may: a supervisor answers for the office, an operator for the city
        #[arg(long, value_enum, default_value = "clerk")]
        role: Position,
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
    /// Move a clerk to another office: sign-ins end, and devices ask for the password anew
    Move {
        #[command(flatten)]
        place: Place,
        /// 工号
        #[arg(long)]
        staff_number: String,
        /// The number of the new office
        #[arg(long)]
        office: u32,
    },
    /// Give a clerk another role: sign-ins end, and devices ask for the password anew
    SetRole {
        #[command(flatten)]
        place: Place,
        /// 工号
        #[arg(long)]
        staff_number: String,
        /// The new role
        #[arg(long, value_enum)]
        role: Position,
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

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Position {
    /// Books for the person at the desk
    Clerk,
    /// Answers for one office
    Supervisor,
    /// Answers for the city
    Operator,
}

impl From<Position> for Role {
    fn from(position: Position) -> Self {
        match position {
            Position::Clerk => Self::Clerk,
            Position::Supervisor => Self::Supervisor,
            Position::Operator => Self::Operator,
        }
    }
}

#[derive(Serialize)]
struct Listed {
    clerk: ClerkId,
    staff_number: String,
    name: String,
    office: OfficeId,
    role: Role,
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
            role: clerk.role,
            disabled: account.disabled,
        }
    }
}

pub fn run(arguments: &Arguments) -> Outcome {
    match &arguments.command {
        Command::Add { place, staff_number, name, office, role, json: as_json } => {
            let central = place.open()?;
            let password = read_password()?;
            let added = block_on(async {
                Ok(central.core.add_clerk(staff_number, name, OfficeId(*office), (*role).into(), &password).await?)
            })?;
            either(*as_json, &added, |added| format!("clerk {} with staff number {}", added.id, added.staff_number))
        }
        Command::List { place, json: as_json } => {
            let central = place.open()?;
            let accounts = block_on(async { Ok(central.core.store().list_accounts().await?) })?;
            let listed: Vec<Listed> = accounts.into_iter().map(Listed::from).collect();
            list(*as_json, &listed, |one| {
                let state = if one.disabled { "disabled" } else { "active" };
                format!(
                    "{}\t{}\t{}\toffice {}\t{:?}\t{state}",
                    one.clerk, one.staff_number, one.name, one.office, one.role
                )
            })
        }
        Command::Move { place, staff_number, office } => {
            let central = place.open()?;
            block_on(async { Ok(central.core.move_clerk(staff_number, OfficeId(*office)).await?) })?;
            line(format_args!("the clerk with staff number {staff_number} works at office {office}"))
        }
        Command::SetRole { place, staff_number, role } => {
            let central = place.open()?;
            block_on(async { Ok(central.core.set_role(staff_number, (*role).into()).await?) })?;
            line(format_args!("the clerk with staff number {staff_number} has another role"))
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
