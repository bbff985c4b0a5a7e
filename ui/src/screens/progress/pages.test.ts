import { expect, test } from "vitest";
import { pageCount } from "./pages";

test("an empty list still has a page", () => {
  expect(pageCount(0), "nothing is one empty page").toBe(1);
  expect(pageCount(50), "a full page is one").toBe(1);
  expect(pageCount(51), "one more begins the next").toBe(2);
});
