/** What was entered and not used yet: there again when the clerk comes back to it. Only in memory, and only for one clerk. */
import type { EndProof, ProgressQuery, ResultsQuery, SessionQuery } from "$lib/ipc/bindings";
import { SvelteMap } from "svelte/reactivity";

/** By what it belongs to. Whatever names a person, an application or a row can show up with no other one. */
interface Entries {
  lookup: string;
  progress: ProgressQuery;
  results: ResultsQuery;
  offices: { text: string; tab: "offices" | "sites" };
  /** Which row was chosen. */
  [row: `row ${string}`]: string;
  /** Digits of a code. */
  [code: `code ${string}`]: string;
  /** How somebody wants to prove a cancellation. */
  [way: `way ${string}`]: EndProof["proof"];
  /** Dates and sites before 查询. */
  [query: `query ${string}`]: SessionQuery;
  /** That a notice was read to its end. */
  [read: `read ${string}`]: boolean;
  /** A word about something in 待处理. */
  [note: `note ${string}`]: string;
}

/** What is about no applicant at the counter, so that it outlives 下一位. */
const isOfCounter = (of: string): boolean => of === "offices" || of.startsWith("note ");

export class Kept {
  private entries = new SvelteMap<string, unknown>();
  private clerk: number | null = null;

  get<Of extends keyof Entries>(of: Of): Entries[Of] | undefined {
    return this.entries.get(of) as Entries[Of] | undefined;
  }

  set<Of extends keyof Entries>(of: Of, entry: Entries[Of]): void {
    this.entries.set(of, entry);
  }

  /** It was used, or is not wanted. */
  drop(...all: (keyof Entries)[]): void {
    for (const of of all) this.entries.delete(of);
  }

  /** 下一位 */
  nextPerson(): void {
    for (const of of [...this.entries.keys()]) if (!isOfCounter(of)) this.entries.delete(of);
  }

  /** Who is at work; none once nobody is signed in. Whoever unlocks finds what they typed, and nobody else does. */
  belongTo(clerk: number | null): void {
    if (clerk !== this.clerk) this.entries.clear();
    this.clerk = clerk;
  }
}
