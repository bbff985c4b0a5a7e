/** The tabs of today's business and its curve. */
import type { HourCount, TodayRow, TodayTab, TodayView } from "$lib/ipc/bindings";

export function rowsOf(view: TodayView, tab: TodayTab): TodayRow[] {
  switch (tab) {
    case "all":
      return view.rows;
    case "counter":
      return view.rows.filter((row) => row.here);
    case "queued":
      return view.rows.filter((row) => row.queued);
    case "refused":
      return view.rows.filter((row) => row.state === "refused");
  }
}

export interface Curve {
  usual: string;
  today: string;
  /** Where today's line ends, in the drawing's units. */
  end: number;
}

const WIDTH = 282;
const HEIGHT = 60;

/** The lines of the day's curve in a drawing of 282 by 64. */
export function curve(hours: HourCount[]): Curve {
  const top = Math.max(1, ...hours.flatMap((hour) => [hour.usual, hour.count ?? 0]));
  const x = (index: number): number => Math.round((index * WIDTH) / Math.max(1, hours.length - 1));
  const y = (value: number): number => Math.round(HEIGHT - (value / top) * (HEIGHT - 6));
  const line = (values: [number, number][]): string =>
    values.map(([at, value], index) => `${index === 0 ? "M" : "L"}${at} ${value}`).join("");
  const done = hours.flatMap((hour, index): [number, number][] =>
    hour.count === null ? [] : [[x(index), y(hour.count)]],
  );
  return {
    usual: line(hours.map((hour, index) => [x(index), y(hour.usual)])),
    today: line(done),
    end: done.at(-1)?.[0] ?? 0,
  };
}
