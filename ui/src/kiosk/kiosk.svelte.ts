/** What the self-service terminal shows: which screen, whose visit, and how. It decides nothing. */
import { i18n } from "$lib/i18n/i18n.svelte";
import type {
  ApplicationView,
  CodePurpose,
  CodeStatus,
  FlowAction,
  HostError,
  KioskView,
  OfficesView,
  PresenceView,
  SessionQuery,
} from "$lib/ipc/bindings";
import { toHostError } from "$lib/ipc/commands";
import { app } from "$lib/lib/app.svelte";
import { clock, dayOf } from "$lib/lib/time";
import { PERSONAL, WITHOUT_LINE, type List, type Page, type Service } from "./pages";
import { Papers } from "./papers.svelte";
import { spokenTime } from "./spoken";
import { TouchGuard } from "./touch";
import { Voice } from "./voice";

/** Every touch and key counts; it is told at most so often. */
const SIGN_MS = 1000;

class Kiosk {
  page = $state.raw<Page>({ name: "home" });
  offices = $state.raw<OfficesView | null>(null);
  elder = $state(false);
  contrast = $state(false);
  landscape = $state(false);
  readonly guard = new TouchGuard();
  readonly voice = new Voice();
  readonly papers = new Papers((problem) => {
    // It may cut short that the card is to be taken.
    const card = this.hasCard ? [i18n.m.kiosk.card.take] : [];
    this.warn(i18n.sentences(problem, i18n.m.kiosk.applications.printHelp, ...card));
  });
  private wanted: Service = "book";
  /** The number for which a code was asked. */
  private asked = "";
  /** The screen to which 返回 leads from one of somebody's applications. */
  private list: Page = { name: "home" };
  /** How often in a row the host has said that nobody is here, while something personal is shown. */
  private strangers = 0;
  /** What is wrong with the reader or the card on it, for as long as it is the same. */
  private cardProblem: string | null = null;
  /** 结束办理 was pressed and is not answered yet. */
  private leaving = false;
  private signedAt = -SIGN_MS;
  private signs: Promise<void> = Promise.resolve();

  get telephone(): string {
    return this.offices?.telephone ?? "";
  }

  /** Somebody has said who they are, or is about to. */
  get visiting(): boolean {
    return app.kiosk !== null && app.kiosk.stage.stage !== "nobody";
  }

  /** Whose card lies on the reader, and must not be forgotten there. */
  get hasCard(): boolean {
    return app.kiosk?.stage.stage === "open" && app.kiosk.stage.identified === "card";
  }

  /** The ring; whoever only looks at the home screen is not pressed. */
  get presence(): PresenceView | null {
    return this.page.name === "home" && !this.visiting ? null : (app.kiosk?.presence ?? null);
  }

  /** Whether something would be lost that was not submitted. */
  get unsaved(): boolean {
    return this.page.name === "booking" && app.booking !== null && app.booking.body.step !== "done";
  }

  isOpen(service: Service): boolean {
    return app.state?.sync.line.state !== "offline" || WITHOUT_LINE.has(service);
  }

  /** Rows on a page that holds `most` of them in type of the normal size. */
  rows(most: number): number {
    return this.elder ? Math.max(2, Math.floor(most / 2)) : most;
  }

  /** The rows of the grid for `rows(most)`: in landscape two stand beside each other. */
  gridRows(most: number): string {
    const rows = this.rows(most);
    return `repeat(${this.landscape && !this.elder ? Math.ceil(rows / 2) : rows},minmax(0,1fr))`;
  }

  /** 13:30, and as people say it in 长者模式. */
  clock = (instant: string): string => (this.elder ? spokenTime(instant, i18n.language) : clock(instant));
  /** 12月1日 13:30 */
  at = (instant: string): string => `${i18n.day(dayOf(instant))} ${this.clock(instant)}`;

  async start(): Promise<void> {
    await app.load("kiosk", {}, (view) => (app.kiosk = view));
    this.normal();
  }

  /** Learns which offices and sites there are. */
  learn(): void {
    void app.load("offices", {}, (offices) => (this.offices = offices));
  }

  /** Hears who is there; when nobody is any more, everything of the visit goes from the page. */
  hear(view: KioskView | null): void {
    if (view?.stage.stage !== "nobody") this.strangers = 0;
    else if (view.presence === null) this.wipe();
    else if (PERSONAL.has(this.page.name)) {
      // One such word may have been overtaken by the answer that somebody is here.
      this.strangers += 1;
      if (this.strangers > 1) this.wipe();
    }
  }

