import { expect, test } from "vitest";
import { addDays, chineseNumber, dayWithWeekday, duration, minutesSeconds, shortInstant, weekday } from "./time";

test("days are read as text and never through the computer's zone", () => {
  expect(weekday("2026-12-01", "zh-CN"), "1 December 2026 is a Tuesday").toBe("周二");
  expect(dayWithWeekday("2026-12-01", "en"), "English puts the weekday first").toBe("Tue 1 Dec");
  expect(shortInstant("2026-11-26T17:00:00+08:00", "zh-CN"), "hours are those of Chongqing").toBe("11月26日 17:00");
  expect(addDays("2026-12-31", 1), "a year ends").toBe("2027-01-01");
});

test("article numbers are written in Chinese", () => {
  expect(chineseNumber(46), "two digits").toBe("四十六");
  expect(chineseNumber(10), "ten has no leading one").toBe("十");
  expect(chineseNumber(110), "hundreds").toBe("一百一十");
});

test("a duration says only what matters", () => {
  expect(duration(7800, "zh-CN"), "hours and minutes").toBe("2 小时 10 分钟");
  expect(duration(0, "zh-CN"), "nothing is zero minutes").toBe("0 分钟");
  expect(duration(90_000, "en"), "days leave out minutes").toBe("1 d 1 h");
  expect(minutesSeconds(288), "codes count down in minutes").toBe("4:48");
});
