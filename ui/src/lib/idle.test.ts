import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchIdle } from "./idle";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a counter that nobody touches is noticed once, and not before its time", () => {
  const away = vi.fn();
  watchIdle(new EventTarget(), 10, away);
  vi.advanceTimersByTime(10 * 60_000 - 1);
  expect(away, "somebody may still be reading").not.toHaveBeenCalled();
  vi.advanceTimersByTime(60 * 60_000);
  expect(away, "and it is said once").toHaveBeenCalledTimes(1);
});

test("every key and every move of the mouse begins the time anew, until it is stopped", () => {
  const [around, away] = [new EventTarget(), vi.fn()];
  const stop = watchIdle(around, 10, away);
  for (const sign of ["keydown", "pointermove", "keydown"]) {
    vi.advanceTimersByTime(9 * 60_000);
    around.dispatchEvent(new Event(sign));
  }
  expect(away, "somebody is there").not.toHaveBeenCalled();
  stop();
  vi.advanceTimersByTime(60 * 60_000);
  expect(away, "a locked window needs no watch").not.toHaveBeenCalled();
});
