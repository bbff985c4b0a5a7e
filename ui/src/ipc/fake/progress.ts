/** 网办进度, ending applications, results and 待处理 of the fake. */
import type {
  Application,
  ApplicationActions,
  ApplicationView,
  EndPreview,
  Milestone,
  OutboxView,
  ProgressPage,
  ProgressQuery,
  ProgressTab,
  ResultsPage,
  ResultsQuery,
  Session,
} from "../bindings";
import { dayOf } from "$lib/lib/time";
import { gauge, isLive, rankCard } from "./rules";
import { failure, maskName, maskNumber, reason, type World } from "./world";

const TABS: ProgressTab[] = ["all", "awaiting_code", "queued", "placed", "unplaced", "ended"];
const ENDED = ["withdrawn", "cancelled_by_applicant", "cancelled_by_office", "superseded", "lapsed"];

function milestones(world: World, application: Application): Milestone[] {
  const sessions = application.accepts.map((id) => world.session(id));
  const first = sessions[0];
  const last = sessions.at(-1);
  const now = world.clock.now;
  const list: Milestone[] = [{ kind: "taken", at: application.taken_at, until: null, done: true }];
  if (application.state.state === "awaiting_code")
    list.push({ kind: "verify", at: null, until: first?.instants.closes_at ?? null, done: false });
  if (application.state.state === "placed") {
    const place = world.session(application.state.session);
    list.push({ kind: "voucher", at: application.state.placed_at, until: null, done: false });
    list.push({ kind: "cancel_by", at: place.instants.cancel_by, until: null, done: place.instants.cancel_by < now });
    list.push({ kind: "test", at: place.starts_at, until: null, done: false });
    return list;
  }
  if (!["awaiting_code", "queued"].includes(application.state.state) || !first || !last) return list;
  const span = (pick: (session: Session) => string): Pick<Milestone, "at" | "until"> => ({
    at: pick(first),
    until: pick(last) === pick(first) ? null : pick(last),
  });
  list.push({ kind: "closes", ...span((s) => s.instants.closes_at), done: last.instants.closes_at < now });
  list.push({
    kind: "publication",
    ...span((s) => s.instants.publication_at),
    done: last.instants.publication_at < now,
  });
  list.push({ kind: "test", ...span((s) => s.starts_at), done: false });
  return list;
}

function actions(world: World, application: Application): ApplicationActions {
  const state = application.state;
  const none: ApplicationActions = { end: null, end_refused: null, confirm_code: false, again: false, document: null };
  switch (state.state) {
    case "awaiting_code":
      return {
        ...none,
        end: "withdraw",
        confirm_code: world.connected,
        document: { document: "registration_slip", application: application.id },
      };
    case "queued":
      return { ...none, end: "withdraw", document: { document: "acceptance_slip", application: application.id } };
    case "placed": {
      const until = world.session(state.session).instants.cancel_by;
      const late = until < world.clock.now;
      return {
        ...none,
        end: late ? null : "cancel",
        end_refused: late ? reason("cancel_deadline_passed", { cancel_by: until }, 46) : null,
        document: { document: "voucher", application: application.id, large: false },
      };
    }
    case "unplaced":
      return { ...none, again: true };
    default:
      return none;
  }
}

export function applicationView(world: World, application: Application): ApplicationView {
  const person = world.person(application.applicant);
  const state = application.state;
  return {
    application,
    number: world.number(application),
    applicant: world.mask(person),
    sessions: application.accepts.slice(0, 20).map((id) => world.named(id)),
    accepts: application.accepts.length,
    place: "session" in state && state.session !== null ? world.named(state.session) : null,
    rank: application.wish.mode === "priority" || ENDED.includes(state.state) ? null : person.rank,
    milestones: milestones(world, application),
    reasons: state.state === "unplaced" || state.state === "cancelled_by_office" ? [reason(state.state)] : [],
    registered: null,
    actions: actions(world, application),
  };
}

function inTab(application: Application, tab: ProgressTab): boolean {
  if (tab === "all") return true;
  return tab === "ended" ? ENDED.includes(application.state.state) : application.state.state === tab;
}

export function progress(world: World, query: ProgressQuery): ProgressPage {
  const text = query.text.trim();
  const fitting = world.applications.filter((application) => {
    const person = world.person(application.applicant);
    const day = dayOf(application.taken_at);
    return (
      (query.applicant === null || application.applicant === query.applicant) &&
      (query.subject === null || application.subject === query.subject) &&
      (query.taken === null || (query.taken.first <= day && day <= query.taken.last)) &&
      (text === "" ||
        world.number(application).includes(text.toUpperCase()) ||
        person.name.includes(text) ||
        person.number.endsWith(text.toUpperCase()))
    );
  });
  const rows = fitting
    .filter((application) => inTab(application, query.tab))
    .sort((a, b) => b.taken_at.localeCompare(a.taken_at));
  const from = query.page.index * query.page.size;
  return {
    rows: rows.slice(from, from + query.page.size).map((application) => applicationView(world, application)),
    total: rows.length,
    tabs: TABS.map((tab) => ({ tab, count: fitting.filter((application) => inTab(application, tab)).length })),
    as_of: world.asOf,
  };
}

