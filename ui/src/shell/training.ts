/** Reads what a clerk in training needs out of a simulated message. */

/** The six digits of a message; empty when there are none. */
export const codeIn = (text: string): string => /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? "";
