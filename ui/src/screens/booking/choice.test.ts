import { expect, test } from "vitest";
import { movedTo, placed, shifted, toggled, type Choice } from "./choice";

const choice = (...sessions: number[]): Choice => ({ sessions, ordered: false });

test("space chooses as the last and gives up again", () => {
  expect(toggled(choice(1), 2, 5)?.sessions, "a new one comes last").toEqual([1, 2]);
  expect(toggled(choice(1, 2), 1, 5)?.sessions, "a second press gives it up").toEqual([2]);
  expect(toggled(choice(1, 2), 3, 2), "no more than the policy allows").toBeNull();
});

test("a digit sets the preference and the others move down", () => {
  expect(placed(choice(1, 2, 3), 3, 1, 5), "3 becomes the first").toEqual({ sessions: [3, 1, 2], ordered: true });
  expect(placed(choice(1), 9, 4, 5)?.sessions, "a digit beyond the list appends").toEqual([1, 9]);
  expect(placed(choice(1, 2), 9, 1, 2), "a full list stays full").toBeNull();
});

test("control and an arrow move by one and stop at the ends", () => {
  expect(shifted(choice(1, 2), 2, -1).sessions, "up").toEqual([2, 1]);
  expect(shifted(choice(1, 2), 1, -1).sessions, "the first stays first").toEqual([1, 2]);
  expect(shifted(choice(1, 2), 7, 1).sessions, "an unchosen session does not move").toEqual([1, 2]);
});

test("dragging moves to the place and makes the order the applicant's own", () => {
  expect(movedTo(choice(1, 2, 3), 0, 2), "from first to last").toEqual({ sessions: [2, 3, 1], ordered: true });
  expect(movedTo(choice(1, 2), 1, 1).ordered, "dropping where it was changes nothing").toBe(false);
});
