//! Loading a city: the seeds of the product and the people of a generated one.

use crate::core::Core;
use crate::core::admin::{AdminError, IMPORT_CHUNK};
use crate::secret::hash;
use crate::store::{NewDevice, Store};
use yuyue_domain::application::{ApplicationState, Channel};
use yuyue_domain::ids::SessionId;
use yuyue_domain::notice::Notice;
use yuyue_domain::policy::{Policy, PolicyError};
use yuyue_domain::rights::Role;
use yuyue_domain::seed;
use yuyue_protocol::account::{Clerk, DeviceKind, Secret};
use yuyue_protocol::change::{ApplicantRow, Row};
use yuyue_sample::{City, SampleError};

/// Why a city could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// A row could not be written.
    #[error(transparent)]
    Admin(#[from] AdminError),
    /// The seeds hold no policy for today.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The seeds hold an unreadable notice.
    #[error("a notice of the seeds cannot be read")]
    Notice(#[source] serde_json::Error),
    /// The city could not be made.
    #[error(transparent)]
    Sample(#[from] SampleError),
}

/// How far loading has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// People loaded.
    pub applicants: u32,
    /// People there will be.
    pub of: u32,
}

/// Loads what every centre begins with: the policy of today, the offices of the guide and the notices.
///
/// # Errors
/// When the seeds hold no policy for today, or the store fails.
pub async fn load_seeds<S: Store>(core: &Core<S>) -> Result<Policy, CityError> {
    let policy = core.import_policy(seed::policy_documents()?).await.map_err(AdminError::from)??;
    let mut rows: Vec<Row> = seed::offices()?.offices.into_iter().map(Row::Office).collect();
    rows.extend(notices()?.into_iter().map(Row::Notice));
    core.import(rows).await?;
    Ok(policy)
}

/// The files of `assets/notices`, compiled in.
const NOTICE_FILES: [&str; 2] =
    [include_str!("../../../assets/notices/booking.json"), include_str!("../../../assets/notices/priority.json")];

fn notices() -> Result<Vec<Notice>, CityError> {
    NOTICE_FILES.iter().map(|text| serde_json::from_str(text).map_err(CityError::Notice)).collect()
}

/// Loads a generated city into a centre that has the seeds. Its devices cannot enrol; they only keep their numbers.
///
/// # Errors
/// When a row does not fit the tables or the city contradicts itself.
pub async fn load_city<S: Store>(
    core: &Core<S>,
    city: &City,
    applicants: u32,
    mut progress: impl FnMut(Progress),
) -> Result<(), CityError> {
    let sites = city.sites().iter().cloned().map(Row::Site);
    let sessions = city.sessions().iter().cloned().map(Row::Session);
    core.import(sites.chain(sessions).collect()).await?;
    let mut people = Chunk::default();
    let mut loaded = 0;
    let cast = city.cast().iter().map(|member| Ok(member.record.clone()));
    for record in cast.chain(city.applicants()) {
        let record = record?;
        for application in &record.applications {
            if let ApplicationState::Placed { session, .. } = application.state
                && application.is_priority()
            {
                people.priority.push(session);
            }
        }
        let row = ApplicantRow { applicant: record.applicant, tests: record.tests };
        people.rows.push(Row::Applicant(Box::new(row)));
        people.rows.extend(record.applications.into_iter().map(|application| Row::Application(Box::new(application))));
        loaded += 1;
        if people.rows.len() >= IMPORT_CHUNK {
            people.load(core).await?;
            progress(Progress { applicants: loaded, of: applicants });
        }
    }
    people.load(core).await?;
    progress(Progress { applicants: loaded, of: loaded });
    Ok(())
}

/// Loads the clerks and the numbers of the devices of a generated city.
///
/// # Errors
/// When they are there already.
pub async fn load_staff<S: Store>(core: &Core<S>, city: &City) -> Result<(), CityError> {
    let mut by_password: Vec<(&str, Vec<Clerk>)> = Vec::new();
    for sample in city.clerks() {
        let clerk = Clerk {
            id: sample.id,
            staff_number: sample.staff_number.clone(),
            name: sample.name.reveal().to_owned(),
            office: sample.office,
            role: Role::Clerk,
            renewed_at: None,
        };
        match by_password.iter_mut().find(|(password, _)| *password == sample.password) {
            Some((_, clerks)) => clerks.push(clerk),
            None => by_password.push((&sample.password, vec![clerk])),
        }
    }
    for (password, clerks) in by_password {
        core.import_clerks(clerks, &Secret(password.to_owned())).await?;
    }
    let now = core.now();
    let devices = city.devices().iter().map(|device| NewDevice {
        id: device.id,
        kind: if device.channel == Channel::Kiosk { DeviceKind::Kiosk } else { DeviceKind::Counter },
        label: device.name.clone(),
        office: device.office,
        // Nobody knows a code with this hash, and it has expired.
        code: hash(device.code.as_bytes()),
        until: now.plus_seconds(-1),
        exit_verifier: None,
    });
    core.import_devices(devices.collect()).await?;
    Ok(())
}

#[derive(Default)]
struct Chunk {
    rows: Vec<Row>,
    priority: Vec<SessionId>,
}

impl Chunk {
    async fn load<S: Store>(&mut self, core: &Core<S>) -> Result<(), AdminError> {
        core.import(std::mem::take(&mut self.rows)).await?;
        core.import_priority(std::mem::take(&mut self.priority)).await
    }
}
