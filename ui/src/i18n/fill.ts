/** Fills the gaps of a sentence with the host's parameters; days and instants are said in the window's language. */
import type { Language } from "$lib/ipc/bindings";
import { isDay, isInstant, shortDay, shortInstant } from "$lib/lib/time";

export function fill(text: string, params: Record<string, string>, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = params[name] ?? "";
    if (isInstant(value)) return shortInstant(value, language);
    return isDay(value) ? shortDay(value, language) : value;
  });
}
