export interface RowPlace {
  ref: ((row: HTMLElement | null) => void) | undefined;
  'data-index': number;
  /** From 1; the first is the row of the headings. */
  'aria-rowindex': number;
}

/** Moves the focus to what is marked `data-row-focus` in a row, drawn or not. */
export interface RowFocus {
  focusRow: (index: number) => void;
}

export function focusIn(body: HTMLElement | null, index: number): void {
  body?.querySelector<HTMLElement>(`[data-index="${index}"] [data-row-focus]`)?.focus();
}
