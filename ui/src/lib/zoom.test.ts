import { expect, test } from "vitest";
import { zoomAfter } from "./zoom";

test("the surface grows to twice its size and no further, and comes back", () => {
  const grown = ["+", "=", "+", "+", "+"].reduce((zoom, key) => zoomAfter(zoom, key) ?? zoom, 1);
  expect(grown, "twice is the most").toBe(2);
  expect(zoomAfter(grown, "-"), "one step back").toBe(1.5);
  expect(zoomAfter(1, "-"), "never smaller than usual").toBe(1);
  expect(zoomAfter(grown, "0"), "the usual size").toBe(1);
  expect(zoomAfter(1, "r"), "other keys are no business of it").toBeNull();
});
