import { expect, test } from "vitest";
import { grouped, typed } from "./number";

const type = (keys: string): string => [...keys].reduce(typed, "");

test("a number is shown in groups of 6, 8 and 4", () => {
  expect(grouped("500112199901011234", false), "as it stands on the card").toEqual(["500112", "19990101", "1234"]);
  expect(grouped("50011219", false), "a group begins when the one before is full").toEqual(["500112", "19"]);
  expect(grouped("", false), "nothing typed, nothing shown").toEqual([]);
});

test("a hidden number shows how much was typed and nothing of it", () => {
  expect(grouped("5001121", true), "whoever stands behind learns no digit").toEqual(["••••••", "•"]);
});

test("X is the check digit or nothing", () => {
  expect(type("5X0"), "an X in the middle is ignored").toBe("50");
  expect(type("50011219990101123X"), "the last place may be X").toBe("50011219990101123X");
});

test("what is typed beyond the last place is ignored", () => {
  expect(type("5001121999010112345"), "a card has 18 places").toBe("500112199901011234");
});
