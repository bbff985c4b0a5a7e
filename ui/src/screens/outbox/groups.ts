/** 待处理 in the order in which it is shown: what needs somebody first. */
import type { OutboxRow, OutboxState, OutboxView } from "$lib/ipc/bindings";

export interface Group {
  state: OutboxState;
  title: "refused" | "awaiting" | "waiting" | "delivered";
  rows: OutboxRow[];
  total: number;
}

/** The groups that hold something. */
export function groupsOf(view: OutboxView): Group[] {
  const groups: Group[] = [
    { state: "refused", title: "refused", rows: view.refused, total: view.refused.length },
    { state: "awaiting_code", title: "awaiting", rows: view.awaiting_code, total: view.awaiting_code.length },
    { state: "waiting", title: "waiting", rows: view.waiting, total: view.waiting.length },
    { state: "delivered", title: "delivered", rows: view.delivered, total: view.delivered_total },
  ];
  return groups.filter((group) => group.rows.length > 0);
}

/** All rows from top to bottom, for the arrow keys. */
export const rowsOf = (view: OutboxView): OutboxRow[] => groupsOf(view).flatMap((group) => group.rows);
