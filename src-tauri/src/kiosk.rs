//! What only a running kiosk has: the look at the ring every second, the reader of cards, 朗读, and forgetting whoever goes.

use crate::host::{Host, HostSlot, host_error};
use crate::window;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Manager};
use yuyue_desk::desk::lock;
use yuyue_desk::error::DeskError;
use yuyue_desk::use_cases::kiosk::{self, Watched};
use yuyue_desk::view::events::HostEvent;
use yuyue_desk::view::kiosk::{KioskView, SpokenLanguage};
use yuyue_desk::view::reason::{HostError, Params};
#[cfg(feature = "training")]
use yuyue_devices::card::Card;
use yuyue_devices::card::{CardError, CardReader};
use yuyue_devices::speech::{Ended, Speaker, Speaking, Voice};
use yuyue_domain::presence::Awaited;
use yuyue_domain::time::Timestamp;
use yuyue_protocol::account::Secret;

/// A reader on which a trainee lays cards.
#[cfg(feature = "training")]
pub type EditionReader = crate::training::TrainingReader;
/// Real ones plug in here.
#[cfg(not(feature = "training"))]
pub type EditionReader = yuyue_devices::card::NoReader;

/// How often the ring is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// Set by the session of a kiosk, which starts the program again when it ends.
const SESSION: &str = "YUYUE_KIOSK_SESSION";
/// A terminal whose files cannot be opened tries again after so long.
const TRY_AGAIN: Duration = Duration::from_secs(30);
/// With this exit code a session knows that the program wants to begin anew.
const BEGIN_ANEW: i32 = 75;

/// Whether the program was started as a kiosk.
pub fn is_wanted() -> bool {
    std::env::args().skip(1).any(|argument| argument == "--kiosk")
}

/// Something that is read aloud.
struct Spoken {
    speaking: Speaking,
    /// Somebody pressed 朗读, and is there for as long as it lasts.
    pressed: bool,
}

/// What only a running kiosk has.
pub struct KioskHost {
    /// The reader of cards.
    pub(crate) reader: EditionReader,
    speaker: Speaker,
    speaking: Mutex<Option<Spoken>>,
    /// Which card was read last, until it is lifted (what tells it from others and not whose it is), and what is said of it
    /// meanwhile.
    used_card: Mutex<Option<(u64, HostError)>>,
    cards: RandomState,
    started_at: Timestamp,
}

impl KioskHost {
    /// Nobody is there, and nothing is read aloud.
    pub fn new(started_at: Timestamp) -> Self {
        Self {
            reader: EditionReader::default(),
            speaker: Speaker::default(),
            speaking: Mutex::new(None),
            used_card: Mutex::new(None),
            cards: RandomState::new(),
            started_at,
        }
    }

    /// What has ended since the last look, and how; and whether something is being read now.
    fn listen(&self) -> (Option<(Spoken, Ended)>, bool) {
        let mut speaking = self.speaking.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = speaking.as_mut().and_then(|spoken| spoken.speaking.ended());
        (ended.and_then(|ended| Some((speaking.take()?, ended))), speaking.is_some())
    }
}

/// Looks at the ring for as long as the program runs. At a counter it sees nothing to do.
pub async fn watch(host: Arc<Host>) {
    let mut is_locked = is_wanted();
    if lock(&host.desk).is_kiosk() {
        // What a program that has died left there.
        clear_papers(&host);
    }
    loop {
        tokio::time::sleep(EVERY).await;
        if !lock(&host.desk).is_kiosk() {
            continue;
        }
        if !is_locked {
            is_locked = window::lock_down(&host.app).is_ok();
        }
        if let Err(error) = look(&host) {
            host.note(&error);
            tracing::error!(code = error.code(), "the kiosk cannot go on");
        }
    }
}

async fn keep_visit(host: Arc<Host>) {
    let kept = match kiosk::keep_visit(&host.desk, &*host.line).await {
        Ok(true) => forget(&host, None, false),
        kept => kept.map(|_| ()),
    };
    if let Err(error) = kept {
        host.note(&error);
        tracing::error!(code = error.code(), "a visit is not kept");
    }
}

