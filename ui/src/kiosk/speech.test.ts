import { expect, test } from "vitest";
import { speakingMs } from "./speech";

test("a longer text is spoken for longer, Chinese more slowly by the character", () => {
  expect(speakingMs("您好，请选择要办理的业务"), "twelve characters").toBe(4000);
  expect(speakingMs("Welcome"), "seven letters").toBe(1595);
});
