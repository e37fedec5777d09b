/** What one client would say of one tool, or of the list when `tool` is missing. */
export interface Finding {
  /** `error`: the client refuses the tool or the whole list. `warning`: it works, with something lost. */
  readonly severity: 'error' | 'warning';
  readonly rule: string;
  readonly message: string;
  readonly tool?: string;
}
