//! The answer of `allocate`: who got which place, and where the sessions were cut off for those who got none.

use super::input::Input;
use std::io::{self, Write};

/// Writes the answer; `seats` holds the session of each application in rank order.
///
/// # Errors
/// When `writer` fails.
pub fn write(writer: &mut impl Write, input: &Input<'_>, seats: &[u32]) -> io::Result<()> {
    let mut last_admitted = vec![None; input.sessions.len()];
    let mut separator = "";
    writer.write_all(br#"{"placed":["#)?;
    for (application, &seat) in input.applications.iter().zip(seats) {
        let Some(session) = input.sessions.get(seat as usize) else { continue };
        last_admitted[seat as usize] = Some(application);
        write!(writer, r#"{separator}{{"application":{},"session":{}}}"#, text(&application.id)?, text(&session.id)?)?;
        separator = ",";
    }

    // A session is named by thousands of the unplaced: each cut-off is put into words once.
    let cut_offs = input.sessions.iter().zip(&last_admitted).map(|(session, last_admitted)| {
        let last_admitted = last_admitted.map_or_else(|| Ok("null".to_owned()), |last| text(&last.id))?;
        Ok(format!(r#"{{"session":{},"last_admitted":{last_admitted}}}"#, text(&session.id)?))
    });
    let cut_offs = cut_offs.collect::<io::Result<Vec<String>>>()?;

    writer.write_all(br#"],"unplaced":["#)?;
    separator = "";
    for (application, &seat) in input.applications.iter().zip(seats) {
        if (seat as usize) < input.sessions.len() {
            continue;
        }
        write!(writer, r#"{separator}{{"application":{},"reason":"full","cut_offs":["#, text(&application.id)?)?;
        separator = "";
        for session in input.lists.get(application.list).iter() {
            writer.write_all(separator.as_bytes())?;
            writer.write_all(cut_offs[session as usize].as_bytes())?;
            separator = ",";
        }
        writer.write_all(b"]}")?;
        separator = ",";
    }
    writer.write_all(b"]}\n")
}

fn text(text: &str) -> io::Result<String> {
    serde_json::to_string(text).map_err(io::Error::from)
}
