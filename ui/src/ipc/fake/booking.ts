/** The two booking flows of the fake, step by step. */
import type {
  FlowAction,
  BookingMode,
  BookingView,
  ButtonView,
  DoneView,
  FlowKind,
  FlowStep,
  Reason,
  SessionList,
  SessionQuery,
  SessionRow,
  SiteOption,
  StepBody,
  StepView,
  Subject,
} from "../bindings";
import { addDays, dayOf } from "$lib/lib/time";
import bookingNotice from "../../../../assets/notices/booking.json";
import priorityNotice from "../../../../assets/notices/priority.json";
import type { Notice, NoticeKind } from "../bindings";
import { applicantView } from "./applicants";
import { codeStatus } from "./codes";
import { gauge, isOpen, priorityVacant, priorityVerdict, rankCard, subjectRows } from "./rules";
import { OWN_OFFICE, SITES, type Person } from "./sample";
import { failure, reason, type World } from "./world";

export const NOTICES: Record<NoticeKind, Notice> = {
  booking: bookingNotice as Notice,
  priority: priorityNotice as Notice,
};
const NORMAL: FlowStep[] = ["subject", "notice", "sessions", "confirm"];
const PRIORITY: FlowStep[] = ["subject", "notice", "priority_switch", "priority_notice", "sessions", "confirm"];
const ALLOWED: ButtonView = { enabled: true, reason: null };
const refused = (code: string): ButtonView => ({ enabled: false, reason: reason(code) });

/** The date and site query stays for the next person (下一位). */
let lastQuery: SessionQuery | null = null;

export class FakeBooking {
  kind: FlowKind = "normal";
  subject: Subject | null;
  step: FlowStep = "subject";
  mode: BookingMode = "choose";
  ordered = false;
  chosen: number[] = [];
  query: SessionQuery;
  asked = false;
  sites: number[];
  done: DoneView | null = null;
  lost: Reason | null = null;
  private skipped = new Set<FlowStep>();
  /** Whether the flow passes through 切换优先预约. */
  private offersPriority = false;

  constructor(
    private readonly world: World,
    readonly person: Person,
    subject: Subject | null,
  ) {
    this.subject = subject ?? subjectRows(world, person).find((row) => row.can_book)?.subject ?? null;
    const near = this.siteOptions().filter((site) => site.near);
    this.sites = near.map((site) => site.id);
    const open = world.sessions.filter((s) => isOpen(world, s, false)).map((s) => dayOf(s.starts_at));
    const first = open[0] ?? addDays(world.clock.today, 7);
    this.query = lastQuery ?? { dates: { first, last: open.at(-1) ?? first }, sites: this.sites };
  }

  siteOptions(): SiteOption[] {
    return SITES.filter((site) => site.subjects.some(({ subject }) => subject === this.subject)).map((site) => ({
      id: site.id,
      name: site.name,
      district: site.district,
      near: site.near.includes(OWN_OFFICE),
    }));
  }

  private steps(): FlowStep[] {
    return this.offersPriority ? PRIORITY : NORMAL;
  }

  row(id: number): SessionRow {
    const named = this.world.named(id);
    const priority = this.kind === "priority";
    const end = priority ? named.session.instants.publication_at : named.session.instants.closes_at;
    const taken = this.world.applications.find(
      (a) =>
        a.applicant === this.person.id &&
        a.state.state === "placed" &&
        a.state.session !== id &&
        this.world.session(a.state.session).starts_at === named.session.starts_at,
    );
    return {
      session: named.session,
      site_name: named.site_name,
      district: named.district,
      gauge:
        this.world.connected || this.world.asOf
          ? gauge(this.person, named.session)
          : { applied: null, position: null, state: "unknown" },
      priority_vacant: priority ? priorityVacant(this.world, named.session) : null,
      closes_at: end,
      closes_in_seconds: this.world.clock.until(end),
      refused: taken ? reason("overlap", { other_starts_at: named.session.starts_at }, 42) : null,
    };
  }

