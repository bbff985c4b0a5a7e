import { expect, test } from "vitest";
import { matching } from "./matching";

const offices = [
  { id: 1, name: "渝中车管所", district: "渝中区", telephone: "023-63255068", address: "重庆市渝中区经纬大道555号" },
  { id: 13, name: "车管所四分所", district: "万州区", telephone: "023-58967777", address: "重庆市万州区外贸路75号" },
];

test("an office is found by name, district or telephone", () => {
  expect(
    matching(offices, "万州").map((office) => office.id),
    "by its district",
  ).toEqual([13]);
  expect(
    matching(offices, "6325").map((office) => office.id),
    "by part of its number",
  ).toEqual([1]);
  expect(matching(offices, " ").length, "nothing typed shows all").toBe(2);
});
