//! What can happen in a step: somebody does something, something breaks, time goes on.

use super::{Node, Restart, Run};
use crate::city::small_city;
use crate::clerk::{Counter, Done, Ending, Plan, book, end, enter_code, hand_over, look_up, review_outbox, sign_in};
use crate::line::Line;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use std::sync::{Arc, Mutex};
use yuyue_desk::desk::lock;
use yuyue_protocol::account::DeviceKind;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;

impl Run {
    /// One step.
    pub(super) fn step(&mut self, step: u32) -> Result<(), String> {
        while self.crashes.first() == Some(&step) {
            self.crashes.remove(0);
            self.break_something();
        }
        match self.draw(100) {
            0..66 => self.let_clerk_act()?,
            66..70 => self.cut_a_line(),
            70..73 => self.fill_a_disk(),
            73..76 => self.set_a_clock(),
            76..79 => self.back_up_or_restore()?,
            79..83 => self.administer()?,
            _ => {}
        }
        let millis = self.time_of_a_step();
        self.advance(millis)
    }

    fn time_of_a_step(&mut self) -> u64 {
        match self.draw(100) {
            0..60 => 500 + self.draw(15_000),
            60..88 => 15_000 + self.draw(4 * MINUTE),
            88..96 => 5 * MINUTE + self.draw(2 * HOUR),
            _ => self.until_something_is_due().unwrap_or(HOUR),
        }
    }

    /// To a moment before or behind the next closing or publication.
    fn until_something_is_due(&mut self) -> Option<u64> {
        let now = self.time.now();
        let sessions = small_city().sessions.iter().map(|session| session.instants);
        let instants = sessions.flat_map(|at| [at.closes_at, at.extended_closes_at, at.publication_at]);
        let next = instants.filter(|at| *at > now.plus_seconds(120)).min()?;
        let seconds = u64::try_from(next.seconds_since(now)).ok()?;
        Some((seconds + self.draw(90)).saturating_sub(60) * 1000)
    }

    /// Lets time pass, with everything that happens in it.
    pub(super) fn advance(&mut self, millis: u64) -> Result<(), String> {
        let until = self.time.millis() + millis;
        self.pace = (millis / 2).clamp(4_000, 2 * HOUR);
        while let Some((at, happening)) = self.next_happening().filter(|(at, _)| *at <= until) {
            self.time.advance_to(at);
            match happening {
                Happening::Message(key) => {
                    if let Some(message) = self.messages.remove(&key) {
                        self.deliver(message)?;
                    }
                }
                Happening::Round(device) => {
                    self.devices[device].follow();
                    self.go_on_with_follower(device)?;
                }
                Happening::Tick => self.tick()?,
                Happening::Restart(node) => self.restart(node)?,
                Happening::Room(node) => {
                    self.full_until.remove(&node);
                    self.disk(node).fill_up(false);
                }
            }
        }
        self.time.advance_to(until);
        Ok(())
    }

    fn next_happening(&self) -> Option<(u64, Happening)> {
        let now = self.time.millis();
        let messages = self.messages.keys().next().map(|key| (key.0, Happening::Message(*key)));
        let rounds = self.devices.iter().enumerate().filter(|(_, device)| device.is_up() && !device.is_following());
        let rounds = rounds.map(|(index, device)| (device.next_round, Happening::Round(index)));
        let tick = self.centre.is_up().then_some((self.next_tick, Happening::Tick));
        let room = self.full_until.iter().map(|(node, until)| (*until, Happening::Room(*node)));
        let restarts = self.restarts.iter().map(|(node, restart)| (restart.at, Happening::Restart(*node)));
        let next = messages.into_iter().chain(rounds).chain(tick).chain(room).chain(restarts).min_by_key(|(at, _)| *at);
        next.map(|(at, happening)| (at.max(now), happening))
    }

