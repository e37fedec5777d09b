import { displayName } from '../kernel/display-name.ts';

const NAME_CHARACTERS_MAX = 80;

/** What people may call themselves or their organisation. Empty: nothing was left. */
export function cleanDisplayName(text: string): string {
  return displayName(text, NAME_CHARACTERS_MAX) ?? '';
}
