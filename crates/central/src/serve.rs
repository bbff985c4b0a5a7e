//! The running centre: listeners, the writer, the clock's work and messages. All tasks and waits live here.
#![expect(clippy::disallowed_methods, reason = "this is the program that runs the core")]

mod certificates;
mod config;
mod due;
pub(crate) mod health;
mod lead;
pub(crate) mod limits;
pub(crate) mod patience;

pub use config::ServeConfig;

use crate::authority::AuthorityError;
use crate::causes::Causes;
use crate::central::Central;
use crate::clock::Clock;
use crate::core::Core;
use crate::entropy::EntropyError;
use crate::routes::metrics::Metrics;
use crate::routes::{self, App, Closed, SharedAnswers, SignIns};
use crate::signatures::Signatures;
use crate::sms::Gateway;
use crate::store::{Store, StoreError};
use crate::tls::{PeerAcceptor, TlsError};
use crate::writer::Writer;
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use certificates::Certificates;
use futures_util::future::join_all;
use health::Health;
use hyper_util::rt::TokioTimer;
use lead::Lead;
use limits::{Limits, limited};
use std::collections::BTreeSet;
use std::future::Future;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use uuid::Uuid;
use yuyue_domain::ids::DeviceId;
use yuyue_protocol::cursor::Revision;

/// How often a head is looked at that another process may have moved.
const HEAD_EVERY: Duration = Duration::from_millis(250);
/// How long a connection may be silent, and a request's head may take. Longer than our own devices keep a silent one.
const IDLE_MAX: Duration = Duration::from_secs(120);
/// Bytes of a request's head at most.
const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Lines of a request's head at most.
const HEADERS_MAX: usize = 64;
/// How often it is looked at who is shut out.
const REVOKED_EVERY: Duration = Duration::from_millis(500);
/// How often certificates are looked at, and who was quiet is forgotten.
const CARE_EVERY: Duration = Duration::from_secs(60);
/// How long requests under way may take when the centre stops: a little longer than any request may take.
const STOP_WITHIN: Duration = Duration::from_secs(35);
/// How long what comes after them may take, and then once more what does not answer.
pub(crate) const END_WITHIN: Duration = Duration::from_secs(10);

