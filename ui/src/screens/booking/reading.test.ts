import { expect, test } from "vitest";
import { atEnd, readPercent } from "./reading";

test("a notice is read only at its end", () => {
  expect(readPercent({ scrollTop: 0, clientHeight: 400, scrollHeight: 1000 }), "the first page").toBe(40);
  expect(readPercent({ scrollTop: 595, clientHeight: 400, scrollHeight: 1000 }), "almost is not yet").toBe(99);
  expect(atEnd({ scrollTop: 599, clientHeight: 400, scrollHeight: 1000 }), "a fraction of a pixel may be missing").toBe(
    true,
  );
});

test("a notice that fits on the page is read at once", () => {
  expect(readPercent({ scrollTop: 0, clientHeight: 400, scrollHeight: 380 }), "nothing to scroll").toBe(100);
});
