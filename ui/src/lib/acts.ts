/** What the clerk does, one act after another: a key pressed while the host still answers is neither lost nor doubled. */

/** More than anybody types ahead; what comes beyond is not begun. */
const WAITING_MAX = 16;

export class Acts {
  private waiting = 0;
  private names = new Set<string>();
  private last: Promise<unknown> = Promise.resolve();

  /**
   * `place` tells where the clerk is: an act that was meant for another place is dropped when its turn comes.
   * `tell` hears how many acts wait or run.
   */
  constructor(
    private readonly place: () => string,
    private readonly tell: (waiting: number) => void,
  ) {}

  /**
   * Does `work` in its turn. With a name it is done once: the same name again, while it waits or runs, is ignored.
   * `anywhere` is for what the host caused and not the clerk: it is done wherever the clerk is by then.
   */
  add(work: () => Promise<void>, name: string | null = null, anywhere = false): Promise<void> {
    if (this.waiting >= WAITING_MAX || (name !== null && this.names.has(name))) return Promise.resolve();
    const at = this.place();
    if (name !== null) this.names.add(name);
    this.count(1);
    const turn = this.last.then(() => (anywhere || this.place() === at ? work() : undefined));
    const done = turn.finally(() => {
      if (name !== null) this.names.delete(name);
      this.count(-1);
    });
    // The next act has its turn also after one that failed.
    this.last = done.catch(() => undefined);
    return done;
  }

  private count(by: 1 | -1): void {
    this.waiting += by;
    this.tell(this.waiting);
  }
}
