/** What the window knows: the host's frame, where the clerk is, and what is open. It decides nothing. */
import type {
  ApplicantView,
  ApplicationChanged,
  ApplicationView,
  AppState,
  FlowAction,
  BookingView,
  DocumentKind,
  EndPreview,
  HostError,
  HostEvent,
  KioskView,
  Notice,
  OutboxRow,
  PhoneMessage,
  ProgressTick,
  Subject,
} from "$lib/ipc/bindings";
import { i18n } from "$lib/i18n/i18n.svelte";
import { untrack } from "svelte";
import { Acts } from "./acts";
import { Kept } from "./kept.svelte";
import type { Binding } from "./keys";
import { toHostError, type AnswerOf, type ArgsOf, type CommandName, type Host } from "$lib/ipc/commands";

export type Section = "home" | "applicant" | "progress" | "results" | "outbox" | "offices" | "guide" | "settings";

type OpenDialog =
  | { kind: "notice"; notice: Notice }
  | { kind: "end"; preview: EndPreview }
  | { kind: "held"; application: ApplicationView }
  | { kind: "print"; document: DocumentKind }
  | { kind: "told" | "handover"; row: OutboxRow }
  | { kind: "shift" };

interface Toast {
  id: number;
  tone: "ok" | "bad" | "info";
  text: string;
}

const TOAST_MS = 6000;
const SPEECH_FAILED: HostError = { code: "speech_failed", params: {}, retryable: false };

export class App {
  state = $state.raw<AppState | null>(null);
  section = $state<Section>("home");
  applicant = $state.raw<ApplicantView | null>(null);
  booking = $state.raw<BookingView | null>(null);
  dialog = $state.raw<OpenDialog | null>(null);
  toasts = $state.raw<Toast[]>([]);
  /** Counts up when something elsewhere changed, so that lists load again. */
  changes = $state(0);
  busy = $state(false);
  /** Counts up when an act is over, done or not. */
  settled = $state(0);
  trainingOpen = $state(false);
  lookupWanted = $state(0);
  /** The newest message of the simulated phone. */
  message = $state.raw<PhoneMessage | null>(null);
  /** How far something long of the host is. */
  progress = $state.raw<ProgressTick | null>(null);
  /** Who is at this computer, when it is a kiosk. */
  kiosk = $state.raw<KioskView | null>(null);
  /** Why the host cannot be opened. */
  failure = $state.raw<HostError | null>(null);
  /** Counts up when a visit at a terminal is over, so that nothing of it is left. */
  visits = $state(0);
  /** What was entered on any page and not used yet. */
  readonly kept = new Kept();
  private host: Host | null = null;
  private toastCount = 0;
  private acts = this.queue();

  async start(host: Host): Promise<void> {
    this.host = host;
    await host.listen((event) => this.hear(event));
    await this.opening(() => this.call("app_state", {}));
  }

  /** Another try after the host could not be opened; with `aside`, files whose key is lost are moved aside first. */
  openAgain = (aside: boolean): Promise<void> => this.opening(() => this.call("retry_open", { aside }));

  private async opening(ask: () => Promise<AppState>): Promise<void> {
    this.failure = null;
    try {
      this.frame(await ask());
      if (this.state?.access.state === "open") this.show(await this.call("booking", {}));
    } catch (thrown) {
      this.failure = toHostError(thrown);
    }
  }

  /** Asks the host; throws its `HostError`. What is answered when the visit is over is nobody's, and nobody hears it. */
  call<C extends CommandName>(command: C, args: ArgsOf<C>): Promise<AnswerOf<C>> {
    const { host } = this;
    if (!host) return Promise.reject(toHostError(null));
    const visit = untrack(() => this.visits);
    return new Promise((answer, refuse) => {
      const ifHere =
        <T>(hear: (said: T) => void) =>
        (said: T): void => {
          if (visit === this.visits) hear(said);
        };
      host.call(command, args).then(ifHere(answer), ifHere(refuse));
    });
  }

  /**
   * Does something in its turn, and says an error. What has the same name is done once: a second press while it waits
   * or runs is ignored. Without a name each press counts. A screen that `shows` the error in its place has it said once.
   */
  act(work: () => Promise<void>, name: string | null = "act", shows = false): Promise<HostError | null> {
    return this.attempt(() => this.acts.add(work, name), shows);
  }

