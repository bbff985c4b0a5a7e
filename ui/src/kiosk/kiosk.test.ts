import { beforeEach, expect, test, vi } from "vitest";
import type { HostEvent, KioskView } from "$lib/ipc/bindings";
import type { Host } from "$lib/ipc/commands";
import { app } from "$lib/lib/app.svelte";
import { kiosk } from "./kiosk.svelte";

interface Call {
  command: string;
  args: Record<string, unknown>;
  answer: (value: unknown) => void;
  refuse: (error: unknown) => void;
}

const settle = (): Promise<void> => new Promise((done) => setImmediate(done));
const NOBODY = { stage: { stage: "nobody" }, presence: null } as unknown as KioskView;
const open = (id: number): KioskView =>
  ({ stage: { stage: "open", applicant: { id }, identified: "card" }, presence: {} }) as unknown as KioskView;
const booking = (step: string): unknown => ({ body: { step }, applicant: { applicant: { id: 1 } } });

let calls: Call[] = [];
const called = (command: string): Call[] => calls.filter((call) => call.command === command);
/** Answers the last call of a command. */
const answer = async (command: string, value: unknown): Promise<void> => {
  called(command).at(-1)?.answer(value);
  await settle();
};
const refuse = async (command: string, code: string): Promise<void> => {
  called(command).at(-1)?.refuse({ code, params: {}, retryable: false });
  await settle();
};

/** The host answers when the test does, so that anything may happen meanwhile. */
const host = {
  call: (command: string, args: Record<string, unknown>) =>
    new Promise((answer, refuse) => calls.push({ command, args, answer, refuse })),
  listen: (hear: (event: HostEvent) => void) => Promise.resolve(hear),
};

beforeEach(async () => {
  void app.start(host as unknown as Host);
  await settle();
  app.kiosk = null;
  kiosk.end();
  await answer("kiosk_end", NOBODY);
  calls = [];
});

test("结束办理 waits behind nothing, and what is answered afterwards shows nothing of whoever has left", async () => {
  app.kiosk = open(1);
  app.booking = booking("confirm") as never;
  kiosk.page = { name: "booking" };
  void kiosk.submit("407110");
  kiosk.step({ action: "back" });
  await settle();
  kiosk.end();
  kiosk.end();
  await settle();
  expect(called("kiosk_end").length, "at once, and once").toBe(1);
  await answer("kiosk_end", NOBODY);
  expect([kiosk.page.name, app.booking, app.busy], "the next person begins").toEqual(["home", null, false]);
  await answer("submit", booking("done"));
  expect([kiosk.page.name, app.booking, app.toasts.length], "a late answer is nobody's").toEqual(["home", null, 0]);
  expect(called("booking_act").length, "what waited is not done any more").toBe(0);
});

test("a late refusal says nothing to the next person, whose acts are done", async () => {
  kiosk.page = { name: "number", typed: "" };
  kiosk.identify("500112199901011234");
  await settle();
  kiosk.end();
  await answer("kiosk_end", NOBODY);
  await refuse("kiosk_begin", "no_line");
  expect(app.toasts.length, "nobody asked").toBe(0);
  kiosk.page = { name: "number", typed: "" };
  kiosk.identify("500112199901017785");
  await settle();
  expect(called("kiosk_begin").length, "the next one's number is not held up by the one before").toBe(2);
  await answer("kiosk_begin", open(2));
  expect(kiosk.page.name).toBe("code");
});

test("when the host cannot end the visit, that is said, and 结束办理 can be pressed again", async () => {
  kiosk.page = { name: "offices" };
  kiosk.end();
  await refuse("kiosk_end", "internal");
  expect([kiosk.page.name, app.toasts.length], "somebody is still there").toEqual(["offices", 1]);
  kiosk.end();
  await answer("kiosk_end", NOBODY);
  expect(kiosk.page.name).toBe("home");
});

