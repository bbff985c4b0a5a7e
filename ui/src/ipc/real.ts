/** The host behind the window: Tauri commands and its one event. */
import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { HostEvent } from "./bindings";
import { toHostError, type Host } from "./commands";

export const realHost: Host = {
  async call(command, args) {
    try {
      return await invoke(command, args);
    } catch (thrown) {
      throw toHostError(thrown);
    }
  },
  listen: (hear) => listen<HostEvent>("host", (event) => hear(event.payload)),
};
