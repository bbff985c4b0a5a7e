import { expect, test } from "vitest";
import { TouchGuard } from "./touch";

const NEXT = "next";
const tap = (guard: TouchGuard, target: string, at: number, repeats = false): boolean => {
  guard.press(1, true, 30, 30);
  guard.release(1);
  return guard.counts(target, at, repeats);
};

test("a double tap counts once", () => {
  const guard = new TouchGuard();
  expect(tap(guard, NEXT, 1000), "the first touch is meant").toBe(true);
  expect(tap(guard, NEXT, 1200), "the second is the same intention").toBe(false);
  expect(tap(guard, NEXT, 1700), "a later one is a new intention").toBe(true);
});

test("the same key typed twice in a row is two digits", () => {
  const guard = new TouchGuard();
  expect([tap(guard, "0", 1000, true), tap(guard, "0", 1120, true)], "a number may hold 00").toEqual([true, true]);
});

test("two fingers at once count as none", () => {
  const guard = new TouchGuard();
  guard.press(1, true, 30, 30);
  guard.press(2, false, 30, 30);
  guard.release(1);
  expect(guard.counts(NEXT, 1000, false), "nobody means two things at a time").toBe(false);
  guard.release(2);
  expect(tap(guard, NEXT, 2000), "one finger afterwards counts again").toBe(true);
});

test("a finger that the screen lost sight of blocks nobody", () => {
  const guard = new TouchGuard();
  guard.press(7, true, 30, 30);
  expect(tap(guard, NEXT, 1000), "whoever comes next begins with a first finger").toBe(true);
});

test("a flat hand counts as none", () => {
  const guard = new TouchGuard();
  guard.press(1, true, 260, 180);
  guard.release(1);
  expect(guard.counts(NEXT, 1000, false), "a hand that leans on the glass means nothing").toBe(false);
});

test("a touch that was meant for the screen before does not reach the next one", () => {
  const guard = new TouchGuard();
  tap(guard, NEXT, 1000);
  guard.changed(1050);
  expect(tap(guard, "submit", 1200), "the second tap on 下一步 must not press what is now there").toBe(false);
  expect(tap(guard, "submit", 1500), "after a moment the screen is live").toBe(true);
});

test("fingers that are only counted are told apart in the same way", () => {
  const guard = new TouchGuard();
  guard.fingers(1, 0, 0);
  guard.fingers(2, 0, 0);
  expect(guard.counts(NEXT, 1000, false), "of two on the glass none counts").toBe(false);
  guard.fingers(1, 0, 0);
  expect(guard.counts(NEXT, 2000, false), "the next single one does").toBe(true);
  guard.fingers(1, 260, 180);
  expect(guard.counts(NEXT, 3000, false), "a hand that the panel takes for one finger does not").toBe(false);
});
