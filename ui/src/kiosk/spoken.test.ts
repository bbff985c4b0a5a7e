import { expect, test } from "vitest";
import { spokenTime } from "./spoken";

test("a time is said as people say it", () => {
  expect(spokenTime("2026-12-01T08:30:00+08:00", "zh-CN"), "before noon").toBe("上午 8:30");
  expect(spokenTime("2026-12-01T13:30:00+08:00", "zh-CN"), "after noon").toBe("下午 1:30");
  expect(spokenTime("2026-12-01T12:00:00+08:00", "en"), "noon is after noon").toBe("12:00 pm");
});