fn look(host: &Arc<Host>) -> Result<(), DeskError> {
    let watched = {
        let mut desk = lock(&host.desk);
        desk.set_card_reader(host.kiosk.reader.is_connected());
        let (ended, is_speaking) = host.kiosk.listen();
        desk.set_speaking(is_speaking);
        if let Some((Spoken { pressed: true, .. }, ended)) = ended {
            desk.arrived(Awaited::Reading);
            if ended == Ended::Failed {
                tracing::warn!("the speech engine cannot be heard");
                host.tell(&HostEvent::SpeechFailed);
            }
        }
        desk.watch()?
    };
    match watched {
        Watched::Here(view) => {
            host.tell(&HostEvent::KioskChanged(view));
            // The ring does not wait for the centre.
            tauri::async_runtime::spawn(keep_visit(Arc::clone(host)));
        }
        Watched::Gone(token) => forget(host, token, false)?,
        Watched::Nobody if lock(&host.desk).may_restart(host.kiosk.started_at) => {
            tracing::info!("the kiosk begins anew in the quiet hour");
            begin_anew(&host.app);
        }
        Watched::Nobody => {}
    }
    Ok(())
}

/// Who is there, and whether a card can be laid, also for whoever is faster than the first look.
pub fn view(host: &Host) -> Result<KioskView, DeskError> {
    let mut desk = lock(&host.desk);
    desk.set_card_reader(host.kiosk.reader.is_connected());
    desk.kiosk_view()
}

/// Ends the visit at once, because the person said so.
pub fn end(host: &Host) -> Result<KioskView, DeskError> {
    let token = lock(&host.desk).leave()?;
    forget(host, token, false)?;
    lock(&host.desk).kiosk_view()
}

/// The rest of forgetting: what is spoken, what waits for paper, what the page holds, and the centre's token.
fn forget(host: &Host, token: Option<Secret>, has_died: bool) -> Result<(), DeskError> {
    silence(host);
    #[cfg(feature = "training")]
    lay_card(host, None);
    window::forget(&host.app, has_died);
    clear_papers(host);
    let view = lock(&host.desk).kiosk_view()?;
    host.tell(&HostEvent::KioskChanged(Box::new(view)));
    host.tell_state();
    if let Some(token) = token {
        let line = Arc::clone(&host.line);
        tauri::async_runtime::spawn(async move {
            // Without an answer it ends by itself within five minutes.
            if let Err(problem) = line.end_visit_of(token).await {
                tracing::info!(code = ?problem.code, "the centre did not hear that a visit is over");
            }
        });
    }
    Ok(())
}

/// A printing system that does not answer keeps nobody's page on the screen.
fn clear_papers(host: &Host) {
    let paperwork = Arc::clone(&host.paperwork);
    tauri::async_runtime::spawn_blocking(move || paperwork.clear());
}

/// The page's process has died: whoever was there begins again, and the next page shows nobody.
pub fn page_died(app: &AppHandle<impl tauri::Runtime>) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let Ok(host) = app.state::<HostSlot>().host().await else { return };
        let is_kiosk = lock(&host.desk).is_kiosk();
        let left = is_kiosk.then(|| lock(&host.desk).leave());
        if let Some(Err(error)) = left.map(|token| forget(&host, token?, true)) {
            tracing::error!(code = error.code(), "a visit was not forgotten");
        }
    });
}

/// Begins to read a text aloud; whatever was read before falls silent. Only when 朗读 was pressed is it a sign of somebody:
/// that the terminal itself asks who is there must not keep anybody there.
pub fn read_aloud(host: &Host, text: &str, language: SpokenLanguage, pressed: bool) -> Result<KioskView, HostError> {
    silence(host);
    let voice = match language {
        SpokenLanguage::Chinese => Voice::Chinese,
        SpokenLanguage::English => Voice::English,
    };
    let speaking = host.kiosk.speaker.speak(text, voice).map_err(|error| {
        tracing::warn!(code = error.code(), "nothing is read aloud");
        refused(error.code(), false)
    })?;
    *host.kiosk.speaking.lock().unwrap_or_else(PoisonError::into_inner) = Some(Spoken { speaking, pressed });
    let mut desk = lock(&host.desk);
    desk.set_speaking(true);
    if pressed {
        let seconds = desk.code_life_seconds();
        desk.wait_for(Awaited::Reading, seconds);
    }
    host.answer(desk.kiosk_view())
}

