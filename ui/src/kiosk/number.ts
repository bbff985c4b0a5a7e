/** The number of a resident identity card while it is typed on the keypad. */

/** 6 area + 8 birth + 3 sequence + check digit. */
export const NUMBER_LENGTH = 18;
const GROUPS = [6, 14, NUMBER_LENGTH];

/** What the number becomes when a key is touched; X can only be the check digit. */
export function typed(number: string, key: string): string {
  if (number.length >= NUMBER_LENGTH) return number;
  if (key === "X") return number.length === NUMBER_LENGTH - 1 ? `${number}X` : number;
  return /^\d$/.test(key) ? number + key : number;
}

/** 500112 19990101 1234: in the groups that people know by heart; hidden, every digit is a dot. */
export function grouped(number: string, hidden: boolean): string[] {
  const shown = hidden ? "•".repeat(number.length) : number;
  return GROUPS.map((end, index) => shown.slice(GROUPS[index - 1] ?? 0, end)).filter((group) => group !== "");
}
