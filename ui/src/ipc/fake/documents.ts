/** Documents of the fake: plain SVG in the shape of the printed slip. */
import type { DocumentKind, DocumentPreview } from "../bindings";
import { dayWithWeekday, clock, dayOf, fullInstant, shortInstant } from "$lib/lib/time";
import { NOTICES } from "./booking";
import { applicationView } from "./progress";
import { OFFICES } from "./sample";
import { CLERK, type World } from "./world";

type Line = string | [string, string];

const SUBJECT = ["", "科目一", "科目二", "科目三", "科目三安全文明"];
const escape = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

function draw(title: string, lines: Line[]): string {
  const height = 96 + lines.length * 24;
  const body = lines.map((line, index) => {
    const y = 96 + index * 24;
    if (typeof line === "string")
      return `<text x="150" y="${y}" text-anchor="middle" font-size="12">${escape(line)}</text>`;
    return `<text x="16" y="${y}" font-size="13" fill="#41555e">${escape(line[0])}</text><text x="284" y="${y}" text-anchor="end" font-size="13">${escape(line[1])}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 ${height}" font-family="inherit" fill="#12222a"><text x="150" y="44" text-anchor="middle" font-size="18" font-weight="700">${escape(title)}</text><path d="M16 66h268" stroke="#526670" stroke-dasharray="3 3"/>${body.join("")}</svg>`;
}

function content(world: World, kind: DocumentKind): [string, Line[]] {
  if (kind.document === "notice")
    return [
      kind.kind === "booking" ? "业务须知" : "优先预约业务须知",
      NOTICES[kind.kind].sections.map((section) => section.title_zh),
    ];
  if (kind.document === "offices")
    return ["车管所地址和电话", OFFICES.map((office) => [office.name, office.telephone])];
  if (kind.document === "shift_end") {
    const missing = world.outbox.filter((row) => row.state === "waiting").length;
    return [
      "交班单",
      [
        ["本班登记", `${world.outbox.length} 件`],
        ["中心收到", `${world.outbox.length - missing} 件`],
      ],
    ];
  }
  const view = applicationView(world, world.application(kind.application));
  const person: Line[] = [
    ["编号", view.number],
    ["申请人", view.applicant.name_masked],
    ["证件号码", view.applicant.number_masked],
    ["科目", SUBJECT[view.application.subject] ?? ""],
    ["准驾车型", view.application.class],
  ];
  if (kind.document === "voucher" && view.place) {
    const { session, site_name, address } = view.place;
    return [
      "考试预约凭证",
      [
        ...person,
        ["考试日期", dayWithWeekday(dayOf(session.starts_at), "zh-CN")],
        ["时间", clock(session.starts_at)],
        ["考场", site_name],
        ["地址", address],
        ["取消截止", shortInstant(session.instants.cancel_by, "zh-CN")],
        ["经办", `${CLERK.name} ${CLERK.number}`],
        "未按时参加考试的，按考试不合格处理",
      ],
    ];
  }
  if (kind.document === "ending_slip") return ["登记回执", [...person, "尚未受理"]];
  const registered = kind.document === "registration_slip";
  return [
    registered ? "考试预约登记回执" : "考试预约受理回执",
    [
      ...person,
      ...view.sessions
        .slice(0, 5)
        .map((named, index): Line => [
          `第 ${index + 1} 志愿`,
          `${shortInstant(named.session.starts_at, "zh-CN")} ${named.site_name}`,
        ]),
      ["登记时间", fullInstant(view.application.taken_at)],
      registered ? "尚未受理，排名不受影响" : "本回执不是预约凭证",
      "咨询 (023)68688823",
    ],
  ];
}

export const documentKey = (kind: DocumentKind): string => JSON.stringify(kind);

export function preview(world: World, kind: DocumentKind): DocumentPreview {
  const [title, lines] = content(world, kind);
  return {
    kind,
    pages_svg: [draw(title, lines)],
    text: [title, ...lines.map((line) => (typeof line === "string" ? line : line.join(" ")))],
    printed: world.prints.get(documentKey(kind)) ?? 0,
    printer: { ready: true, name: "80 mm", reason: null },
  };
}
