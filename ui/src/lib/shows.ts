/** Keeps a check box or a radio button true: after every act it shows what the host says, not what was pressed. */
import { app } from "./app.svelte";

export const shows =
  (truth: () => boolean) =>
  (input: HTMLInputElement): void => {
    // Reading it runs this again after each act, also after one that was refused and changed nothing else.
    void app.settled;
    input.checked = truth();
  };
