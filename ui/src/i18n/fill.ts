/** Fills the gaps of a sentence with the host's parameters; days, instants and subjects are said in the window's language. */
import type { Language } from "$lib/ipc/bindings";
import { fullDay, isDay, isInstant, shortInstant } from "$lib/lib/time";

/** Parameters that carry subjects as their numbers, such as `2,3`. */
const SUBJECTS = new Set(["subject", "needed", "missing"]);

export type Words = Record<string, string>;

/** `subjects`: names of the subjects by number; `blocks`: names of the reasons of a block. */
export function fill(
  text: string,
  params: Words,
  language: Language,
  subjects: Words = {},
  blocks: Words = {},
): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? "";
    if (isInstant(value)) return shortInstant(value, language);
    if (isDay(value)) return fullDay(value, language);
    if (SUBJECTS.has(name))
      return value
        .split(",")
        .map((number) => subjects[number] ?? number)
        .join(language === "en" ? ", " : "、");
    return name === "reason" ? (blocks[value] ?? value) : value;
  });
}