    /// The centre does what is due.
    pub(super) fn tick(&mut self) -> Result<(), String> {
        self.next_tick =
            self.time.millis() + if self.is_healing { 1_000 } else { self.pace / 2 + self.draw(self.pace) };
        let done = self.centre.tick()?;
        if !done.starts_with("0 extensions, [], 0 lapsed, 0 cancelled, 0 counts") {
            self.note(format!("the centre: {done}"));
        }
        if self.centre.notice_crash() {
            self.note("the centre crashed at what was due");
            self.plan_restart(Node::Centre);
        }
        for message in self.centre.phone.messages().iter().rev() {
            self.phone.show(&message.phone, &message.text);
        }
        self.centre.phone.clear();
        Ok(())
    }

    fn let_clerk_act(&mut self) -> Result<(), String> {
        let free = |run: &Self, index: &usize| {
            let device = &run.devices[*index];
            device.is_up() && !device.is_clerk_busy() && device.computer.kind == DeviceKind::Counter
        };
        let idle: Vec<usize> = (0..self.devices.len()).filter(|index| free(self, index)).collect();
        let Some(index) = self.pick(&idle) else { return Ok(()) };
        let Some(desk) = self.devices[index].desk() else { return Ok(()) };
        let state = lock(&desk).app_state();
        let is_open = state.is_ok_and(|state| matches!(state.access, yuyue_desk::view::app::Access::Open { .. }));
        let counter = Counter {
            desk,
            line: self.devices[index].lines[0].clone(),
            phone: self.phone.clone(),
            clerk: self.devices[index].computer.clerk.clone(),
            dice: Arc::new(Mutex::new(ChaCha8Rng::seed_from_u64(self.dice.next_u64()))),
        };
        if is_open {
            self.choose_act(index, counter);
        } else {
            self.count("sign-ins");
            self.devices[index].begin(sign_in(counter));
        }
        self.go_on_with_clerk(index)
    }

    fn choose_act(&mut self, index: usize, counter: Counter<Line>) {
        let person = self.someone();
        let slip = self.model.slips.clone();
        let slip = self.pick(&slip);
        let owner = slip.and_then(|(_, owner)| small_city().people.iter().find(|person| person.id == owner).cloned());
        let device = &mut self.devices[index];
        match (self.dice.next_u64() % 100, slip.zip(owner)) {
            (0..16, Some(((application, _), owner))) => {
                let ending = if self.dice.next_u64().is_multiple_of(2) { Ending::Identity } else { Ending::Code };
                device.begin(end(counter, application, owner, ending));
                self.count("endings");
            }
            (16..26, Some(((application, _), owner))) => {
                device.begin(enter_code(counter, application, owner));
                self.count("codes entered later");
            }
            (26..34, _) => device.begin(review_outbox(counter)),
            (34..38, _) => device.begin(hand_over(counter)),
            (38..42, _) => device.begin(look_up(counter, person)),
            _ => {
                let flags = self.dice.next_u64();
                let plan = Plan {
                    person,
                    priority: !flags.is_multiple_of(4),
                    assign: (flags / 4).is_multiple_of(4),
                    with_code: !(flags / 16).is_multiple_of(5),
                    replaces: None,
                };
                device.begin(book(counter, plan));
                self.count("bookings begun");
            }
        }
    }

    /// An activity of a clerk is over.
    pub(super) fn note_done(&mut self, device: usize, done: Done) -> Result<(), String> {
        self.note(format!("device {}: {}", device + 1, done.what));
        for (command, told) in done.told {
            self.model.tell(device, command, told);
        }
        if let Some((application, _)) = done.slip {
            self.model.hand_slip(application);
        }
        match done.complaint {
            Some(complaint) => Err(format!("device {}: {complaint}", device + 1)),
            None => Ok(()),
        }
    }

    fn cut_a_line(&mut self) {
        let device = usize::try_from(self.draw(4)).unwrap_or(0);
        let millis = 20_000 + if self.draw(4) == 0 { self.draw(8 * HOUR) } else { self.draw(10 * MINUTE) };
        self.cut_until[device] = self.time.millis() + millis;
        self.count("lines cut");
        self.note(format!("the line of device {} is cut for {} s", device + 1, millis / 1000));
    }

