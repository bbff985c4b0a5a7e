//! The commands that the page may call, and the description of them from which its TypeScript types are made. Each waits
//! for the host, calls one use case and passes the answer on.

mod access;
mod applicant;
mod application;
mod booking;
mod kiosk;
mod lists;
mod printing;
mod training;

use tauri::Wry;
use tauri_specta::{Builder, Casing, ErrorHandlingMode, collect_commands};

/// Every command with its types.
#[must_use]
pub fn builder() -> Builder<Wry> {
    Builder::new()
        .function_casing(Casing::SnakeCase)
        .error_handling(ErrorHandlingMode::Throw)
        .commands(collect_commands![
            access::app_state,
            access::enroll,
            access::sign_in,
            access::lock,
            access::unlock,
            access::sign_out,
            access::shift_summary,
            access::retry_connection,
            access::retry_open,
            access::acknowledge_rescue,
            access::save_settings,
            applicant::search,
            applicant::applicant,
            applicant::open_applicant,
            applicant::check_identity,
            applicant::reveal,
            applicant::close_applicant,
            booking::booking,
            booking::booking_start,
            booking::booking_act,
            booking::booking_outlook,
            booking::send_code,
            booking::code_status,
            booking::submit,
            application::application,
            application::confirm_code,
            application::end_preview,
            application::end_application,
            kiosk::kiosk,
            kiosk::kiosk_touch,
            kiosk::kiosk_begin,
            kiosk::kiosk_send_again,
            kiosk::kiosk_open,
            kiosk::kiosk_read_card,
            kiosk::kiosk_end,
            kiosk::open_sessions,
            kiosk::read_aloud,
            kiosk::stop_waiting,
            kiosk::staff_exit,
            lists::today,
            lists::progress,
            lists::results,
            lists::offices,
            lists::notice,
            lists::outbox,
            lists::outbox_acknowledge,
            lists::outbox_hand_over,
            printing::preview_document,
            printing::print_document,
            training::training,
            training::training_next_day,
            training::training_five_minutes,
            training::training_publish_now,
            training::training_reset,
            training::training_set_line,
            training::training_card,
        ])
        .types(&yuyue_desk::view::types())
}
