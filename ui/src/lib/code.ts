/** What a code entry shows, out of the host's counts and the seconds since they came. */
import type { CodeStatus } from "$lib/ipc/bindings";

type CodePhase = "not_sent" | "sent" | "expired" | "blocked";

export interface CodeClock {
  phase: CodePhase;
  /** Seconds for which the code is still good. */
  valid: number;
  /** Seconds until it can be sent again. */
  resend: number;
}

/** `passed`: whole seconds since the host's answer, by a clock that never jumps. */
export function codeClock(status: CodeStatus, passed: number): CodeClock {
  const valid = Math.max(0, status.valid_seconds - passed);
  const resend = Math.max(0, status.resend_seconds - passed);
  if (status.sent_at === null) return { phase: "not_sent", valid, resend };
  if (status.tries_left === 0) return { phase: "blocked", valid, resend };
  return { phase: valid > 0 ? "sent" : "expired", valid, resend };
}

export const canSend = (status: CodeStatus, clock: CodeClock): boolean =>
  status.send.enabled && clock.resend === 0 && status.sends_left > 0;

export const isComplete = (code: string): boolean => /^\d{6}$/.test(code);
