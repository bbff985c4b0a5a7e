/** The 水位条: where applied, planned and this person lie on one scale, in percent. */
import type { SessionRow } from "$lib/ipc/bindings";

export interface Level {
  applied: number;
  planned: number;
  me: number | null;
}

/** Room kept to the right, so that the mark at the end is not cut. */
const ROOM = 1.06;

export function level(row: SessionRow): Level {
  const applied = row.gauge.applied ?? 0;
  const places = row.session.places;
  const me = row.gauge.position;
  const scale = Math.max(applied, places, me ?? 0, 1) * ROOM;
  const percent = (value: number): number => Math.round((100 * value) / scale);
  return { applied: percent(applied), planned: percent(places), me: me === null ? null : percent(me) };
}
