/** Paging of long lists. */
export const PAGE_SIZE = 50;

/** Pages of a list; an empty list has one. */
export const pageCount = (total: number, size = PAGE_SIZE): number => Math.max(1, Math.ceil(total / size));
