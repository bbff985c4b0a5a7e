import { expect, test } from "vitest";
import { pageOf, pageStarts } from "./paging";

test("a page holds the rows that belong to it", () => {
  expect(pageOf([1, 2, 3, 4, 5], 1, 4), "the last page has what is left").toEqual([5]);
});

test("a text breaks between its blocks", () => {
  expect(pageStarts([100, 200, 300, 250, 100], 600), "each page takes what fits").toEqual([0, 3]);
  expect(pageStarts([900, 100], 600), "a block higher than the page still gets one").toEqual([0, 1]);
  expect(pageStarts([], 600), "nothing to read is one page").toEqual([0]);
});
