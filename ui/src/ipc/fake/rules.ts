/** A small stand-in for the domain's rules: just enough for every state of every screen to occur. */
import type {
  Application,
  Gauge,
  OutlookState,
  PriorityVerdict,
  RankCard,
  Reason,
  Session,
  SortTime,
  Standing,
  Subject,
  SubjectRow,
} from "../bindings";
import { addDays } from "$lib/lib/time";
import { Clock } from "./clock";
import type { Person } from "./sample";
import { reason, type World } from "./world";

const SUBJECTS: Subject[] = [1, 2, 3, 4];

export const isLive = (application: Application): boolean =>
  ["awaiting_code", "queued", "placed"].includes(application.state.state);

const hasPassed = (person: Person, subject: Subject): boolean =>
  person.tests.some((test) => test.subject === subject && test.outcome.kind === "scored" && test.outcome.score >= 80);

function standing(world: World, person: Person, subject: Subject): [Standing, Reason[]] {
  const live = world.applications.find((a) => a.applicant === person.id && a.subject === subject && isLive(a));
  if (hasPassed(person, subject)) return ["passed", []];
  if (live?.state.state === "placed") {
    const session = world.session(live.state.session);
    return ["placed", [reason("live_placed", { starts_at: session.starts_at, cancel_by: session.instants.cancel_by })]];
  }
  if (live?.state.state === "awaiting_code") {
    const sent = world.outbox.some((row) => row.application === live.id && row.state === "waiting");
    return sent ? ["registered", [reason("live_registered")]] : ["awaiting_code", [reason("live_awaiting_code")]];
  }
  if (live) return ["queued", [reason("live_queued")]];
  if (subject === 1) return ["bookable", []];
  if (!hasPassed(person, 1)) return ["refused", [reason("earlier_subject_missing", { missing: "1" }, 39)]];
  if (subject === 4) {
    const both = hasPassed(person, 2) && hasPassed(person, 3);
    return both ? ["bookable", []] : ["refused", [reason("earlier_subject_missing", { missing: "2,3" }, 39)]];
  }
  const days = subject === 2 ? 10 : 30;
  const from = addDays(person.permit?.[0] ?? world.clock.today, days);
  return from <= world.clock.today
    ? ["bookable", []]
    : ["refused", [reason("wait_after_permit", { days: String(days), possible_from: from }, 44)]];
}

export function subjectRows(world: World, person: Person): SubjectRow[] {
  return SUBJECTS.map((subject) => {
    const [state, reasons] = standing(world, person, subject);
    const test = person.tests.find((candidate) => candidate.subject === subject);
    const counted = subject === 2 || subject === 3;
    return {
      subject,
      standing: state,
      reasons,
      passed:
        state === "passed" && test?.outcome.kind === "scored" ? { score: test.outcome.score, at: test.taken_at } : null,
      application:
        world.applications.find((a) => a.applicant === person.id && a.subject === subject && isLive(a))?.id ?? null,
      bookings_used: counted
        ? world.applications.filter((a) => a.applicant === person.id && a.subject === subject).length
        : null,
      bookings_max: counted ? 5 : null,
      can_book: state === "bookable",
    };
  });
}

export function rankCard(world: World, person: Person, subject: Subject): RankCard {
  const test = person.tests.at(-1);
  const rules: SortTime["rules"] = test
    ? [{ rule: "last_test", at: test.taken_at, cause: { kind: "test", subject: test.subject }, counts: false }]
    : [{ rule: "first", at: person.acceptedAt, cause: { kind: "accepted" }, counts: false }];
  if (person.cancelledAt) {
    rules.push({
      rule: "cancelled",
      at: person.cancelledAt,
      cause: { kind: "cancellation", subject: 3, application: null },
      counts: false,
    });
    rules.push({
      rule: "latest",
      at: person.cancelledAt,
      cause: { kind: "cancellation", subject: 3, application: null },
      counts: false,
    });
  }
  const deciding = rules.at(-1);
  if (deciding) deciding.counts = true;
  return {
    class: person.class,
    sort_time: {
      subject,
      value: deciding?.at ?? person.acceptedAt,
      rules,
      cite: { source: "重庆驾考自主预约指南", articles: [], trust: "G", note: null },
      version: { regulation: "sample", local: "sample", calendar: ["2026"] },
    },
    rank: person.rank,
    of: 731,
    as_of: world.asOf,
    stale: !world.connected,
  };
}

export function priorityVerdict(world: World, person: Person, subject: Subject): PriorityVerdict {
  const until = person.permit?.[1];
  const limit = addDays(world.clock.today, 183);
  const used = world.applications.some(
    (a) => a.applicant === person.id && a.subject === subject && a.wish.mode === "priority",
  );
  if (used) return { subject, eligible: false, reasons: [reason("priority_used", { times: "1" })] };
  if (until === undefined) return { subject, eligible: false, reasons: [reason("permit_missing")] };
  return until < limit
    ? { subject, eligible: true, reasons: [reason("permit_ending", { months: "6" })] }
    : { subject, eligible: false, reasons: [reason("permit_not_ending", { months: "6", last_day: until })] };
}

/** Applications of a session and this person's position among them, made up but always the same. */
export function gauge(person: Person, session: Session): Gauge {
  const noise = (session.id * 37) % 53;
  const applied = Math.round(session.places * (0.4 + (noise % 14) / 12));
  const position = Math.max(1, Math.min(applied + 1, Math.round((applied * (person.rank + noise)) / 200)));
  const state: OutlookState =
    position > session.places
      ? "beyond"
      : position > session.places - 4 && applied >= session.places
        ? "borderline"
        : "fits";
  return { applied, position, state };
}

export function priorityVacant(world: World, session: Session): number {
  const taken = (session.id % (session.priority_places + 1)) + (world.priorityTaken.get(session.id) ?? 0);
  return Math.max(0, session.priority_places - taken);
}

export function isOpen(world: World, session: Session, priority: boolean): boolean {
  const now = Clock.seconds(world.clock.now);
  const end = priority ? session.instants.publication_at : session.instants.closes_at;
  return now >= Clock.seconds(session.instants.opens_at) && now < Clock.seconds(end);
}
