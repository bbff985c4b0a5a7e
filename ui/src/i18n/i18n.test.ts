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
  expect(text, "instants carry their hour, days do not").toBe("12月1日 17:00 / 11月18日 / 30");
});
