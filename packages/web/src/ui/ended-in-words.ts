import { uiText as text } from '../text/ui.ts';
export const endedInWords = text.ended;