    fn fill_a_disk(&mut self) {
        let node = self.a_node();
        let disk = self.disk(node);
        disk.fill_up(true);
        let millis = MINUTE + self.draw(20 * MINUTE);
        self.full_until.insert(node, self.time.millis() + millis);
        self.count("disks full");
        self.note(format!("the disk of {node:?} is full for {} s", millis / 1000));
    }

    fn set_a_clock(&mut self) {
        let device = usize::try_from(self.draw(4)).unwrap_or(0);
        let span: u64 = [120, 3_600, 86_400, 400 * 86_400][usize::try_from(self.draw(4)).unwrap_or(0)];
        let seconds = i64::try_from(self.draw(2 * span)).unwrap_or(0) - i64::try_from(span).unwrap_or(0);
        self.devices[device].world.set_wall_offset(seconds);
        self.count("clocks set");
        self.note(format!("the clock of device {} is {seconds} s off", device + 1));
    }

    fn back_up_or_restore(&mut self) -> Result<(), String> {
        if !self.centre.is_up() {
            return Ok(());
        }
        match self.backup.take() {
            None => {
                self.backup = Some(self.centre.back_up());
                self.note("the centre is backed up");
            }
            Some(backup) if self.draw(3) == 0 => {
                self.centre.disk.fill_up(false);
                let feed = self.centre.restore(&backup)?;
                self.model.restored(feed);
                self.break_connections();
                self.count("restores");
                self.note("the centre is restored from the backup");
            }
            some => self.backup = some,
        }
        Ok(())
    }

    fn a_node(&mut self) -> Node {
        match usize::try_from(self.draw(6)).unwrap_or(0) {
            device if device < self.devices.len() => Node::Device(device),
            _ => Node::Centre,
        }
    }

    fn disk(&self, node: Node) -> std::rc::Rc<crate::disk::Disk> {
        std::rc::Rc::clone(match node {
            Node::Device(device) => &self.devices[device].disk,
            Node::Centre => &self.centre.disk,
        })
    }

    /// A computer stops, at once or at one of its next writes.
    fn break_something(&mut self) {
        let node = self.a_node();
        self.count("crashes");
        if self.draw(3) > 0 {
            let (writes, torn) = (self.draw(80), self.draw(u64::MAX));
            self.disk(node).arm(u32::try_from(writes).unwrap_or(0), torn);
            self.note(format!("{node:?} will crash after {writes} writes"));
            return;
        }
        self.note(format!("{node:?} is killed"));
        match node {
            Node::Device(device) if self.devices[device].is_up() => {
                self.devices[device].stop();
                self.after_crash(device);
            }
            Node::Centre if self.centre.is_up() => {
                self.centre.stop();
                self.plan_restart(node);
            }
            _ => {}
        }
    }

    /// A device has crashed.
    pub(super) fn after_crash(&mut self, device: usize) {
        self.note(format!("device {} crashed", device + 1));
        self.plan_restart(Node::Device(device));
    }

    pub(super) fn plan_restart(&mut self, node: Node) {
        let at = self.time.millis() + 1_000 + self.draw(5 * MINUTE);
        let power_loss = self.draw(2) == 0;
        self.restarts.insert(node, Restart { at, power_loss });
    }

    pub(super) fn restart(&mut self, node: Node) -> Result<(), String> {
        let Some(Restart { power_loss, .. }) = self.restarts.remove(&node) else { return Ok(()) };
        self.note(format!("{node:?} starts{}", if power_loss { " after a power loss" } else { "" }));
        let dice = &mut self.dice;
        let mut throw = || dice.next_u64();
        let throw: Option<&mut dyn FnMut() -> u64> = if power_loss { Some(&mut throw) } else { None };
        match node {
            Node::Device(device) => {
                self.model.started(device);
                self.devices[device].start(throw)?;
                self.devices[device].next_round = self.time.millis();
                if !self.devices[device].is_up() {
                    self.plan_restart(node);
                }
            }
            Node::Centre => {
                self.centre.start(throw)?;
                self.next_tick = self.time.millis();
                if !self.centre.is_up() {
                    self.plan_restart(node);
                }
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Happening {
    Message((u64, u64)),
    Round(usize),
    Tick,
    Restart(Node),
    Room(Node),
}
