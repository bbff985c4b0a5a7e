/**
 * The in-memory host: a clerk's day with invented people, for development and for the tests of the screens.
 *
 * Address parameters: `frozen` stops the clock, `open` skips the sign-in, `production` hides the training bar,
 * `shared` lets another counter open the same people, `soon` lets a window close within the hour, `unenrolled`, `rescue`
 * (a damaged file was saved), `keyless` (its files have no key), `lang` and `theme` choose the start.
 * `kiosk` makes it a self-service terminal: `offline` without line,
 * `reader` with a card reader (`unplugged` before a card came), `nopaper` with an empty printer, `left` with so many
 * seconds before the visit ends once a minute has passed, `slow` with a centre that takes its time, `cuts` with a line that fails during a visit,
 * `strange` with applications that no screen can show, `awaits` with an answer to 预约 that is lost on its way, `refuses` with
 * a centre that refuses it, `nophone` with people whose phones nobody knows, `gone` with sessions that their site cancelled.
 */
import type { ProgressPage } from "../bindings";
import type { AnswerOf, ArgsOf, CommandName, Host } from "../commands";
import { addDays } from "$lib/lib/time";
import { applicantView, revealed, search, today } from "./applicants";
import { FakeBooking, NOTICES } from "./booking";
import { at, Clock } from "./clock";
import { codeKey, codeStatus, isRight, sendCode } from "./codes";
import { documentKey, preview } from "./documents";
import { FakeKiosk, type KioskOptions } from "./kiosk";
import { applicationView, endApplication, endPreview, outboxView, progress, publish, results } from "./progress";
import { OFFICES, OWN_OFFICE, SITES, type Person } from "./sample";
import { story } from "./story";
import { submit } from "./submission";
import { CLERK, failure, maskName, PASSWORD, reason, World } from "./world";

type Handlers = { [C in CommandName]: (args: ArgsOf<C>) => AnswerOf<C> };

/** How long a slow centre takes. */
const SLOW_MS = 20_000;
const START = at("2026-11-24", "10:42").replace(":00+", ":08+");

/** Gives applications a state that no screen has heard of. */
function estrange(page: ProgressPage): void {
  for (const { application } of page.rows) application.state = { state: "unheard_of" } as never;
}

function training(world: World): AnswerOf<"training"> {
  return {
    now: world.clock.now,
    connected: world.connected,
    messages: world.messages.slice(0, 20),
    next_publication: at(world.clock.today, "17:00"),
    busy: null,
    people: [
      { query: "张样三", shows: reason("training_normal") },
      { query: "王样五", shows: reason("training_priority") },
      { query: "朱样山", shows: reason("training_refused") },
      { query: "𠮷样一", shows: reason("training_rare_name") },
    ],
  };
}

