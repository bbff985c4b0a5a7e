/** The rules behind a rank in the order and with the numbers of the guide. */
import type { AppliedRule, SortRule, SortTime } from "$lib/ipc/bindings";

const NUMBER: Record<SortRule, number> = { first: 1, last_test: 2, cancelled: 3, latest: 4 };

export const ruleNumber = (rule: SortRule): number => NUMBER[rule];

/** Every rule that applies, by its number. */
export const shownRules = (sort: SortTime): AppliedRule[] =>
  sort.rules.toSorted((a, b) => NUMBER[a.rule] - NUMBER[b.rule]);
