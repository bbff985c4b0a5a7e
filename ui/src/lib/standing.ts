/** How standings and states look: icon and tone beside the word. */
import type { Application, OutboxState, OutlookState, Standing } from "$lib/ipc/bindings";
import type { IconName } from "./icons";

/** What a note can look like. */
export type Tone = "info" | "ok" | "warn" | "bad" | "mut";

interface Look<T = Tone | "jia"> {
  tone: T;
  icon: IconName;
}

export const STANDING: Record<Standing, Look> = {
  bookable: { tone: "jia", icon: "ok" },
  registered: { tone: "warn", icon: "outbox" },
  awaiting_code: { tone: "warn", icon: "message" },
  queued: { tone: "info", icon: "clock" },
  placed: { tone: "info", icon: "calendar-check" },
  passed: { tone: "ok", icon: "ok" },
  refused: { tone: "mut", icon: "no" },
  not_needed: { tone: "mut", icon: "info" },
};

export const STATE: Record<Application["state"]["state"], Look<Tone>> = {
  awaiting_code: { tone: "warn", icon: "message" },
  queued: { tone: "info", icon: "clock" },
  placed: { tone: "ok", icon: "ok" },
  unplaced: { tone: "mut", icon: "no" },
  withdrawn: { tone: "mut", icon: "calendar-no" },
  cancelled_by_applicant: { tone: "mut", icon: "calendar-no" },
  cancelled_by_office: { tone: "bad", icon: "calendar-no" },
  superseded: { tone: "mut", icon: "calendar-no" },
  lapsed: { tone: "mut", icon: "clock" },
  tested: { tone: "ok", icon: "check" },
};

export const OUTLOOK: Record<OutlookState, Look> = {
  fits: { tone: "ok", icon: "ok" },
  borderline: { tone: "warn", icon: "alert" },
  beyond: { tone: "bad", icon: "no" },
  unknown: { tone: "mut", icon: "info" },
};

export const OUTBOX: Record<OutboxState, Look> = {
  refused: { tone: "bad", icon: "alert" },
  awaiting_code: { tone: "warn", icon: "message" },
  waiting: { tone: "warn", icon: "clock" },
  delivered: { tone: "ok", icon: "ok" },
};
