/** The look-up box: where the highlight goes and what a key does. */
import type { SearchHit } from "$lib/ipc/bindings";

/** The row after moving by `by`, staying inside the list. */
export const moved = (current: number, by: number, length: number): number =>
  length === 0 ? 0 : Math.min(length - 1, Math.max(0, current + by));

/** What stands `by` places beside the one that is chosen, staying inside the list. */
export const beside = <Item>(items: Item[], isChosen: (item: Item) => boolean, by: number): Item | undefined =>
  items[moved(items.findIndex(isChosen), by, items.length)];

/** The keyboard goes into a field, over what stands there. */
export const enterField = (field: HTMLInputElement | undefined): void => {
  field?.focus();
  field?.select();
};

/** Where the row is after its list was loaded again: it stays chosen as long as it is listed. */
export function again<Row, Id>(rows: Row[], idOf: (row: Row) => Id, chosen: Id | undefined, current: number): number {
  const at = rows.findIndex((row) => idOf(row) === chosen);
  return at >= 0 ? at : moved(current, 0, rows.length);
}

/** The last four digits of the masked phone. */
export const phoneTail = (hit: SearchHit): string | null => hit.applicant.phone_masked?.slice(-4) ?? null;

/** Whether the matched part is shown beside the name, as pinyin is, and not inside phone or number. */
export const matchedBesideName = (hit: SearchHit): boolean =>
  hit.matched !== "" && hit.matched !== phoneTail(hit) && !hit.applicant.number_masked.endsWith(hit.matched);

/** Answers to questions that overtake each other: only the one to the newest question counts. */
export class Newest<Answer> {
  private waiting: Promise<void> = Promise.resolve();

  constructor(private readonly take: (answer: Answer) => void) {}

  /** Waits for the answer to the newest question; earlier ones are dropped from now on. */
  wait(answer: Promise<Answer>): void {
    const mine: Promise<void> = answer.then((found) => {
      if (this.waiting === mine) this.take(found);
    });
    this.waiting = mine;
  }

  /** Waits until the newest question has its answer. */
  async settled(): Promise<void> {
    let last;
    do {
      last = this.waiting;
      await last;
    } while (last !== this.waiting);
  }
}