  private list(): SessionList {
    const { dates, sites } = this.query;
    const rows = this.world.sessions
      .filter(
        (s) =>
          s.subject === this.subject &&
          s.classes.includes(this.person.class) &&
          isOpen(this.world, s, this.kind === "priority"),
      )
      .filter((s) => sites.includes(s.site) && dates.first <= dayOf(s.starts_at) && dayOf(s.starts_at) <= dates.last)
      .map((s) => this.row(s.id))
      .filter((row) => row.priority_vacant !== 0);
    const ribbon: SessionList["ribbon"] = [];
    for (let day = dates.first; day <= dates.last && ribbon.length < 31; day = addDays(day, 1)) {
      const onDay = rows.filter((row) => dayOf(row.session.starts_at) === day);
      const load =
        onDay.reduce((sum, row) => sum + (row.gauge.applied ?? 0), 0) /
        Math.max(
          1,
          onDay.reduce((sum, row) => sum + row.session.places, 0),
        );
      const full = onDay.every((row) => row.gauge.state === "beyond");
      ribbon.push({
        date: day,
        load_percent: Math.min(100, Math.round(load * 100)),
        state: onDay.length === 0 ? "none" : full ? "full" : load > 1 ? "busy" : "available",
      });
    }
    return {
      query: this.query,
      ribbon,
      rows,
      total: rows.length,
      as_of: this.world.asOf,
      sites: this.siteOptions()
        .map((site) => {
          const here = rows.filter((row) => row.session.site === site.id);
          const fits = here.filter((row) => row.gauge.state !== "beyond");
          return { site, sessions: here.length, reachable: fits.length, earliest: fits[0]?.session.starts_at ?? null };
        })
        .filter((share) => share.sessions > 0),
    };
  }

  accepted(): number[] {
    if (this.mode === "choose" || this.kind === "priority") return this.chosen;
    return this.list()
      .rows.filter((row) => this.sites.includes(row.session.site))
      .map((row) => row.session.id);
  }

  private outlook() {
    const rows = this.accepted().map((id) => this.row(id));
    if (rows.length === 0) return null;
    const reach = rows.filter((row) => row.gauge.state === "fits" || row.gauge.state === "borderline");
    const first = reach[0];
    return {
      session: first?.session.id ?? null,
      preference: first && this.mode === "choose" ? rows.indexOf(first) + 1 : null,
      reachable: reach.length,
      accepted: rows.length,
      missing: first ? null : Math.min(...rows.map((row) => (row.gauge.position ?? 0) - row.session.places)),
      as_of: this.world.asOf,
    };
  }

  private next(): ButtonView {
    switch (this.step) {
      case "subject": {
        const row = subjectRows(this.world, this.person).find((candidate) => candidate.subject === this.subject);
        if (!row) return refused("subject_missing");
        if (!row.can_book) return { enabled: false, reason: row.reasons[0] ?? null };
        // At a kiosk people identify themselves before the booking begins.
        return this.world.access.state === "kiosk" || this.world.checks.has(this.person.id)
          ? ALLOWED
          : refused("identity_unchecked");
      }
      case "sessions":
        if (this.asked && this.accepted().length > 0) return ALLOWED;
        return this.mode === "choose" ? refused("sessions_missing") : refused("sites_missing");
      default:
        return ALLOWED;
    }
  }

  private body(): StepBody {
    const { world, person, subject } = this;
    if (this.done) return { step: "done", view: this.done };
    switch (this.step) {
      case "subject":
        return {
          step: "subject",
          view: {
            subjects: subjectRows(world, person),
            identity_check: world.checks.get(person.id) ?? null,
            card_reader: false,
          },
        };
      case "notice":
        return { step: "notice", view: { notice: NOTICES.booking, changed: false } };
      case "priority_notice":
        return { step: "notice", view: { notice: NOTICES.priority, changed: false } };
      case "priority_switch": {
        const verdict = priorityVerdict(world, person, subject ?? 1);
        const open = world.sessions.filter((s) => s.subject === subject && isOpen(world, s, false));
        return {
          step: "priority_switch",
          view: {
            eligible: verdict.eligible && world.connected,
            reasons: world.connected ? verdict.reasons : [reason("no_line")],
            checked_at: world.clock.now,
            rank: person.rank,
            sessions: open.length,
            publication_at: open[0]?.instants.publication_at ?? null,
            priority_sessions: world.connected ? open.filter((s) => priorityVacant(world, s) > 0).length : null,
          },
        };
      }
      case "sessions":
        return this.kind === "priority"
          ? {
              step: "priority_sessions",
              view: {
                sites: this.siteOptions(),
                query: this.query,
                list: this.asked ? this.list() : null,
                chosen: this.chosen[0] ? this.row(this.chosen[0]) : null,
                lost: this.lost,
              },
            }
          : {
              step: "sessions",
              view: {
                mode: this.mode,
                rank: rankCard(world, person, subject ?? 1),
                sites: this.siteOptions(),
                query: this.query,
                list: this.asked ? this.list() : null,
                chosen: this.chosen.map((id) => this.row(id)),
                ordered: this.ordered,
                chosen_max: 5,
                accepted_sites: this.sites,
                outlook: this.asked ? this.outlook() : null,
              },
            };
      case "confirm":
        return {
          step: "confirm",
          view: {
            mode: this.kind === "priority" ? null : this.mode,
            sessions: this.mode === "choose" || this.kind === "priority" ? this.chosen.map((id) => this.row(id)) : [],
            ordered: this.ordered,
            dates: this.mode === "assign" ? this.query.dates : null,
            sites: this.mode === "assign" ? this.siteOptions().filter((site) => this.sites.includes(site.id)) : [],
            rank: this.kind === "priority" ? null : rankCard(world, person, subject ?? 1),
            outlook: this.kind === "priority" ? null : this.outlook(),
            code: codeStatus(world, person, "booking"),
            registers: !world.connected,
            closes_first: this.closings()[0] ?? null,
            closes_last: this.closings().at(-1) ?? null,
            consequences: this.skipped.has("notice")
              ? [reason("not_coming"), reason("cancelling"), reason("rank")]
              : [],
            submit:
              person.phone === null && world.connected && this.kind === "priority" ? refused("no_phone") : ALLOWED,
          },
        };
    }
  }

