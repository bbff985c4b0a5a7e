/** The papers of a visit: what becomes of one is said on the screen where it was asked for, and on no other. */
import { i18n } from "$lib/i18n/i18n.svelte";
import type { DocumentKind } from "$lib/ipc/bindings";
import { toHostError } from "$lib/ipc/commands";
import { app } from "$lib/lib/app.svelte";

export class Papers {
  state = $state<"none" | "busy" | "done" | "failed">("none");
  problem = $state("");
  /** Counts papers and screens. */
  private count = 0;
  /** The papers that came by themselves. */
  private printed: string[] = [];

  /** `failed` hears why a paper did not come. */
  constructor(private readonly failed: (problem: string) => void) {}

  print = async (kind: DocumentKind): Promise<void> => {
    if (this.state === "busy") return;
    this.state = "busy";
    const asked = (this.count += 1);
    try {
      await app.call("print_document", { kind });
      if (asked === this.count) this.state = "done";
    } catch (thrown) {
      if (asked !== this.count) return;
      const error = toHostError(thrown);
      this.problem = i18n.m.kiosk.printer[error.code] ?? i18n.error(error);
      this.state = "failed";
      this.failed(this.problem);
    }
  };

  /** What comes by itself comes once in a visit, however often the screen with it is shown anew. */
  printOnce = (kind: DocumentKind): void => {
    const name = JSON.stringify(kind);
    if (this.printed.includes(name)) return;
    this.printed.push(name);
    void this.print(kind);
  };

  /** Another screen is shown. */
  changed(): void {
    this.count += 1;
    this.state = "none";
  }

  /** The visit is over. */
  forget(): void {
    this.printed = [];
  }
}
