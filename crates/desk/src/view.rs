//! What the host gives to the window, screen by screen.
//!
//! A view bundles domain types with what a screen needs beside them, masked for display. Every decision (may this be
//! booked, which buttons, how full, how many seconds, what it would mean, what to do next) is computed here; the window
//! only renders. Nothing in these types can carry a full name, number or phone except [`applicant::RevealedApplicant`].
//!
//! # Commands
//!
//! All answer [`reason::HostError`] when they cannot. Names are Tauri command names, arguments are camel-cased there.
//! Errors that any command may give: `not_signed_in`, `locked`, `internal`, `storage_failed`, `disk_full`,
//! `disk_read_only`; and while the local files are not open `key_unavailable`, `key_missing`, `files_in_use`,
//! `files_too_new`.
//!
//! | command | arguments | answer | errors of its own |
//! |---|---|---|---|
//! | `app_state` | | [`app::AppState`] | |
//! | `enroll` | `centre`, `code`: `String` | [`app::AppState`] | `code_unknown`, `no_line`, `already_enrolled` |
//! | `sign_in` | `number`, `password`: `String` | [`app::AppState`] | `wrong_password`, `sign_in_blocked`, `no_line`, `offline_sign_in_expired` |
//! | `lock`, `sign_out` | | [`app::AppState`] | |
//! | `unlock` | `password` | [`app::AppState`] | `wrong_password`, `sign_in_blocked` |
//! | `shift_summary` | | [`app::ShiftSummary`] | |
//! | `retry_open` (after the files could not be opened) | `aside`: `bool` (files without a key are moved aside first) | [`app::AppState`] | |
//! | `acknowledge_rescue` | | [`app::AppState`] | |
//! | `retry_connection` | | [`app::AppState`] | |
//! | `save_settings` | `settings`: [`app::Settings`] | [`app::AppState`] | |
//! | `today` | | [`today::TodayView`] | |
//! | `search` | `query`: `String` | [`applicant::SearchAnswer`] | |
//! | `applicant` | `applicant` | [`applicant::ApplicantView`], as it is known here now; opens nothing | `not_found` |
//! | `open_applicant` | `applicant` | [`applicant::ApplicantView`] | `not_found`, `no_line` |
//! | `check_identity` | `applicant`, `check`: `IdentityCheck` | [`applicant::ApplicantView`] | `no_card_reader`, `card_differs` |
//! | `reveal` | `applicant` | [`applicant::RevealedApplicant`] | `not_found` |
//! | `close_applicant` | | `()` | |
//! | `booking` | | `Option<`[`booking::BookingView`]`>` | |
//! | `booking_start` | `applicant`, `subject`: `Option<Subject>`, `replaces`: `Option<Uuid>` (a refused command, or an application that ended unwanted, whose choices are taken over) | [`booking::BookingView`] | `not_found` |
//! | `booking_act` | `action`: [`booking::FlowAction`] | `Option<`[`booking::BookingView`]`>`, none after the first step's 返回 | `no_booking`, `wrong_step`, `too_many_sessions`, `session_closed`, `no_line` |
//! | `send_code` | `purpose`: [`submission::CodePurpose`] | [`submission::CodeStatus`] | `no_phone`, `resend_too_early`, `sends_used_up`, `no_line` |
//! | `code_status` | `purpose` | [`submission::CodeStatus`] | |
//! | `submit` | `code`: `Option<String>` (none registers without line) | [`booking::BookingView`] (a wrong code stays in 确认并提交, a priority place that somebody else got leads back to 选择场次) | `no_booking`, `wrong_step`, `no_line` |
//! | `confirm_code` | `application`, `code` | [`progress::ApplicationView`] | `wrong_code`, `code_expired`, `tries_used_up`, `no_line` |
//! | `progress` | `query`: [`progress::ProgressQuery`] | [`progress::ProgressPage`] | |
//! | `application` | `application` | [`progress::ApplicationView`] | `not_found` |
//! | `end_preview` | `application` | [`progress::EndPreview`] | `not_found`, `too_late` |
//! | `end_application` | `application`, `proof`: [`progress::EndProof`] | [`progress::ApplicationView`] | `too_late`, `wrong_code`, `code_expired` |
//! | `results` | `query`: [`results::ResultsQuery`] | [`results::ResultsPage`] | |
//! | `offices` | | [`offices::OfficesView`] | |
//! | `notice` | `kind`: `NoticeKind` | `Notice` | |
//! | `outbox` | | [`outbox::OutboxView`] | |
//! | `outbox_acknowledge` | `id`: `Uuid`, `note`: `String` (what the applicant was told) | [`outbox::OutboxView`] | `not_found` |
//! | `outbox_hand_over` | `id`: `Uuid`, `note`: `String` (what is left to do) | [`outbox::OutboxView`] | `not_found` |
//! | `preview_document` | `kind`: [`printing::DocumentKind`] | [`printing::DocumentPreview`] | `not_found`, `not_yet` |
//! | `print_document` | `kind` | [`printing::PrintJob`] | `no_printer`, `printer_failed`, `not_yet` |
//! | `training` | | [`training::TrainingState`] | `not_in_training` |
//! | `training_next_day`, `training_five_minutes`, `training_publish_now`, `training_reset` | | [`training::TrainingState`] | `not_in_training` |
//! | `training_set_line` | `connected`: `bool` | [`training::TrainingState`] | `not_in_training` |
//!
//! # At a kiosk
//!
//! `app_state` answers [`app::Access::Kiosk`]. Nobody signs in; a person says who they are in a visit, and then these of
//! the commands above work for that person alone: `open_applicant` (asks the centre again), `booking` to `submit`,
//! `send_code`, `code_status`, `confirm_code`, `progress` with the person's `applicant`, `application`, `end_preview`,
//! `end_application` (撤回申请 only), `preview_document`, `print_document`, `close_applicant` (leaves the booking). Without
//! anybody: `results`, `offices`, `notice`, `retry_connection`, documents about notices and offices. Everything else is
//! refused. Errors that any of them may give: `no_visit`; what changes something also `no_line`. `answer_awaited` says
//! that the line broke while the centre decided: the same button asks again, and nothing else can be done before.
//!
//! | command | arguments | answer | errors of its own |
//! |---|---|---|---|
//! | `kiosk` | | [`kiosk::KioskView`] | `not_a_kiosk` |
//! | `kiosk_touch` | `elder`: `bool` (长者模式) | [`kiosk::KioskView`] | |
//! | `kiosk_begin` | `number`: `String` | [`kiosk::KioskView`], code sent, or good still | `number_invalid`, `resend_too_early`, `sends_used_up`, `tries_used_up`, `no_line` |
//! | `kiosk_send_again` | | [`kiosk::KioskView`] | as `kiosk_begin` |
//! | `kiosk_open` | `code`: `String` | [`kiosk::KioskView`], open; a wrong code stays with `wrong` | `code_expired`, `tries_used_up`, `no_line` |
//! | `kiosk_read_card` | | [`kiosk::KioskView`], open | `no_card_reader`, `no_card`, `card_unreadable`, `card_unknown`, `no_line` |
//! | `kiosk_end` | | [`kiosk::KioskView`], nobody | |
//! | `open_sessions` | `query`: [`kiosk::OpenSessionsQuery`] | [`kiosk::OpenSessions`] | |
//! | `read_aloud` | `text`: `String`, `language`: [`kiosk::SpokenLanguage`], `pressed`: `bool` (朗读; otherwise the terminal asks, which is no sign of anybody) | `()` at once, while it is spoken | `no_speech`, `text_too_long` |
//! | `stop_waiting` | `awaited`: `Awaited` (the page with the code was left, or 朗读 was ended) | `()` | |
//! | `staff_exit` | `code`: `String` | `()`; the program ends | `exit_code_wrong`, `sign_in_blocked` |
//! | `training_card` | `query`: `Option<String>` (whose card lies on the simulated reader) | [`training::TrainingState`] | `not_in_training`, `not_found` |
//!
//! # Events
//!
//! One Tauri event named `host` carries [`events::HostEvent`].