/// Nobody waits for this any more; whatever was read aloud falls silent with it.
pub fn stop_waiting(host: &Host, awaited: Awaited) -> Result<KioskView, HostError> {
    if awaited == Awaited::Reading {
        silence(host);
    }
    let mut desk = lock(&host.desk);
    desk.stop_waiting(awaited);
    host.answer(desk.kiosk_view())
}

fn silence(host: &Host) {
    let silenced = host.kiosk.speaking.lock().unwrap_or_else(PoisonError::into_inner).take();
    let mut desk = lock(&host.desk);
    desk.set_speaking(false);
    if silenced.is_some_and(|spoken| spoken.pressed) {
        // Whoever was read to is not any more, whatever is said in place of it.
        desk.stop_waiting(Awaited::Reading);
    }
}

/// Lays a card on the reader of the training edition, or takes it away.
#[cfg(feature = "training")]
pub fn lay_card(host: &Host, card: Option<Card>) {
    host.kiosk.used_card.lock().unwrap_or_else(PoisonError::into_inner).take();
    host.kiosk.reader.lay(card);
}

/// Opens the visit of whoever's card lies on the reader, once: a card that was forgotten there opens no other visit, and one
/// that nobody knows is not asked about again before it was lifted.
pub async fn read_card(host: &Host) -> Result<KioskView, HostError> {
    let read = host.kiosk.reader.read();
    {
        let mut used = host.kiosk.used_card.lock().unwrap_or_else(PoisonError::into_inner);
        match &read {
            Ok(card) => {
                let card = host.kiosk.cards.hash_one(card.number.reveal());
                if let Some((_, said)) = used.as_ref().filter(|(used, _)| *used == card) {
                    return Err(said.clone());
                }
                *used = Some((card, refused("card_not_lifted", true)));
            }
            Err(CardError::NoCard) => *used = None,
            Err(_) => {}
        }
    }
    let card = read.map_err(|error| refused(error.code(), error.is_retryable()))?;
    let opened = host.answer(kiosk::open_by_card(&host.desk, &*host.line, &card.number).await);
    if let Err(error) = &opened {
        let mut used = host.kiosk.used_card.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, said)) = used.as_mut() {
            *said = error.clone();
        }
    }
    opened
}

/// Staff leave: the program ends for good.
pub fn staff_exit(host: &Host, code: &str) -> Result<(), HostError> {
    lock(&host.desk).check_exit_code(code).map_err(|error| host_error(&error))?;
    tracing::info!("staff leave the kiosk");
    host.answer(end(host))?;
    host.app.exit(0);
    Ok(())
}

/// A terminal whose files cannot be opened says so to whoever comes, and tries again: nobody stands there who could have it
/// try, and nobody who comes may move its files aside.
pub async fn try_again(app: &AppHandle) {
    tokio::time::sleep(TRY_AGAIN).await;
    begin_anew(app);
}

/// What a terminal says that cannot open its files, with the code of the reason for the staff.
pub fn out_of_order(error: HostError) -> HostError {
    HostError {
        code: "terminal_out_of_order".to_owned(),
        params: [("cause".to_owned(), error.code)].into(),
        retryable: true,
    }
}

fn begin_anew(app: &AppHandle) {
    if std::env::var_os(SESSION).is_some() { app.exit(BEGIN_ANEW) } else { app.request_restart() }
}

fn refused(code: &str, retryable: bool) -> HostError {
    HostError { code: code.to_owned(), params: Params::new(), retryable }
}