/// Why the centre does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The operator's listener would be open to others.
    #[error("the admin listener must be on this computer, not on {0}")]
    AdminNotLocal(IpAddr),
    /// A listener cannot be encrypted.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A certificate cannot be made.
    #[error(transparent)]
    Authority(#[from] AuthorityError),
    /// There are no random bytes.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A part that works for ever has ended.
    #[error("{0} has ended")]
    Ended(&'static str),
}

/// A centre that runs.
pub struct Running {
    /// Where devices connect.
    pub devices: SocketAddr,
    /// Where everybody connects.
    pub public: SocketAddr,
    /// Where the operator connects.
    pub admin: SocketAddr,
    /// The authority (PEM) by which devices recognise the centre.
    pub authority_pem: String,
    /// Nudges the scheduler, so that what is due is done now.
    pub due: Arc<Notify>,
    /// Nudges whoever cares for certificates.
    pub care: Arc<Notify>,
    health: Arc<Health>,
    closed: watch::Sender<Closed>,
    handles: Vec<Handle<SocketAddr>>,
    tasks: Vec<JoinHandle<()>>,
    /// What ends by itself when the centre stops, after what it has begun.
    finishing: Vec<JoinHandle<()>>,
    /// What works off a queue, and ends when nobody can put anything into it any more.
    queues: Vec<JoinHandle<()>>,
    /// Keeps the lease.
    keeper: Option<JoinHandle<()>>,
    /// Gives the lease up.
    leave: Box<dyn Fn() -> Leaving + Send + Sync>,
}

type Leaving = Pin<Box<dyn Future<Output = ()> + Send>>;

impl Running {
    /// Stops: requests under way are finished, live streams end. What is due is finished as far as it has begun, and only
    /// then the lease is given up. Unless something does not answer, nothing of the centre uses its store afterwards.
    pub async fn stop(self) {
        self.closed.send_modify(|closed| closed.stopping = true);
        for handle in &self.handles {
            handle.graceful_shutdown(Some(STOP_WITHIN));
        }
        for task in &self.tasks[self.handles.len()..] {
            task.abort();
        }
        // Unless the store does not answer.
        let is_finished = tokio::time::timeout(STOP_WITHIN, join_all(self.finishing)).await.is_ok();
        if let Some(keeper) = &self.keeper {
            keeper.abort();
        }
        for task in self.tasks.into_iter().chain(self.keeper) {
            // An aborted task ends with an error that says so.
            let _ = task.await;
        }
        let ending = async {
            if is_finished {
                (self.leave)().await;
            }
            // A thread that is still in SQLCipher when the process ends would crash, because SQLCipher is taken apart then.
            join_all(self.queues).await;
        };
        let _ = tokio::time::timeout(END_WITHIN, ending).await;
    }

    /// Waits until a part of the centre ends, which none does by itself; answers which.
    /// The program then ends with an error and is started again.
    pub async fn wait(&self) -> ServeError {
        ServeError::Ended(self.health.wait().await)
    }
}

/// Starts the centre.
///
/// # Errors
/// When an address is taken, or keys or store are not to be had.
pub async fn start(central: &Central, config: &ServeConfig, gateway: Arc<dyn Gateway>) -> Result<Running, ServeError> {
    if !config.admin.ip().is_loopback() {
        return Err(ServeError::AdminNotLocal(config.admin.ip()));
    }
    let core = Arc::clone(&central.core);
    core.refresh_board().await?;
    let (head_sender, head) = watch::channel(core.store().get_head().await?.revision);
    let holder = central.entropy.uuid()?;
    let (lead_sender, lead) = lead::begin(&*core, holder).await?;
    let health = Arc::new(Health::default());
    let (writer, writing) = Writer::start(Arc::clone(&core), head_sender.clone());
    let (signatures, checking) = Signatures::start(central.entropy.bytes()?);
    let listeners = [bind(config.devices)?, bind(config.public)?, bind(config.admin)?];
    let [(devices, _), ..] = &listeners;
    let (closed_sender, closed) = watch::channel(Closed { revoked: revoked(&core).await?, stopping: false });
    let metrics = Arc::new(Metrics::new(writer.groups()));
    let certificates = Certificates::make(central, &config.names)?;
    let (now, seal) = (central.clock.wall(), core.seal().verifying_key());
    let app = Arc::new(App {
        core: Arc::clone(&core),
        writer,
        signatures,
        head,
        lead: lead.clone(),
        closed,
        metrics: Arc::clone(&metrics),
        seal: central.authority.certify_seal(&seal, central.entropy.bytes()?, now)?,
        health: Arc::clone(&health),
        sign_ins: SignIns::new(std::thread::available_parallelism().map_or(1, usize::from)),
        records: SharedAnswers::default(),
        plans: SharedAnswers::default(),
        authority: Arc::clone(&central.authority),
        devices_port: devices.port(),
    });

    let accept = |tls: &RustlsConfig| PeerAcceptor::new(tls.clone(), config);
    let (for_devices, for_public) = (accept(&certificates.devices), accept(&certificates.public));
    let of_devices = Arc::new(Limits::new(config.device_requests_per_minute, Arc::clone(&metrics)));
    let of_public = Arc::new(Limits::new(config.public_requests_per_minute, metrics));
    let limit = |router: Router, limits: &Arc<Limits>| {
        router.layer(axum::middleware::from_fn_with_state(Arc::clone(limits), limited))
    };
    let mut running = Running {
        devices: listeners[0].0,
        public: listeners[1].0,
        admin: listeners[2].0,
        authority_pem: central.authority.certificate_pem().to_owned(),
        due: Arc::new(Notify::new()),
        care: Arc::new(Notify::new()),
        health,
        closed: closed_sender.clone(),
        handles: Vec::new(),
        tasks: Vec::new(),
        finishing: Vec::new(),
        queues: Vec::new(),
        keeper: None,
        leave: leave(&core, holder),
    };
    let [devices, public, admin] = listeners;
    running.listen(devices, Some(for_devices), limit(routes::for_devices(Arc::clone(&app)), &of_devices))?;
    running.listen(public, Some(for_public), limit(routes::for_public(Arc::clone(&app)), &of_public))?;
    running.listen(admin, None, routes::for_admin(app))?;

    running.keeper = Some(running.spawn("the lease", lead::keep(Arc::clone(&core), holder, lead_sender)));
    running.watch_queue("the writer", writing);
    running.watch_queue("the check of signatures", checking);
    running.work_beside(&core, gateway, head_sender, lead);
    let (clock, limits) = (Arc::clone(&central.clock), [of_devices, of_public]);
    running.look_after(&core, clock, certificates, closed_sender, limits);
    Ok(running)
}

fn leave<S: Store>(core: &Arc<Core<S>>, holder: Uuid) -> Box<dyn Fn() -> Leaving + Send + Sync> {
    let core = Arc::clone(core);
    Box::new(move || {
        let core = Arc::clone(&core);
        Box::pin(async move {
            if let Err(error) = core.store().leave_lease(holder).await {
                tracing::warn!(error = %Causes(&error), "the lease ends by itself");
            }
        })
    })
}

/// Who is shut out.
async fn revoked<S: Store>(core: &Core<S>) -> Result<BTreeSet<DeviceId>, StoreError> {
    let devices = core.store().list_devices().await?;
    Ok(devices.iter().filter(|device| device.revoked_at.is_some()).map(|device| device.id).collect())
}

fn bind(address: SocketAddr) -> Result<(SocketAddr, TcpListener), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok((listener.local_addr().map_err(failed)?, listener))
}