pub mod app;
pub mod applicant;
pub mod booking;
pub mod events;
pub mod kiosk;
pub mod offices;
pub mod outbox;
pub mod printing;
pub mod progress;
pub mod rank;
pub mod reason;
pub mod rescue;
pub mod results;
pub mod sessions;
pub mod submission;
pub mod today;
pub mod training;

/// Every type that crosses to the window, for the generator of the bindings.
#[cfg(feature = "bindings")]
#[must_use]
pub fn types() -> specta::Types {
    specta::Types::default()
        .register::<reason::HostError>()
        .register::<app::AppState>()
        .register::<app::ShiftSummary>()
        .register::<applicant::SearchAnswer>()
        .register::<applicant::ApplicantView>()
        .register::<booking::BookingView>()
        .register::<booking::FlowAction>()
        .register::<submission::CodePurpose>()
        .register::<progress::ProgressQuery>()
        .register::<progress::ProgressPage>()
        .register::<progress::EndPreview>()
        .register::<progress::EndProof>()
        .register::<results::ResultsQuery>()
        .register::<results::ResultsPage>()
        .register::<offices::OfficesView>()
        .register::<outbox::OutboxView>()
        .register::<today::TodayView>()
        .register::<today::TodayTab>()
        .register::<printing::DocumentPreview>()
        .register::<printing::PrintJob>()
        .register::<training::TrainingState>()
        .register::<kiosk::KioskView>()
        .register::<kiosk::OpenSessionsQuery>()
        .register::<kiosk::OpenSessions>()
        .register::<kiosk::SpokenLanguage>()
        .register::<yuyue_domain::presence::Awaited>()
        .register::<events::HostEvent>()
}
