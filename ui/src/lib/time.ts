/**
 * Days and instants as the host writes them: `2026-12-01`, and RFC 3339 with +08:00. They are read as text,
 * never through the computer's own clock or zone.
 */
import type { Language } from "$lib/ipc/bindings";

const WEEKDAYS = {
  "zh-CN": ["日", "一", "二", "三", "四", "五", "六"],
  en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"],
};
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const dayOf = (instant: string): string => instant.slice(0, 10);
/** 08:30 */
export const clock = (instant: string): string => instant.slice(11, 16);
/** 08:30:05 */
export const clockSeconds = (instant: string): string => instant.slice(11, 19);

function parts(day: string): [number, number, number] {
  return [Number(day.slice(0, 4)), Number(day.slice(5, 7)), Number(day.slice(8, 10))];
}

export function weekdayIndex(day: string): number {
  const [year, month, date] = parts(day);
  return new Date(Date.UTC(year, month - 1, date)).getUTCDay();
}

export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);
export const isInstant = (text: string): boolean => /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text);

/** The day `days` later. */
export function addDays(day: string, days: number): string {
  const [year, month, date] = parts(day);
  return new Date(Date.UTC(year, month - 1, date + days)).toISOString().slice(0, 10);
}

/** 12月1日, or 1 Dec */
export function shortDay(day: string, language: Language): string {
  const [, month, date] = parts(day);
  return language === "en" ? `${date} ${MONTHS[month - 1] ?? ""}` : `${month}月${date}日`;
}

/** 2029年10月18日, or 18 Oct 2029 */
export const fullDay = (day: string, language: Language): string =>
  language === "en"
    ? `${shortDay(day, language)} ${day.slice(0, 4)}`
    : `${day.slice(0, 4)}年${shortDay(day, language)}`;

/** 周二, or Tue */
export function weekday(day: string, language: Language): string {
  const name = WEEKDAYS[language][weekdayIndex(day)] ?? "";
  return language === "en" ? name : `周${name}`;
}

/** 二, or Tue: for narrow places */
export const weekdayNarrow = (day: string, language: Language): string => WEEKDAYS[language][weekdayIndex(day)] ?? "";

/** 12月1日 周二, or Tue 1 Dec */
export function dayWithWeekday(day: string, language: Language): string {
  return language === "en"
    ? `${weekday(day, language)} ${shortDay(day, language)}`
    : `${shortDay(day, language)} ${weekday(day, language)}`;
}

/** 2026年11月24日 星期二, or Tuesday 24 November 2026 in its short form */
export function longDay(day: string, language: Language): string {
  const [year] = parts(day);
  if (language === "en") return `${dayWithWeekday(day, language)} ${year}`;
  return `${year}年${shortDay(day, language)} 星期${weekdayNarrow(day, language)}`;
}

/** 12月1日 17:00, or 1 Dec 17:00 */
export const shortInstant = (instant: string, language: Language): string =>
  `${shortDay(dayOf(instant), language)} ${clock(instant)}`;

/** 2026-10-09 09:26 */
export const fullInstant = (instant: string): string => `${dayOf(instant)} ${clock(instant)}`;

/** 12-01 */
export const monthDay = (day: string): string => day.slice(5);

/** 2 小时 10 分, or 2 h 10 min */
export function duration(seconds: number, language: Language): string {
  const minutes = Math.max(0, Math.floor(seconds / 60));
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60];
  const units = language === "en" ? [" d", " h", " min"] : [" 天", " 小时", " 分钟"];
  const words: string[] = [];
  if (days > 0) words.push(`${days}${units[0]}`);
  if (hours > 0) words.push(`${hours}${units[1]}`);
  if (days === 0 && (rest > 0 || hours === 0)) words.push(`${rest}${units[2]}`);
  return words.join(" ");
}

/** 4:48 */
export function minutesSeconds(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const DIGITS = [..."零一二三四五六七八九"];

/** 46 as 四十六; for article numbers, 1 to 999. */
export function chineseNumber(value: number): string {
  const [hundreds, tens, ones] = [Math.floor(value / 100), Math.floor(value / 10) % 10, value % 10];
  let text = hundreds > 0 ? `${DIGITS[hundreds]}百` : "";
  if (tens > 0) text += hundreds === 0 && tens === 1 ? "十" : `${DIGITS[tens]}十`;
  else if (hundreds > 0 && ones > 0) text += "零";
  return ones > 0 ? text + (DIGITS[ones] ?? "") : text;
}

/** Seconds from one instant of the host to another; never through the computer's clock. */
export const secondsBetween = (from: string, to: string): number =>
  Math.floor((Date.parse(to) - Date.parse(from)) / 1000);
