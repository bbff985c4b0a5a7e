/** How far a notice has been read. */

/** Pixels by which the end may be missed; scaled surfaces report fractions. */
const SLACK = 2;

export interface Scrolled {
  scrollTop: number;
  clientHeight: number;
  scrollHeight: number;
}

export const atEnd = (box: Scrolled): boolean => box.scrollTop + box.clientHeight >= box.scrollHeight - SLACK;

/** 0 to 100; 100 only at the end itself. */
export function readPercent(box: Scrolled): number {
  if (atEnd(box)) return 100;
  return Math.min(99, Math.floor((100 * (box.scrollTop + box.clientHeight)) / box.scrollHeight));
}
