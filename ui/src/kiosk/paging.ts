/** Pages instead of scrolling. */

export const pageOf = <T>(rows: readonly T[], page: number, size: number): T[] =>
  rows.slice(page * size, (page + 1) * size);

/** Where pages begin when blocks of these heights are laid one below the other in a room that high; a block is never cut. */
export function pageStarts(heights: readonly number[], room: number): number[] {
  const starts = [0];
  let used = 0;
  for (const [index, height] of heights.entries()) {
    if (index > 0 && used + height > room) {
      starts.push(index);
      used = 0;
    }
    used += height;
  }
  return starts;
}
