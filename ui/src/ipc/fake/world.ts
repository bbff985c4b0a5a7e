/** The fake's state: people, sessions, applications, the outbox and the line. It stands in for host and centre together. */
import type {
  Access,
  Application,
  ApplicationState,
  AppState,
  ClerkView,
  HostError,
  HostEvent,
  IdentityCheck,
  MaskedApplicant,
  NamedSession,
  OtherApplication,
  OutboxRow,
  PhoneMessage,
  Reason,
  ServedRow,
  Session,
  Settings,
  Subject,
  Transition,
  Wish,
} from "../bindings";
import { Clock, at } from "./clock";
import { makePeople, makeSessions, OFFICES, OWN_OFFICE, SITES, type Person } from "./sample";

export const CLERK: ClerkView = { id: 317, number: "0317", name: "周例九" };
export const PASSWORD = "sample";

export const reason = (code: string, params: Record<string, string> = {}, article: number | null = null): Reason => ({
  code,
  params,
  article,
});
export const failure = (code: string, params: Record<string, string> = {}, retryable = false): HostError => ({
  code,
  params,
  retryable,
});

export const maskName = (name: string): string => {
  const letters = [...name];
  return letters.length > 2 ? `${letters[0]}*${letters.at(-1)}` : `${letters[0]}*`;
};
export const maskNumber = (number: string): string => `${number.slice(0, 3)}${"*".repeat(11)}${number.slice(-4)}`;
export const maskPhone = (phone: string | null): string | null =>
  phone === null ? null : `${phone.slice(0, 3)}****${phone.slice(-4)}`;

export class World {
  readonly clock: Clock;
  sessions: Session[] = [];
  people: Person[] = [];
  applications: Application[] = [];
  outbox: OutboxRow[] = [];
  served: ServedRow[] = [];
  messages: PhoneMessage[] = [];
  agreed = new Set<string>();
  checks = new Map<number, IdentityCheck>();
  codes = new Map<string, { code: string; sentAt: number; wrong: number; sends: number }>();
  prints = new Map<string, number>();
  priorityTaken = new Map<number, number>();
  /** Another counter is faster at the next priority booking. */
  hasRival = false;
  /** The answer to the next booking is lost on its way. */
  losesAnswer = false;
  /** The centre refuses bookings. */
  refuses = false;
  access: Access = {
    state: "signed_out",
    last: { at: at("2026-11-23", "08:19"), name: CLERK.name },
    offline_hours: 72,
  };
  settings: Settings = { theme: "light", language: "zh-CN" };
  offlineSince: string | null = null;
  asOf: string;
  edition: AppState["edition"] = "training";
  rescue: AppState["rescue"] = null;
  /** A window closes within the hour. */
  closesSoon = false;
  /** Another counter has whatever is open here open as well. */
  isShared = false;
  /** Its files have no key. */
  keyless = false;
  open: Person | null = null;
  private ids = 0;
  private listeners = new Set<(event: HostEvent) => void>();

  constructor(
    private readonly start: string,
    frozen: boolean,
  ) {
    this.clock = new Clock(start, frozen);
    this.asOf = start;
    this.reset();
  }

  reset(): void {
    this.clock.moveTo(this.start);
    this.asOf = this.start;
    this.sessions = makeSessions("2026-11-23", "2026-12-22");
    this.people = makePeople();
    this.applications = [];
    this.outbox = [];
    this.served = [];
    this.messages = [];
    this.codes.clear();
    this.checks.clear();
    this.agreed.clear();
    this.offlineSince = null;
    this.open = null;
  }

  get connected(): boolean {
    return this.offlineSince === null;
  }

  newId(): string {
    this.ids += 1;
    return `01939000-0000-7000-8000-${String(this.ids).padStart(12, "0")}`;
  }

  person(id: number): Person {
    const found = this.people.find((person) => person.id === id);
    if (!found) throw failure("not_found");
    return found;
  }

  application(id: string): Application {
    const found = this.applications.find((application) => application.id === id);
    if (!found) throw failure("not_found");
    return found;
  }

  session(id: number): Session {
    const found = this.sessions.find((session) => session.id === id);
    if (!found) throw failure("not_found");
    return found;
  }

  named(id: number): NamedSession {
    const session = this.session(id);
    const site = SITES.find((place) => place.id === session.site);
    return { session, site_name: site?.name ?? "", district: site?.district ?? "", address: site?.address ?? "" };
  }

  mask(person: Person): MaskedApplicant {
    return {
      id: person.id,
      name_masked: maskName(person.name),
      number_masked: maskNumber(person.number),
      phone_masked: maskPhone(person.phone),
      class: person.class,
      business: "first",
    };
  }

