//! What clerks do, through the use cases of the real desk: they look people up, book, withdraw, cancel, enter codes later,
//! look through 待处理, count at the end of the shift. They dawdle, and people mistype codes.

mod acts;
mod booking;
mod phone;

use crate::city::Person;
use rand_chacha::ChaCha8Rng;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use uuid::Uuid;
use yuyue_desk::desk::{Desk, lock};
use yuyue_desk::error::DeskError;
use yuyue_domain::ids::{ApplicantId, ApplicationId};
use yuyue_protocol::account::{Clerk, Secret};
use yuyue_protocol::centre::Centre;

pub use acts::{Ending, end, enter_code, hand_over, look_up, review_outbox, sign_in};
pub use booking::{Plan, book};
pub use phone::Phone;

/// What a clerk was told about a command, and may tell the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is saved and will be sent.
    Saved,
    /// The centre has accepted it.
    Accepted,
    /// The centre has refused it, with reasons.
    Refused,
}

/// What came of something that a clerk did.
#[derive(Debug, Default)]
pub struct Done {
    /// In words, for the trace.
    pub what: String,
    /// What the clerk was told about which command.
    pub told: Vec<(Uuid, Told)>,
    /// An application that the applicant now carries a slip of.
    pub slip: Option<(ApplicationId, ApplicantId)>,
    /// What no faulty disk and no lost line explains.
    pub complaint: Option<String>,
}

/// The line as a clerk uses it: a made-up one, or the real one between real programs.
pub trait ClerkLine: Centre + Clone {
    /// The same line on behalf of the clerk with this token.
    fn on_behalf_of(&self, token: Option<Secret>) -> Self;

    /// The last command that was handed to it since this was asked.
    fn take_last_command(&self) -> Option<Uuid>;

    /// Lets time pass.
    fn wait(&self, millis: u64) -> impl Future<Output = ()>;
}

/// A counter as its clerk sees it.
#[derive(Clone)]
pub struct Counter<L> {
    /// The desk.
    pub desk: Arc<Mutex<Desk>>,
    /// The line.
    pub line: L,
    /// Everybody's phone.
    pub phone: Phone,
    /// Who works here.
    pub clerk: Clerk,
    /// The dice of this act.
    pub dice: Arc<Mutex<ChaCha8Rng>>,
}

impl<L: ClerkLine> Counter<L> {
    /// The line on behalf of whoever is signed in, as each call of the window makes it.
    fn centre(&self) -> L {
        let token = lock(&self.desk).token();
        self.line.on_behalf_of(token)
    }

    /// A number below `bound`.
    pub fn draw(&self, bound: u64) -> u64 {
        use rand::Rng as _;
        self.dice.lock().unwrap_or_else(std::sync::PoisonError::into_inner).next_u64() % bound.max(1)
    }

    /// A person types, reads, thinks.
    async fn dawdle(&self) {
        if self.draw(3) == 0 {
            let millis = 500 + self.draw(40_000);
            self.line.wait(millis).await;
        }
    }

    /// The act ended with an error on the screen. Whose sign-in has run out signs in again.
    fn failed(&self, what: &str, error: &DeskError) -> Done {
        let mut done = Done::of(format!("{what}: {} ({error})", error.code()));
        lock(&self.desk).hurt().fetch_or(error.ends_connection(), Ordering::Relaxed);
        match error.code() {
            // A mistake of the program, whatever the disk and the line do.
            "internal" => done.complaint = Some(format!("{what}: {error:?}")),
            "not_signed_in" => {
                if let Err(error) = lock(&self.desk).sign_out() {
                    done.what = format!("{}; cannot sign out: {error}", done.what);
                }
            }
            _ => {}
        }
        done
    }

    /// The code that the person reads on the phone, now and then with a wrong digit; none when none came.
    async fn read_code(&self, person: &Person) -> Option<String> {
        for _ in 0..6 {
            self.line.wait(2_000 + self.draw(8_000)).await;
            if let Some(code) = self.phone.code_of(&person.phone) {
                let mistypes = self.draw(6) == 0;
                return Some(if mistypes { mistyped(&code) } else { code });
            }
        }
        None
    }
}

fn mistyped(code: &str) -> String {
    let last = code.bytes().last().unwrap_or(b'0');
    let other = if last == b'9' { '0' } else { char::from(last + 1) };
    format!("{}{other}", &code[..code.len().saturating_sub(1)])
}

impl Done {
    fn of(what: impl Into<String>) -> Self {
        Self { what: what.into(), ..Self::default() }
    }
}
