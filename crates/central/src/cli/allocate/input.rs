//! The input of `allocate`: checked while it is read, so that an error knows its place in the file.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use yuyue_domain::allocation::{AcceptLists, ListId, place};
use yuyue_domain::licence::Subject;
use yuyue_domain::time::Timestamp;

/// What is wrong with an input, and where.
#[derive(Debug, thiserror::Error)]
#[error("{place}{source}")]
pub struct InputError {
    place: Place,
    source: serde_json::Error,
}

impl From<serde_json::Error> for InputError {
    fn from(source: serde_json::Error) -> Self {
        Self { place: Place::Outside, source }
    }
}

/// A session of the input.
#[derive(Debug, Deserialize)]
pub struct Session<'a> {
    /// Its identifier.
    #[serde(borrow, deserialize_with = "borrowed")]
    pub id: Cow<'a, str>,
    places: u32,
    starts_at: Timestamp,
}

/// An application of the input.
#[derive(Debug)]
pub struct Application<'a> {
    /// Its identifier.
    pub id: Cow<'a, str>,
    sort_time: Timestamp,
    accepted_at: Timestamp,
    serial: u64,
    /// The sessions that it accepts.
    pub list: ListId,
}

/// A whole input.
#[derive(Debug, Default)]
pub struct Input<'a> {
    /// The sessions by start, then identifier.
    pub sessions: Vec<Session<'a>>,
    /// The applications in rank order.
    pub applications: Vec<Application<'a>>,
    /// What the applications accept, as positions in `sessions`, in order of preference.
    pub lists: AcceptLists,
}

impl<'a> Input<'a> {
    /// Reads and checks an input.
    ///
    /// # Errors
    /// When it is no JSON of the agreed form or contradicts itself.
    pub fn read(text: &'a [u8]) -> Result<Self, InputError> {
        let reader = Reader::default();
        let read = |known: Option<&Vec<Session<'a>>>| {
            let mut json = serde_json::Deserializer::from_slice(text);
            let read = TopLevel { reader: &reader, known }.deserialize(&mut json);
            read.and_then(|read| json.end().map(|()| read))
                .map_err(|source| InputError { place: reader.place.get(), source })
        };
        let mut input = read(None)?;
        if reader.is_early.get() {
            // The applications came before the sessions that they name: read them now that these are known.
            let late = read(Some(&input.sessions))?;
            input = Self { sessions: input.sessions, ..late };
        }
        let key = |application: &Application<'a>| (application.sort_time, application.accepted_at, application.serial);
        input.applications.sort_unstable_by(|one, other| (key(one), &one.id).cmp(&(key(other), &other.id)));
        Ok(input)
    }

    /// Allocates: the session of each application, or a number that is none.
    #[must_use]
    pub fn place(&self) -> Vec<u32> {
        let places: Vec<u32> = self.sessions.iter().map(|session| session.places).collect();
        let wishes: Vec<ListId> = self.applications.iter().map(|application| application.list).collect();
        place(&places, &self.lists, &wishes)
    }
}

/// Where in the input the reader is.
#[derive(Debug, Clone, Copy, Default)]
enum Place {
    #[default]
    Outside,
    Session(usize),
    Application(usize),
    Accepted(usize, usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside => Ok(()),
            Self::Session(session) => write!(f, "sessions[{session}]: "),
            Self::Application(application) => write!(f, "applications[{application}]: "),
            Self::Accepted(application, accepted) => write!(f, "applications[{application}].accepts[{accepted}]: "),
        }
    }
}

#[derive(Default)]
struct Reader {
    place: Cell<Place>,
    /// Whether applications were met before the sessions.
    is_early: Cell<bool>,
}

#[derive(Deserialize)]
struct RawApplication<'a> {
    #[serde(borrow, deserialize_with = "borrowed")]
    id: Cow<'a, str>,
    #[serde(borrow, deserialize_with = "borrowed")]
    applicant: Cow<'a, str>,
    subject: Subject,
    sort_time: Timestamp,
    accepted_at: Timestamp,
    serial: u64,
    #[serde(borrow)]
    accepts: Vec<Text<'a>>,
    ordered: bool,
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow, deserialize_with = "borrowed")] Cow<'a, str>);

/// A text that is copied only when it has escapes.
fn borrowed<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'de, str>, D::Error> {
    struct Borrowed;
    impl<'de> Visitor<'de> for Borrowed {
        type Value = Cow<'de, str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Self::Value, E> {
            Ok(Cow::Borrowed(text))
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Cow::Owned(text.to_owned()))
        }
    }
    deserializer.deserialize_str(Borrowed)
}

/// Reads the whole file; `known` are the sessions when an earlier reading has read them.
struct TopLevel<'r, 'a> {
    reader: &'r Reader,
    known: Option<&'r Vec<Session<'a>>>,
}

