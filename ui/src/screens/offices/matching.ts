/** Finding an office by any part of its name, district, telephone or address. */
import type { Office } from "$lib/ipc/bindings";

export function matching(offices: Office[], text: string): Office[] {
  const wanted = text.trim();
  return offices.filter((office) =>
    [office.name, office.district, office.telephone, office.address].some((part) => part.includes(wanted)),
  );
}
