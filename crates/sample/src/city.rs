//! The city: everything that the generator makes, and how it is asked for.

use crate::application::Staff;
use crate::cast::{self, CastMember, CastRole};
use crate::documents::INDEX_LIMIT;
use crate::ledger::{Ledger, World};
use crate::record::{record, who};
use crate::rulebook::Rulebook;
use crate::session_index::SessionIndex;
use crate::staff::{self, SampleClerk, SampleDevice};
use crate::start::{Frame, Start, back};
use crate::{SampleError, places, plan};
use chrono::NaiveTime;
use yuyue_domain::applicant::ApplicantRecord;
use yuyue_domain::office::OfficeList;
use yuyue_domain::policy::Policy;
use yuyue_domain::seed;
use yuyue_domain::session::{Session, Site, decide_extension};
use yuyue_domain::time::{Date, Timestamp};

/// What a city looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CityConfig {
    /// Decides everything: the same configuration and policy give the same city.
    pub seed: u64,
    /// How many applicants, at most three million. The number of sites, sessions and devices follows it.
    pub applicants: u32,
    /// The day in whose morning the city is met.
    pub today: Date,
    /// Calendar days with recorded sessions before today.
    pub past_days: u16,
    /// Calendar days with planned sessions after today.
    pub coming_days: u16,
    /// Counters and kiosks of every office.
    pub devices_per_office: u16,
}

impl CityConfig {
    /// A city with eight weeks of history and five weeks of plans.
    #[must_use]
    pub fn new(seed: u64, applicants: u32, today: Date) -> Self {
        let devices = u16::try_from((applicants / 50_000).clamp(5, 20)).unwrap_or(20);
        Self { seed, applicants, today, past_days: 56, coming_days: 35, devices_per_office: devices }
    }
}

/// A synthetic city as it is at [`City::as_of`]. Nothing in it happens later, except sessions and permits that end.
#[derive(Debug)]
pub struct City {
    config: CityConfig,
    rules: Rulebook,
    offices: OfficeList,
    sites: Vec<Site>,
    sessions: Vec<Session>,
    index: SessionIndex,
    clerks: Vec<SampleClerk>,
    devices: Vec<SampleDevice>,
    ledger: Ledger,
    cast: Vec<CastMember>,
}

impl City {
    /// Makes a city. Takes two or three seconds for a million applicants and keeps some 60 bytes a booking; the records
    /// themselves are made when they are asked for.
    ///
    /// # Errors
    /// When there are more applicants than numbers for them, when the policy's calendar does not cover the days, or when
    /// the days are too few for the cast.
    pub fn generate(config: &CityConfig, policy: &Policy) -> Result<Self, SampleError> {
        if config.applicants > INDEX_LIMIT {
            return Err(SampleError::TooManyApplicants { limit: INDEX_LIMIT });
        }
        let sites = places::sites(config.applicants);
        let mut sessions = plan::sessions(config, &sites, policy)?;
        if let Some(scarce) = cast::scarce_session(&sessions, config.as_of()) {
            sessions[scarce].places = 1;
        }
        let offices = seed::offices()?;
        let devices = staff::devices(&offices.offices, config.devices_per_office.max(1));
        let mut city = Self {
            config: *config,
            rules: Rulebook::new(policy),
            index: SessionIndex::new(&sessions),
            clerks: staff::clerks(config.seed, &devices)?,
            ledger: Ledger::default(),
            cast: Vec::new(),
            offices,
            sites,
            sessions,
            devices,
        };
        city.fill()?;
        Ok(city)
    }

    /// Gives the sessions their people: first the cast, then everybody else.
    fn fill(&mut self) -> Result<(), SampleError> {
        let (cast, ledger, counts) = {
            let world = self.world();
            let parts = cast::parts(&world)?;
            let own: Vec<_> = parts.iter().flat_map(|part| part.bookings.clone()).collect();
            let ledger = Ledger::play(&world, &own);
            let counts = ledger.count_at_close(&world, &own);
            let spell_out = |part: cast::Part| {
                let record = record(&world, &self.staff(), part.who, part.start, &part.bookings)?;
                Ok(CastMember { role: part.role, record })
            };
            let cast: Result<Vec<_>, SampleError> = parts.into_iter().map(spell_out).collect();
            (cast?, ledger, counts)
        };
        let as_of = self.as_of();
        for (session, count) in self.sessions.iter_mut().zip(counts) {
            if session.instants.closes_at <= as_of {
                session.extended = Some(decide_extension(count, session.places));
            }
        }
        (self.cast, self.ledger) = (cast, ledger);
        Ok(())
    }

    /// The instant of the city: 08:00 of its day, before the offices open. All that happened lies before it.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.config.as_of()
    }

    /// The 15 real offices of the guide.
    #[must_use]
    pub const fn offices(&self) -> &OfficeList {
        &self.offices
    }

    /// The exam sites, all of them samples; every city has the same first ones.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// The sessions in the order of their beginning, which is also the order of their ids.
    #[must_use]
    pub fn sessions(&self) -> &[Session] {
        &self.sessions
    }

    /// The clerks in the order of their ids.
    #[must_use]
    pub fn clerks(&self) -> &[SampleClerk] {
        &self.clerks
    }

    /// The devices in the order of their ids.
    #[must_use]
    pub fn devices(&self) -> &[SampleDevice] {
        &self.devices
    }

    /// People with fixed properties, beside [`City::applicants`]; their seats are their own in any case.
    #[must_use]
    pub fn cast(&self) -> &[CastMember] {
        &self.cast
    }

    /// The member of the cast with this role.
    #[must_use]
    pub fn find_cast(&self, role: CastRole) -> Option<&ApplicantRecord> {
        self.cast.iter().find(|member| member.role == role).map(|member| &member.record)
    }

    /// Everybody but the cast, one after another, each made when it is asked for.
    ///
    /// # Errors
    /// As [`City::applicant`].
    pub fn applicants(&self) -> impl Iterator<Item = Result<ApplicantRecord, SampleError>> + '_ {
        (0..self.config.applicants).filter_map(|index| self.applicant(index).transpose())
    }

    /// The applicant with this index, counted from 0; none past the last one. Costs the same for every index.
    ///
    /// # Errors
    /// When the domain refuses a made-up number, name or history, which would be a mistake of this package.
    pub fn applicant(&self, index: u32) -> Result<Option<ApplicantRecord>, SampleError> {
        if index >= self.config.applicants {
            return Ok(None);
        }
        let start = Start::draw(self.config.seed, index, &self.rules, self.config.frame());
        let who = who(self.config.seed, index, &start)?;
        record(&self.world(), &self.staff(), who, start, self.ledger.of(index)).map(Some)
    }

    fn staff(&self) -> Staff<'_> {
        Staff { clerks: &self.clerks, devices: &self.devices }
    }

    fn world(&self) -> World<'_> {
        World {
            seed: self.config.seed,
            applicants: self.config.applicants,
            frame: self.config.frame(),
            as_of: self.as_of(),
            rules: &self.rules,
            sessions: &self.sessions,
            index: &self.index,
        }
    }
}

impl CityConfig {
    fn as_of(&self) -> Timestamp {
        Timestamp::at(self.today, NaiveTime::from_hms_opt(8, 0, 0).unwrap_or_default())
    }

    fn frame(&self) -> Frame {
        Frame { today: self.today, first: back(self.today, u64::from(self.past_days)) }
    }
}
