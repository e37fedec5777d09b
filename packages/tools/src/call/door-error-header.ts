/**
 * Set by a door of Latchkey on each error of its own, with the error's code, and dropped from what an upstream answers:
 * it tells the one from the other.
 */
export const DOOR_ERROR_HEADER = 'latchkey-error';
