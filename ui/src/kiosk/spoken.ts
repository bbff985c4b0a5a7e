/** Times as people say them, for 长者模式. */
import type { Language } from "$lib/ipc/bindings";
import { clock } from "$lib/lib/time";

/** 下午 1:30, or 1:30 pm */
export function spokenTime(instant: string, language: Language): string {
  const [hour, minute] = clock(instant).split(":");
  const of24 = Number(hour);
  const of12 = of24 > 12 ? of24 - 12 : of24;
  if (language === "en") return `${of12}:${minute} ${of24 < 12 ? "am" : "pm"}`;
  return `${of24 < 12 ? "上午" : "下午"} ${of12}:${minute}`;
}
