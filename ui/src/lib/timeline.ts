/** One line of points out of what happened to an application and what is still to come. */
import type { ApplicationView, Channel, Milestone, Transition } from "$lib/ipc/bindings";

type Mark = "done" | "now" | "";

export type Point =
  | { kind: "state"; mark: Mark; state: Transition["state"]["state"]; at: string; channel: Channel }
  | { kind: "milestone"; mark: Mark; milestone: Milestone["kind"]; at: string | null; until: string | null };

export function timeline(view: ApplicationView): Point[] {
  const past = view.application.timeline.map((step): Point => ({
    kind: "state",
    mark: "done",
    state: step.state.state,
    at: step.at,
    channel: step.channel,
  }));
  const coming = view.milestones.filter((milestone) => !milestone.done && milestone.kind !== "taken");
  const future = coming.map((milestone, index): Point => ({
    kind: "milestone",
    mark: index === 0 ? "now" : "",
    milestone: milestone.kind,
    at: milestone.at,
    until: milestone.until,
  }));
  return [...past, ...future];
}
