/** The language of the window and everything that is said in it. */
import type { HostError, Language, Reason } from "$lib/ipc/bindings";
import * as time from "$lib/lib/time";
import { en } from "./en";
import { fill } from "./fill";
import { reasonsEn, unknownReasonEn } from "./reasons.en";
import { reasonsZh, unknownReasonZh } from "./reasons.zh";
import { zh, type Messages } from "./zh";

class I18n {
  language = $state<Language>("zh-CN");

  get m(): Messages {
    return this.language === "en" ? en : zh;
  }

  /** A reason of the host in words. */
  reason(reason: Pick<Reason, "code" | "params">, language = this.language): string {
    const texts = language === "en" ? reasonsEn : reasonsZh;
    const text = texts[reason.code];
    if (text === undefined) return language === "en" ? unknownReasonEn(reason.code) : unknownReasonZh(reason.code);
    const { subject, block } = language === "en" ? en : zh;
    return fill(text, reason.params, language, subject, block);
  }

  error(error: HostError): string {
    return this.reason(error);
  }

  /** 《机动车驾驶证申领和使用规定》第四十六条, or its English counterpart. */
  article(article: number): string {
    const words = this.language === "en" ? String(article) : time.chineseNumber(article);
    return this.m.applicant.regulation + this.m.applicant.article(words);
  }

  /** Sentences one behind the other. */
  sentences = (...sentences: string[]): string => sentences.join(this.language === "en" ? " " : "");

  day = (day: string): string => time.shortDay(day, this.language);
  dayWeek = (day: string): string => time.dayWithWeekday(day, this.language);
  dayLong = (day: string): string => time.longDay(day, this.language);
  /** Without its day when that is today. */
  when = (instant: string, now: string | undefined): string =>
    now && time.dayOf(now) === time.dayOf(instant) ? time.clock(instant) : this.at(instant);
  at = (instant: string): string => time.shortInstant(instant, this.language);
  duration = (seconds: number): string => time.duration(seconds, this.language);
}

export const i18n = new I18n();