  addApplication(
    person: Person,
    subject: Subject,
    wish: Wish,
    accepts: number[],
    state: ApplicationState,
    takenAt: string,
  ): Application {
    const step: Transition = { at: takenAt, state: { state: "queued" }, channel: "counter", clerk: CLERK.id };
    const application: Application = {
      id: this.newId(),
      applicant: person.id,
      subject,
      class: person.class,
      wish,
      accepts,
      channel: "counter",
      office: OWN_OFFICE,
      device: 53,
      clerk: CLERK.id,
      identity_check: "document_seen",
      taken_at: takenAt,
      accepted_at: takenAt,
      state,
      timeline:
        state.state === "queued"
          ? [step]
          : [step, { ...step, at: state.state === "placed" ? state.placed_at : takenAt, state }],
    };
    this.applications.push(application);
    return application;
  }

  move(application: Application, state: ApplicationState): void {
    application.state = state;
    application.timeline.push({ at: this.clock.now, state, channel: "counter", clerk: CLERK.id });
    this.emit({
      event: "application_changed",
      payload: { application: application.id, applicant: application.applicant },
    });
  }

  number(application: Application): string {
    const order = this.applications.indexOf(application) + 41;
    return `YB-${application.taken_at.slice(5, 10).replace("-", "")}-${String(order).padStart(4, "0")}`;
  }

  /** What another counter took for the same person and subject. */
  otherApplication(sessions: number[]): OtherApplication {
    return {
      application: this.newId(),
      number: "YZ-1124-0012",
      office: "渝中车管所",
      channel: "counter",
      taken_at: this.start,
      state: "queued",
      sessions: sessions.slice(0, 2).map((id) => this.named(id)),
    };
  }

  /** Takes a command at this counter; it is answered at once when there is a line. */
  take(row: Pick<OutboxRow, "kind"> & Partial<OutboxRow>): OutboxRow {
    const delivered = this.connected;
    const taken: OutboxRow = {
      id: this.newId(),
      number: 100 + this.outbox.length,
      state: delivered ? "delivered" : "waiting",
      taken_at: this.clock.now,
      answered_at: delivered ? this.clock.now : null,
      applicant: null,
      name_masked: null,
      application: null,
      subject: null,
      sessions: [],
      closes_at: null,
      closes_in_seconds: null,
      urgent: false,
      tries: delivered ? 1 : 0,
      reasons: [],
      steps: [],
      can_rebook: false,
      next_try_seconds: delivered ? null : 30,
      other: null,
      handover: null,
      ...row,
    };
    this.outbox.unshift(taken);
    this.changed();
    return taken;
  }

  cut(): void {
    this.asOf = this.clock.now;
    this.offlineSince = this.clock.now;
    this.changed();
  }

  restore(): void {
    this.offlineSince = null;
    for (const row of this.outbox.filter((row) => row.state === "waiting")) {
      const held = row.kind === "book" && row.application !== null;
      row.state = held ? "awaiting_code" : "delivered";
      row.answered_at = this.clock.now;
      row.tries += 1;
      if (held) row.steps = [reason("call_applicant"), reason("send_code_and_confirm")];
    }
    this.changed();
  }

  listen(hear: (event: HostEvent) => void): () => void {
    this.listeners.add(hear);
    return () => this.listeners.delete(hear);
  }

  emit(event: HostEvent): void {
    for (const hear of this.listeners) hear(event);
  }

  changed(): void {
    this.emit({ event: "state_changed", payload: this.state() });
  }

  state(): AppState {
    const office = OFFICES.find((candidate) => candidate.id === OWN_OFFICE);
    const waiting = this.outbox.filter((row) => row.state === "waiting");
    return {
      edition: this.edition,
      version: "0.1.0",
      now: this.clock.now,
      device:
        office && this.access.state !== "unenrolled"
          ? this.access.state === "kiosk"
            ? { id: 57, kind: "kiosk", counter: 7, label: "YB-Z07", office, authorised_until: "2027-06-30" }
            : { id: 53, kind: "counter", counter: 3, label: "YB-W03", office, authorised_until: "2027-06-30" }
          : null,
      access: this.access,
      sync: {
        line: this.offlineSince
          ? {
              state: "offline",
              since: this.offlineSince,
              next_try_seconds: 30,
              closes_at:
                waiting
                  .map((row) => row.closes_at)
                  .filter((time) => time !== null)
                  .sort()[0] ?? null,
            }
          : { state: "synced", at: this.clock.now },
        data_as_of: this.offlineSince ? this.asOf : this.clock.now,
        unsent: waiting.length,
        refused: this.outbox.filter((row) => row.state === "refused").length,
        clock_offset_seconds: 0,
        next_publication: at(this.clock.today, "17:00"),
        refused_by_centre: null,
        alarm:
          this.closesSoon && waiting.length > 0
            ? { count: waiting.length, closes_at: at(this.clock.today, "11:20"), closes_in_seconds: 2280 }
            : null,
      },
      settings: this.settings,
      rescue: this.rescue,
      elsewhere: this.open && this.isShared ? [{ office: "渝中车管所", label: "YZ-W02", since: this.start }] : [],
    };
  }
}
