/** Notices that nobody is at the counter: an open window would show a person's record to whoever comes next. */

const SIGNS_OF_LIFE = ["keydown", "pointerdown", "pointermove", "wheel"];

/** Calls `away` when nothing was touched for so many minutes. What is answered stops it. */
export function watchIdle(around: EventTarget, minutes: number, away: () => void): () => void {
  const start = (): ReturnType<typeof setTimeout> => setTimeout(away, minutes * 60_000);
  let timer = start();
  const touched = (): void => {
    clearTimeout(timer);
    timer = start();
  };
  for (const sign of SIGNS_OF_LIFE) around.addEventListener(sign, touched, { passive: true });
  return () => {
    clearTimeout(timer);
    for (const sign of SIGNS_OF_LIFE) around.removeEventListener(sign, touched);
  };
}
