/** How long each thing that a grant mints is good. Seconds. */
export const AUTHORIZATION_MINUTES = 10;
/** RFC 6749 section 4.1.2 recommends ten minutes at most. */
export const CODE_MINUTES = 10;
export const ACCESS_TOKEN_SECONDS = 3600;
/** A key that a grant minted is replaced by a refresh well before the grant ends. */
export const GRANT_KEY_SECONDS = 7 * 86_400;
/** After a refresh, calls under way with the key's former secret still succeed for this long. */
export const GRANT_KEY_OVERLAP_SECONDS = 600;
/** A machine's one grant lasts as long as its client: what ends it is revocation, or the client's deletion. */
export const MACHINE_GRANT_DAYS = 3650;
/** The same refresh token again within this time, before its successor was used, gets the same answer. */
export const REPLAY_SECONDS = 30;
/** Clocks of two of our nodes may differ by this much. */
export const CLOCK_LEEWAY_SECONDS = 30;
