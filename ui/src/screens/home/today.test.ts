import { expect, test } from "vitest";
import { curve } from "./today";

test("today's line ends at the present hour", () => {
  const drawn = curve([
    { hour: 9, count: 2, usual: 4 },
    { hour: 10, count: 4, usual: 4 },
    { hour: 11, count: null, usual: 0 },
  ]);
  expect(drawn.today, "two hours have begun").toBe("M0 33L141 6");
  expect(drawn.end, "the marker stands at ten").toBe(141);
  expect(drawn.usual, "the usual day runs to its end").toBe("M0 6L141 6L282 60");
});

test("an empty day draws nothing", () => {
  expect(curve([]).today, "no hours, no line").toBe("");
});
