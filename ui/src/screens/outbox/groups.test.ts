import { expect, test } from "vitest";
import type { OutboxRow, OutboxView } from "$lib/ipc/bindings";
import { groupsOf, rowsOf } from "./groups";

const row = (id: string): OutboxRow => ({ id }) as unknown as OutboxRow;

test("what was sent back comes first and empty groups are left out", () => {
  const view: OutboxView = {
    refused: [row("r")],
    awaiting_code: [],
    waiting: [row("w")],
    delivered: [row("d")],
    delivered_total: 42,
  };
  expect(
    groupsOf(view).map((group) => group.title),
    "in the order of need",
  ).toEqual(["refused", "waiting", "delivered"]);
  expect(groupsOf(view).at(-1)?.total, "the count covers what is not listed").toBe(42);
  expect(
    rowsOf(view).map(({ id }) => id),
    "the arrow keys follow the screen",
  ).toEqual(["r", "w", "d"]);
});