  private wipe(): void {
    const isFresh = this.page.name === "home" && !this.elder && app.booking === null;
    if (isFresh) this.normal();
    else this.forget();
  }

  private forget(): void {
    app.left();
    this.normal();
    this.strangers = 0;
    this.leaving = false;
    this.papers.forget();
    this.voice.forget();
    this.asked = "";
    this.cardProblem = null;
    // The first touch of whoever comes next is told at once.
    this.signedAt = -SIGN_MS;
    this.signs = Promise.resolve();
    this.list = { name: "home" };
    this.show({ name: "home" });
  }

  /** How the terminal greets the next person. */
  private normal(): void {
    const settings = app.state?.settings;
    this.elder = false;
    this.contrast = settings?.theme === "high_contrast";
    i18n.language = settings?.language ?? "zh-CN";
  }

  private show(page: Page): void {
    this.page = page;
    this.changed();
  }

  /** Another screen is shown: what was touched on the one before no longer counts. */
  changed(): void {
    this.shifted();
    this.papers.changed();
  }

  private shifted = (): void => this.guard.changed(performance.now());

  /**
   * For whatever takes the place of something else, or lies over it: when it comes, and when it goes, a touch was still meant
   * for the other; and what has gone is not read any further.
   */
  readonly shifts = (): (() => void) => {
    this.shifted();
    return () => {
      this.shifted();
      this.voice.hush();
    };
  };

  /** Somebody touched the screen or pressed a key: what was said before was seen. */
  signed(): void {
    app.toasts = [];
    const now = performance.now();
    if (now - this.signedAt < SIGN_MS) return;
    this.signedAt = now;
    this.sign();
  }

  private sign(): void {
    // One after the other: the host goes by the last one's mode.
    this.signs = this.signs.then(() => app.load("kiosk_touch", { elder: this.elder }, (view) => (app.kiosk = view)));
  }

  /** Does something in its turn and says an error; when the host knows nobody any more, the page forgets them, too. */
  private async act(work: () => Promise<void>, name: string): Promise<HostError | null> {
    const error = await app.act(work, name);
    if (error) this.warn(i18n.error(error));
    if (error?.code === "no_visit") this.wipe();
    return error;
  }

  stay = (): void => this.sign();

  begin = (service: Service): void => {
    this.wanted = service;
    if (service === "sessions" || service === "results" || service === "guide" || service === "offices")
      this.show({ name: service });
    else if (app.kiosk?.stage.stage === "open") void this.act(() => this.serve(), "serve");
    else if (app.kiosk?.card_reader) this.show({ name: "card" });
    else this.typeNumber();
  };

  typeNumber = (): void => this.show({ name: "number", typed: "" });

  /** 返回 from the code: the number stands there still, for whoever has mistyped it. */
  retypeNumber = (): void => this.show({ name: "number", typed: this.asked });

  identify = (number: string): void =>
    void this.act(async () => {
      const { page } = this;
      this.asked = number;
      app.kiosk = await app.call("kiosk_begin", { number });
      if (this.page === page) this.show({ name: "code" });
      // Whoever has gone elsewhere meanwhile stays there, and waits for no code.
      else this.leftCode();
    }, "identify");

  sendAgain = (): void =>
    void this.act(async () => {
      app.kiosk = await app.call("kiosk_send_again", {});
    }, "send");

  /** Answers whether the code was right. */
  confirm = (code: string): Promise<HostError | null> =>
    this.act(async () => {
      await this.meet(await app.call("kiosk_open", { code }), "code");
    }, "confirm");

  /** Reads the card that lies on the reader; none yet is no error. */
  readCard = async (): Promise<void> => {
    try {
      await this.meet(await app.call("kiosk_read_card", {}), "card");
    } catch (thrown) {
      const error = toHostError(thrown);
      if (this.page.name !== "card") return;
      const isNew = error.code !== this.cardProblem;
      this.cardProblem = error.code;
      if (error.code === "no_card") return;
      app.say("bad", i18n.error(error));
      // Without a reader there is still the number.
      if (error.code === "no_card_reader") this.typeNumber();
      if (isNew) this.warn(i18n.error(error));
    }
  };

  /** Serves whoever has been recognised, unless they have left the page where they were asked who they are. */
  private async meet(view: KioskView, page: Page["name"]): Promise<void> {
    if (view.stage.stage === "open" && this.page.name !== page) return this.end();
    app.kiosk = view;
    await this.serve();
  }