test("a visit that the host has ended before it answers is ended once", async () => {
  app.kiosk = open(1);
  app.booking = booking("subject") as never;
  kiosk.page = { name: "booking" };
  kiosk.end();
  kiosk.hear(NOBODY);
  kiosk.page = { name: "number", typed: "" };
  await answer("kiosk_end", NOBODY);
  expect(kiosk.page.name, "the next person types already").toBe("number");
  kiosk.end();
  expect(called("kiosk_end").length, "and can leave in turn").toBe(2);
});

test("whether something is read aloud is what the host says, and whoever leaves a screen is not read to from it", async () => {
  kiosk.voice.ask("还在办理吗？");
  await settle();
  await answer("read_aloud", { ...NOBODY, presence: {}, speaking: true });
  expect(kiosk.voice.speaking, "as long as the engine speaks").toBe(true);
  app.kiosk = { ...NOBODY, speaking: false };
  expect(kiosk.voice.speaking, "the host has heard its end").toBe(false);
  kiosk.shifts()();
  await settle();
  expect(called("stop_waiting").length, "the page may not know yet that something is read").toBe(1);
});

test("what is said of a screen waits until the one before is silent", async () => {
  kiosk.shifts()();
  kiosk.voice.ask("还在办理吗？");
  await settle();
  expect(called("read_aloud").length).toBe(0);
  await answer("stop_waiting", { ...NOBODY, speaking: false });
  expect(called("read_aloud").length, "so that it is not silenced").toBe(1);
});

test("a paper comes by itself once in a visit, and again for whoever asks or comes next", async () => {
  const slip = { document: "acceptance_slip", application: "a" } as never;
  kiosk.papers.printOnce(slip);
  await answer("print_document", null);
  kiosk.papers.printOnce({ ...(slip as object) } as never);
  expect(called("print_document").length, "the same booking, loaded anew").toBe(1);
  void kiosk.papers.print(slip);
  expect(called("print_document").length, "再打一张").toBe(2);
  kiosk.end();
  await answer("kiosk_end", NOBODY);
  kiosk.papers.printOnce(slip);
  expect(called("print_document").length, "another visit").toBe(3);
});

test("an answer about a number does not fetch back whoever has left its page", async () => {
  kiosk.page = { name: "number", typed: "" };
  kiosk.identify("500112199901011234");
  await settle();
  kiosk.home();
  await answer("kiosk_begin", { stage: { stage: "code_sent" }, presence: {} });
  expect(kiosk.page.name).toBe("home");
  expect(called("stop_waiting").at(-1)?.args, "nobody waits for the code").toEqual({ awaited: "code" });
});

test("a card that is read when its page was left opens nothing, and what is wrong with it is not said any more", async () => {
  kiosk.begin("book");
  kiosk.page = { name: "card" };
  const read = kiosk.readCard();
  kiosk.home();
  await answer("kiosk_read_card", open(1));
  await read;
  expect([kiosk.page.name, called("booking_start").length], "nobody is served").toEqual(["home", 0]);
  expect(called("kiosk_end").length, "and nobody is known").toBe(1);
  await answer("kiosk_end", NOBODY);
  kiosk.page = { name: "card" };
  void kiosk.readCard();
  kiosk.home();
  await refuse("kiosk_read_card", "card_not_lifted");
  expect(app.toasts.length).toBe(0);
});

test("a booking that the host begins late does not fetch back whoever has gone elsewhere", async () => {
  app.kiosk = open(1);
  kiosk.begin("book");
  await settle();
  kiosk.begin("offices");
  await answer("booking_start", booking("subject"));
  expect([kiosk.page.name, app.booking]).toEqual(["offices", null]);
});

test("a wrong code of a withdrawal is counted on its page, as that of a booking is", async () => {
  const preview = { application: { application: { id: "a" } } };
  kiosk.page = { name: "end", preview, status: { tries_left: 5 } } as never;
  void kiosk.confirmEnd("000000");
  await settle();
  await refuse("end_application", "wrong_code");
  await answer("code_status", { tries_left: 4 });
  expect(kiosk.page).toMatchObject({ name: "end", status: { tries_left: 4 } });
});

