/** Choosing sessions and their order. Pure: what the chosen list becomes; the host decides whether it may be so. */

export interface Choice {
  sessions: number[];
  ordered: boolean;
}

/** Space: chooses a session as the last, or gives it up. None when the list is full. */
export function toggled(choice: Choice, session: number, max: number): Choice | null {
  if (choice.sessions.includes(session)) return { ...choice, sessions: choice.sessions.filter((id) => id !== session) };
  if (choice.sessions.length >= max) return null;
  return { ...choice, sessions: [...choice.sessions, session] };
}

/** A digit: makes a session the preference with this number, counted from 1; the others move down. */
export function placed(choice: Choice, session: number, preference: number, max: number): Choice | null {
  const others = choice.sessions.filter((id) => id !== session);
  if (others.length >= max) return null;
  return { sessions: others.toSpliced(preference - 1, 0, session), ordered: true };
}

/** Ctrl+↑ and Ctrl+↓: moves a chosen session by one. */
export function shifted(choice: Choice, session: number, by: -1 | 1): Choice {
  const from = choice.sessions.indexOf(session);
  const to = from + by;
  if (from < 0 || to < 0 || to >= choice.sessions.length) return choice;
  return movedTo(choice, from, to);
}

/** Dragging: the session at `from` goes to `to`. */
export function movedTo(choice: Choice, from: number, to: number): Choice {
  const [session] = choice.sessions.slice(from, from + 1);
  if (session === undefined || from === to) return choice;
  return { sessions: choice.sessions.toSpliced(from, 1).toSpliced(to, 0, session), ordered: true };
}
