import { beforeEach, expect, test } from "vitest";
import type { ApplicantView, AppState, BookingView, FlowAction, HostEvent, SessionQuery } from "$lib/ipc/bindings";
import type { Host } from "$lib/ipc/commands";
import { App } from "./app.svelte";

interface Call {
  command: string;
  args: Record<string, unknown>;
  answer: (value: unknown) => void;
  refuse: (error: unknown) => void;
}

/** Acts run in microtasks; a macrotask later all that can run has run. */
const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
const at = (step: string, subject: number | null = null): BookingView =>
  ({ subject, body: { step }, applicant: { applicant: { id: 1 } } }) as unknown as BookingView;

let app: App;
let calls: Call[] = [];
let hear: (event: HostEvent) => void;
const actions = (): unknown[] => calls.map((call) => (call.args.action as FlowAction | undefined)?.action);

beforeEach(async () => {
  calls = [];
  app = new App();
  const host = {
    call: (command: string, args: Record<string, unknown>) =>
      new Promise((answer, refuse) => {
        // What the screen does not wait for is no part of the order.
        if (command !== "booking_outlook") calls.push({ command, args, answer, refuse });
      }),
    listen: (heard: (event: HostEvent) => void) => {
      hear = heard;
      return Promise.resolve(() => undefined);
    },
  };
  void app.start(host as unknown as Host);
  await settle();
  calls = [];
  app.booking = at("subject");
});

test("two entries within one round trip both reach the host, in their order", async () => {
  void app.step({ action: "choose_subject", subject: 3 });
  void app.step({ action: "check_identity", check: "document_seen" });
  await settle();
  expect(actions(), "one after another").toEqual(["choose_subject"]);
  calls[0]?.answer(at("subject", 3));
  await settle();
  expect(actions(), "the second is not lost").toEqual(["choose_subject", "check_identity"]);
});

test("an entry is reckoned from what the host said last, not from what was shown when the key went down", async () => {
  void app.step({ action: "choose_subject", subject: 3 });
  void app.step(() => (app.booking?.subject === 3 ? { action: "next" } : null));
  await settle();
  calls[0]?.answer(at("subject", 3));
  await settle();
  expect(actions(), "下一步 is open by then").toEqual(["choose_subject", "next"]);
});

test("a second press of a key that leads on is not taken for the step it led to", async () => {
  void app.step({ action: "next" });
  void app.step({ action: "next" });
  await settle();
  calls[0]?.answer(at("notice"));
  await settle();
  expect(actions(), "the second press was meant for 科目确认").toEqual(["next"]);
});

test("an entry that the host refuses does not keep the next one back, and the screen hears that it is over", async () => {
  const settled = app.settled;
  const refused = app.step({ action: "choose_subject", subject: 1 });
  void app.step({ action: "check_identity", check: "card_read" });
  await settle();
  calls[0]?.refuse({ code: "no_line", params: {}, retryable: false });
  await settle();
  expect(calls[1]?.command, "the screen follows the host").toBe("booking");
  calls[1]?.answer(at("subject", 2));
  expect((await refused)?.code).toBe("no_line");
  await settle();
  expect(actions()).toEqual(["choose_subject", undefined, "check_identity"]);
  expect(app.booking?.subject, "which may stand elsewhere").toBe(2);
  expect(app.settled, "controls show the host's state again").toBeGreaterThan(settled);
});

test("what has become of one person never brings them back once another is on the screen", async () => {
  app.booking = null;
  app.applicant = at("subject").applicant;
  void app.refresh();
  await settle();
  const other = { applicant: { id: 2 } } as unknown as ApplicantView;
  app.applicant = other;
  calls[0]?.answer({ applicant: { id: 1 } });
  await settle();
  expect(app.applicant.applicant.id, "the later one stays").toBe(2);
});

test("a line that goes or comes makes the booking say what it asks for now", async () => {
  const frame = (state: string): unknown => ({ access: { state: "open" }, settings: {}, sync: { line: { state } } });
  app.state = frame("synced") as AppState;
  hear({ event: "state_changed", payload: frame("offline") as AppState });
  hear({ event: "state_changed", payload: frame("offline") as AppState });
  await settle();
  calls[0]?.answer(at("confirm", 2));
  await settle();
  expect(
    calls.map((call) => call.command),
    "once for each change",
  ).toEqual(["booking"]);
  expect(app.booking?.body.step).toBe("confirm");
});

