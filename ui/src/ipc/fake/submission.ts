/** 预约 in the fake: what comes of a submitted booking. */
import type { ApplicationState, DoneKind, Wish } from "../bindings";
import type { FakeBooking } from "./booking";
import { isRight } from "./codes";
import { applicationView } from "./progress";
import { failure, maskName, reason, type World } from "./world";

function wishOf(booking: FakeBooking): Wish {
  const [first] = booking.chosen;
  if (booking.kind === "priority" && first !== undefined) return { mode: "priority", session: first };
  if (booking.mode === "assign") return { mode: "assign", dates: booking.query.dates, sites: booking.sites };
  return { mode: "choose", sessions: booking.chosen, ordered: booking.ordered };
}

export function submit(world: World, booking: FakeBooking, code: string | null): void {
  const { person } = booking;
  const [first] = booking.accepted();
  if (booking.step !== "confirm" || booking.subject === null || first === undefined) throw failure("wrong_step");
  const priority = booking.kind === "priority";
  if (priority && !world.connected) throw failure("no_line", {}, true);
  if (code === null && world.connected) throw failure("wrong_step");
  if (code !== null && !isRight(world, person, "booking", code)) return;
  if (world.losesAnswer) {
    world.losesAnswer = false;
    throw failure("answer_awaited", {}, true);
  }

  if (priority && world.hasRival) {
    world.hasRival = false;
    world.priorityTaken.set(first, world.session(first).priority_places);
    booking.step = "sessions";
    booking.chosen = [];
    booking.lost = reason("priority_taken");
    return;
  }
  const state: ApplicationState = priority
    ? { state: "placed", session: first, placed_at: world.clock.now }
    : code === null
      ? { state: "awaiting_code" }
      : { state: "queued" };
  const kind: DoneKind = world.refuses ? "refused" : priority ? "placed" : code === null ? "registered" : "accepted";
  if (priority) world.priorityTaken.set(first, (world.priorityTaken.get(first) ?? 0) + 1);
  const application = world.addApplication(
    person,
    booking.subject,
    wishOf(booking),
    booking.accepted(),
    state,
    world.clock.now,
  );
  world.codes.delete(`${person.id}-booking`);
  const closes = world.session(first).instants.closes_at;
  world.take({
    kind: priority ? "book_priority" : "book",
    applicant: person.id,
    name_masked: maskName(person.name),
    application: application.id,
    subject: booking.subject,
    sessions: booking
      .accepted()
      .slice(0, 5)
      .map((id) => world.named(id)),
    closes_at: closes,
    closes_in_seconds: world.clock.until(closes),
    urgent: world.clock.until(closes) < 8 * 3600,
    reasons: world.connected ? [] : [reason("waiting_to_be_sent")],
  });
  const view = applicationView(world, application);
  booking.done = {
    kind,
    application: application.id,
    number: world.number(application),
    taken_at: application.taken_at,
    answered_at: world.connected ? world.clock.now : null,
    session: priority ? booking.row(first) : null,
    milestones: world.refuses ? [] : view.milestones,
    reasons: world.refuses ? [reason("closed", { closed_at: closes })] : [],
    slip: world.refuses ? null : view.actions.document,
    phone_masked: view.applicant.phone_masked,
  };
  // Nothing comes of what the centre refuses.
  if (world.refuses) world.applications.splice(world.applications.indexOf(application), 1);
}