function handlers(world: World, frozen: boolean, kiosk: KioskOptions & { paper: boolean }): Handlers {
  let booking: FakeBooking | null = null;
  const current = (): FakeBooking => {
    if (!booking) throw failure("no_booking");
    return booking;
  };
  const close = (): void => {
    const person = world.open;
    if (person) {
      const last = world.outbox.find((row) => row.applicant === person.id);
      world.served = [
        {
          applicant: world.mask(person),
          at: world.clock.now,
          kind: last?.kind ?? null,
          subject: last?.subject ?? null,
        },
        ...world.served.filter((row) => row.applicant.id !== person.id),
      ];
      world.checks.delete(person.id);
    }
    world.open = null;
    booking = null;
  };
  const enter = (password: string) => {
    if (password !== PASSWORD) throw failure("wrong_password", { left: "4" });
    world.access = { state: "open", clerk: CLERK, lock_after_minutes: 10, sign_in_again: false };
    world.changed();
    return world.state();
  };
  const holder = (application: string | undefined): Person =>
    application ? world.person(world.application(application).applicant) : current().person;

  const terminal = new FakeKiosk(world, frozen, kiosk, close);

  return {
    ...terminal.handlers,
    app_state: () => {
      const isTerminal = world.access.state === "kiosk";
      if (world.keyless && isTerminal) throw failure("terminal_out_of_order", { cause: "key_missing" });
      if (world.keyless) throw failure("key_missing");
      return world.state();
    },
    retry_open: ({ aside }) => {
      if (world.keyless && !aside) throw failure("key_missing");
      world.keyless = false;
      world.access = { state: "unenrolled" };
      return world.state();
    },
    acknowledge_rescue: () => {
      world.rescue = null;
      return world.state();
    },
    enroll: ({ code }) => {
      if (code.length < 8) throw failure("code_unknown");
      world.access = { state: "signed_out", last: null, offline_hours: 72 };
      return world.state();
    },
    sign_in: ({ number, password }) => {
      if (number !== CLERK.number) throw failure("wrong_password", { left: "4" });
      return enter(password);
    },
    unlock: ({ password }) => enter(password),
    lock: ({ idle }) => {
      const step = booking?.view().steps.find((view) => view.mark === "now")?.step ?? null;
      world.checks.clear();
      world.access = { state: "locked", clerk: CLERK, at: world.clock.now, idle_minutes: idle ? 10 : null, kept: step };
      world.changed();
      return world.state();
    },
    sign_out: () => {
      close();
      world.access = { state: "signed_out", last: { at: world.clock.now, name: CLERK.name }, offline_hours: 72 };
      world.changed();
      return world.state();
    },
    shift_summary: () => {
      const missing = world.outbox.filter((row) => row.state === "waiting");
      return {
        from: at("2026-11-24", "08:19"),
        taken: world.outbox.length,
        received: world.outbox.length - missing.length,
        missing,
        open: world.outbox.filter((row) => row.state === "refused" || row.state === "awaiting_code"),
      };
    },
    retry_connection: () => world.state(),
    save_settings: ({ settings }) => {
      world.settings = settings;
      world.changed();
      return world.state();
    },
    today: () => today(world),
    search: ({ query }) => search(world, query),
    applicant: ({ applicant }) => applicantView(world, world.person(applicant)),
    open_applicant: ({ applicant }) => {
      if (world.open && world.open.id !== applicant) close();
      world.open = world.person(applicant);
      if (world.isShared) world.changed();
      return applicantView(world, world.open);
    },
    check_identity: ({ applicant, check }) => {
      if (check === "card_read") throw failure("no_card_reader");
      world.checks.set(applicant, check);
      return applicantView(world, world.person(applicant));
    },
    reveal: ({ applicant }) => {
      world.take({ kind: "reveal", applicant, name_masked: maskName(world.person(applicant).name) });
      return revealed(world.person(applicant));
    },
    close_applicant: () => {
      close();
      return null;
    },
    booking: () => booking?.view() ?? null,
    booking_start: ({ applicant, subject, replaces }) => {
      world.open = world.person(applicant);
      booking = new FakeBooking(world, world.open, subject);
      const old = world.applications.find((application) => application.id === replaces);
      if (old?.wish.mode === "choose") booking.chosen = old.wish.sessions;
      return booking.view();
    },
    booking_act: ({ action }) => {
      if (current().act(action)) return current().view();
      booking = null;
      return null;
    },
    booking_outlook: () => null,
    send_code: ({ purpose }) => {
      const person = holder(purpose.purpose === "booking" ? undefined : purpose.application);
      sendCode(world, person, codeKey(purpose));
      return codeStatus(world, person, codeKey(purpose));
    },
    code_status: ({ purpose }) =>
      codeStatus(world, holder(purpose.purpose === "booking" ? undefined : purpose.application), codeKey(purpose)),
    submit: ({ code }) => {
      submit(world, current(), code);
      return current().view();
    },
    confirm_code: ({ application, code }) => {
      const found = world.application(application);
      const person = world.person(found.applicant);
      if (!isRight(world, person, `held-${application}`, code)) throw failure("wrong_code", { left: "4" });
      world.move(found, { state: "queued" });
      for (const row of world.outbox) if (row.application === application) row.state = "delivered";
      world.changed();
      return applicationView(world, found);
    },
    progress: ({ query }) => progress(world, query),
    application: ({ application }) => applicationView(world, world.application(application)),
    end_preview: ({ application }) => endPreview(world, world.application(application)),
    end_application: ({ application, proof }) => {
      const found = world.application(application);
      const person = world.person(found.applicant);
      if (proof.proof === "code" && !isRight(world, person, `cancel-${application}`, proof.code))
        throw failure("wrong_code", { left: "4" });
      endApplication(world, found);
      return applicationView(world, found);
    },
    results: ({ query }) => results(world, query),
    offices: () => ({
      offices: OFFICES,
      own: OWN_OFFICE,
      sites: SITES,
      telephone: "(023)68688823",
      platform: "互联网交通安全综合服务管理平台",
    }),
    notice: ({ kind }) => NOTICES[kind],
    outbox: () => outboxView(world),
    outbox_acknowledge: ({ id }) => {
      world.outbox = world.outbox.filter((row) => row.id !== id);
      world.changed();
      return outboxView(world);
    },
    outbox_hand_over: ({ id, note }) => {
      const row = world.outbox.find((row) => row.id === id);
      if (!row) throw failure("not_found");
      row.handover = { clerk: CLERK.name, at: world.clock.now, note };
      return outboxView(world);
    },
    preview_document: ({ kind }) => preview(world, kind),
    print_document: ({ kind }) => {
      if (!kiosk.paper) throw failure("print_out_of_paper");
      const copy = (world.prints.get(documentKey(kind)) ?? 0) + 1;
      world.prints.set(documentKey(kind), copy);
      return { id: world.newId(), kind, at: world.clock.now, copy };
    },
    training: () => training(world),
    training_next_day: () => {
      world.clock.moveTo(at(addDays(world.clock.today, 1), "09:00"));
      world.changed();
      return training(world);
    },
    training_five_minutes: () => {
      world.clock.moveTo(Clock.instant(Clock.seconds(world.clock.now) + 300));
      world.changed();
      return training(world);
    },
    training_publish_now: () => {
      world.clock.moveTo(at(world.clock.today, "17:00"));
      publish(world);
      world.emit({ event: "publication", payload: { day: world.clock.today } });
      world.changed();
      return training(world);
    },
    training_reset: () => {
      close();
      world.reset();
      story(world);
      world.changed();
      return training(world);
    },
    training_card: ({ query }) => {
      terminal.lay(query);
      return training(world);
    },
    training_set_line: ({ connected }) => {
      if (connected) world.restore();
      else world.cut();
      return training(world);
    },
  };
}

