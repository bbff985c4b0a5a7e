//! Another counter, without a window: what a second clerk does at the same centre while somebody sits at the first.

use crate::centre::CityCentre;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use yuyue_desk::client::{Enrolment, HttpCentre, enrol};
use yuyue_desk::desk::{Desk, DeskConfig, lock};
use yuyue_desk::follow::follow_once;
use yuyue_desk::keys::{KeyStore, KeyStoreError};
use yuyue_desk::use_cases::access::sign_in;
use yuyue_desk::use_cases::applicant::open_applicant;
use yuyue_desk::use_cases::booking::booking_act;
use yuyue_desk::use_cases::code::send_code;
use yuyue_desk::use_cases::open_record::report_open_record;
use yuyue_desk::use_cases::search::search;
use yuyue_desk::use_cases::submit::submit;
use yuyue_desk::view::app::Edition;
use yuyue_desk::view::booking::{BookingView, FlowAction, StepBody};
use yuyue_desk::view::sessions::{SessionList, SessionQuery};
use yuyue_desk::view::submission::{CodePurpose, DoneKind};
use yuyue_desk::world::SystemWorld;
use yuyue_domain::identity::IdentityCheck;
use yuyue_protocol::account::Secret;
use yuyue_sqlite::Key;

/// A computer of the same office, enrolled and filled, with a clerk who has signed in.
pub struct OtherCounter {
    desk: Mutex<Desk>,
    line: HttpCentre,
    _folder: TempDir,
}

/// Keys that last as long as the test.
#[derive(Default)]
struct Keys(Mutex<Option<Key>>);

impl KeyStore for Keys {
    fn find_key(&self) -> Result<Option<Key>, KeyStoreError> {
        Ok(self.0.lock().unwrap().clone())
    }

    fn insert_key(&self, key: &Key) -> Result<(), KeyStoreError> {
        *self.0.lock().unwrap() = Some(key.clone());
        Ok(())
    }
}

impl OtherCounter {
    /// Enrols at `centre`, follows its feed to the end and signs in.
    pub async fn start(centre: &CityCentre, staff_number: &str, password: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::default();
        let world = Arc::new(SystemWorld);
        let config =
            DeskConfig { folder: folder.path(), edition: Edition::Production, version: "0", keys: &keys, world };
        let (mut desk, mut sync) = Desk::open(&config).unwrap();
        let enrolment = Enrolment {
            public: format!("https://{}", centre.address()),
            authority: std::fs::read_to_string(centre.authority()).unwrap(),
            code: Secret(centre.add_counter()),
        };
        let identity = enrol(&enrolment, &SystemWorld, desk.now()).await.unwrap();
        desk.keep_identity(&identity).unwrap();
        let line = HttpCentre::new(&identity).unwrap();
        let desk = Mutex::new(desk);
        while follow_once(&desk, &mut sync, &line).await.unwrap().more {}
        sign_in(&desk, &line, staff_number, password).await.unwrap();
        let line = line.with_token(lock(&desk).token());
        Self { desk, line, _folder: folder }
    }

    /// Opens somebody's record and says so to the centre; gives the counters at which it is open as well.
    pub async fn open(&self, name: &str) -> Vec<String> {
        let found = search(&self.desk, &self.line, name).await.unwrap();
        open_applicant(&self.desk, &self.line, found.hits[0].applicant.id).await.unwrap();
        self.report_open_record().await
    }

    /// Goes on to nobody, and says so.
    pub async fn close(&self) {
        lock(&self.desk).close_applicant().unwrap();
        self.report_open_record().await;
    }

    async fn report_open_record(&self) -> Vec<String> {
        report_open_record(&self.desk, &self.line).await.unwrap();
        let others = lock(&self.desk).app_state().unwrap().elsewhere;
        others.into_iter().map(|other| format!("{} {}", other.office, other.label)).collect()
    }

    /// Books the first vacant priority place of what the query says by itself, for somebody who may have one.
    pub async fn book_priority(&self, centre: &CityCentre, name: &str) {
        self.book(centre, name, FlowAction::SwitchToPriority, DoneKind::Placed).await;
    }

    /// Books the first session of what the query says by itself.
    pub async fn book_normal(&self, centre: &CityCentre, name: &str) {
        self.book(centre, name, FlowAction::Next, DoneKind::Accepted).await;
    }

    /// `at_switch` is what is done at 切换优先预约.
    async fn book(&self, centre: &CityCentre, name: &str, at_switch: FlowAction, answer: DoneKind) {
        let found = search(&self.desk, &self.line, name).await.unwrap();
        let id = found.hits[0].applicant.id;
        open_applicant(&self.desk, &self.line, id).await.unwrap();
        let mut view = lock(&self.desk).booking_start(id, None, None).unwrap();
        loop {
            let action = match &view.body {
                StepBody::Subject(step) if step.identity_check.is_none() => {
                    FlowAction::CheckIdentity { check: IdentityCheck::DocumentSeen }
                }
                StepBody::Notice(step) => FlowAction::Agree { version: step.notice.version },
                StepBody::PrioritySwitch(_) => at_switch.clone(),
                StepBody::PrioritySessions(step) => choice(step.list.as_ref(), &step.query, step.chosen.is_some()),
                StepBody::Sessions(step) => choice(step.list.as_ref(), &step.query, !step.chosen.is_empty()),
                StepBody::Confirm(_) => break,
                _ => FlowAction::Next,
            };
            view = self.act(action).await;
        }
        let before = centre.messages().len();
        send_code(&self.desk, &self.line, CodePurpose::Booking).await.unwrap();
        let code = centre.code_after(before).await;
        let view = submit(&self.desk, &self.line, Some(code)).await.unwrap();
        let StepBody::Done(done) = view.body else { panic!("the centre has answered") };
        assert_eq!(done.kind, answer, "the other counter was first");
    }

    async fn act(&self, action: FlowAction) -> BookingView {
        booking_act(&self.desk, &self.line, action).await.unwrap().unwrap()
    }
}

/// 选择场次: asks, chooses the first session that can be chosen, goes on.
fn choice(list: Option<&SessionList>, query: &SessionQuery, is_chosen: bool) -> FlowAction {
    match list {
        None => FlowAction::Query { query: query.clone() },
        Some(_) if is_chosen => FlowAction::Next,
        Some(list) => {
            let first = list.rows.iter().find(|row| row.refused.is_none()).unwrap();
            FlowAction::Choose { sessions: vec![first.session.id], ordered: false }
        }
    }
}
