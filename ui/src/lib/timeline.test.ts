import { expect, test } from "vitest";
import type { ApplicationView } from "$lib/ipc/bindings";
import { timeline } from "./timeline";

test("the first thing still to come is where the application stands", () => {
  const view = {
    application: {
      timeline: [{ at: "2026-11-24T10:38:00+08:00", state: { state: "queued" }, channel: "counter", clerk: 1 }],
    },
    milestones: [
      { kind: "taken", at: "2026-11-24T10:38:00+08:00", until: null, done: true },
      { kind: "closes", at: "2026-11-26T17:00:00+08:00", until: null, done: false },
      { kind: "test", at: "2026-12-02T08:30:00+08:00", until: null, done: false },
    ],
  } as unknown as ApplicationView;
  expect(
    timeline(view).map((point) => point.mark),
    "past, present, future",
  ).toEqual(["done", "now", ""]);
});
