//! Whether the places that a file says were given are those that come out.

use super::AllocateError;
use super::input::{Input, InputError};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

/// The places that a file says were given.
#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    placed: Vec<Place<'a>>,
}

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    application: Cow<'a, str>,
    #[serde(borrow)]
    session: Cow<'a, str>,
}

/// What is wrong with what a file says.
pub enum CheckError {
    /// It does not say which places were given.
    Unread(InputError),
    /// It says something else of this application than what comes out.
    Differs { application: String, given: String, found: String },
}

impl CheckError {
    /// The error, with the file's name.
    pub fn of(self, path: &Path) -> AllocateError {
        match self {
            Self::Unread(error) => AllocateError::Input(path.to_owned(), error),
            Self::Differs { application, given, found } => {
                AllocateError::Differs { path: path.to_owned(), application, given, found }
            }
        }
    }
}

/// Compares what the text says with what comes out.
pub fn check(text: &[u8], input: &Input<'_>, seats: &[u32]) -> Result<(), CheckError> {
    let given: Given<'_> = serde_json::from_slice(text).map_err(|error| CheckError::Unread(error.into()))?;
    let places = given.placed.len();
    let mut given: BTreeMap<&str, &str> =
        given.placed.iter().map(|place| (&*place.application, &*place.session)).collect();
    if given.len() < places {
        return Err(differs("given twice", "two places", "at most one"));
    }
    for (application, &seat) in input.applications.iter().zip(seats) {
        let found = input.sessions.get(seat as usize).map(|session| &*session.id);
        let said = given.remove(&*application.id);
        if said != found {
            return Err(differs(&application.id, said.unwrap_or("no place"), found.unwrap_or("no place")));
        }
    }
    // Places of applications that the file does not name.
    match given.first_key_value() {
        None => Ok(()),
        Some((application, session)) => Err(differs(application, session, "no such application")),
    }
}

fn differs(application: &str, given: &str, found: &str) -> CheckError {
    CheckError::Differs { application: application.to_owned(), given: given.to_owned(), found: found.to_owned() }
}