impl<'de> DeserializeSeed<'de> for TopLevel<'_, 'de> {
    type Value = Input<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TopLevel<'_, 'de> {
    type Value = Input<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with sessions and applications")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut sessions: Option<Vec<Session<'de>>> = None;
        let mut applications = None;
        let mut lists = AcceptLists::new();
        while let Some(field) = map.next_key::<Cow<'de, str>>()? {
            match &*field {
                "sessions" if self.known.is_some() => drop(map.next_value::<IgnoredAny>()?),
                "sessions" if sessions.is_some() => return Err(Error::duplicate_field("sessions")),
                "sessions" => sessions = Some(map.next_value_seed(Sessions(self.reader))?),
                "applications" if applications.is_some() => return Err(Error::duplicate_field("applications")),
                "applications" => {
                    if let Some(sessions) = self.known.or(sessions.as_ref()) {
                        let seed = Applications { reader: self.reader, sessions, lists: &mut lists };
                        applications = Some(map.next_value_seed(seed)?);
                    } else {
                        self.reader.is_early.set(true);
                        map.next_value::<IgnoredAny>()?;
                        applications = Some(Vec::new());
                    }
                }
                _ => drop(map.next_value::<IgnoredAny>()?),
            }
            self.reader.place.set(Place::Outside);
        }
        if sessions.is_none() && self.known.is_none() {
            return Err(Error::missing_field("sessions"));
        }
        let applications = applications.ok_or_else(|| Error::missing_field("applications"))?;
        Ok(Input { sessions: sessions.unwrap_or_default(), applications, lists })
    }
}

struct Sessions<'r>(&'r Reader);

impl<'de> DeserializeSeed<'de> for Sessions<'_> {
    type Value = Vec<Session<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Sessions<'_> {
    type Value = Vec<Session<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of sessions")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut sessions: Vec<Session<'de>> = Vec::new();
        let mut ids = FxHashSet::default();
        self.0.place.set(Place::Session(0));
        while let Some(session) = seq.next_element::<Session<'de>>()? {
            if !ids.insert(session.id.clone()) {
                return Err(Error::custom(format_args!("session {:?} is given twice", session.id)));
            }
            sessions.push(session);
            self.0.place.set(Place::Session(sessions.len()));
        }
        sessions.sort_unstable_by(|one, other| (one.starts_at, &one.id).cmp(&(other.starts_at, &other.id)));
        Ok(sessions)
    }
}

struct Applications<'r, 'a> {
    reader: &'r Reader,
    sessions: &'r [Session<'a>],
    lists: &'r mut AcceptLists,
}

impl<'de> DeserializeSeed<'de> for Applications<'_, 'de> {
    type Value = Vec<Application<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Applications<'_, 'de> {
    type Value = Vec<Application<'de>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of applications")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let Self { reader, sessions, lists } = self;
        let numbers: FxHashMap<&str, u32> =
            (0..).zip(sessions).map(|(number, session)| (&*session.id, number)).collect();
        let mut applications = Vec::new();
        let mut ids = FxHashSet::default();
        let mut applicants = FxHashSet::default();
        let mut accepts = Vec::new();
        // The application that named each session last.
        let mut named = vec![usize::MAX; sessions.len()];
        reader.place.set(Place::Application(0));
        while let Some(raw) = seq.next_element::<RawApplication<'de>>()? {
            let position = applications.len();
            accepts.clear();
            for (index, Text(session)) in raw.accepts.iter().enumerate() {
                let Some(&number) = numbers.get(&**session) else {
                    reader.place.set(Place::Accepted(position, index));
                    return Err(Error::custom(format_args!("session {session:?} is not among the sessions")));
                };
                if std::mem::replace(&mut named[number as usize], position) == position {
                    reader.place.set(Place::Accepted(position, index));
                    return Err(Error::custom(format_args!("session {session:?} is accepted twice")));
                }
                accepts.push(number);
            }
            if !ids.insert(raw.id.clone()) {
                return Err(Error::custom(format_args!("application {:?} is given twice", raw.id)));
            }
            if !applicants.insert((raw.applicant, raw.subject)) {
                return Err(Error::custom(format_args!(
                    "application {:?} is a second one of the same applicant and subject",
                    raw.id
                )));
            }
            if !raw.ordered && !accepts.is_sorted() {
                accepts.sort_unstable();
            }
            let RawApplication { id, sort_time, accepted_at, serial, .. } = raw;
            applications.push(Application { id, sort_time, accepted_at, serial, list: lists.intern(&accepts) });
            reader.place.set(Place::Application(applications.len()));
        }
        Ok(applications)
    }
}