export function openFakeHost(options: URLSearchParams): Host {
  const world = new World(START, options.has("frozen"));
  if (options.has("production")) world.edition = "production";
  if (options.has("open")) world.access = { state: "open", clerk: CLERK, lock_after_minutes: 10, sign_in_again: false };
  if (options.has("rival")) world.hasRival = true;
  if (options.has("awaits")) world.losesAnswer = true;
  if (options.has("refuses")) world.refuses = true;
  if (options.has("nophone")) for (const person of world.people) person.phone = null;
  if (options.has("soon")) world.closesSoon = true;
  if (options.has("shared")) world.isShared = true;
  if (options.has("unenrolled")) world.access = { state: "unenrolled" };
  if (options.has("keyless")) world.keyless = true;
  if (options.has("rescue")) {
    const [after, before] = [at("2026-11-24", "09:12"), at("2026-11-24", "09:30")];
    world.rescue = {
      at: START,
      saved: 41,
      missing: [
        { number: 37, after, before },
        { number: 44, after: before, before: null },
      ],
      may_miss_more: false,
      enroll: true,
    };
    world.access = { state: "unenrolled" };
  }
  if (options.get("theme") === "hc") world.settings.theme = "high_contrast";
  if (options.get("lang") === "en") world.settings.language = "en";
  story(world);
  if (options.has("kiosk")) {
    world.access = { state: "kiosk" };
    if (options.has("offline")) world.cut();
    if (options.has("gone"))
      for (const application of world.applications)
        if (application.state.state === "placed")
          world.move(application, { state: "cancelled_by_office", session: application.state.session });
  }
  const run = handlers(world, options.has("frozen"), {
    reader: options.has("reader"),
    unplugged: options.has("unplugged"),
    cuts: options.has("cuts"),
    paper: !options.has("nopaper"),
    left: options.has("left") ? Number(options.get("left")) : null,
  });
  const isSlow = options.has("slow");
  const isStrange = options.has("strange");
  return {
    call: (command, args) =>
      new Promise((resolve, reject) => {
        try {
          // The copy keeps the window from sharing state with its host, as the real door does.
          const answer = structuredClone(run[command](args));
          if (isStrange && command === "progress") estrange(answer as ProgressPage);
          if (isSlow && command === "kiosk_begin") setTimeout(() => resolve(answer), SLOW_MS);
          else resolve(answer);
        } catch (thrown) {
          reject(thrown);
        }
      }),
    listen: (hear) => Promise.resolve(world.listen(hear)),
  };
}