  /** The closings of everything that is accepted, the earliest first. */
  private closings(): string[] {
    const assigned = this.kind === "normal" && this.mode === "assign";
    const rows = assigned
      ? this.list().rows.filter((row) => this.sites.includes(row.session.site))
      : this.chosen.map((id) => this.row(id));
    return rows.map((row) => row.closes_at).sort();
  }

  view(): BookingView {
    const steps = this.steps();
    const here = this.done ? steps.length : steps.indexOf(this.step);
    return {
      applicant: applicantView(this.world, this.person),
      kind: this.kind,
      subject: this.subject,
      steps: steps.map((step, index): StepView => ({
        step,
        mark: index < here ? (this.skipped.has(step) ? "skipped" : "done") : index === here ? "now" : "next",
        kind: index >= 2 && (this.kind === "priority" || step === "priority_switch") ? "priority" : "normal",
      })),
      body: this.body(),
      next: this.next(),
      offline: !this.world.connected,
      other:
        this.world.isShared && this.chosen.length > 0
          ? { here: this.chosen.map((id) => this.world.named(id)), elsewhere: this.world.otherApplication(this.chosen) }
          : null,
    };
  }

  private isRead = (kind: NoticeKind): boolean => this.world.agreed.has(`${kind}${NOTICES[kind].version}`);

  private forward(): void {
    const steps = this.steps();
    let index = steps.indexOf(this.step) + 1;
    for (const kind of ["booking", "priority"] as const) {
      const step: FlowStep = kind === "booking" ? "notice" : "priority_notice";
      if (steps[index] === step && this.isRead(kind)) {
        this.skipped.add(step);
        index += 1;
      }
    }
    // 继续普通预约: the priority notice belongs to the other river.
    if (this.kind === "normal" && steps[index] === "priority_notice") {
      this.offersPriority = false;
      this.step = "sessions";
      return;
    }
    this.step = steps[index] ?? this.step;
  }

  private back(): boolean {
    const steps = this.steps();
    let index = steps.indexOf(this.step) - 1;
    while (index > 0 && this.skipped.has(steps[index] ?? "subject")) index -= 1;
    if (index < 0) return false;
    this.step = steps[index] ?? "subject";
    if (this.step === "priority_switch") this.kind = "normal";
    return true;
  }

  /** Answers whether the booking goes on. */
  act(action: FlowAction): boolean {
    this.lost = null;
    switch (action.action) {
      case "choose_subject":
        this.subject = action.subject;
        this.chosen = [];
        break;
      case "check_identity":
        this.world.checks.set(this.person.id, action.check);
        break;
      case "next":
        if (!this.next().enabled) throw failure("wrong_step");
        if (this.step === "subject")
          this.offersPriority = priorityVerdict(this.world, this.person, this.subject ?? 1).eligible;
        this.forward();
        break;
      case "agree": {
        const kind: NoticeKind = this.step === "notice" ? "booking" : "priority";
        this.world.agreed.add(`${kind}${action.version}`);
        this.world.take({ kind: "agree" });
        this.forward();
        break;
      }
      case "switch_to_priority":
        this.kind = "priority";
        this.chosen = [];
        this.mode = "choose";
        this.forward();
        break;
      case "return_to_normal":
        this.kind = "normal";
        this.chosen = [];
        this.offersPriority = false;
        this.step = "sessions";
        break;
      case "set_mode":
        this.mode = action.mode;
        break;
      case "query":
        this.query = action.query;
        lastQuery = action.query;
        this.asked = true;
        this.sites = this.sites.filter((id) => action.query.sites.includes(id));
        break;
      case "choose":
        if (action.sessions.length > 5) throw failure("too_many_sessions");
        this.chosen = action.sessions;
        this.ordered = action.ordered;
        break;
      case "accept_sites":
        this.sites = action.sites;
        break;
      case "back":
        return this.back();
    }
    return true;
  }
}
