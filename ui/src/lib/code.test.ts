import { expect, test } from "vitest";
import type { CodeStatus } from "$lib/ipc/bindings";
import { canSend, codeClock, isComplete } from "./code";

const sent: CodeStatus = {
  phone_masked: "100****0001",
  sent_at: "2026-11-24T10:42:08+08:00",
  valid_seconds: 300,
  resend_seconds: 60,
  tries_left: 5,
  sends_left: 9,
  wrong: false,
  send: { enabled: true, reason: null },
};

test("the life of a code and the wait before the next are two times", () => {
  const later = codeClock(sent, 60);
  expect(later.valid, "good for four more minutes").toBe(240);
  expect(later.resend, "and can be sent again").toBe(0);
  expect(canSend(sent, later), "so the button is free").toBe(true);
  expect(canSend(sent, codeClock(sent, 59)), "one second earlier it is not").toBe(false);
});

test("an expired code is not a wrong one", () => {
  expect(codeClock(sent, 300).phase, "after its life").toBe("expired");
  expect(codeClock({ ...sent, tries_left: 0 }, 10).phase, "no tries left").toBe("blocked");
  expect(codeClock({ ...sent, sent_at: null }, 0).phase, "nothing was sent").toBe("not_sent");
});

test("only six digits are complete", () => {
  expect(isComplete("407130"), "six digits").toBe(true);
  expect(isComplete("40713"), "five are partial").toBe(false);
});