test("what somebody else did for the person on the screen is shown, also when the clerk has gone elsewhere meanwhile", async () => {
  app.booking = at("sessions", 3);
  app.dialog = { kind: "shift" };
  void app.act(async () => {
    await app.call("end_application", { application: "a", proof: { proof: "identity", check: "document_seen" } });
    app.dialog = null;
  });
  await settle();
  const changed = (applicant: number): void =>
    hear({ event: "application_changed", payload: { application: "a", applicant } });
  changed(8);
  changed(1);
  calls[0]?.answer({ registered: null });
  await settle();
  expect(
    calls.map((call) => call.command),
    "for this person, once the clerk's own act is over",
  ).toEqual(["end_application", "booking"]);
  calls[1]?.answer(at("subject", 3));
  await settle();
  expect(app.booking?.body.step).toBe("subject");
});

test("what is no entry is done once, however often it is pressed", async () => {
  void app.retry();
  void app.retry();
  await settle();
  calls[0]?.refuse({ code: "no_line", params: {}, retryable: true });
  await settle();
  expect(calls.map((call) => call.command)).toEqual(["retry_connection"]);
});

test("keys that keep coming while the host hangs are bounded", async () => {
  for (let press = 0; press < 100; press += 1) void app.step({ action: "choose_subject", subject: 2 });
  for (let turn = 0; turn < 100; turn += 1) {
    await settle();
    calls[turn]?.answer(at("subject", 2));
  }
  expect(calls.length).toBe(16);
});

test("whoever tries again after the files could not be opened is let in, and a second failure is said anew", async () => {
  const failure = { code: "files_in_use", params: {}, retryable: true };
  void app.openAgain(false);
  await settle();
  expect(calls[0]?.command, "another try").toBe("retry_open");
  calls[0]?.refuse(failure);
  await settle();
  expect(app.failure, "it is still in use").toEqual(failure);
  void app.openAgain(false);
  await settle();
  expect(app.failure, "while it is tried nothing is said").toBeNull();
  const state = { access: { state: "signed_out" }, settings: { language: "zh-CN" } };
  calls[1]?.answer(state);
  await settle();
  expect(app.state, "the window shows").toBe(state);
});

test("what was typed outlives the lock for the clerk who typed it, and ends with the person and with the clerk", async () => {
  const frame = (access: unknown): AppState => ({ access, settings: {} }) as AppState;
  const at = (state: string, id: number): AppState => frame({ state, clerk: { id } });
  app.frame(at("open", 3));
  app.kept.set("code booking 1 2", "407");
  app.frame(at("locked", 3));
  app.frame(at("open", 3));
  expect(app.kept.get("code booking 1 2"), "the same clerk unlocks").toBe("407");
  void app.nextPerson();
  await settle();
  expect(app.kept.get("code booking 1 2"), "until the host has closed the record it is the person's").toBe("407");
  calls[0]?.answer(null);
  await settle();
  expect(app.kept.get("code booking 1 2"), "then it is nobody's").toBeUndefined();
  app.kept.set("lookup", "张例三");
  app.frame(frame({ state: "signed_out" }));
  app.frame(at("open", 3));
  expect(app.kept.get("lookup"), "whoever signs in begins with nothing").toBeUndefined();
});

test("an application that is booked again brings its own dates and sites", async () => {
  const entered = { dates: null, sites: [1] } as unknown as SessionQuery;
  app.kept.set("query 1 2 normal", entered);
  void app.book(1, 2, null);
  await settle();
  calls[0]?.answer({ ...at("subject", 2), kind: "normal" });
  await settle();
  expect(app.kept.get("query 1 2 normal"), "what was entered waits for 查询").toBe(entered);
  void app.book(1, 2, "an application");
  await settle();
  calls[1]?.answer({ ...at("subject", 2), kind: "normal" });
  await settle();
  expect(app.kept.get("query 1 2 normal"), "the other application's are shown").toBeUndefined();
});

test("when nobody is at the counter any more, nothing of whoever was is open or kept", async () => {
  app.kept.set("read notice 1", true);
  app.dialog = { kind: "shift" };
  void app.leave();
  expect(app.booking, "until the host has closed the record it is open").not.toBeNull();
  calls[0]?.answer(null);
  await settle();
  expect([app.applicant, app.booking, app.dialog], "nothing is open").toEqual([null, null, null]);
  expect(app.kept.get("read notice 1"), "a notice is read anew").toBeUndefined();
});