  private async attempt(work: () => Promise<void>, shows = false): Promise<HostError | null> {
    try {
      await work();
      return null;
    } catch (thrown) {
      const error = toHostError(thrown);
      if (!shows) this.say("bad", i18n.error(error));
      return error;
    } finally {
      this.settled += 1;
    }
  }

  /** Asks the host for what a screen shows; when it fails, that is said and there is nothing new to show. */
  async ask<C extends CommandName>(command: C, args: ArgsOf<C>): Promise<AnswerOf<C> | null> {
    try {
      return await this.call(command, args);
    } catch (thrown) {
      const error = toHostError(thrown);
      // Whoever is no longer at work sees the lock or the sign-in instead of this screen.
      if (error.code !== "locked" && error.code !== "not_signed_in") this.say("bad", i18n.error(error));
      return null;
    }
  }

  /** The same, and shows the answer. */
  async load<C extends CommandName>(
    command: C,
    args: ArgsOf<C>,
    show: (answer: NonNullable<AnswerOf<C>>) => void,
  ): Promise<void> {
    const answer = await this.ask(command, args);
    if (answer !== null && answer !== undefined) show(answer);
  }

  /** Tries the code that was typed as `of`, which is gone then, except where nothing came of it and the same can be tried again. */
  async spend<Answer>(of: `code ${string}`, work: (code: string) => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await work(this.kept.get(of) ?? "");
      this.kept.drop(of);
      return answer;
    } catch (thrown) {
      if (!toHostError(thrown).retryable) this.kept.drop(of);
      throw thrown;
    }
  }

  /** The booking as the host has it, and the person that it is for. */
  private show(booking: BookingView | null): void {
    this.booking = booking;
    if (booking) this.applicant = booking.applicant;
  }

  /** Asks for the booking on the screen again: the host has gone on, or back, without it. */
  reload = (): Promise<HostError | null> =>
    this.attempt(() =>
      // Each time, for the host may have gone on since it answered the last one.
      this.acts.add(
        async () => {
          if (this.booking) this.show(await this.call("booking", {}));
        },
        null,
        true,
      ),
    );

  /** Where the clerk is, as far as a key means another thing elsewhere. */
  private place(): string {
    const person = (this.booking?.applicant ?? this.applicant)?.applicant.id;
    const step = this.booking?.body.step;
    return [this.state?.access.state, this.section, person, step, this.dialog?.kind].join(" ");
  }

  say(tone: Toast["tone"], text: string): void {
    this.toastCount += 1;
    const toast = { id: this.toastCount, tone, text };
    this.toasts = [...this.toasts.slice(-2), toast];
    // At a terminal it stays until somebody touches something: not everybody reads fast.
    if (this.state?.access.state !== "kiosk") setTimeout(() => this.unsay(toast.id), TOAST_MS);
  }

  unsay(id: number): void {
    this.toasts = this.toasts.filter((toast) => toast.id !== id);
  }

  frame(state: AppState): void {
    this.state = state;
    // At a kiosk each visitor chooses for themselves.
    if (state.access.state !== "kiosk") i18n.language = state.settings.language;
    this.kept.belongTo("clerk" in state.access ? state.access.clerk.id : null);
    if (state.access.state !== "open" && state.access.state !== "kiosk") {
      // Nothing personal outlives the lock on screen; the host keeps the booking.
      this.applicant = null;
      this.dialog = null;
      this.booking = null;
    }
  }

  private hear(event: HostEvent): void {
    if (event.event === "state_changed") {
      const wasOffline = this.state?.sync.line.state === "offline";
      this.frame(event.payload);
      // Without line a booking is registered, with it the code is asked for.
      if (this.booking && wasOffline !== (event.payload.sync.line.state === "offline")) void this.reload();
    }
    if (event.event === "application_changed") this.answered(event.payload);
    if (event.event === "phone_message") this.message = event.payload;
    if (event.event === "progress") this.progress = event.payload;
    else if (event.event === "speech_failed") this.say("bad", i18n.error(SPEECH_FAILED));
    else if (event.event === "kiosk_changed") this.kiosk = event.payload;
    else this.changes += 1;
  }

  /** The centre has answered what the page after 预约 shows, or somebody else has booked for the same person meanwhile. */
  private answered({ application, applicant }: ApplicationChanged): void {
    const body = this.booking?.body;
    if (!body || this.booking?.applicant.applicant.id !== applicant) return;
    if (body.step !== "done" || body.view.application === application) void this.reload();
  }

  /** Opens the window again after sign-in or unlock. */
  async enter(state: AppState): Promise<void> {
    this.frame(state);
    this.show(await this.call("booking", {}));
    this.section = this.booking ? "applicant" : "home";
  }

  go(section: Section): void {
    this.section = section;
  }

  lookup(): void {
    if (this.section !== "home") this.section = "home";
    this.lookupWanted += 1;
  }

  open = (applicant: number): Promise<HostError | null> =>
    this.act(async () => {
      this.applicant = await this.call("open_applicant", { applicant });
      if (this.booking && this.booking.applicant.applicant.id !== applicant) this.booking = null;
      this.section = "applicant";
    }, "open");

  /** Shows what has become of the person on the screen; never brings back the person before. */
  refresh = async (): Promise<void> => {
    const id = this.applicant?.applicant.id;
    if (id === undefined) return;
    await this.load("applicant", { applicant: id }, (view) => {
      if (this.applicant?.applicant.id === id) this.applicant = view;
    });
  };

  book = (
    applicant: number,
    subject: Subject | null = null,
    replaces: string | null = null,
  ): Promise<HostError | null> =>
    this.act(async () => {
      this.show(await this.call("booking_start", { applicant, subject, replaces }));
      // Dates and sites are those of the application that is booked again.
      if (replaces !== null && this.booking)
        this.kept.drop(`query ${applicant} ${this.booking.subject} ${this.booking.kind}`);
      this.section = "applicant";
    }, "book");

  /** An act in the booking; a function reckons it, or that there is none, from what the host has said by its turn. */
  step = (action: FlowAction | (() => FlowAction | null)): Promise<HostError | null> =>
    this.act(async () => {
      const now = typeof action === "function" ? action() : action;
      if (!now) return;
      try {
        this.show(await this.call("booking_act", { action: now }));
      } catch (thrown) {
        // A refused act may have found the booking at another step than the screen.
        await this.load("booking", {}, (found) => this.show(found));
        throw thrown;
      }
      if (!this.booking) await this.refresh();
      // The screen does not wait for the centre; what came in between is not overwritten.
      const shown = this.booking;
      void this.load("booking_outlook", {}, (view) => {
        if (this.booking === shown) this.booking = view;
      });
    }, null);

  /** 下一位 */
  nextPerson = (): Promise<HostError | null> =>
    this.act(async () => {
      await this.leave();
      this.section = "home";
      this.lookupWanted += 1;
    }, "next person");

  /** Nobody is at the counter any more, and nothing of whoever was is open or kept. */
  async leave(): Promise<void> {
    await this.call("close_applicant", {});
    this.kept.nextPerson();
    [this.applicant, this.booking, this.dialog] = [null, null, null];
  }

  /** Waits for nobody: what was to be done before is dropped, for another time. */
  lock = (idle = false): Promise<HostError | null> =>
    this.attempt(async () => this.frame(await this.call("lock", { idle })));

  /** A visit at a terminal is over: nothing of it is shown any more, and what waits in it or for its answers is not gone on with. */
  left(): void {
    this.visits += 1;
    this.acts = this.queue();
    this.busy = false;
    [this.applicant, this.booking, this.dialog, this.message] = [null, null, null, null];
    this.toasts = [];
  }

  private queue(): Acts {
    return new Acts(
      () => this.place(),
      (waiting) => (this.busy = waiting > 0),
    );
  }

  retry = (): Promise<HostError | null> =>
    this.act(async () => this.frame(await this.call("retry_connection", {})), "retry");

  showNotice = (kind: Notice["kind"]): Promise<HostError | null> =>
    this.act(async () => {
      this.dialog = { kind: "notice", notice: await this.call("notice", { kind }) };
    });

  end = (application: string): Promise<HostError | null> =>
    this.act(async () => {
      this.dialog = { kind: "end", preview: await this.call("end_preview", { application }) };
    });

  /** Opens and closes the tools of the training edition; another edition has none. */
  get trainingKey(): Binding[] {
    if (this.state?.edition !== "training") return [];
    return [{ combo: "Alt+T", run: () => (this.trainingOpen = !this.trainingOpen) }];
  }

  print(document: DocumentKind): void {
    this.dialog = { kind: "print", document };
  }
}

export const app = new App();
