/** The fake's invented places and people. Offices are the real ones of the guide. */
import type { LicenceClass, Office, Session, Site, Subject } from "../bindings";
import { addDays } from "$lib/lib/time";
import seed from "../../../../assets/offices.toml?raw";
import { at, isWorkday, workdaysBefore } from "./clock";

/** Reads the flat tables of `assets/offices.toml`; the host uses a real parser. */
function readOffices(toml: string): Office[] {
  return toml
    .split("[[offices]]")
    .slice(1)
    .map((block) => {
      const text = (key: string): string => new RegExp(`^${key} = "(.*)"$`, "m").exec(block)?.[1] ?? "";
      const id = Number(/^id = (\d+)$/m.exec(block)?.[1]);
      return {
        id,
        name: text("name"),
        district: text("district"),
        telephone: text("telephone"),
        address: text("address"),
      };
    });
}

export const OFFICES: Office[] = readOffices(seed);
export const OWN_OFFICE = OFFICES.find((office) => office.name === "渝北车管所")?.id ?? 5;

const CAR: LicenceClass[] = ["C1", "C2"];
const site = (id: number, name: string, district: string, near: number[], subjects: Subject[]): Site => ({
  id,
  code: `K${String(id).padStart(3, "0")}`,
  name,
  district,
  address: `${district}示例路${id}号`,
  near,
  subjects: subjects.map((subject) => ({ subject, classes: CAR, daily_ceiling: 400 })),
  status: "A",
});

export const SITES: Site[] = [
  site(1, "翠屏路考场", "渝北", [OWN_OFFICE], [2, 3]),
  site(2, "嘉德大道考场", "北碚", [OWN_OFFICE], [1, 3, 4]),
  site(3, "月台路考场", "沙坪坝", [OWN_OFFICE], [2, 3]),
  site(4, "机电路考场", "南岸", [OWN_OFFICE], [2, 3, 4]),
  site(5, "云阳人和考场", "云阳", [13], [2, 3]),
  site(6, "荣昌板桥考场", "荣昌", [15], [1, 4]),
];

const PLACES = [60, 40, 50, 45, 30, 80];

/** Sessions of every site that offers the subject, on the working days from the first to the last day. */
export function makeSessions(first: string, last: string): Session[] {
  const sessions: Session[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) {
    if (!isWorkday(day)) continue;
    for (const place of SITES) {
      for (const { subject } of place.subjects) {
        if ((Number(day.slice(8)) + place.id) % 2 === 0 && subject !== 3) continue;
        for (const [start, end] of [
          ["08:30", "11:30"],
          ["13:30", "16:30"],
        ] as const) {
          sessions.push({
            id: sessions.length + 1,
            plan: `P${day.replaceAll("-", "")}${place.id}${subject}${start.slice(0, 2)}`,
            site: place.id,
            starts_at: at(day, start),
            ends_at: at(day, end),
            subject,
            classes: CAR,
            places: PLACES[place.id - 1] ?? 40,
            priority_places: 3 + (place.id % 4),
            instants: {
              opens_at: at(workdaysBefore(day, 10), "00:00"),
              closes_at: at(workdaysBefore(day, 5), "17:00"),
              extended_closes_at: at(workdaysBefore(day, 3), "12:00"),
              publication_at: at(workdaysBefore(day, 3), "17:00"),
              cancel_by: at(workdaysBefore(day, 1), "17:00"),
            },
            extended: null,
            status: "planned",
          });
        }
      }
    }
  }
  return sessions;
}

/** A test as the rules of the fake look at it. */
interface Test {
  subject: Subject;
  taken_at: string;
  outcome: { kind: "scored"; score: number } | { kind: "missed" };
}

export interface Person {
  id: number;
  name: string;
  initials: string;
  number: string;
  phone: string | null;
  class: LicenceClass;
  acceptedAt: string;
  permit: [string, string] | null;
  tests: Test[];
  cancelledAt: string | null;
  /** Stands in for the order among all who wait. */
  rank: number;
}

const passed = (subject: Subject, day: string, score: number): Test => ({
  subject,
  taken_at: at(day, "09:40"),
  outcome: { kind: "scored", score },
});
const person = (
  id: number,
  name: string,
  initials: string,
  tail: string,
  phone: string | null,
  more: Partial<Person>,
): Person => ({
  id,
  name,
  initials,
  number: `50011219990101${tail}`,
  phone,
  class: "C1",
  acceptedAt: at("2026-10-09", "09:26"),
  permit: ["2026-10-19", "2029-10-18"],
  tests: [passed(1, "2026-10-18", 94)],
  cancelledAt: null,
  rank: 96,
  ...more,
});

/** Every name is invented and says so: 样 means sample. */
export const makePeople = (): Person[] => [
  person(1, "张样三", "zys", "1234", "10000000001", { cancelledAt: at("2026-11-19", "15:20") }),
  person(2, "赵样生", "zys", "7785", "10000000007", { rank: 142 }),
  person(3, "周样三", "zys", "2046", "10000000012", { permit: null, tests: [], rank: 58 }),
  person(4, "朱样山", "zys", "913X", "10000000020", {
    permit: ["2026-11-20", "2029-11-19"],
    tests: [passed(1, "2026-11-18", 92)],
    rank: 211,
  }),
  person(5, "王样五", "wyw", "2018", "10000000031", {
    permit: ["2024-03-20", "2027-03-19"],
    tests: [passed(1, "2024-03-19", 96), passed(2, "2025-05-08", 90)],
    rank: 33,
  }),
  person(6, "陈样七", "cyq", "9914", "10000000045", { rank: 118 }),
  person(7, "𠮷样一", "jyy", "1027", null, { rank: 77 }),
  person(8, "孙样八", "syb", "5570", "10000000052", {
    tests: [passed(1, "2026-09-18", 98), passed(2, "2026-10-28", 80)],
    permit: ["2026-09-20", "2029-09-19"],
    rank: 12,
  }),
];
