//! What is under way between the devices and the centre, and the network's whims.

use super::{Node, Run};
use crate::device::Polled;
use crate::line::{Activity, Answer, Reply, Request, Slot, Wish, put};
use yuyue_desk::follow::Followed;
use yuyue_protocol::account::Secret;
use yuyue_protocol::error::{ErrorCode, Problem};

/// After so many milliseconds without an answer a device gives up.
const TIMEOUT_MS: u64 = 20_000;
/// Commands that arrive within so many milliseconds may be decided in one group.
const TOGETHER_MS: u64 = 300;

/// A message under way.
pub enum Message {
    /// To the centre.
    Request { from: usize, token: Option<Secret>, request: Request, back: Back },
    /// To a device.
    Answer { back: Back, answer: Answer },
}

/// The way back to whoever asked; none for a copy that nobody waits for.
#[derive(Clone)]
pub struct Back {
    device: usize,
    starts: u32,
    activity: Activity,
    slot: Option<Slot>,
}

fn offline(why: &str) -> Answer {
    Err(Problem::new(ErrorCode::Offline, why))
}

impl Run {
    /// Puts a message on its way.
    fn post(&mut self, at: u64, message: Message) {
        self.sequence += 1;
        self.messages.insert((at, self.sequence), message);
    }

    fn latency(&mut self) -> u64 {
        if self.is_healing { 20 } else { 5 + self.draw(800) }
    }

    /// Sees to what the activities of a device want of the world.
    pub(super) fn collect(&mut self, device: usize, activity: Activity) -> Result<(), String> {
        let line = self.devices[device].lines[usize::from(activity == Activity::Follower)].clone();
        while let Some(wish) = line.take_wish() {
            let starts = self.devices[device].starts;
            match wish {
                Wish::Wait { millis, slot } => {
                    let back = Back { device, starts, activity, slot: Some(slot) };
                    let at = self.time.millis() + millis;
                    self.post(at, Message::Answer { back, answer: Ok(Reply::Waited) });
                }
                Wish::Ask { token, request, slot } => {
                    if let Request::Commands(batch) = &request {
                        self.note_sent(device, activity, batch)?;
                    }
                    let back = Back { device, starts, activity, slot: Some(slot) };
                    self.send(device, token.as_ref(), &request, &back);
                }
            }
        }
        Ok(())
    }

    fn send(&mut self, from: usize, token: Option<&Secret>, request: &Request, back: &Back) {
        let now = self.time.millis();
        let (first, second) = (now + self.latency(), now + self.latency());
        let ask = |back: &Back| {
            let (token, request, back) = (token.cloned(), request.clone(), back.clone());
            Message::Request { from, token, request, back }
        };
        let nobody = &Back { slot: None, ..back.clone() };
        let give_up = |why| Message::Answer { back: back.clone(), answer: offline(why) };
        if self.cut_until[from] > now {
            self.post(now + 10, give_up("the line is cut"));
            return;
        }
        let whim = if self.is_healing { 99 } else { self.draw(100) };
        match whim {
            0..4 => self.count("requests dropped"),
            4..9 => {
                self.count("replies lost");
                self.post(first, ask(nobody));
            }
            9..14 => {
                self.count("requests duplicated");
                self.post(first, ask(back));
                let later = second + self.draw(90_000);
                self.post(later, ask(nobody));
            }
            14..18 => {
                self.count("requests late");
                let late = now + TIMEOUT_MS + self.draw(120_000);
                self.post(late, ask(nobody));
            }
            _ => self.post(first, ask(back)),
        }
        self.post(now + TIMEOUT_MS, give_up("no answer in time"));
    }

    /// The centre was away for a restore: no request that was under way arrives. What it had answered does, and then counts
    /// as told before.
    pub(super) fn break_connections(&mut self) {
        self.messages.retain(|_, message| !matches!(message, Message::Request { .. }));
        for message in self.messages.values() {
            if let Message::Answer { answer: Ok(Reply::Commands(outcomes)), .. } = message {
                self.model.outdated.extend(outcomes.iter().map(|outcome| outcome.id));
            }
        }
    }

    /// A message arrives.
    pub(super) fn deliver(&mut self, message: Message) -> Result<(), String> {
        match message {
            Message::Request { from, token, request, back } => {
                self.ask_centre(from, token.as_ref(), request, back);
                Ok(())
            }
            Message::Answer { back, answer } => self.hand_answer(&back, answer),
        }
    }

