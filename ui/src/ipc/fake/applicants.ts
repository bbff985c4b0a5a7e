/** Look-up and the applicant's page of the fake. */
import type { ApplicantView, HistoryRow, QueryKind, RevealedApplicant, SearchAnswer, TodayView } from "../bindings";
import { at } from "./clock";
import { applicationView } from "./progress";
import { isLive, priorityVerdict, rankCard, subjectRows } from "./rules";
import { OFFICES, OWN_OFFICE, type Person } from "./sample";
import { reason, type World } from "./world";

function match(world: World, person: Person, query: string): [QueryKind, string] | null {
  const text = query.trim().toUpperCase();
  if (/^[A-Z]+$/.test(text) && person.initials.toUpperCase().startsWith(text))
    return ["pinyin", query.trim().toLowerCase()];
  if (/^\d{4}$/.test(text) && person.phone?.endsWith(text)) return ["phone_tail", text];
  if (/^[\dX*]{4,}$/.test(text) && person.number.includes(text)) return ["number", text.slice(-4)];
  if (person.name.includes(query.trim())) return ["name", ""];
  const slip = world.applications.find((a) => a.applicant === person.id && world.number(a) === text);
  return slip ? ["slip", text] : null;
}

export function search(world: World, query: string): SearchAnswer {
  const found =
    query.trim() === ""
      ? []
      : world.people.flatMap((person) => {
          const matched = match(world, person, query);
          return matched ? [{ person, kind: matched[0], text: matched[1] }] : [];
        });
  return {
    kind: found[0]?.kind ?? (query.trim().length > 1 ? "name" : null),
    hits: found.slice(0, 20).map(({ person, text }) => {
      const rows = subjectRows(world, person);
      const row =
        rows.find((r) => r.standing === "queued" || r.standing === "awaiting_code") ??
        rows.find((r) => r.can_book) ??
        rows.at(-1);
      return {
        applicant: world.mask(person),
        matched: text,
        subject: row?.subject ?? null,
        standing: row?.standing ?? "refused",
      };
    }),
    more: false,
    local_only: !world.connected,
  };
}

export function revealed(person: Person): RevealedApplicant {
  return { id: person.id, name: person.name, document: "A", number: person.number, phone: person.phone };
}

function history(world: World, person: Person): HistoryRow[] {
  const rows: HistoryRow[] = [{ at: person.acceptedAt, event: "licence_accepted", subject: null, detail: null }];
  if (person.permit)
    rows.push({ at: at(person.permit[0], "10:00"), event: "permit_issued", subject: null, detail: null });
  for (const test of person.tests) {
    const score = test.outcome.kind === "scored" ? test.outcome.score : 0;
    rows.push({
      at: test.taken_at,
      event: "passed",
      subject: test.subject,
      detail: reason("score", { score: String(score) }),
    });
  }
  const own = world.applications.filter((application) => application.applicant === person.id);
  const cancelled = own.find((application) => application.state.state === "cancelled_by_applicant")?.subject ?? 3;
  if (person.cancelledAt) rows.push({ at: person.cancelledAt, event: "cancelled", subject: cancelled, detail: null });
  for (const application of own) {
    rows.push({ at: application.taken_at, event: "applied", subject: application.subject, detail: null });
    if (application.state.state === "placed")
      rows.push({ at: application.state.placed_at, event: "placed", subject: application.subject, detail: null });
    if (application.state.state === "unplaced")
      rows.push({ at: application.accepted_at, event: "unplaced", subject: application.subject, detail: null });
    if (application.state.state === "withdrawn")
      rows.push({
        at: application.timeline.at(-1)?.at ?? application.taken_at,
        event: "withdrawn",
        subject: application.subject,
        detail: null,
      });
  }
  return rows.sort((a, b) => b.at.localeCompare(a.at));
}

export function applicantView(world: World, person: Person): ApplicantView {
  const subjects = subjectRows(world, person);
  const next = subjects.find((row) => row.can_book)?.subject ?? null;
  const check = world.checks.get(person.id) ?? null;
  return {
    applicant: world.mask(person),
    identity_check: check,
    revealed: check ? revealed(person) : null,
    accepted_at: person.acceptedAt,
    permit_from: person.permit?.[0] ?? null,
    permit_until: person.permit?.[1] ?? null,
    office: OFFICES.find((office) => office.id === OWN_OFFICE)?.name ?? "",
    subjects,
    next_subject: next,
    rank: next ? rankCard(world, person, next) : null,
    priority: next ? priorityVerdict(world, person, next) : null,
    live: world.applications
      .filter((a) => a.applicant === person.id && (isLive(a) || a.state.state === "unplaced"))
      .map((a) => applicationView(world, a)),
    history: history(world, person),
    as_of: world.asOf,
  };
}

export function today(world: World): TodayView {
  const rows = world.outbox
    .filter((row) => row.applicant !== null)
    .map((row) => {
      const application = world.applications.find((a) => a.id === row.application);
      return {
        at: row.taken_at,
        applicant: world.mask(world.person(row.applicant ?? 0)),
        kind: row.kind,
        subject: row.subject,
        state: row.state,
        queued: row.state === "delivered" && application?.state.state === "queued",
        here: true,
      };
    });
  const hour = Number(world.clock.now.slice(11, 13));
  const usual = [4, 9, 12, 8, 3, 7, 11, 10, 5];
  return {
    rows,
    total: rows.length,
    counter_total: rows.length,
    queued_total: rows.filter((row) => row.queued).length,
    refused_total: rows.filter((row) => row.state === "refused").length,
    served: world.served.slice(0, 5),
    hours: usual.map((mean, index) => ({
      hour: 9 + index,
      usual: mean,
      count: 9 + index <= hour ? Math.round(mean * 0.9) + index : null,
    })),
    // Windows of several sessions close at the same instant.
    news: ["翠屏路考场", "九龙坡考场"].map((site) => ({
      at: at(world.clock.today, "10:40"),
      what: reason("news_closed", { session_name: site, session_starts_at: at("2026-12-01", "13:30") }),
    })),
  };
}
