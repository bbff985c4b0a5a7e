import { expect, test } from "vitest";
import type { SessionRow } from "$lib/ipc/bindings";
import { level } from "./gauge";

const row = (places: number, applied: number | null, position: number | null): SessionRow =>
  ({ session: { places }, gauge: { applied, position, state: "fits" } }) as unknown as SessionRow;

test("left of the line fits", () => {
  const fits = level(row(60, 97, 52));
  expect(fits.me ?? 100, "position 52 of 60 lies left of the line").toBeLessThan(fits.planned);
  const beyond = level(row(60, 142, 88));
  expect(beyond.me ?? 0, "position 88 of 60 lies right of it").toBeGreaterThan(beyond.planned);
});

test("without the centre's counts there is no mark", () => {
  expect(level(row(60, null, null)), "only the plan is known").toEqual({ applied: 0, planned: 94, me: null });
});