impl Running {
    fn listen(
        &mut self,
        (address, listener): (SocketAddr, TcpListener),
        acceptor: Option<PeerAcceptor>,
        router: Router,
    ) -> Result<(), ServeError> {
        let failed = |source| ServeError::Listen { address, source };
        let handle = Handle::new();
        let mut server = axum_server::from_tcp(listener).map_err(failed)?.handle(handle.clone());
        let http = server.http_builder();
        http.http1().timer(TokioTimer::new()).header_read_timeout(IDLE_MAX);
        http.http1().max_buf_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
        let endpoints = router.into_make_service_with_connect_info::<SocketAddr>();
        self.handles.push(handle);
        match acceptor {
            Some(acceptor) => {
                self.work("a listener", async move { note(server.acceptor(acceptor).serve(endpoints).await) });
            }
            None => self.work("a listener", async move { note(server.serve(endpoints).await) }),
        }
        Ok(())
    }

    /// Everything that goes on beside the requests.
    fn work_beside<S: Store>(
        &mut self,
        core: &Arc<Core<S>>,
        gateway: Arc<dyn Gateway>,
        head: watch::Sender<Revision>,
        lead: Lead,
    ) {
        let (for_head, moved) = (Arc::clone(core), head.subscribe());
        self.work("the look at the feed", async move {
            let mut every = tokio::time::interval(HEAD_EVERY);
            loop {
                every.tick().await;
                if let Ok(cursor) = for_head.store().get_head().await {
                    let moved = cursor.revision;
                    head.send_if_modified(|known| std::mem::replace(known, moved) != moved);
                }
            }
        });
        let sending = due::send_messages(Arc::clone(core), gateway, lead.clone(), self.closed.subscribe());
        self.finishing.push(self.spawn("the sending of messages", sending));
        let (due, closed) = (Arc::clone(&self.due), self.closed.subscribe());
        let scheduling = due::schedule(Arc::clone(core), lead, moved, due, closed);
        self.finishing.push(self.spawn("the scheduler", scheduling));
    }

    /// What keeps the listeners good: who is shut out leaves at once, certificates are renewed, quiet callers forgotten.
    fn look_after<S: Store>(
        &mut self,
        core: &Arc<Core<S>>,
        clock: Arc<dyn Clock>,
        mut certificates: Certificates,
        closed: watch::Sender<Closed>,
        limits: [Arc<Limits>; 2],
    ) {
        let for_revoked = Arc::clone(core);
        self.work("the look at who is shut out", async move {
            let mut every = tokio::time::interval(REVOKED_EVERY);
            loop {
                every.tick().await;
                if let Ok(now) = revoked(&for_revoked).await {
                    closed.send_if_modified(|known| std::mem::replace(&mut known.revoked, now.clone()) != now);
                }
            }
        });
        let due = Arc::clone(&self.care);
        self.work("the care for certificates", async move {
            loop {
                let _ = tokio::time::timeout(CARE_EVERY, due.notified()).await;
                if let Err(error) = certificates.renew_when_due(clock.wall()) {
                    tracing::error!(error = %Causes(&error), "a certificate is not renewed");
                }
                for one in &limits {
                    one.forget_quiet();
                }
            }
        });
    }

    /// Runs a part that is not expected to end.
    fn work(&mut self, part: &'static str, work: impl Future<Output = ()> + Send + 'static) {
        let task = self.spawn(part, work);
        self.tasks.push(task);
    }

    /// Watches over what works off a queue.
    fn watch_queue(&mut self, part: &'static str, working: JoinHandle<()>) {
        let watched = self.spawn(part, async move { drop(working.await) });
        self.queues.push(watched);
    }

    /// Runs a part that is not expected to end before the centre stops.
    fn spawn(&self, part: &'static str, work: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
        let health = Arc::clone(&self.health);
        tokio::spawn(async move { health.watch(part, work).await })
    }
}

fn note(ended: Result<(), std::io::Error>) {
    if let Err(error) = ended {
        tracing::error!(error = %Causes(&error), "a listener ended");
    }
}
