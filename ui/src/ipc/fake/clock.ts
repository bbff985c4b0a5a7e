/** The fake's clock and its working days: Monday to Friday, no holidays. */
import { addDays, dayOf, weekdayIndex } from "$lib/lib/time";

export class Clock {
  private startedAt = Date.now();

  constructor(
    private base: string,
    private readonly frozen: boolean,
  ) {}

  /** Seconds since 1970 of an instant. */
  static seconds = (instant: string): number => Math.floor(Date.parse(instant) / 1000);

  static instant(seconds: number): string {
    return `${new Date((seconds + 8 * 3600) * 1000).toISOString().slice(0, 19)}+08:00`;
  }

  get now(): string {
    const passed = this.frozen ? 0 : Math.floor((Date.now() - this.startedAt) / 1000);
    return Clock.instant(Clock.seconds(this.base) + passed);
  }

  get today(): string {
    return dayOf(this.now);
  }

  moveTo(instant: string): void {
    this.base = instant;
    this.startedAt = Date.now();
  }

  until = (instant: string): number => Math.max(0, Clock.seconds(instant) - Clock.seconds(this.now));
}

export const at = (day: string, time: string): string => `${day}T${time}:00+08:00`;

export const isWorkday = (day: string): boolean => ![0, 6].includes(weekdayIndex(day));

/** The working day `count` working days before `day`. */
export function workdaysBefore(day: string, count: number): string {
  let found = day;
  for (let left = count; left > 0;) {
    found = addDays(found, -1);
    if (isWorkday(found)) left -= 1;
  }
  return found;
}
