import { expect, test } from "vitest";
import { fill } from "./fill";
import { reasonsEn } from "./reasons.en";
import { reasonsZh } from "./reasons.zh";

test("every reason is said in both languages", () => {
  expect(Object.keys(reasonsEn).sort(), "a code without words would show up bare").toEqual(
    Object.keys(reasonsZh).sort(),
  );
});

test("both languages fill the same gaps", () => {
  const gaps = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((match) => match[0]).sort();
  for (const [code, text] of Object.entries(reasonsZh)) {
    expect(gaps(reasonsEn[code] ?? ""), `${code} must not lose a parameter`).toEqual(gaps(text));
  }
});

test("days and instants are said in words", () => {
  const text = fill(
    "{at} / {from} / {days}",
    { at: "2026-12-01T17:00:00+08:00", from: "2026-11-18", days: "30" },
    "zh-CN",
  );
  expect(text, "instants carry their hour, days their year").toBe("12月1日 17:00 / 2026年11月18日 / 30");
});

test("subjects and reasons of a block are said by their names", () => {
  const text = fill(
    "{missing}，{reason}",
    { missing: "2,3", reason: "stand_in" },
    "zh-CN",
    { 2: "科目二", 3: "科目三" },
    { stand_in: "替考" },
  );
  expect(text, "numbers and codes never show up bare").toBe("科目二、科目三，替考");
});
