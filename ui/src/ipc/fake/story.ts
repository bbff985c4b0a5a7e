/** What happened before the fake's day begins. */
import { at } from "./clock";
import { maskName, reason, type World } from "./world";

export function story(world: World): void {
  const of = (subject: number, day: string): number =>
    world.sessions.find((s) => s.subject === subject && s.starts_at.startsWith(day))?.id ?? world.sessions[0]?.id ?? 1;
  const place = of(2, "2026-11-27");
  world.addApplication(
    world.person(1),
    2,
    { mode: "choose", sessions: [place], ordered: true },
    [place],
    { state: "placed", session: place, placed_at: at("2026-11-24", "09:00") },
    at("2026-11-16", "14:11"),
  );
  const wanted = of(2, "2026-12-02");
  const queued = world.addApplication(
    world.person(2),
    2,
    { mode: "choose", sessions: [wanted], ordered: true },
    [wanted],
    { state: "queued" },
    at("2026-11-24", "10:38"),
  );
  const lost = of(2, "2026-11-26");
  world.addApplication(
    world.person(6),
    2,
    { mode: "choose", sessions: [lost], ordered: true },
    [lost],
    { state: "unplaced" },
    at("2026-11-16", "09:44"),
  );
  const act = (
    id: number,
    kind: "book" | "cancel" | "print" | "book_priority",
    subject: 1 | 2 | 3 | 4,
    time: string,
    more = {},
  ): void => {
    const person = world.person(id);
    const taken_at = at("2026-11-24", time);
    world.take({
      kind,
      applicant: id,
      name_masked: maskName(person.name),
      subject,
      taken_at,
      answered_at: taken_at,
      ...more,
    });
  };
  act(5, "print", 2, "09:51");
  act(6, "book", 2, "10:04", {
    state: "refused",
    sessions: [world.named(of(2, "2026-12-01"))],
    reasons: [reason("closed", { closed_at: at("2026-11-24", "10:00") })],
    steps: [
      reason("tell_applicant"),
      reason("choose_other_sessions"),
      reason("note_and_close"),
      reason("or_hand_over"),
    ],
    closes_at: at("2026-11-24", "10:00"),
    closes_in_seconds: 0,
    can_rebook: true,
  });
  if (world.isShared)
    act(4, "book", 2, "10:11", {
      state: "refused",
      sessions: [world.named(of(2, "2026-12-01"))],
      reasons: [reason("live_application")],
      steps: [
        reason("tell_applicant"),
        reason("choose_other_sessions"),
        reason("note_and_close"),
        reason("or_hand_over"),
      ],
      can_rebook: true,
      other: world.otherApplication([of(2, "2026-12-02")]),
      handover: { clerk: "吴例一", at: at("2026-11-24", "10:20"), note: "申请人午后再来，请改选下午的场次。" },
    });
  act(8, "book_priority", 3, "10:15", { sessions: [world.named(of(3, "2026-12-02"))] });
  act(3, "book", 1, "10:22", { sessions: [world.named(of(1, "2026-12-03"))] });
  act(8, "cancel", 3, "10:31", { sessions: [world.named(of(3, "2026-12-02"))] });
  act(2, "book", 2, "10:38", { application: queued.id, sessions: [world.named(wanted)] });
  world.served = [2, 8, 3].map((id, index) => ({
    applicant: world.mask(world.person(id)),
    at: at("2026-11-24", ["10:39", "10:32", "10:24"][index] ?? "10:00"),
    kind: index === 1 ? "cancel" : "book",
    subject: ([2, 3, 1] as const)[index] ?? 1,
  }));
}
