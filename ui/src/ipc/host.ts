/** Chooses the host: the real one inside the window, the fake in a plain browser of a developer or a test. */
import type { Host } from "./commands";

export async function openHost(): Promise<Host> {
  if (import.meta.env.MODE === "production") return (await import("./real")).realHost;
  const fake = await import("./fake/fake");
  return fake.openFakeHost(new URLSearchParams(location.search));
}
