/** What a terminal says aloud. It is the host's voice: only the host knows how long it speaks. */
import { i18n } from "$lib/i18n/i18n.svelte";
import { toHostError } from "$lib/ipc/commands";
import { app } from "$lib/lib/app.svelte";
import { screenText } from "./speech";

export class Voice {
  private turn: Promise<void> = Promise.resolve();

  /** Whether something is being read aloud. */
  get speaking(): boolean {
    return app.kiosk?.speaking ?? false;
  }

  /** 朗读, or silence. */
  aloud = (): void => {
    const screen = document.querySelector(".kiosk");
    if (this.speaking) this.hush();
    else if (screen) this.say(screenText(screen), true);
  };

  /** Asks something aloud. Nobody has pressed anything: it keeps nobody here, and is not missed without a voice. */
  ask(text: string): void {
    this.say(text, false);
  }

  /** Whatever is read aloud falls silent. */
  hush(): void {
    this.after(() => app.load("stop_waiting", { awaited: "reading" }, (view) => (app.kiosk = view)));
  }

  /** Whoever comes next waits for nothing that was to be said before. */
  forget(): void {
    this.turn = Promise.resolve();
  }

  private say(text: string, pressed: boolean): void {
    const language = i18n.language === "en" ? "english" : "chinese";
    this.after(async () => {
      try {
        app.kiosk = await app.call("read_aloud", { text, language, pressed });
      } catch (thrown) {
        if (pressed) app.say("bad", i18n.error(toHostError(thrown)));
      }
    });
  }

  /** One after the other: what is said of a screen is not silenced by the end of the one before. */
  private after(work: () => Promise<void>): void {
    this.turn = this.turn.then(work);
  }
}
