/** The self-service terminal of the fake: who is there, for how much longer, and what anybody may look up. */
import type { AnswerOf, ArgsOf, CommandName } from "../commands";
import type { KioskView, OpenSessions, OpenSessionsQuery, PresenceView, SiteOption, VisitStage } from "../bindings";
import { addDays, dayOf } from "$lib/lib/time";
import { codeStatus, isRight, sendCode } from "./codes";
import { gauge, isOpen } from "./rules";
import { OWN_OFFICE, SITES, type Person } from "./sample";
import { failure, maskNumber, type World } from "./world";

const IDLE_SECONDS = 90;
const IDLE_ELDER_SECONDS = 150;
const ASK_SECONDS = 30;
const KEY = "visit";
/** So long nobody is missed who then has only the seconds left that the address tells. */
const QUIET_MS = 60_000;

type Mine =
  | "kiosk"
  | "kiosk_touch"
  | "kiosk_begin"
  | "kiosk_send_again"
  | "kiosk_open"
  | "kiosk_read_card"
  | "kiosk_end"
  | "open_sessions"
  | "read_aloud"
  | "stop_waiting"
  | "staff_exit";
type Handlers = { [C in Mine & CommandName]: (args: ArgsOf<C>) => AnswerOf<C> };

/** How the terminal of the fake begins: with a card reader, without paper, or with so many seconds left. */
export interface KioskOptions {
  reader: boolean;
  /** The reader is taken away while a card is waited for. */
  unplugged: boolean;
  /** The line is cut when somebody's visit opens. */
  cuts: boolean;
  left: number | null;
}

export class FakeKiosk {
  private person: Person | null = null;
  private typed: string | null = null;
  private isOpen = false;
  private isByCard = false;
  private elder = false;
  private speaking = false;
  private touchedAt: number | null = null;
  private left: number | null = null;
  /** Whose card lies on the reader. */
  private card: Person | null = null;

  constructor(
    private readonly world: World,
    private readonly frozen: boolean,
    private readonly options: KioskOptions,
    private readonly close: () => void,
  ) {
    if (options.left !== null) setTimeout(() => this.missed(), QUIET_MS);
    if (!frozen) setInterval(() => this.tick(), 1000);
  }

  private tick(): void {
    if (this.touchedAt === null) return;
    if (this.seconds() <= 0) this.end();
    this.world.emit({ event: "kiosk_changed", payload: this.view() });
  }

  private missed(): void {
    this.left = this.options.left;
    this.world.emit({ event: "kiosk_changed", payload: this.view() });
  }

  private seconds(): number {
    const idle = this.elder ? IDLE_ELDER_SECONDS : IDLE_SECONDS;
    if (this.left !== null) return this.left;
    return this.frozen || this.touchedAt === null ? idle - 8 : idle - Math.floor((Date.now() - this.touchedAt) / 1000);
  }

  private presence(): PresenceView | null {
    if (this.touchedAt === null) return null;
    const left = Math.max(0, this.seconds());
    return {
      left_seconds: left,
      idle_seconds: this.elder ? IDLE_ELDER_SECONDS : IDLE_SECONDS,
      asking: left <= ASK_SECONDS,
    };
  }

  private stage(): VisitStage {
    if (this.typed === null) return { stage: "nobody" };
    if (this.person && this.isOpen)
      return {
        stage: "open",
        applicant: this.world.mask(this.person),
        identified: this.isByCard ? "card" : "code",
      };
    const person = this.person ?? this.world.person(1);
    const { valid_seconds, resend_seconds, tries_left, sends_left, wrong, send } = codeStatus(this.world, person, KEY);
    return {
      stage: "code_sent",
      number_masked: maskNumber(this.typed),
      code: { valid_seconds, resend_seconds, tries_left, sends_left, wrong, send },
    };
  }

  view(): KioskView {
    return {
      stage: this.stage(),
      presence: this.presence(),
      card_reader: this.options.reader,
      speaking: this.speaking,
    };
  }

  end(): void {
    this.person = null;
    this.typed = null;
    this.isOpen = false;
    this.isByCard = false;
    this.elder = false;
    this.speaking = false;
    this.touchedAt = null;
    this.close();
  }

  lay(query: string | null): void {
    this.card = this.world.people.find((person) => person.name === query) ?? null;
  }

  private touch(): KioskView {
    this.touchedAt = Date.now();
    return this.view();
  }

  private openSessions(query: OpenSessionsQuery): OpenSessions {
    const fitting = this.world.sessions.filter(
      (s) => s.subject === query.subject && s.classes.includes(query.class) && isOpen(this.world, s, false),
    );
    const sites: SiteOption[] = SITES.filter((site) => site.subjects.some((one) => one.subject === query.subject)).map(
      ({ id, name, district, near }) => ({ id, name, district, near: near.includes(OWN_OFFICE) }),
    );
    const first = dayOf(fitting[0]?.starts_at ?? addDays(this.world.clock.today, 7));
    const dates = query.dates ?? { first, last: dayOf(fitting.at(-1)?.starts_at ?? first) };
    const rows = fitting
      .filter((s) => dates.first <= dayOf(s.starts_at) && dayOf(s.starts_at) <= dates.last)
      .filter((s) => query.sites === null || query.sites.includes(s.site));
    const somebody = this.world.person(1);
    return {
      dates,
      sites,
      ribbon: [],
      rows: rows.map((session) => {
        const { site_name, district } = this.world.named(session.id);
        return {
          session,
          site_name,
          district,
          applied: gauge(somebody, session).applied,
          closes_at: session.instants.closes_at,
        };
      }),
      total: rows.length,
      as_of: this.world.asOf,
    };
  }

  readonly handlers: Handlers = {
    kiosk: () => this.view(),
    kiosk_touch: ({ elder }) => {
      this.elder = elder;
      this.left = null;
      return this.touch();
    },
    kiosk_begin: ({ number }) => {
      if (!this.world.connected) throw failure("no_line", {}, true);
      if (!/^\d{17}[\dX]$/.test(number)) throw failure("number_invalid");
      const asked = number === this.typed && !this.isOpen ? this.person : null;
      // The code is good still.
      if (asked && codeStatus(this.world, asked, KEY).valid_seconds > 0) return this.touch();
      this.typed = number;
      this.person = this.world.people.find((person) => person.number === number) ?? null;
      if (this.person?.phone) sendCode(this.world, this.person, KEY);
      return this.touch();
    },
    kiosk_send_again: () => {
      if (this.person?.phone) sendCode(this.world, this.person, KEY);
      return this.touch();
    },
    kiosk_open: ({ code }) => {
      this.isOpen = this.person !== null && isRight(this.world, this.person, KEY, code);
      if (this.isOpen) this.world.open = this.person;
      if (this.isOpen && this.options.cuts) this.world.cut();
      return this.touch();
    },
    kiosk_read_card: () => {
      if (!this.options.reader || this.options.unplugged) throw failure("no_card_reader");
      if (!this.card) throw failure("no_card");
      this.person = this.card;
      this.typed = this.card.number;
      this.isOpen = true;
      this.isByCard = true;
      this.card = null;
      this.world.open = this.person;
      return this.touch();
    },
    kiosk_end: () => {
      this.end();
      return this.view();
    },
    open_sessions: ({ query }) => this.openSessions(query),
    read_aloud: ({ pressed }) => {
      this.speaking = true;
      return pressed ? this.touch() : this.view();
    },
    stop_waiting: ({ awaited }) => {
      if (awaited === "reading") this.speaking = false;
      return this.view();
    },
    staff_exit: () => {
      throw failure("exit_code_wrong");
    },
  };
}