    fn ask_centre(&mut self, from: usize, token: Option<&Secret>, request: Request, back: Back) {
        let mut waiting = vec![(from, request, back)];
        if matches!(waiting[0].1, Request::Commands(_)) && self.draw(2) == 0 {
            waiting.extend(self.take_commands_nearby());
        }
        if matches!(waiting[0].1, Request::Code(_)) {
            // Messages leave within seconds.
            self.next_tick = self.next_tick.min(self.time.millis() + 3_000);
        }
        let ids: Vec<_> = waiting.iter().map(|(from, ..)| self.devices[*from].id()).collect();
        let answers = if waiting.len() == 1 {
            let request = waiting[0].1.clone();
            vec![self.handle(from, token, request)]
        } else {
            self.count("groups decided");
            let batches = waiting.iter().zip(&ids).map(|((_, request, _), id)| match request {
                Request::Commands(batch) => (*id, batch.clone()),
                _ => (*id, Vec::new()),
            });
            let batches = batches.collect();
            self.centre.decide_together(batches)
        };
        if !self.centre.is_up() && !self.restarts.contains_key(&Node::Centre) {
            self.note("the centre crashed while it answered");
            self.plan_restart(Node::Centre);
        }
        for ((_, _, back), answer) in waiting.into_iter().zip(answers) {
            if back.slot.is_none() {
                continue;
            }
            let at = self.time.millis() + self.latency();
            // Whoever finds nobody hears so at once.
            self.post(at, Message::Answer { back, answer: answer.unwrap_or_else(|| offline("nobody answers")) });
        }
    }

    /// Other commands that arrive at almost the same moment.
    fn take_commands_nearby(&mut self) -> Vec<(usize, Request, Back)> {
        let until = self.time.millis() + TOGETHER_MS;
        let near = self.messages.iter().filter(|((at, _), message)| {
            *at <= until && matches!(message, Message::Request { request: Request::Commands(_), .. })
        });
        let keys: Vec<(u64, u64)> = near.map(|(key, _)| *key).collect();
        let mut taken = Vec::new();
        for key in keys {
            if let Some(Message::Request { from, request, back, .. }) = self.messages.remove(&key) {
                taken.push((from, request, back));
            }
        }
        taken
    }

    fn hand_answer(&mut self, back: &Back, answer: Answer) -> Result<(), String> {
        let device = &mut self.devices[back.device];
        let Some(slot) = back.slot.as_ref().filter(|_| device.starts == back.starts && device.is_up()) else {
            return Ok(());
        };
        device.has_heard_time |= matches!(answer, Ok(Reply::Time(_)));
        put(slot, answer);
        match back.activity {
            Activity::Clerk => self.go_on_with_clerk(back.device),
            Activity::Follower => self.go_on_with_follower(back.device),
        }
    }

    /// Lets a clerk go on until the next answer is needed.
    pub(super) fn go_on_with_clerk(&mut self, device: usize) -> Result<(), String> {
        let polled = self.devices[device].poll_clerk();
        self.collect(device, Activity::Clerk)?;
        match polled {
            Polled::Waits => Ok(()),
            Polled::Ready(done) => self.note_done(device, done),
            Polled::Crashed => {
                self.after_crash(device);
                Ok(())
            }
            Polled::Panicked(text) => Err(format!("device {} panicked: {text}", device + 1)),
        }
    }

    /// Lets the follower go on until the next answer is needed.
    pub(super) fn go_on_with_follower(&mut self, device: usize) -> Result<(), String> {
        let polled = self.devices[device].poll_follower();
        self.collect(device, Activity::Follower)?;
        match polled {
            Polled::Waits => Ok(()),
            Polled::Ready((sync, followed)) => {
                let wait = match &followed {
                    Ok(Followed { more: true, .. }) => 0,
                    Ok(Followed { wait: Some(wait), .. }) => u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
                    Ok(_) => self.pace / 2 + self.draw(self.pace),
                    Err(error) => {
                        if !self.devices[device].disk.has_refused() {
                            return Err(format!("device {} cannot follow: {error:?}", device + 1));
                        }
                        self.pace
                    }
                };
                if followed.is_ok() {
                    self.note_cursor(device, &sync)?;
                }
                let node = &mut self.devices[device];
                node.give_back(sync);
                node.next_round = self.time.millis() + wait;
                Ok(())
            }
            Polled::Crashed => {
                self.after_crash(device);
                Ok(())
            }
            Polled::Panicked(text) => Err(format!("device {} panicked: {text}", device + 1)),
        }
    }
}