export function endPreview(world: World, application: Application): EndPreview {
  const view = applicationView(world, application);
  if (view.actions.end === null) throw failure("too_late");
  const cancel = view.actions.end === "cancel";
  const before = rankCard(world, world.person(application.applicant), application.subject).sort_time.value;
  return {
    application: view,
    kind: view.actions.end,
    consequences: cancel
      ? [
          reason("place_is_given_up"),
          reason("rank_moves_to_cancellation", { before: before.slice(0, 10), after: world.clock.now }),
          reason("booking_counts"),
          reason("apply_again_at_once"),
        ]
      : [reason("withdraw_keeps_rank"), reason("apply_again_at_once")],
    until: view.place?.session.instants.cancel_by ?? null,
    again_from: null,
    identity_check: world.checks.get(application.applicant) ?? null,
  };
}

export function endApplication(world: World, application: Application): void {
  const placed = application.state.state === "placed" ? application.state.session : null;
  const person = world.person(application.applicant);
  if (placed === null) world.move(application, { state: "withdrawn" });
  else {
    world.move(application, { state: "cancelled_by_applicant", session: placed, cancelled_at: world.clock.now });
    person.cancelledAt = world.clock.now;
  }
  world.take({
    kind: placed === null ? "withdraw" : "cancel",
    applicant: person.id,
    name_masked: maskName(person.name),
    application: application.id,
    subject: application.subject,
    sessions: placed === null ? [] : [world.named(placed)],
  });
}

export function outboxView(world: World): OutboxView {
  const byClosing = (state: string) =>
    world.outbox
      .filter((row) => row.state === state)
      .sort((a, b) => (a.closes_at ?? "9").localeCompare(b.closes_at ?? "9"));
  const delivered = world.outbox.filter((row) => row.state === "delivered");
  return {
    refused: byClosing("refused"),
    awaiting_code: byClosing("awaiting_code"),
    waiting: byClosing("waiting"),
    delivered: delivered.slice(0, 50),
    delivered_total: delivered.length,
  };
}

const SURNAMES = [..."韩尤许何吕施孔曹严华金魏"];

/** A published list of invented people, the same every time. */
export function results(world: World, query: ResultsQuery): ResultsPage {
  const visible = world.sessions.filter(
    (s) => s.instants.publication_at <= world.clock.now || dayOf(s.instants.publication_at) === "2026-11-23",
  );
  const days = [...new Set(visible.map((s) => dayOf(s.instants.publication_at)))].sort().reverse().slice(0, 30);
  const day = query.day ?? days[0] ?? null;
  const sessions = visible.filter((s) => dayOf(s.instants.publication_at) === day).slice(0, 30);
  const shown = sessions.find((s) => s.id === query.session) ?? sessions[0] ?? null;
  const person = world.person(1);
  const applied = (id: number): number => gauge(person, world.session(id)).applied ?? 0;
  const all = shown
    ? Array.from({ length: applied(shown.id) }, (_, index) => ({
        rank: index + 1,
        name_masked: `${SURNAMES[(index * 7) % SURNAMES.length] ?? "样"}*${"一二三四五六七八九"[index % 9] ?? "一"}`,
        number_masked: maskNumber(`5001121999010${String(10000 + index * 111).slice(-4)}0`),
        basis:
          index % 4 === 2
            ? ({ basis: "assigned" } as const)
            : ({ basis: "choice", preference: 1 + (index % 3) } as const),
        placed: index < shown.places,
      }))
    : [];
  const fitting = all.filter(
    (row) => row.name_masked.includes(query.text) || row.number_masked.endsWith(query.text.toUpperCase()),
  );
  const from = query.page.index * query.page.size;
  return {
    day,
    days,
    published_at: shown?.instants.publication_at ?? null,
    sessions: sessions.map((s) => ({
      session: world.named(s.id),
      applied: applied(s.id),
      places: s.places,
      placed: Math.min(applied(s.id), s.places),
    })),
    session: shown?.id ?? null,
    rows: fitting.slice(from, from + query.page.size),
    total: fitting.length,
  };
}

/** 公示: everybody who waits for one of today's sessions gets a place, or not, by rank. */
export function publish(world: World): void {
  for (const application of world.applications.filter((a) => isLive(a) && a.state.state === "queued")) {
    const person = world.person(application.applicant);
    const session = application.accepts.map((id) => world.session(id)).find((s) => gauge(person, s).state !== "beyond");
    world.move(
      application,
      session ? { state: "placed", session: session.id, placed_at: world.clock.now } : { state: "unplaced" },
    );
  }
}
