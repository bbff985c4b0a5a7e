/** Every command of the host with its arguments and its answer; the names are those of `crates/desk/src/view.rs`. */
import type {
  ApplicantView,
  ApplicationView,
  AppState,
  Awaited,
  FlowAction,
  BookingView,
  CodePurpose,
  CodeStatus,
  DocumentKind,
  DocumentPreview,
  EndPreview,
  EndProof,
  HostError,
  HostEvent,
  IdentityCheck,
  KioskView,
  Notice,
  NoticeKind,
  OfficesView,
  OpenSessions,
  OpenSessionsQuery,
  OutboxView,
  PrintJob,
  ProgressPage,
  ProgressQuery,
  ResultsPage,
  ResultsQuery,
  RevealedApplicant,
  SearchAnswer,
  Settings,
  ShiftSummary,
  SpokenLanguage,
  Subject,
  TodayView,
  TrainingState,
} from "./bindings";

type None = Record<string, never>;
interface Command<Args, Answer> {
  args: Args;
  answer: Answer;
}

interface Commands {
  app_state: Command<None, AppState>;
  enroll: Command<{ centre: string; code: string }, AppState>;
  sign_in: Command<{ number: string; password: string }, AppState>;
  /** `idle` when nobody touched the window for as long as the host allows. */
  lock: Command<{ idle: boolean }, AppState>;
  unlock: Command<{ password: string }, AppState>;
  sign_out: Command<None, AppState>;
  shift_summary: Command<None, ShiftSummary>;
  retry_connection: Command<None, AppState>;
  /** After the host could not be opened; with `aside`, files whose key is lost are moved aside first. */
  retry_open: Command<{ aside: boolean }, AppState>;
  acknowledge_rescue: Command<None, AppState>;
  save_settings: Command<{ settings: Settings }, AppState>;
  today: Command<None, TodayView>;
  search: Command<{ query: string }, SearchAnswer>;
  /** What is known of the person now, without opening a visit. */
  applicant: Command<{ applicant: number }, ApplicantView>;
  open_applicant: Command<{ applicant: number }, ApplicantView>;
  check_identity: Command<{ applicant: number; check: IdentityCheck }, ApplicantView>;
  reveal: Command<{ applicant: number }, RevealedApplicant>;
  close_applicant: Command<None, null>;
  booking: Command<None, BookingView | null>;
  booking_start: Command<{ applicant: number; subject: Subject | null; replaces: string | null }, BookingView>;
  booking_act: Command<{ action: FlowAction }, BookingView | null>;
  booking_outlook: Command<None, BookingView | null>;
  send_code: Command<{ purpose: CodePurpose }, CodeStatus>;
  code_status: Command<{ purpose: CodePurpose }, CodeStatus>;
  submit: Command<{ code: string | null }, BookingView>;
  confirm_code: Command<{ application: string; code: string }, ApplicationView>;
  progress: Command<{ query: ProgressQuery }, ProgressPage>;
  application: Command<{ application: string }, ApplicationView>;
  end_preview: Command<{ application: string }, EndPreview>;
  end_application: Command<{ application: string; proof: EndProof }, ApplicationView>;
  results: Command<{ query: ResultsQuery }, ResultsPage>;
  offices: Command<None, OfficesView>;
  notice: Command<{ kind: NoticeKind }, Notice>;
  outbox: Command<None, OutboxView>;
  outbox_acknowledge: Command<{ id: string; note: string }, OutboxView>;
  outbox_hand_over: Command<{ id: string; note: string }, OutboxView>;
  preview_document: Command<{ kind: DocumentKind }, DocumentPreview>;
  print_document: Command<{ kind: DocumentKind }, PrintJob>;
  kiosk: Command<None, KioskView>;
  /** Somebody touched the screen. */
  kiosk_touch: Command<{ elder: boolean }, KioskView>;
  kiosk_begin: Command<{ number: string }, KioskView>;
  kiosk_send_again: Command<None, KioskView>;
  kiosk_open: Command<{ code: string }, KioskView>;
  kiosk_read_card: Command<None, KioskView>;
  kiosk_end: Command<None, KioskView>;
  open_sessions: Command<{ query: OpenSessionsQuery }, OpenSessions>;
  /** Without `pressed` the terminal itself asks, which is no sign of anybody. */
  read_aloud: Command<{ text: string; language: SpokenLanguage; pressed: boolean }, KioskView>;
  stop_waiting: Command<{ awaited: Awaited }, KioskView>;
  staff_exit: Command<{ code: string }, null>;
  training: Command<None, TrainingState>;
  training_next_day: Command<None, TrainingState>;
  training_five_minutes: Command<None, TrainingState>;
  training_publish_now: Command<None, TrainingState>;
  training_reset: Command<None, TrainingState>;
  /** Whose card lies on the simulated reader. */
  training_card: Command<{ query: string | null }, TrainingState>;
  training_set_line: Command<{ connected: boolean }, TrainingState>;
}

export type CommandName = keyof Commands;
export type ArgsOf<C extends CommandName> = Commands[C]["args"];
export type AnswerOf<C extends CommandName> = Commands[C]["answer"];

/** The only door to the host. */
export interface Host {
  /** Runs a command; rejects with a `HostError`. */
  call<C extends CommandName>(command: C, args: ArgsOf<C>): Promise<AnswerOf<C>>;
  /** Hears every event of the host; the answer stops it. */
  listen(hear: (event: HostEvent) => void): Promise<() => void>;
}

/** Whatever was thrown, as an error that the window can say. */
export function toHostError(thrown: unknown): HostError {
  if (typeof thrown === "object" && thrown !== null && "code" in thrown && "params" in thrown) {
    return thrown as HostError;
  }
  return { code: "internal", params: {}, retryable: false };
}
