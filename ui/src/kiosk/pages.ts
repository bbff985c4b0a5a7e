/** The screens of the self-service terminal, and what leads to them. */
import type { ApplicationView, CodeStatus, EndPreview } from "$lib/ipc/bindings";

/** What stands on the home screen. The first four need to know who is there. */
export type Service = "book" | "progress" | "withdraw" | "voucher" | "sessions" | "results" | "guide" | "offices";
export type List = "progress" | "withdraw" | "voucher";
/** Without line only what everybody may read, and is here. */
export const WITHOUT_LINE = new Set<Service>(["sessions", "guide", "offices"]);

export type Page =
  | {
      name: "home" | "card" | "code" | "booking" | "ended" | "sessions" | "results" | "guide" | "offices" | "exit";
    }
  | { name: "number"; typed: string }
  | { name: "applications"; purpose: List; rows: ApplicationView[] }
  | { name: "application"; view: ApplicationView }
  | { name: "end"; preview: EndPreview; status: CodeStatus };

/** What only the person of the visit may see. */
export const PERSONAL = new Set<string>(["code", "booking", "applications", "application", "end"]);
