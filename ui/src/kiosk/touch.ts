/**
 * Decides which touches count. People touch twice, with two fingers, with a whole hand, and go on touching while the
 * screen changes under them: nothing may happen twice or by accident.
 */

/** A second touch of the same thing within this time is the same intention. */
const AGAIN_MS = 450;
/** After a screen has changed, for so long a touch was still meant for the one before. */
const SETTLE_MS = 350;
/** A finger is narrower on every screen that we know, a hand is wider. In pixels of the page. */
const FINGER_MAX = 140;

export class TouchGuard {
  private down = new Set<number>();
  private spoiled = false;
  private last: { target: unknown; at: number } | null = null;
  private changedAt = -SETTLE_MS;

  /** A finger, or more of a hand, comes down; the first one is `primary`, also when the screen lost sight of one before. */
  press(pointer: number, primary: boolean, width: number, height: number): void {
    if (primary) this.down.clear();
    if (this.down.size === 0) this.spoiled = false;
    this.down.add(pointer);
    if (this.down.size > 1 || Math.max(width, height) > FINGER_MAX) this.spoiled = true;
  }

  /** So many fingers are on the glass, as touches tell; the first one begins anew. */
  fingers(count: number, width: number, height: number): void {
    if (count === 1) this.spoiled = false;
    if (count > 1 || Math.max(width, height) > FINGER_MAX) this.spoiled = true;
  }

  release(pointer: number): void {
    this.down.delete(pointer);
  }

  /** Another screen is shown from now on. */
  changed(at: number): void {
    this.changedAt = at;
    this.last = null;
  }

  /** Whether a touch of `target` counts. What is typed (`repeats`) may follow at once: 00 are two keys. */
  counts(target: unknown, at: number, repeats: boolean): boolean {
    if (this.spoiled || at - this.changedAt < SETTLE_MS) return false;
    const again = this.last !== null && this.last.target === target && at - this.last.at < AGAIN_MS;
    if (again && !repeats) return false;
    this.last = { target, at };
    return true;
  }
}