test("in 长者模式 what goes wrong is said aloud, once for each time", async () => {
  const spoken = (): unknown[] => called("read_aloud").map(({ args }) => args.text);
  const reads = async (code: string): Promise<void> => {
    void kiosk.readCard();
    await refuse("kiosk_read_card", code);
    await answer("read_aloud", NOBODY);
  };
  kiosk.page = { name: "card" };
  await reads("card_unreadable");
  expect(spoken(), "otherwise it stands on the screen").toEqual([]);
  kiosk.elder = true;
  for (const code of ["card_not_lifted", "card_not_lifted", "no_card", "card_not_lifted"]) await reads(code);
  expect(spoken(), "the card that still lies there is one thing").toEqual([
    "请取下身份证，再重新放置。",
    "请取下身份证，再重新放置。",
  ]);
  app.kiosk = open(1);
  void kiosk.papers.print({ document: "offices" });
  await refuse("print_document", "print_out_of_paper");
  expect(spoken().at(-1), "the printer, and the card that is still to be taken").toMatch(/缺纸.*取回身份证/);
});

test("times are those of a clock, and in 长者模式 those that people say", () => {
  expect(kiosk.at("2026-12-01T13:30:00+08:00")).toBe("12月1日 13:30");
  kiosk.elder = true;
  expect(kiosk.at("2026-12-01T13:30:00+08:00")).toBe("12月1日 下午 1:30");
});

test("the first touch of whoever comes next is told, however soon it follows the last one of whoever has left", async () => {
  kiosk.signed();
  kiosk.end();
  await answer("kiosk_end", NOBODY);
  kiosk.signed();
  await settle();
  expect(called("kiosk_touch").length).toBe(2);
});

test("返回 from the code keeps the number, until somebody begins anew", async () => {
  const number = "500112199901011234";
  kiosk.page = { name: "number", typed: "" };
  kiosk.identify(number);
  await settle();
  await answer("kiosk_begin", { stage: { stage: "code_sent" }, presence: {} });
  kiosk.retypeNumber();
  expect(kiosk.page).toEqual({ name: "number", typed: number });
  kiosk.home();
  kiosk.typeNumber();
  expect(kiosk.page, "whoever begins anew finds nothing").toEqual({ name: "number", typed: "" });
});

test("what went wrong stands until somebody touches something, and is said aloud in 长者模式", async () => {
  app.state = { access: { state: "kiosk" } } as never;
  kiosk.elder = true;
  app.booking = booking("confirm") as never;
  kiosk.page = { name: "booking" };
  void kiosk.submit("407110");
  await settle();
  vi.useFakeTimers();
  called("submit").at(-1)?.refuse({ code: "answer_awaited", params: {}, retryable: true });
  await vi.advanceTimersByTimeAsync(60_000);
  vi.useRealTimers();
  await settle();
  expect(app.toasts.map((toast) => toast.text)).toEqual([expect.stringContaining("请再点一次刚才的按钮")]);
  expect(called("read_aloud").map((call) => call.args.text)).toEqual([app.toasts[0]?.text]);
  kiosk.signed();
  expect(app.toasts, "whoever touches has seen it").toEqual([]);
  app.state = null;
});

test("what becomes of a paper is said on the screen where it was asked for, and on no other", async () => {
  const kind = { document: "voucher", application: "a", large: false } as never;
  void kiosk.papers.print(kind);
  kiosk.home();
  const other = kiosk.papers.print(kind);
  called("print_document")[0]?.answer({});
  await settle();
  expect(kiosk.papers.state, "the first one's paper is not the second one's").toBe("busy");
  await answer("print_document", {});
  await other;
  expect(kiosk.papers.state).toBe("done");
});
