/** How large everything is shown: Ctrl and + or - enlarge the whole surface; what finds no room is reached by scrolling. */
const STEPS = [1, 1.25, 1.5, 2];

/** The next step up or down, or the usual size for `0`; none when the key is another one. */
export function zoomAfter(zoom: number, key: string): number | null {
  const at = STEPS.indexOf(zoom);
  if (key === "+" || key === "=") return STEPS[Math.min(at + 1, STEPS.length - 1)] ?? 1;
  if (key === "-") return STEPS[Math.max(at - 1, 0)] ?? 1;
  return key === "0" ? 1 : null;
}

/** Listens for as long as the window lives. */
export function startZoom(root: HTMLElement): () => void {
  let zoom = 1;
  const down = (event: KeyboardEvent): void => {
    const next = event.ctrlKey && !event.altKey ? zoomAfter(zoom, event.key) : null;
    if (next === null) return;
    event.preventDefault();
    zoom = next;
    root.style.setProperty("--zoom", String(zoom));
    root.toggleAttribute("data-zoomed", zoom > 1);
  };
  window.addEventListener("keydown", down);
  return () => window.removeEventListener("keydown", down);
}