  /** Shows what was wanted, now that it is known who wants it. */
  private async serve(): Promise<void> {
    const stage = app.kiosk?.stage;
    if (stage?.stage !== "open") return;
    if (this.wanted === "book") {
      const { page } = this;
      const view = await app.call("booking_start", { applicant: stage.applicant.id, subject: null, replaces: null });
      if (this.page !== page) return;
      app.booking = view;
      this.show({ name: "booking" });
    } else await this.showList(this.wanted as List, stage.applicant.id);
  }

  private async showList(purpose: List, applicant: number): Promise<void> {
    const query = {
      applicant,
      tab: "all",
      text: "",
      subject: null,
      taken: null,
      page: { index: 0, size: 50 },
    } as const;
    const { page } = this;
    const { rows } = await app.call("progress", { query });
    if (this.page !== page) return;
    this.list = { name: "applications", purpose, rows };
    this.show(this.list);
  }

  /** A step of the booking; a function reckons it from what the host has said by its turn. */
  step = (action: FlowAction | (() => FlowAction | null)): void => void this.take(action);

  /** 查询; answers whether the host has taken it. */
  query = async (query: SessionQuery): Promise<boolean> => (await this.take({ action: "query", query })) === null;

  private async take(action: FlowAction | (() => FlowAction | null)): Promise<HostError | null> {
    const before = app.booking?.body.step;
    const error = await app.step(action);
    if (error) this.warn(i18n.error(error));
    if (app.booking === null) this.show({ name: "home" });
    // What the page after 预约 prints, it prints already.
    else if (app.booking.body.step !== before) this.shifted();
    return error;
  }

  /** 返回 in the first step: the booking is left, the visit goes on. */
  leaveBooking = (): void =>
    void this.act(async () => {
      app.booking = await app.call("booking_act", { action: { action: "back" } });
      this.show({ name: "home" });
    }, "leave booking");

  private async send(purpose: CodePurpose): Promise<CodeStatus> {
    return app.call("send_code", { purpose });
  }

  sendBookingCode = (): void =>
    void this.act(async () => {
      await this.send({ purpose: "booking" });
      app.booking = await app.call("booking", {});
    }, "send");

  submit = (code: string): Promise<HostError | null> =>
    this.act(async () => {
      app.booking = await app.call("submit", { code });
      this.changed();
    }, "submit");

  open = (application: ApplicationView, how: "see" | "end"): void =>
    void this.act(async () => {
      const id = application.application.id;
      if (how === "see")
        return this.show({ name: "application", view: await app.call("application", { application: id }) });
      const preview = await app.call("end_preview", { application: id });
      const status = await app.call("code_status", { purpose: { purpose: "cancel", application: id } });
      this.show({ name: "end", preview, status });
    }, "open");

  sendEndCode = (): void =>
    void this.act(async () => {
      if (this.page.name !== "end") return;
      const { preview } = this.page;
      const status = await this.send({ purpose: "cancel", application: preview.application.application.id });
      this.page = { name: "end", preview, status };
    }, "send");

  confirmEnd = (code: string): Promise<HostError | null> =>
    this.act(async () => {
      const { page } = this;
      if (page.name !== "end") return;
      const application = page.preview.application.application.id;
      try {
        await app.call("end_application", { application, proof: { proof: "code", code } });
      } catch (thrown) {
        const purpose = { purpose: "cancel", application } as const;
        await app.load("code_status", { purpose }, (status) => {
          if (this.page === page) this.page = { ...page, status };
        });
        throw thrown;
      }
      this.show({ name: "ended" });
    }, "end");

  back = (): void => this.show(this.list);

  home = (): void => this.show({ name: "home" });

  /** 结束办理 waits for nothing that is still to be done: the host forgets the visit at once, then the page does. */
  end = (): void => {
    if (this.leaving) return;
    this.leaving = true;
    const heard = app.load("kiosk_end", {}, (view) => {
      this.forget();
      app.kiosk = view;
    });
    void heard.then(() => (this.leaving = false));
  };

  toggleElder = (): void => {
    this.elder = !this.elder;
    this.sign();
  };

  toggleContrast = (): void => {
    this.contrast = !this.contrast;
  };

  toggleLanguage = (): void => {
    i18n.language = i18n.language === "en" ? "zh-CN" : "en";
    this.voice.hush();
  };

  /** In 长者模式 what goes wrong is said aloud as well. */
  warn(text: string): void {
    if (this.elder) this.voice.ask(text);
  }

  /** The page with a code was left: however long the code lives, nobody waits for it there. */
  leftCode = (): void => void app.load("stop_waiting", { awaited: "code" }, (view) => (app.kiosk = view));
}

export const kiosk = new Kiosk();
