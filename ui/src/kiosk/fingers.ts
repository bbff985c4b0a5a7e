/**
 * What fingers (and keys, where there are any) do to the page, decided before the page itself sees it. An engine makes more of touches than a terminal
 * wants: two fingers zoom, a long press opens a menu and is no click any more. So nothing is left to it: one finger that
 * comes down and goes up on the same button presses it, however long it stays, and everything else is nothing.
 */
import type { TouchGuard } from "./touch";

/** Never at a kiosk, wherever it comes from. */
const NEVER = ["contextmenu", "selectstart", "dragstart", "dragover", "drop", "gesturestart", "copy", "cut", "paste"];
/** An engine that has not heard in time that a touch is dealt with plays a mouse, for so long after it. */
const PLAYS_MOUSE_MS = 1000;
/** The keys with which a question is answered. */
const ANSWERING = new Set(["Tab", "Enter", " "]);
/** A button under a finger looks pressed. */
const PRESSED = "data-pressed";

export interface Page {
  /** How many pixels of the screen one of the page is. */
  scale: () => number;
  /** Somebody touched the screen here; the time is that of the event. */
  touched: (x: number, y: number, at: number) => void;
  /** Somebody is there: they pressed a key, or touched what does nothing now. */
  signed: () => void;
}

const buttonAt = (touch: Touch): HTMLButtonElement | null =>
  document.elementFromPoint(touch.clientX, touch.clientY)?.closest("button") ?? null;

/** Guards a part of the page from now on; the answer ends it. */
export function guardPage(node: HTMLElement, guard: TouchGuard, page: Page): () => void {
  const over = new AbortController();
  let pressed: HTMLButtonElement | null = null;
  let touchedAt = -PLAYS_MOUSE_MS;
  const isPlayed = (event: Event): boolean => event.isTrusted && event.timeStamp - touchedAt < PLAYS_MOUSE_MS;
  const press = (button: HTMLButtonElement | null): void => {
    pressed?.removeAttribute(PRESSED);
    pressed = button;
    pressed?.setAttribute(PRESSED, "");
  };

  const down = (event: TouchEvent): void => {
    event.preventDefault();
    touchedAt = event.timeStamp;
    for (const touch of event.changedTouches) {
      guard.fingers(
        event.touches.length,
        (2 * touch.radiusX || 0) / page.scale(),
        (2 * touch.radiusY || 0) / page.scale(),
      );
      page.touched(touch.clientX, touch.clientY, event.timeStamp);
    }
    const [only] = event.touches;
    press(only && event.touches.length === 1 ? buttonAt(only) : null);
  };
  const up = (event: TouchEvent): void => {
    event.preventDefault();
    touchedAt = event.timeStamp;
    const [last] = event.changedTouches;
    const button = pressed;
    press(null);
    // A finger that has left its button meant nothing by it, and a button that has gone cannot be meant any more.
    if (last && button && event.touches.length === 0 && buttonAt(last) === button) button.click();
  };
  const pointed = (event: PointerEvent): void => {
    if (event.pointerType === "mouse" && isPlayed(event)) return;
    guard.press(event.pointerId, event.isPrimary, event.width / page.scale(), event.height / page.scale());
    // A touch is told once, by its own event.
    if (event.pointerType !== "touch") page.touched(event.clientX, event.clientY, event.timeStamp);
  };
  const clicked = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target.closest("button") : null;
    if (!target) return;
    const repeats = target.closest("[data-repeats]") !== null;
    const played = isPlayed(event);
    if (!played && guard.counts(target, performance.now(), repeats)) return;
    // Nothing comes of it, but somebody is there.
    if (!played) page.signed();
    event.preventDefault();
    event.stopPropagation();
  };
  const keyed = (event: KeyboardEvent): void => {
    // The question goes away with the first sign: the keys with which it is answered give it with the answer.
    const isAnswer =
      ANSWERING.has(event.key) &&
      event.target instanceof Element &&
      event.target.closest("[role=alertdialog]") !== null;
    // What lies on a key, or a key that is stuck, is nobody.
    if (!event.repeat && !isAnswer) page.signed();
  };
  const never = (event: Event): void => event.preventDefault();
  const zoomed = (event: WheelEvent): void => {
    if (event.ctrlKey) event.preventDefault();
  };

  const first = { capture: true, passive: false, signal: over.signal };
  node.addEventListener("touchstart", down, first);
  node.addEventListener("touchmove", never, first);
  node.addEventListener("touchend", up, first);
  node.addEventListener("touchcancel", () => press(null), first);
  node.addEventListener("pointerdown", pointed, first);
  for (const kind of ["pointerup", "pointercancel"] as const)
    addEventListener(kind, (event) => guard.release(event.pointerId), first);
  node.addEventListener("click", clicked, first);
  addEventListener("keydown", keyed, first);
  for (const kind of NEVER) addEventListener(kind, never, first);
  addEventListener("wheel", zoomed, first);
  return () => over.abort();
}
