/** Codes of the fake: the simulated phone shows them. */
import type { CodePurpose, CodeStatus } from "../bindings";
import { Clock } from "./clock";
import type { Person } from "./sample";
import { failure, maskPhone, reason, type World } from "./world";

const LIFE_SECONDS = 300;
const RESEND_SECONDS = 60;
const TRIES = 5;
const SENDS = 10;

export const codeKey = (purpose: CodePurpose): string =>
  purpose.purpose === "booking" ? "booking" : `${purpose.purpose}-${purpose.application}`;

export function codeStatus(world: World, person: Person, key: string): CodeStatus {
  const sent = world.codes.get(`${person.id}-${key}`);
  const now = Clock.seconds(world.clock.now);
  const left = (seconds: number): number => (sent ? Math.max(0, sent.sentAt + seconds - now) : 0);
  const sends = SENDS - (sent?.sends ?? 0);
  const refusal =
    person.phone === null ? "no_phone" : !world.connected ? "no_line" : sends === 0 ? "sends_used_up" : null;
  return {
    phone_masked: maskPhone(person.phone),
    sent_at: sent ? Clock.instant(sent.sentAt) : null,
    valid_seconds: left(LIFE_SECONDS),
    resend_seconds: left(RESEND_SECONDS),
    tries_left: TRIES - (sent?.wrong ?? 0),
    sends_left: sends,
    wrong: (sent?.wrong ?? 0) > 0,
    send: { enabled: refusal === null, reason: refusal ? reason(refusal) : null },
  };
}

export function sendCode(world: World, person: Person, key: string): void {
  if (!world.connected) throw failure("no_line", {}, true);
  if (person.phone === null) throw failure("no_phone");
  const full = `${person.id}-${key}`;
  const sent = world.codes.get(full);
  const now = Clock.seconds(world.clock.now);
  if (sent && now < sent.sentAt + RESEND_SECONDS) throw failure("resend_too_early");
  const code = String(407100 + person.id * 10 + (sent?.sends ?? 0)).padStart(6, "0");
  world.codes.set(full, { code, sentAt: now, wrong: sent?.wrong ?? 0, sends: (sent?.sends ?? 0) + 1 });
  const message = {
    id: world.messages.length + 1,
    at: world.clock.now,
    phone_masked: maskPhone(person.phone) ?? "",
    text: `【渝约】验证码 ${code}，5 分钟内有效。除窗口办事员外，请勿告诉他人。`,
  };
  world.messages.unshift(message);
  world.emit({ event: "phone_message", payload: message });
}

/** Whether the code is right; a wrong one is counted. */
export function isRight(world: World, person: Person, key: string, code: string): boolean {
  const sent = world.codes.get(`${person.id}-${key}`);
  if (!sent) return false;
  const alive = Clock.seconds(world.clock.now) < sent.sentAt + LIFE_SECONDS;
  if (alive && sent.code === code && sent.wrong < TRIES) return true;
  sent.wrong += 1;
  return false;
}
